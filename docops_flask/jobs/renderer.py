"""Runs a job in a process of its own: start, send, wait with one deadline, end, read the answer.

The system limits the size of a file (RLIMIT_FSIZE), not that of a folder; ``FolderQuota`` does. Its check
costs a handful of system calls: it stops at the first entry beyond those that a job makes.
"""

import errno
import os
import pickle
import signal
import stat
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.sandbox.sandbox import SandboxParts, readable_paths
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import (
    DONE,
    JOB_FILE,
    NO_MEMORY,
    NO_RESULT,
    NO_SANDBOX_STATUS,
    NO_STORAGE,
    READY,
    Task,
)
from docops_flask.jobs.answer import read_answer
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.errors import (
    InsufficientStorage,
    NotReady,
    RendererCrashed,
    RequestTimeout,
    storage_errors,
)
from docops_flask.jobs.pauses import Pauses
from docops_flask.jobs.process import End, RendererProcess
from docops_flask.jobs.standby import Standby
from docops_flask.jobs.starting.plain import preload_modules
from docops_flask.jobs.starting.start import plain_start_warning

# The uploads, the job file and the files that the renderer makes are ten at most.
_MOST_ENTRIES = 64
_BLOCK_BYTES = 512


class FolderQuota(NamedTuple):
    """The most ``bytes`` and ``entries`` of a job's folder, uploads and unlinked open files included.

    ``folders`` says whether there may be folders in it; what is in them counts.
    """

    bytes: int
    entries: int = _MOST_ENTRIES
    folders: bool = False

    def refuse_excess(self, folder: Path, pid: int | None = None) -> None:
        """Raise ``RendererCrashed`` when ``folder`` holds more, or a folder where there may be none.

        With the renderer's ``pid``, unlinked files that it has open count too. A check that is not possible
        now (no descriptor is free) passes: another follows soon, or reading the files fails.
        """
        try:
            used = self._in_folder(folder)
        except PermissionError as error:
            raise RendererCrashed(inner="its folder cannot be read by the server") from error
        except OSError:
            return
        if pid is not None:
            used += _held_by(pid)
        if used > self.bytes:
            raise RendererCrashed(inner=f"its files had more than {self.bytes} bytes")

    def _in_folder(self, folder: Path) -> int:
        used = found = 0
        pending: list[str | Path] = [folder]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if found == self.entries:
                        raise RendererCrashed(inner=f"its folder had more than {self.entries} entries")
                    found += 1
                    is_folder = entry.is_dir(follow_symlinks=False)
                    if is_folder and not self.folders:
                        raise RendererCrashed(inner="its folder contained a folder")
                    if is_folder:
                        pending.append(entry.path)
                    # The renderer may rename or remove it meanwhile.
                    with suppress(FileNotFoundError):
                        used += _size(entry.stat(follow_symlinks=False))
        return used


def _size(status: os.stat_result) -> int:
    """Return the space that a file takes, or its length, whichever is more."""
    return max(status.st_size, status.st_blocks * _BLOCK_BYTES)


def _held_by(pid: int) -> int:
    """Return the size of the unlinked files and memory files that ``pid`` has open."""
    used = 0
    # The process may end, or close any of them, meanwhile.
    with suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                status = os.stat(f"/proc/{pid}/fd/{number}")
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    used += status.st_blocks * _BLOCK_BYTES
    return used


# A renderer ends right after its answer; after this time it is terminated.
_LEAVE_SECONDS = 1.0
_PROBE_SECONDS = 10.0
_SIGNAL_NAMES = {int(number): number.name for number in signal.Signals}


@dataclass(frozen=True, slots=True)
class Rendered:
    """The result of a job, and the process that did it.

    ``result`` is the task's own data, ``create_time`` the process's start (epoch seconds, as psutil has it),
    ``subprocess_ms`` the time from the request for a process to its end.
    """

    result: dict[str, Any]
    pid: int
    create_time: float
    subprocess_ms: int


