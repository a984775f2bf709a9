"""Starts one renderer process, sends it a folder, receives its messages and ends it.

``multiprocessing`` polls all its children whenever it starts one, and when two threads poll the same child at
once, the one that loses the race of ``waitpid`` sees a child that never ends. So its calls are made under one
lock, which is never held while waiting for a renderer, and the kernel says whether a renderer has ended
(``pidfd_open``, Linux 5.3; where it is missing, ``multiprocessing`` does).
"""

import errno
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

import psutil

from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import READY, Task
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.starting.start import start_process


def refuse_without_descriptors(count: int) -> None:
    """Raise ``OSError`` (EMFILE, ENFILE) unless ``count`` descriptors are free at this moment."""
    with ExitStack() as taken:
        for _ in range(count):
            taken.callback(os.close, os.dup(2))


_MOST_NICENESS = 19
_TERMINATE_SECONDS = 0.3
_KILL_SECONDS = 2.0
_REAP_STEP_SECONDS = 0.002
# poll(2) takes its timeout as an int of milliseconds.
_LONGEST_WAIT_SECONDS = 1_000_000.0
# Most jobs have ended before the first look.
_LOOK_SECONDS = 0.25
# Added to a job's own deadline, because a new fork server loads the engine before it answers.
_FORK_SERVER_SPARE_SECONDS = 10.0

# Two for the channel, four for multiprocessing's pipes, two for exec, one each for /proc and the pidfd.
_DESCRIPTORS_OF_A_START = 10

# The process has ended; the kernel is older; the filter of an old container runtime forbids the call.
_NO_PIDFD_ERRNOS = frozenset({errno.ESRCH, errno.ENOSYS, errno.EPERM})

_bookkeeping = threading.Lock()


@dataclass(frozen=True, slots=True)
class End:
    """How a renderer ended: whether it is ``gone``, and its exit code if known (negative: a signal)."""

    gone: bool
    exit_code: int | None


