"""The work of ``docops merge`` in a folder: a batch of its own, with which a later command can go on.

It is the batch of a server (``docops_flask.batches``) without one: rows in chunks, done by renderers, each
kept when it is whole.
"""

import dataclasses
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask import __version__
from docops_flask.batches import durable
from docops_flask.batches.assembly import Makers, make_pieces
from docops_flask.batches.errors import IdempotencyConflict
from docops_flask.batches.folder import BatchFolder, BatchRecord, Done, Summary
from docops_flask.batches.overview import Overview
from docops_flask.batches.result import result_blocks, result_of
from docops_flask.batches.runner import BatchRunner
from docops_flask.batches.store import Key, Store
from docops_flask.batches.work import ROWS_FILE, was_not_started
from docops_flask.cli.pdf import found_office
from docops_flask.engine.errors import DocopsError, InvalidArgument, from_record
from docops_flask.engine.job import Job
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.intake.assets import asset_file
from docops_flask.jobs.errors import CallerLeft, RendererCrashed
from docops_flask.jobs.pdf_support import NO_OFFICE
from docops_flask.jobs.receipts.keys import Signer
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.settings import Settings
from docops_flask.settings.work_folder import work_folder

_YEARS_SECONDS = 10 * 365 * 24 * 3600.0
_LOOK_SECONDS = 0.1
_TRIES = 3
_SHELL = "shell"


