"""The ZIP of a run: completed by the server, and streamed from a file that has no name any more."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docops_flask import __version__
from docops_flask.engine.artefacts import DOCUMENT
from docops_flask.engine.exitcodes import MESSAGES, ExitCode
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import ARCHIVE
from docops_flask.jobs.errors import RendererCrashed, storage_errors
from docops_flask.jobs.renderer import Rendered
from docops_flask.jobs.workspace import Workspace
from docops_flask.settings import Settings

_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the server knows of a run when its renderer has ended.

    ``began_at`` is on the monotonic clock; ``sent`` is the ``input`` member: names and sizes, no contents.
    """

    request_id: str
    began_at: float
    queue_wait_ms: int
    options: Options
    sent: dict[str, Any]


class UnnamedFile:
    """Streams an open file and closes it, also when it was never started or is left halfway.

    ``whole`` turns true when the server asks for more after the last byte has gone out.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Take over ``file``, open at its beginning."""
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self._sent = 0
        self._tell_end: Callable[[], None] | None = None
        self.whole = False

    def on_end(self, tell: Callable[[], None]) -> None:
        """Have ``tell`` called when the last byte was taken, whether or not anybody closes the body."""
        self._tell_end = tell

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = b"" if self._file.closed else self._file.read(_BLOCK_BYTES)
        if not block:
            self.whole = self._sent == self.size
            self.close()
            if self._tell_end is not None:
                self._tell_end()
            raise StopIteration
        self._sent += len(block)
        return block

    def close(self) -> None:
        """Close the file, which frees its room on the disk."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Archive:
    """A complete ZIP, ready to be sent."""

    body: UnnamedFile
    exit_code: ExitCode
    timing: dict[str, int]


def complete_archive(
    workspace: Workspace, rendered: Rendered, facts: RunFacts, settings: Settings
) -> Archive:
    """Add the server's members to the renderer's ZIP, open it and remove ``workspace``.

    Raises ``InsufficientStorage`` when the volume is full or gone, and ``RendererCrashed`` when the ZIP is
    not what its renderer said it made.
    """
    path = workspace.file(ARCHIVE)
    exit_code = ExitCode(rendered.result["exit_code"])
    with storage_errors():
        timing = _append_members(path, rendered, facts, exit_code, settings)
        file = path.open("rb")
    workspace.remove()
    return Archive(UnnamedFile(file), exit_code, timing)


def _append_members(
    path: Path, rendered: Rendered, facts: RunFacts, exit_code: ExitCode, settings: Settings
) -> dict[str, int]:
    started = time.monotonic()
    # Opened here, because ``ZipFile`` makes a new archive where there is none.
    with path.open("r+b") as file, ZipFile(file, "a") as archive:
        if DOCUMENT not in archive.namelist():
            raise RendererCrashed(inner=f"{ARCHIVE} holds no document")
        now = time.monotonic()
        timing = {
            "queue_wait_ms": facts.queue_wait_ms,
            "subprocess_ms": rendered.subprocess_ms,
            "zip_ms": int(rendered.result["zip_ms"]) + int((now - started) * 1000),
            "total_ms": int((now - facts.began_at) * 1000),
        }
        if settings.debug_artifacts:
            _add(archive, "trace.json", _trace(rendered, facts, exit_code, timing, settings))
        _add(archive, "api_result.json", _api_result(rendered, facts, exit_code, timing, settings))
    return timing


def _add(archive: ZipFile, name: str, document: dict[str, Any]) -> None:
    content = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)


def _api_result(
    rendered: Rendered, facts: RunFacts, exit_code: ExitCode, timing: dict[str, int], settings: Settings
) -> dict[str, Any]:
    return {
        "exit_code": int(exit_code),
        "message": MESSAGES[exit_code],
        "request_id": facts.request_id,
        "timing": timing,
        "input": facts.sent,
        "effective": facts.options.effective(),
        "build": {"version": __version__, "commit": settings.commit_sha},
        "subprocess_pid": rendered.pid,
        "subprocess_create_time": rendered.create_time,
    }


def _trace(
    rendered: Rendered, facts: RunFacts, exit_code: ExitCode, timing: dict[str, int], settings: Settings
) -> dict[str, Any]:
    return {
        "request_id": facts.request_id,
        "exit_code": int(exit_code),
        "timing": timing,
        "subprocess": {"pid": rendered.pid, "start_method": settings.mp_start},
        "effective": facts.options.effective(),
    }
