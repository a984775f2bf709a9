"""The file that a run answers with: its ZIP, completed by the server, or one file, streamed unlinked."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from docops_flask import __version__
from docops_flask.engine.artefacts import SINGLE_FILES
from docops_flask.engine.errors import ExitCode, message_of
from docops_flask.engine.job import Job
from docops_flask.engine.options import Output
from docops_flask.engine.pipeline import ARCHIVE
from docops_flask.engine.run_result import Counts
from docops_flask.jobs.errors import storage_errors
from docops_flask.jobs.made_archive import open_archive
from docops_flask.jobs.made_file import open_file
from docops_flask.jobs.receipts.envelope import RECEIPT
from docops_flask.jobs.renderer import Rendered
from docops_flask.jobs.workspace import Workspace
from docops_flask.settings.settings import Settings
from docops_flask.web.conditional import digest_of_file
from docops_flask.web.views.results import RunResult

_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What api_result.json and trace.json tell of a run besides its result.

    ``began_at`` is a time of the monotonic clock in seconds; ``sent`` is the member ``input``,
    ``template_sha256`` that of the template's bytes, ``receipt`` the content of out.receipt.json, where the
    server signs one.
    """

    request_id: str
    began_at: float
    queue_wait_ms: int
    job: Job
    sent: dict[str, Any]
    template_sha256: str
    receipt: bytes | None = None


class UnlinkedFile:
    """A response body: streams an open, unlinked file. ``close`` closes the file, whatever was sent.

    ``digest`` is the value of its ``Content-Digest``; ``whole`` becomes true when the server asks for more
    after the last byte.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Take over ``file``, open at its beginning; raises ``OSError`` when it cannot be read."""
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self.digest = digest_of_file(file.fileno())
        self._sent = 0
        self._at_end: Callable[[], None] | None = None
        self.whole = False

    def on_end(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called after the last byte, also if the server never closes the body."""
        self._at_end = callback

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = b"" if self._file.closed else self._file.read(_BLOCK_BYTES)
        if not block:
            self.whole = self._sent == self.size
            self.close()
            if self._at_end is not None:
                self._at_end()
            raise StopIteration
        self._sent += len(block)
        return block

    def close(self) -> None:
        """Close the file, which frees its space on the disk."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class RunFile:
    """A complete file, with the exit code, the counts and the timing (milliseconds) of its run.

    ``kind`` is the option ``output`` that it is the answer to; ``name`` is the text that its name is made of,
    ``None`` without one.
    """

    body: UnlinkedFile
    exit_code: ExitCode
    counts: Counts
    timing: dict[str, int]
    kind: Output
    name: str | None


def run_file(
    workspace: Workspace, rendered: Rendered, result: RunResult, facts: RunFacts, settings: Settings
) -> RunFile:
    """Open what the run answers with, complete it if it is the ZIP, and remove ``workspace``; it stays open.

    Raises ``InsufficientStorage`` when the disk is full or gone, and ``RendererCrashed`` when the
    renderer's file is not valid.
    """
    kind = facts.job.options.output
    with storage_errors():
        if kind in SINGLE_FILES:
            timing = _timing(rendered, facts, result, time.monotonic())
            file = open_file(workspace.file(SINGLE_FILES[kind]), settings.max_output_bytes)
        else:
            file, timing = _complete_archive(workspace, rendered, result, facts, settings)
        try:
            body = UnlinkedFile(file)
        except BaseException:
            file.close()
            raise
    workspace.remove()
    return RunFile(body, result.exit_code, result.counts, timing, kind, result.file_name)


def _complete_archive(
    workspace: Workspace, rendered: Rendered, result: RunResult, facts: RunFacts, settings: Settings
) -> tuple[BinaryIO, dict[str, int]]:
    """Add the server's members to the renderer's ZIP; return it, open at its beginning, and the timing."""
    started = time.monotonic()
    archive = open_archive(workspace.file(ARCHIVE), settings.max_output_bytes)
    try:
        timing = _timing(rendered, facts, result, started)
        signed = {} if facts.receipt is None else {RECEIPT: facts.receipt}
        archive.complete({**signed, **_server_members(rendered, facts, result, timing, settings)})
    except BaseException:
        archive.file.close()
        raise
    return archive.file, timing


def _timing(rendered: Rendered, facts: RunFacts, result: RunResult, started: float) -> dict[str, int]:
    """Return the member ``timing`` of api_result.json; work on the ZIP began here at ``started``."""
    now = time.monotonic()
    return {
        "queue_wait_ms": facts.queue_wait_ms,
        "subprocess_ms": rendered.subprocess_ms,
        "zip_ms": result.zip_ms + int((now - started) * 1000),
        "total_ms": int((now - facts.began_at) * 1000),
    }


def _server_members(
    rendered: Rendered, facts: RunFacts, result: RunResult, timing: dict[str, int], settings: Settings
) -> dict[str, bytes]:
    """Return the members that the server adds, in their order."""
    documents = {"api_result.json": _api_result(rendered, facts, result, timing, settings)}
    if settings.debug_artifacts:
        documents = {"trace.json": _trace(rendered, facts, result, timing, settings), **documents}
    return {
        name: f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()
        for name, document in documents.items()
    }


def _api_result(
    rendered: Rendered, facts: RunFacts, result: RunResult, timing: dict[str, int], settings: Settings
) -> dict[str, Any]:
    return {
        "exit_code": int(result.exit_code),
        "message": message_of(result.exit_code, result.counts.left),
        "request_id": facts.request_id,
        "timing": timing,
        "input": facts.sent,
        "template_sha256": facts.template_sha256,
        "effective": facts.job.effective(result.language),
        **({} if result.review is None else {"review": result.review.as_dict()}),
        "build": {"version": __version__, "commit": settings.commit_sha},
        "subprocess_pid": rendered.pid,
        "subprocess_create_time": rendered.create_time,
    }


def _trace(
    rendered: Rendered, facts: RunFacts, result: RunResult, timing: dict[str, int], settings: Settings
) -> dict[str, Any]:
    return {
        "request_id": facts.request_id,
        "exit_code": int(result.exit_code),
        "timing": timing,
        "subprocess": {"pid": rendered.pid, "start_method": settings.mp_start},
        "effective": facts.job.effective(result.language),
    }
