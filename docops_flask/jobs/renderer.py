"""A job in a process of its own: start, tell, wait with one deadline, end, read the answer.

The system limits the size of a file (RLIMIT_FSIZE), not that of a folder. A check costs a handful of system
calls: a folder with more entries than a job makes is refused before the rest is read.
"""

import errno
import os
import pickle
import signal
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.sandbox.cell import CellParts, readable_paths
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import (
    DONE,
    JOB_FILE,
    NO_CELL_STATUS,
    NO_MEMORY,
    NO_RESULT,
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
from docops_flask.jobs.process import End, RendererProcess
from docops_flask.jobs.standby import Standby
from docops_flask.jobs.starting.plain import preload_modules
from docops_flask.jobs.starting.seams import plain_start_warning

# A job has its uploads, its own file and those that its renderer makes: ten at most.
_MOST_ENTRIES = 64
_BLOCK_BYTES = 512


class FolderQuota(NamedTuple):
    """The most that the folder of a job may hold, uploads included, and its renderer have open besides."""

    bytes: int
    entries: int = _MOST_ENTRIES

    def refuse_excess(self, folder: Path, pid: int | None = None) -> None:
        """Raise ``RendererCrashed`` when there is more in ``folder``, or a folder, which no job makes.

        With ``pid``, the renderer's, the files count too that it has open without a name. A check that is
        not possible now (no descriptor is free) passes: the next one comes soon, or reading the files fails.
        """
        try:
            used = self._in_folder(folder)
        except PermissionError as error:
            raise RendererCrashed(inner="its folder was closed to its server") from error
        except OSError:
            return
        if pid is not None:
            used += _held_by(pid)
        if used > self.bytes:
            raise RendererCrashed(inner=f"it had more than {self.bytes} bytes of files")

    def _in_folder(self, folder: Path) -> int:
        used = 0
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number == self.entries:
                    raise RendererCrashed(inner=f"its folder had more than {self.entries} entries")
                if entry.is_dir(follow_symlinks=False):
                    raise RendererCrashed(inner="its folder had a folder in it")
                # It may rename or remove it meanwhile.
                with suppress(FileNotFoundError):
                    used += _size(entry.stat(follow_symlinks=False))
        return used


def _size(status: os.stat_result) -> int:
    """Return how much room a file takes, or how long it says it is, whichever is more."""
    return max(status.st_size, status.st_blocks * _BLOCK_BYTES)


def _held_by(pid: int) -> int:
    """Return the size of the files without a name that ``pid`` has open: removed ones, and memory files."""
    used = 0
    # It may have ended meanwhile, and close any of them.
    with suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                status = os.stat(f"/proc/{pid}/fd/{number}")
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    used += status.st_blocks * _BLOCK_BYTES
    return used


# A renderer leaves right after its answer; one that does not is made to.
_LEAVE_SECONDS = 1.0
_PROBE_SECONDS = 10.0
_SIGNAL_NAMES = {int(number): number.name for number in signal.Signals}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a job came to, and the process that did it.

    ``result`` is the task's own data, ``create_time`` the process's start (epoch seconds, as psutil
    says it), ``subprocess_ms`` the time from when the job wanted a process until that was gone.
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
        standby: int = 0,
        may_refill: Callable[[], bool] = lambda: True,
        on_standby: Callable[[int], None] = lambda _ready: None,
    ) -> None:
        """Take ``spawn``, ``forkserver`` or ``fork`` and what a job may use.

        ``task`` does the job in the new process; it must be importable there by its name. ``folder_bytes``
        is the most that its folder may hold, uploads included (``None``: twice the largest file it may
        write). ``standby`` processes are kept ready once ``self.standby`` is opened; see ``Standby`` for the
        other two.
        """
        self.standby = Standby(standby, self._start_ahead, may_refill, on_standby)
        if start_method == "fork":
            preload_modules()
        self._start_method = start_method
        self._timeout_seconds = timeout_seconds
        self._limits = limits._replace(readable=readable_paths())
        self._quota = FolderQuota(2 * limits.file_bytes if folder_bytes is None else folder_bytes)
        self._task = task

    def run(self, job: Job, workspace: Path, caller: Caller = STAYING) -> Rendered:
        """Do ``job`` with the ``template.docx`` in the folder ``workspace``, where its files go too.

        Raises what the engine raised for the template, ``RequestTimeout``, ``RendererCrashed``,
        ``InsufficientStorage``, ``CallerLeft`` as soon as ``caller`` goes, or a plain ``DocopsError`` for a
        bug. The process has ended then.
        """
        started = time.monotonic()
        deadline = started + self._timeout_seconds
        caller.refuse_if_left()
        with storage_errors():
            (workspace / JOB_FILE).write_bytes(pickle.dumps(job))
        try:
            process = self._begin(workspace, deadline)
            answer, end = _attend(process, deadline, caller, lambda: self._look(process, workspace))
        finally:
            self.standby.job_ended()
        if answer is None:
            raise self._timeout(terminated=end.gone)
        subprocess_ms = int((time.monotonic() - started) * 1000)
        _refuse_failure(answer, end)
        self._quota.refuse_excess(workspace)
        return Rendered(read_answer(workspace), process.pid, process.create_time, subprocess_ms)

    def start_warning(self) -> str | None:
        """Return a line for the log when renderers cannot start the faster way, else ``None``."""
        return plain_start_warning(self._start_method)

    def demand(self, parts: CellParts) -> None:
        """Have renderers that are started from now on do no job without these parts of their cell."""
        self._limits = self._limits._replace(demanded=parts)

    def probe(self) -> None:
        """Start a renderer, see it get ready, end it; raises ``NotReady`` when that does not work."""
        deadline = time.monotonic() + _PROBE_SECONDS
        message = b""
        try:
            process = self._start(deadline)
            try:
                message = process.hear(deadline)
            finally:
                end = process.end(_LEAVE_SECONDS)
        except TimeoutError as error:
            raise _no_renderer(f"not ready within {_PROBE_SECONDS:g} s") from error
        except DocopsError as error:
            raise _no_renderer(error.inner) from error
        if message != READY:
            raise _no_renderer(_describe(end))

    def _look(self, process: RendererProcess, workspace: Path) -> None:
        """Kill a renderer that has more on the disk than a job needs; raises ``RendererCrashed`` then."""
        try:
            self._quota.refuse_excess(workspace, process.pid)
        except RendererCrashed:
            process.kill()
            raise

    def _begin(self, workspace: Path, deadline: float) -> RendererProcess:
        """Return a renderer that was told of the job; one that died before it could hear is passed over."""
        while (standing := self.standby.take()) is not None:
            if standing.send_folder(workspace):
                standing.hurry()
                return standing
            standing.end(0.0)
        try:
            process = self._start(deadline)
        except TimeoutError as error:
            raise self._timeout(terminated=True) from error
        # That it is dead already is for its end to say.
        process.send_folder(workspace)
        return process

    def _start_ahead(self, deadline: float) -> RendererProcess:
        return self._start(deadline, ahead=True)

    def _start(self, deadline: float, *, ahead: bool = False) -> RendererProcess:
        try:
            try:
                return self._start_once(deadline, ahead)
            except (EOFError, ConnectionError):
                # The fork server died under way. Nothing of the job has begun, and a new one will serve.
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


