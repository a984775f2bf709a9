"""``docops merge``: fills a template for each row of a file, with its progress on a terminal."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click

from docops_flask.batches.folder import BatchFolder, Done, Summary, counted
from docops_flask.cli.files import move_result, refuse_existing
from docops_flask.cli.merge_folder import MergeFolder, Sources, summaries, write_result
from docops_flask.cli.progress import Progress
from docops_flask.engine.job import Job
from docops_flask.engine.rows.errors import RowFault
from docops_flask.jobs.receipts.keys import Signer
from docops_flask.settings.settings import Settings

# The exit status of a program that Ctrl-C has ended, as shells have it.
INTERRUPTED = 130


class MergeOrder(NamedTuple):
    """How a merge is to be done: where to, in which folder, by how many renderers at a time.

    Without ``work`` the folder lies beside ``out`` and is removed at the end, however that comes.
    """

    out: Path
    work: Path | None = None
    jobs: int | None = None
    force: bool = False
    quiet: bool = False


class Merged(NamedTuple):
    """How a merge has ended, and lines of its sheets that belong to no row."""

    done: Done
    faults: tuple[RowFault, ...]


class Interrupted(Exception):
    """Ctrl-C while rows were done; ``told`` says how far the merge has come, and how to go on."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def merge_into(
    order: MergeOrder, job: Job, sources: Sources, settings: Settings, signer: Signer | None = None
) -> Merged:
    """Do the merge ``job``, or what an earlier command has left of it, and write its ZIP.

    Raises what keeps the merge from being done, ``InvalidArgument`` where its file or folder is taken, and
    ``Interrupted``.
    """
    refuse_existing("out", [order.out], force=order.force)
    order.out.parent.mkdir(parents=True, exist_ok=True)
    known: dict[int, Summary] = {}
    jobs = order.jobs or len(os.sched_getaffinity(0))
    with _folder(order) as path, Progress(quiet=order.quiet) as progress:
        folder = MergeFolder(path, jobs, settings, signer)
        with folder.begun(job, sources) as batch:

            def look() -> None:
                summaries(batch, known)
                plan, counts = batch.plan(), counted(iter(known.values()))
                progress.show(counts.total, None if plan is None else plan.total, counts.failed)

            try:
                done = folder.do(batch, look)
            except KeyboardInterrupt:
                raise Interrupted(_told_of(batch, known, order)) from None
            merged = Merged(done, _faults(batch))
            _write(batch, done, order)
            folder.erase(batch)
    return merged


@contextmanager
def _folder(order: MergeOrder) -> Iterator[Path]:
    if order.work is not None:
        yield order.work
        return
    with tempfile.TemporaryDirectory(
        dir=order.out.parent, prefix=".docops-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _write(batch: BatchFolder, done: Done, order: MergeOrder) -> None:
    with tempfile.TemporaryDirectory(dir=order.out.parent, prefix=".docops-") as folder:
        made = Path(folder) / "outputs.zip"
        write_result(batch, done, made)
        move_result(made, order.out, force=order.force)


def _faults(batch: BatchFolder) -> tuple[RowFault, ...]:
    plan = batch.plan()
    return () if plan is None else tuple(RowFault(**each) for each in plan.faults)


def _told_of(batch: BatchFolder, known: dict[int, Summary], order: MergeOrder) -> str:
    summaries(batch, known)
    rows, plan = counted(iter(known.values())).total, batch.plan()
    of = "" if plan is None else f" of {plan.total}"
    told = f"Stopped; {rows}{of} rows were done."
    if order.work is None:
        return f"{told} They are lost; with --work FOLDER the same command goes on with them."
    return f"{told} The same command goes on with them."


def merge_as_data(merged: Merged, out: Path) -> dict[str, Any]:
    """Return what ``--json`` prints of a merge."""
    done = merged.done
    return {
        "exit_code": done.exit_code,
        "rows": done.rows._asdict(),
        "left": done.left,
        "missing": done.missing,
        "format": done.format,
        "faults": [each.as_dict() for each in merged.faults],
        "file": os.fspath(out),
    }


def merge_for_people(merged: Merged, out: Path) -> str:
    """Return what a merge came to, for a terminal."""
    rows, left = merged.done.rows, merged.done.left
    made = rows.total - rows.failed
    told = [f"{made} of {rows.total} documents made: {out}"]
    told += [
        f"  {count} {what}"
        for count, what in (
            (rows.missing_required, "with values missing"),
            (rows.unsupported, "with placeholders that cannot be filled"),
            (rows.strict_failed, "that fail the format check"),
            (rows.failed, "not made; results.csv in the ZIP says why"),
        )
        if count
    ]
    if left:
        are = "1 placeholder is" if left == 1 else f"{left} placeholders are"
        told.append(f"  {are} still in the documents; results.csv says in which.")
    told += [
        f"  {'' if each.sheet is None else f'{each.sheet}, '}row {each.row}: {each.message}"
        for each in merged.faults
    ]
    return "\n".join(told)


def tell_interrupted(error: Interrupted) -> int:
    """Print how far the merge has come; return the exit status."""
    click.echo(error.told, err=True)
    return INTERRUPTED
