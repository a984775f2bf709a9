"""The fork server of this process: started when needed, with the engine loaded, never the parent's.

``multiprocessing`` keeps one fork server per process in a module global. Python 3.11 has five faults here,
each of which this module handles: a forked child inherits the global and waits for a process that is not its
child; the fork server is not sent the ``sys.path`` of its parent, so it silently skips a preload that it
cannot import; the wait for its answer has no limit; the folder of its socket stays for good when this process
is killed; and the path of that socket is too long for the system when TMPDIR is long.

Its children are sent a tuple in place of a process object, so that they load nothing for a job.
"""

import atexit
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import context, current_process, forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from docops_flask.engine.worker import child
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import Task
from docops_flask.jobs.starting.first_lines import preparation_replaced
from docops_flask.jobs.starting.plain import PRELOAD, PROCESS_NAME, killed_after, python_path
from docops_flask.jobs.workspace import Workspaces


def start(channel: socket.socket, limits: ProcessLimits, task: Task, *, seconds: float) -> BaseProcess:
    """Return a started process that serves ``channel``; ``seconds`` bound the wait for the fork server.

    The caller lets no other process be started meanwhile. Raises ``InsufficientStorage``, ``OSError`` or
    ``EOFError``.
    """
    process = _OfForkServer(channel.fileno(), limits, task)
    with preparation_replaced():
        FORK_SERVER.ensure_running()
        with killed_after(seconds, FORK_SERVER.kill):
            process.start()
    return process


class _OfForkServer(context.ForkServerProcess):
    """A process object that is pickled as a ``child.Renderer``."""

    def __init__(self, channel_fd: int, limits: ProcessLimits, task: Task) -> None:
        super().__init__(name=PROCESS_NAME, daemon=True)
        self._channel_fd = channel_fd
        self._order = (limits, task)

    def __reduce__(self) -> tuple[Any, ...]:
        starting: Any = context.get_spawning_popen()
        return child.Renderer, (starting.duplicate_for_child(self._channel_fd), *self._order)


class ForkServer:
    """The one fork server of this process; the caller serialises the calls."""

    def __init__(self) -> None:
        self._theirs: Any = forkserver._forkserver
        self._folders: Workspaces | None = None
        self._folder_fd: int | None = None
        os.register_at_fork(after_in_child=self._forget)

    def ensure_running(self) -> None:
        """Start the fork server unless it runs; raises ``InsufficientStorage`` or ``OSError``."""
        if self._runs():
            return
        forkserver.set_forkserver_preload(PRELOAD)
        with self._socket_folder(), python_path():
            forkserver.ensure_running()

    def kill(self) -> None:
        """Kill the fork server if one was started."""
        pid = self._pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def _runs(self) -> bool:
        pid = self._pid()
        if pid is None:
            return False
        try:
            # One that has ended is left for multiprocessing to reap, which then starts another.
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            self._forget()
            return False

    def _pid(self) -> int | None:
        pid: int | None = self._theirs._forkserver_pid
        return pid

    def _forget(self) -> None:
        """Reset the state of ``multiprocessing`` to "not started", as a forked child needs it.

        Closing the inherited write end of its "alive" pipe lets a parent's fork server end with the parent.
        """
        alive_fd = self._theirs._forkserver_alive_fd
        if alive_fd is not None:
            os.close(alive_fd)
        forkserver.ForkServer.__init__(self._theirs)
        self._close_folder()

    @contextmanager
    def _socket_folder(self) -> Iterator[None]:
        """Have the socket made in a folder of this server's, by a short path.

        A later server removes the folder if this process is killed (``jobs/workspace.py``).
        """
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
        # sun_path holds 107 bytes (unix(7)). Only this process connects, so a path in its own view suffices.
        config["tempdir"] = f"/proc/self/fd/{self._folder_fd}"
        try:
            yield
        finally:
            config["tempdir"] = before

    def _close_folder(self) -> None:
        if self._folder_fd is not None:
            os.close(self._folder_fd)
            self._folder_fd = None


FORK_SERVER = ForkServer()
