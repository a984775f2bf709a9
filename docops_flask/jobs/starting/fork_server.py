"""The fork server of this process: started when needed, with the engine loaded.

``multiprocessing`` keeps one fork server per process. Python 3.11 has five faults here, each of which this
module handles by public means: a process that was forked remembers the fork server of its parent and fails to
wait for it; the fork server is not sent the ``sys.path`` of its parent, so it silently skips a preload that
it cannot import; the wait for its answer has no limit; the folder of its socket stays for good when this
process is killed; and the path of that socket is too long for the system when TMPDIR is long.
"""

import importlib
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker, util
from pathlib import Path

import psutil

from docops_flask.jobs.workspace import Workspaces

# Loaded by few jobs. A process that is going to fork loads them, so that none of its children has to.
RARE_MODULES = (
    "docops_flask.engine.checks.policy_check",
    "docops_flask.engine.integrity.entry_replay",
    "docops_flask.engine.integrity.fix_claims",
    "docops_flask.engine.integrity.fixes",
    "docops_flask.engine.integrity.picture_claims",
    "docops_flask.engine.integrity.place_claims",
    "docops_flask.engine.integrity.verification",
    "docops_flask.engine.reports.package_problems",
    "docops_flask.engine.reports.precheck",
    "unicodedata",
)
_PRELOAD = [
    # What multiprocessing itself would load in each child.
    "multiprocessing.popen_forkserver",
    "docops_flask.engine.worker.child",
    *RARE_MODULES,
    "docops_flask.engine.worker.rehearsal",
]


class ForkServer:
    """The one fork server of this process; the caller serialises the calls."""

    def __init__(self) -> None:
        self._pid: int | None = None
        self._folders: Workspaces | None = None
        self._folder_fd: int | None = None

    def ensure_running(self) -> None:
        """Start the fork server unless it runs; raises ``InsufficientStorage`` or ``OSError``."""
        if self._runs():
            return
        if self._folder_fd is None or self._pid is not None:
            self._make_socket_folder()
        # Started here, so that it is not among the new children.
        resource_tracker.ensure_running()
        before = set(psutil.Process().children())
        with _python_path():
            try:
                self._start()
            except ChildProcessError:
                # The one that multiprocessing remembers is the child of another process, from which this one
                # was forked, or was reaped by another part of the server: forget it.
                importlib.reload(forkserver)
                self._start()
        started = set(psutil.Process().children()) - before
        # With more than one (another thread has started a process) it is not known which is the fork server.
        self._pid = started.pop().pid if len(started) == 1 else None

    @contextmanager
    def killed_after(self, seconds: float) -> Iterator[None]:
        """Kill the fork server when the block takes longer than ``seconds``.

        ``multiprocessing`` waits without limit for the fork server to name a new process. Once the fork
        server is killed that wait ends with ``EOFError``, and the next start gets a new fork server.
        """
        timer = threading.Timer(seconds, self._kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _kill(self) -> None:
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)

    def _start(self) -> None:
        forkserver.set_forkserver_preload(_PRELOAD)
        forkserver.ensure_running()

    def _runs(self) -> bool:
        if self._pid is not None and _is_running(self._pid):
            return True
        # If the fork server ends while a process is started, multiprocessing starts another by itself, with
        # its socket in the same folder.
        found = None if self._folder_fd is None else _find()
        self._pid = self._pid if found is None else found
        return found is not None

    def _make_socket_folder(self) -> None:
        """Have the socket made in a folder of this server's, by a short path.

        A later server removes the folder if this process is killed (``jobs/workspace.py``). The path is short
        because sun_path holds 107 bytes (unix(7)); only this process connects, so one in its own view
        suffices. ``multiprocessing`` chooses its folder once, below ``tempfile.tempdir``: a later folder
        takes the place of the first one under the same descriptor number.
        """
        if self._folders is None:
            self._folders = Workspaces(Path(tempfile.gettempdir()))
            # After multiprocessing has removed its own folder there (-100).
            util.Finalize(None, self._folders.close, exitpriority=-200)
        self._folders.close()
        folder_fd = os.open(self._folders.create_lasting().path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        if self._folder_fd is None:
            self._folder_fd = folder_fd
        else:
            os.dup2(folder_fd, self._folder_fd, inheritable=False)
            os.close(folder_fd)
        before = tempfile.tempdir
        tempfile.tempdir = f"/proc/self/fd/{self._folder_fd}"
        try:
            os.makedirs(util.get_temp_dir(), mode=0o700, exist_ok=True)
        finally:
            tempfile.tempdir = before


def _is_running(pid: int) -> bool:
    try:
        # One that has ended is left for multiprocessing to reap, which then starts another.
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _find() -> int | None:
    """Return the process id of a running fork server of this process, ``None`` if there is none.

    A process that has ended has no command line, and one has none for a moment while it is started.
    """
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if any("multiprocessing.forkserver" in word for word in process.cmdline()):
                return process.pid
    return None


@contextmanager
def _python_path() -> Iterator[None]:
    """Let a Python that is started inside the block import what this one can.

    The environment is the only way: Python 3.11's fork server ignores the ``sys_path`` that it is sent.
    """
    entries = [os.path.abspath(entry) for entry in sys.path if os.pathsep not in entry]
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(entries)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


FORK_SERVER = ForkServer()
