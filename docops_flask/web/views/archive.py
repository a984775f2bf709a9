"""The ZIP of a run: completed by the server, and streamed from an unlinked file."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from docops_flask import __version__
from docops_flask.engine.errors import ExitCode, message_of
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import ARCHIVE
from docops_flask.engine.run_result import Counts
from docops_flask.jobs.errors import storage_errors
from docops_flask.jobs.made_archive import open_archive
from docops_flask.jobs.renderer import Rendered
from docops_flask.jobs.workspace import Workspace
from docops_flask.settings.settings import Settings
from docops_flask.web.views.results import RunResult

_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What api_result.json and trace.json tell of a run besides its result.

    ``began_at`` is a time of the monotonic clock in seconds; ``sent`` is the member ``input``,
    ``template_sha256`` that of the template's bytes.
    """

    request_id: str
    began_at: float
    queue_wait_ms: int
    job: Job
    sent: dict[str, Any]
    template_sha256: str


class UnlinkedFile:
    """A response body: streams an open, unlinked file. ``close`` closes the file, whatever was sent.

    ``whole`` becomes true when the server asks for more after the last byte.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Take over ``file``, open at its beginning."""
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
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
class Archive:
    """A complete ZIP, with the exit code, the counts and the timing (milliseconds) of its run."""

    body: UnlinkedFile
    exit_code: ExitCode
    counts: Counts
    timing: dict[str, int]


def complete_archive(
    workspace: Workspace, rendered: Rendered, result: RunResult, facts: RunFacts, settings: Settings
) -> Archive:
    """Add the server's members to the renderer's ZIP and remove ``workspace``; the ZIP stays open.

    Raises ``InsufficientStorage`` when the disk is full or gone, and ``RendererCrashed`` when the
    renderer's ZIP is not valid.
    """
    with storage_errors():
        started = time.monotonic()
        archive = open_archive(workspace.file(ARCHIVE), settings.max_output_bytes)
        try:
            now = time.monotonic()
            timing = {
                "queue_wait_ms": facts.queue_wait_ms,
                "subprocess_ms": rendered.subprocess_ms,
                "zip_ms": result.zip_ms + int((now - started) * 1000),
                "total_ms": int((now - facts.began_at) * 1000),
            }
            archive.complete(_server_members(rendered, facts, result, timing, settings))
        except BaseException:
            archive.file.close()
            raise
    workspace.remove()
    return Archive(UnlinkedFile(archive.file), result.exit_code, result.counts, timing)


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