class RendererProcess:
    """A renderer and the server's end of its channel; made by ``start``, finished by ``end``."""

    def __init__(self, process: BaseProcess, pid: int, channel: socket.socket) -> None:
        self.pid = pid
        self._process = process
        self._channel = channel
        self._was_ready = False
        self._paused_at: float | None = None
        self._paused_seconds = 0.0
        self.create_time = _create_time(pid)
        self._pidfd = _open_pidfd(pid)

    @classmethod
    def start(
        cls, method: str, limits: ProcessLimits, task: Task, deadline: float, *, ahead: bool = False
    ) -> Self:
        """Start a renderer by ``deadline`` (monotonic clock); it sends ``READY`` once it is isolated.

        A renderer that is started ``ahead`` of need loads the engine at a lower priority.

        Raises ``TimeoutError`` past the deadline, and ``OSError`` or ``EOFError`` when the system or the fork
        server does not start one.
        """
        # When they run out during a start, multiprocessing leaks some.
        refuse_without_descriptors(_DESCRIPTORS_OF_A_START)
        server_end, renderer_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with renderer_end, _bookkeeping_by(deadline):
                seconds = _until(deadline) + _FORK_SERVER_SPARE_SECONDS
                process = start_process(method, renderer_end, limits, task, seconds=seconds, ahead=ahead)
                assert process.pid is not None
                try:
                    if time.monotonic() >= deadline:
                        raise TimeoutError
                    return cls(process, process.pid, server_end)
                except BaseException:
                    process.kill()
                    process.join()
                    raise
        except BaseException:
            # A renderer that runs all the same ends when its channel closes.
            server_end.close()
            raise

    def send_folder(self, folder: Path) -> bool:
        """Send the renderer the folder of its job, without blocking; return whether it could be sent."""
        try:
            self._channel.send(os.fsencode(folder))
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def hurry(self) -> None:
        """Give a renderer that was started ahead the priority of this process, where the system allows it."""
        priority = os.getpriority(os.PRIO_PROCESS, 0)
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{self.pid}/task"):
                os.setpriority(os.PRIO_PROCESS, int(thread), priority)

    def slow_down(self, niceness: int) -> None:
        """Give the renderer a lower priority than this process has, before its job is sent."""
        priority = os.getpriority(os.PRIO_PROCESS, 0)
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, min(priority + niceness, _MOST_NICENESS))

    def pause(self) -> None:
        """Stop the renderer, which has to be ready, until ``resume``; it waits no longer for its deadline."""
        if self._paused_at is None:
            self._paused_at = time.monotonic()
            self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a renderer that was stopped go on."""
        if self._paused_at is not None:
            self._paused_seconds += time.monotonic() - self._paused_at
            self._paused_at = None
            self._signal(signal.SIGCONT)

    def _without_pauses(self, deadline: float) -> float:
        """Return ``deadline``, later by the time that the renderer was stopped."""
        paused_at = self._paused_at
        pause_seconds = 0.0 if paused_at is None else time.monotonic() - paused_at
        return deadline + self._paused_seconds + pause_seconds

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def receive(
        self, deadline: float, caller: Caller = STAYING, look: Callable[[], None] | None = None
    ) -> bytes:
        """Return the renderer's next message, or ``b""`` when it has ended without one.

        Calls ``look`` every quarter of a second, and passes on what it raises; not before the renderer is
        ready, for until then it may still have inherited files open. Raises ``TimeoutError`` past
        ``deadline`` (monotonic clock; pauses do not count), ``CallerLeft`` when ``caller`` disconnects.
        """
        sources = [self._channel.fileno()]
        if self._pidfd is not None:
            sources.append(self._pidfd)
        longest = _LONGEST_WAIT_SECONDS if look is None else _LOOK_SECONDS
        while not caller.wait(sources, min(_until(self._without_pauses(deadline)), longest)):
            if time.monotonic() >= self._without_pauses(deadline):
                raise TimeoutError
            if look is not None and self._was_ready:
                look()
        # A message that was sent before the end counts, so the channel is read whichever of the two is ready.
        with suppress(BlockingIOError, ConnectionResetError):
            message = self._channel.recv(1, socket.MSG_DONTWAIT)
            self._was_ready = self._was_ready or message == READY
            return message
        return b""

    def kill(self) -> None:
        """Kill the renderer; ``end`` has to be called all the same."""
        self._signal(signal.SIGKILL)

    def end(self, patience_seconds: float) -> End:
        """Wait ``patience_seconds`` for the renderer to end, then terminate it, kill it and reap it.

        All processes of its session are killed with it, and what it uses in this process is released.
        """
        self._channel.close()
        gone = self._has_ended(patience_seconds)
        for number, seconds in ((signal.SIGTERM, _TERMINATE_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
            if gone:
                break
            self._signal(number)
            gone = self._has_ended(seconds)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        exit_code = self._exit_code(_KILL_SECONDS) if gone else None
        if exit_code is not None:
            with _bookkeeping:
                self._process.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
        return End(gone, exit_code)

    def _has_ended(self, seconds: float) -> bool:
        if self._pidfd is None:
            return self._exit_code(seconds) is not None
        return bool(wait([self._pidfd], seconds))

    def _exit_code(self, seconds: float) -> int | None:
        """Reap the process and return its exit code, ``None`` if it is not known within about ``seconds``."""
        deadline = time.monotonic() + seconds
        step_seconds = 0.0
        while True:
            with _bookkeeping:
                exit_code = self._process.exitcode
            if exit_code is not None:
                return exit_code
            if time.monotonic() >= deadline:
                return None
            # Ready at once, except with a fork server, which reports the end. The kernel may be a moment
            # behind.
            wait([self._process.sentinel], _until(deadline))
            time.sleep(step_seconds)
            step_seconds = _REAP_STEP_SECONDS


def _until(deadline: float) -> float:
    return min(max(0.0, deadline - time.monotonic()), _LONGEST_WAIT_SECONDS)


def _open_pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when ``pid`` ends; ``None`` where the system has none."""
    try:
        return os.pidfd_open(pid)
    except AttributeError:  # a Python built for older kernels
        return None
    except OSError as error:
        if error.errno not in _NO_PIDFD_ERRNOS:
            raise
        return None


def _create_time(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0


@contextmanager
def _bookkeeping_by(deadline: float) -> Iterator[None]:
    if not _bookkeeping.acquire(timeout=_until(deadline)):
        raise TimeoutError
    try:
        yield
    finally:
        _bookkeeping.release()