class Sources(NamedTuple):
    """What a merge is made of: its template, its rows, and the options as they were given."""

    template: Path
    rows: Path
    fields: Mapping[str, str]

    def digest(self, job: Job) -> str:
        """Return a hash by which a merge of the same files and options is known again."""
        digest = hashlib.sha256(json.dumps(sorted(self.fields.items())).encode())
        for name, path in self.files(job).items():
            with path.open("rb") as file:
                digest.update(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
        digest.update(repr([asset.name for asset in job.assets]).encode())
        return digest.hexdigest()

    def files(self, job: Job) -> dict[str, Path]:
        """Return the files by their names in the folder of a batch."""
        assets = {asset_file(number): Path(asset.file) for number, asset in enumerate(job.assets)}
        return {TEMPLATE_FILE: self.template, ROWS_FILE: self.rows, **assets}


class _Nothing:
    """Takes the counts that a server has as metrics, and drops them: a command has none."""

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Do nothing."""

    def chunk_again(self) -> None:
        """Do nothing."""

    def batches_seen(self, overview: Overview) -> None:
        """Do nothing."""


class MergeFolder:
    """A merge in ``folder``, which is begun there or gone on with, done by ``jobs`` renderers at a time."""

    def __init__(self, folder: Path, jobs: int, settings: Settings, signer: Signer | None) -> None:
        self._folder = folder
        self._jobs = jobs
        self._settings = settings
        self._signer = signer
        self._store = Store(folder, max_batches=1, max_bytes=0)

    @contextmanager
    def begun(self, job: Job, sources: Sources) -> Iterator[BatchFolder]:
        """Yield the batch of the merge ``job``, which no other process works on.

        Raises ``InvalidArgument`` for a folder of another merge, another release or with other files.
        """
        self._refuse_other_files()
        self._store.open()
        with durable.locked(self._folder / _SHELL) as is_ours:
            if not is_ours:
                raise _work_error("another docops merge is working in this folder; wait for it")
            try:
                batch = self._store.create(
                    self._record(job, sources),
                    _in_batch(job),
                    sources.files(job),
                    Key(_SHELL, sources.digest(job)),
                )
            except IdempotencyConflict:
                raise _work_error(
                    "the folder has a merge of other files or options; name another, or remove it"
                ) from None
            if not batch.is_of(__version__, self._settings.commit_sha):
                raise _work_error("another release of docops began the merge in this folder; remove it")
            yield batch

    def erase(self, batch: BatchFolder) -> None:
        """Remove the batch, and the folder unless it has something else."""
        self._store.delete(batch)
        for path in (self._folder / _SHELL, self._folder / "lock", *(self._folder / "keys").iterdir()):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            (self._folder / "keys").rmdir()
            self._folder.rmdir()

    def do(self, batch: BatchFolder, look: Callable[[], None]) -> Done:
        """Do what is left of the batch and return its end; ``look`` is called now and then.

        Raises the error of a batch that cannot be done, and what keeps its work from going on; a later call
        goes on with it.
        """
        with ExitStack() as stack:
            workers = _Workers(self._runner(stack, batch), batch, self._jobs)
            stack.callback(workers.stop)
            while workers.are_working():
                look()
                time.sleep(_LOOK_SECONDS)
            look()
            workers.refuse_failure()
        done = batch.done()
        assert done is not None
        if done.error is not None:
            # Tried again by the next command.
            self._store.delete(batch)
            raise _error_of(done.error)
        return done

    def _refuse_other_files(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.listdir(self._folder) and not (self._folder / "keys").is_dir():
            raise _work_error("the folder has other files; name a new one")

    def _record(self, job: Job, sources: Sources) -> BatchRecord:
        now = time.time()
        with sources.template.open("rb") as file:
            template_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        files = {"template": sources.template, "rows": sources.rows}
        sizes = {name: {"filename": path.name, "bytes": path.stat().st_size} for name, path in files.items()}
        return BatchRecord(
            now,
            now + _YEARS_SECONDS,
            __version__,
            self._settings.commit_sha,
            sources.template.stem,
            {**sizes, "form_fields": list(sources.fields)},
            tuple(asset_file(number) for number in range(len(job.assets))),
            key=_SHELL,
            template_sha256=template_sha256,
        )

    def _runner(self, stack: ExitStack, batch: BatchFolder) -> BatchRunner:
        if batch.job().options.pdf:
            workspaces, found = stack.enter_context(found_office(self._settings))
        else:
            workspaces, found = Workspaces(work_folder(os.environ)), NO_OFFICE
            stack.callback(workspaces.close)
        # A command is one process with one job: it starts renderers as the other commands do.
        settings = dataclasses.replace(self._settings, mp_start="spawn")
        makers = Makers(lambda: found, self._signer)
        pieces, _ = make_pieces(settings, workspaces, _Nothing(), makers)
        return BatchRunner(self._store, pieces, 0, lambda: True)


class _Workers:
    """Threads that work on a batch until it has ended or one of them cannot go on."""

    def __init__(self, runner: BatchRunner, batch: BatchFolder, count: int) -> None:
        self._runner = runner
        self._batch = batch
        self._failure: Exception | None = None
        self._is_stopping = False
        self._threads = [threading.Thread(target=self._work) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def are_working(self) -> bool:
        """Say whether one of them still works."""
        return any(thread.is_alive() for thread in self._threads)

    def refuse_failure(self) -> None:
        """Raise what has kept one from going on."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End the renderers and wait for the threads."""
        self._is_stopping = True
        self._runner.close()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        tries = _TRIES
        while not self._is_stopping and self._failure is None and self._batch.done() is None:
            try:
                if not self._runner.work_on(self._batch):
                    # Others do the last chunks.
                    time.sleep(_LOOK_SECONDS)
            except CallerLeft:
                return
            except Exception as error:
                tries -= 1
                is_passing = isinstance(error, RendererCrashed) and not was_not_started(error)
                if not is_passing or not tries:
                    self._failure = self._failure or error
                    return


def summaries(batch: BatchFolder, known: dict[int, Summary]) -> None:
    """Add what came of the chunks that are done to ``known``, by their numbers."""
    for chunk in batch.segments():
        if chunk not in known:
            known[chunk] = batch.summary(chunk)


def write_result(batch: BatchFolder, done: Done, file: Path) -> None:
    """Write the ZIP of an ended batch to ``file``."""
    made = result_of(batch, done.files[0]["tail"], done.chunks)
    with file.open("wb") as stream:
        for block in result_blocks(made, 0, made.size):
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())


def _in_batch(job: Job) -> Job:
    """Return ``job`` with the names that its files have in the folder of a batch."""
    assert job.rows is not None
    assets = tuple(asset._replace(file=asset_file(number)) for number, asset in enumerate(job.assets))
    return job._replace(assets=assets, rows=job.rows._replace(file=ROWS_FILE))


def _error_of(told: Mapping[str, Any]) -> DocopsError:
    """Return the error that ended a batch."""
    error = from_record({**told, "inner": None})
    # A code that is unknown here has no class of its own; its message and detail are kept.
    return DocopsError(told["message"], **told["detail"]) if type(error) is DocopsError else error


def _work_error(reason: str) -> InvalidArgument:
    return InvalidArgument(f"work: {reason}.", field="work")