def _attend(
    process: RendererProcess, deadline: float, caller: Caller, look: Callable[[], None]
) -> tuple[bytes | None, End]:
    """Hear what ``process`` made of its job; return its answer (``None``: none in time) and how it ended.

    ``look`` is called from time to time meanwhile; what it raises ends the job.
    """
    answer: bytes | None = None
    patience_seconds = 0.0
    try:
        with suppress(TimeoutError):
            answer = process.hear(deadline, caller, look)
            if answer == READY:
                answer = None
                answer = process.hear(deadline, caller, look)
            patience_seconds = _LEAVE_SECONDS
    finally:
        end = process.end(patience_seconds)
    return answer, end


def _refuse_failure(answer: bytes, end: End) -> None:
    """Raise unless the renderer said that its answer lies in the folder, and can change it no more."""
    if answer == DONE and not end.gone:
        raise RendererCrashed(inner="did not end, though it was killed")
    if answer == DONE:
        return
    if answer == NO_STORAGE:
        raise InsufficientStorage(inner="the renderer found the volume full, or gone")
    if answer == NO_MEMORY:
        raise RendererCrashed(inner="out of memory")
    if answer == NO_RESULT:
        raise RendererCrashed(inner="could not write its answer")
    raise RendererCrashed(inner=_describe(end) if not answer else "said what was not agreed")


def _describe(end: End) -> str:
    if end.exit_code is None:
        return "ended for a reason unknown"
    if end.exit_code < 0:
        return f"killed by {_SIGNAL_NAMES.get(-end.exit_code, f'signal {-end.exit_code}')}"
    if end.exit_code == NO_CELL_STATUS:
        return "could not shut itself into its cell"
    return f"exited with {end.exit_code} before it answered"


def _no_renderer(inner: str | None) -> NotReady:
    return NotReady("No renderer can be started now.", inner=inner)
