"""The fork server of this process: started when needed, with the engine loaded, never a parent's.

``multiprocessing`` keeps one fork server per process in a module global. Python 3.11 has five traps
here, and this module is the place where they are settled: a forked child inherits the global and
waits for a process that is not its child; the fork server does not get the ``sys.path`` of its
parent, so a preload it cannot import fails in silence; nothing bounds the wait for its answer; the
folder of its socket stays for ever when this process is killed; and the path of that socket is too
long for the system when TMPDIR is a long one.
"""

import atexit
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import current_process, forkserver
from pathlib import Path
from typing import Any

from docops_flask.jobs.workspace import Workspaces

RARE_MODULES = (
    "docops_flask.engine.checks.policy_check",
    "docops_flask.engine.integrity.fixes",
    "docops_flask.engine.integrity.verification",
    "docops_flask.engine.reports.inspection",
    "unicodedata",
)


def preload_modules() -> None:
    """Load it into this process, which is going to fork."""
    for name in RARE_MODULES:
        import_module(name)


_PRELOAD = [
    # What multiprocessing itself would load in each child.
    "multiprocessing.popen_forkserver",
    "docops_flask.engine.worker.forked",
    *RARE_MODULES,
    "docops_flask.engine.worker.rehearsal",
]


class ForkServer:
    """The one fork server of this process; the caller serialises the calls."""

    def __init__(self) -> None:
        self._theirs = forkserver._forkserver
        self._folders: Workspaces | None = None
        self._folder_fd: int | None = None
        os.register_at_fork(after_in_child=self._forget)

    def ensure_running(self) -> None:
        """Start the fork server unless it runs; raises ``InsufficientStorage`` or ``OSError``."""
        if self._runs():
            return
        forkserver.set_forkserver_preload(_PRELOAD)
        with self._socket_folder(), _python_path():
            forkserver.ensure_running()

    @contextmanager
    def bounded(self, seconds: float) -> Iterator[None]:
        """Kill the fork server when the block takes longer than ``seconds``.

        ``multiprocessing`` waits without limit for the fork server to name a new process. When the
        server is killed that wait ends with ``EOFError``, and the next start gets a new fork server.
        """
        timer = threading.Timer(seconds, self._kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _runs(self) -> bool:
        pid = self._pid()
        if pid is None:
            return False
        try:
            # A dead one is left to be reaped by multiprocessing, which starts another then.
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            self._forget()
            return False

    def _pid(self) -> int | None:
        return getattr(self._theirs, "_forkserver_pid", None)

    def _kill(self) -> None:
        pid = self._pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def _forget(self) -> None:
        """Make the fork server one that was never started, as it is for a forked child.

        Closing the inherited write end of its "alive" pipe lets a parent's fork server end with the parent.
        """
        alive_fd = getattr(self._theirs, "_forkserver_alive_fd", None)
        if alive_fd is not None:
            os.close(alive_fd)
        forkserver.ForkServer.__init__(self._theirs)
        self._close_folder()

    @contextmanager
    def _socket_folder(self) -> Iterator[None]:
        """Have the socket made in a folder of ours (those of killed processes are swept), by a short path."""
        if self._folders is None:
            self._folders = Workspaces(Path(tempfile.gettempdir()))
            atexit.register(self._folders.close)
        self._close_folder()
        self._folders.close()
        self._folder_fd = os.open(
            self._folders.create_lasting().path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
        )
        config: dict[str, Any] = current_process()._config  # type: ignore[attr-defined]
        before = config.get("tempdir")
        # sun_path holds 107 bytes (unix(7)); only this process connects, so its own view will do.
        config["tempdir"] = f"/proc/self/fd/{self._folder_fd}"
        try:
            yield
        finally:
            config["tempdir"] = before

    def _close_folder(self) -> None:
        if self._folder_fd is not None:
            os.close(self._folder_fd)
            self._folder_fd = None


@contextmanager
def _python_path() -> Iterator[None]:
    """Let a Python started inside the block import what this one can.

    The environment is the only way in: Python 3.11's fork server ignores the ``sys_path`` it is given.
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