class Renderer:
    """Runs jobs, each in a new process; safe to use from many threads."""

    def __init__(
        self,
        start_method: str,
        timeout_seconds: float,
        limits: ProcessLimits,
        task: Task = run_job,
        *,
        folder_bytes: int | None = None,
        folder_entries: int = _MOST_ENTRIES,
        folders: bool = False,
        standby: int = 0,
        may_refill: Callable[[], bool] = lambda: True,
        on_standby: Callable[[int], None] = lambda _ready: None,
        niceness: int = 0,
        pauses: Pauses | None = None,
    ) -> None:
        """Take the start method (``spawn``, ``forkserver`` or ``fork``) and the limits of a job.

        ``task`` does the job in the new process, which imports it by its name. ``folder_bytes`` is the most
        that a job's folder may hold, uploads included (``None``: twice the largest file that it may write),
        ``folder_entries`` how many files; ``folders`` says whether there may be folders.
        ``standby`` processes are kept ready once ``self.standby`` is opened; see ``Standby`` for the other
        two. ``niceness`` (setpriority(2)) is how much less than this process's priority a job has;
        with ``pauses`` it is stopped while jobs of clients are at work.
        """
        self.standby = Standby(standby, self._start_ahead, may_refill, on_standby)
        if start_method == "fork":
            preload_modules()
        self._start_method = start_method
        self._niceness = niceness
        self._pauses = pauses
        self._timeout_seconds = timeout_seconds
        self._limits = limits._replace(readable=(*readable_paths(), *limits.readable))
        most_bytes = 2 * limits.file_bytes if folder_bytes is None else folder_bytes
        self._quota = FolderQuota(most_bytes, folder_entries, folders)
        self._task = task

    def run(self, job: Job, workspace: Path, caller: Caller = STAYING) -> Rendered:
        """Do ``job`` with the ``template.docx`` in the folder ``workspace``, where it writes its files too.

        Raises the engine's error for the template, ``RequestTimeout``, ``RendererCrashed``,
        ``InsufficientStorage``, ``CallerLeft`` as soon as ``caller`` disconnects, or a plain ``DocopsError``
        for a bug. The process has ended by then.
        """
        started = time.monotonic()
        deadline = started + self._timeout_seconds
        caller.refuse_if_left()
        with storage_errors():
            (workspace / JOB_FILE).write_bytes(pickle.dumps(job))
        try:
            process = self._begin(workspace, deadline)
            answer, end = self._attend(process, deadline, caller, workspace)
        finally:
            self.standby.job_ended()
        if answer is None:
            raise self._timeout(terminated=end.gone)
        subprocess_ms = int((time.monotonic() - started) * 1000)
        _refuse_failure(answer, end)
        self._quota.refuse_excess(workspace)
        return Rendered(read_answer(workspace), process.pid, process.create_time, subprocess_ms)

    def start_warning(self) -> str | None:
        """Return the line for the log when renderers cannot be spawned the faster way, else ``None``."""
        return plain_start_warning(self._start_method)

    def demand(self, parts: SandboxParts) -> None:
        """Have renderers that are started from now on refuse to work without these parts of the sandbox."""
        self._limits = self._limits._replace(demanded=parts)

    def probe(self) -> None:
        """Start a renderer, wait until it is ready and end it; raises ``NotReady`` when that fails."""
        deadline = time.monotonic() + _PROBE_SECONDS
        message = b""
        try:
            process = self._start(deadline)
            try:
                message = process.receive(deadline)
            finally:
                end = process.end(_LEAVE_SECONDS)
        except TimeoutError as error:
            raise _no_renderer(f"not ready within {_PROBE_SECONDS:g} s") from error
        except DocopsError as error:
            raise _no_renderer(error.inner) from error
        if message != READY:
            raise _no_renderer(_describe(end))

    def _look(self, process: RendererProcess, workspace: Path) -> None:
        """Refuse a renderer whose folder exceeds the quota (``RendererCrashed``), and see to pauses."""
        try:
            self._quota.refuse_excess(workspace, process.pid)
        except RendererCrashed:
            process.kill()
            raise
        if self._pauses is not None:
            self._pauses.look()

    def _attend(
        self, process: RendererProcess, deadline: float, caller: Caller, workspace: Path
    ) -> tuple[bytes | None, End]:
        """Wait for the answer of ``process``; return it (``None``: none in time) and how it ended."""
        answer: bytes | None = None
        patience_seconds = 0.0
        look = partial(self._look, process, workspace)
        try:
            with suppress(TimeoutError):
                answer = process.receive(deadline, caller, look)
                if answer == READY:
                    answer = None
                    with nullcontext() if self._pauses is None else self._pauses.pausing(process):
                        answer = process.receive(deadline, caller, look)
                patience_seconds = _LEAVE_SECONDS
        finally:
            end = process.end(patience_seconds)
        return answer, end

    def _begin(self, workspace: Path, deadline: float) -> RendererProcess:
        """Return a renderer that was sent the job; one that ended before is skipped."""
        while (standing := self.standby.take()) is not None:
            if standing.send_folder(workspace):
                standing.hurry()
                return standing
            standing.end(0.0)
        try:
            process = self._start(deadline)
        except TimeoutError as error:
            raise self._timeout(terminated=True) from error
        if self._niceness:
            process.slow_down(self._niceness)
        # If it has ended already, ``end`` says how.
        process.send_folder(workspace)
        return process

    def _start_ahead(self, deadline: float) -> RendererProcess:
        return self._start(deadline, ahead=True)

    def _start(self, deadline: float, *, ahead: bool = False) -> RendererProcess:
        try:
            try:
                return self._start_once(deadline, ahead)
            except (EOFError, ConnectionError):
                # The fork server ended meanwhile. The job has not begun, and a new fork server is started.
                if time.monotonic() >= deadline:
                    raise TimeoutError from None
                return self._start_once(deadline, ahead)
        except TimeoutError:
            raise
        except (EOFError, OSError) as error:
            name = errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)
            raise RendererCrashed(inner=f"could not be started: {name}") from error

    def _start_once(self, deadline: float, ahead: bool) -> RendererProcess:
        return RendererProcess.start(self._start_method, self._limits, self._task, deadline, ahead=ahead)

    def _timeout(self, *, terminated: bool) -> RequestTimeout:
        return RequestTimeout(timeout_seconds=self._timeout_seconds, terminated=terminated)


def _refuse_failure(answer: bytes, end: End) -> None:
    """Raise unless the renderer said that its answer is in the folder, and has ended, so that it stays so."""
    if answer == DONE and not end.gone:
        raise RendererCrashed(inner="did not end, though it was killed")
    if answer == DONE:
        return
    if answer == NO_STORAGE:
        raise InsufficientStorage(inner="the volume was full or gone for the renderer")
    if answer == NO_MEMORY:
        raise RendererCrashed(inner="out of memory")
    if answer == NO_RESULT:
        raise RendererCrashed(inner="could not write its answer")
    raise RendererCrashed(inner=_describe(end) if not answer else "sent an unknown message")


def _describe(end: End) -> str:
    if end.exit_code is None:
        return "ended for an unknown reason"
    if end.exit_code < 0:
        return f"killed by {_SIGNAL_NAMES.get(-end.exit_code, f'signal {-end.exit_code}')}"
    if end.exit_code == NO_SANDBOX_STATUS:
        return "could not enter its sandbox"
    return f"exited with {end.exit_code} before it answered"


def _no_renderer(inner: str | None) -> NotReady:
    return NotReady("No renderer can be started now.", inner=inner)
