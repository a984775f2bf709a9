"""Start a renderer by the public API of ``multiprocessing`` alone.

``fork`` always starts this way; ``spawn`` and ``forkserver`` do where a private part that their faster ways
rely on is not as expected (``seams.py``). Limits, deadlines and the sandbox are the same: the renderer sets
them itself (``engine/worker``). What it costs is in docs/decisions/private-parts.md.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from multiprocessing import forkserver, get_context
from multiprocessing.process import BaseProcess

import psutil

from docops_flask.engine.worker import child
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import Task

PROCESS_NAME = "docops-renderer"

# Loaded by few jobs. A process that is going to fork loads them, so that none of its children has to.
RARE_MODULES = (
    "docops_flask.engine.checks.policy_check",
    "docops_flask.engine.integrity.fixes",
    "docops_flask.engine.integrity.verification",
    "docops_flask.engine.reports.inspection",
    "unicodedata",
)
PRELOAD = [
    # What multiprocessing itself would load in each child.
    "multiprocessing.popen_forkserver",
    child.__name__,
    *RARE_MODULES,
    "docops_flask.engine.worker.rehearsal",
]
_FORK_SERVER_COMMAND = "multiprocessing.forkserver"


def preload_modules() -> None:
    """Load the rarely used modules into this process, which is going to fork."""
    for name in RARE_MODULES:
        import_module(name)


def start(
    method: str, channel: socket.socket, limits: ProcessLimits, task: Task, *, seconds: float
) -> BaseProcess:
    """Return a started process that serves ``channel``.

    ``seconds`` bound the wait for an answer of a fork server. Raises ``OSError`` or ``EOFError``.
    """
    process: BaseProcess = get_context(method).Process(  # type: ignore[attr-defined]
        target=child.main, args=(channel, limits, task), name=PROCESS_NAME, daemon=True
    )
    with ExitStack() as stack:
        if method == "fork":
            stack.enter_context(_signals_blocked())
        elif method == "forkserver":
            _ensure_fork_server()
            stack.enter_context(killed_after(seconds, _kill_fork_server))
        process.start()
    return process


def _ensure_fork_server() -> None:
    forkserver.set_forkserver_preload(PRELOAD)
    with python_path():
        forkserver.ensure_running()


def _kill_fork_server() -> None:
    with suppress(psutil.Error):
        for process in psutil.Process().children():
            if any(_FORK_SERVER_COMMAND in word for word in process.cmdline()):
                process.kill()


@contextmanager
def killed_after(seconds: float, kill: Callable[[], None]) -> Iterator[None]:
    """Call ``kill``, which ends the fork server, when the block takes longer than ``seconds``.

    ``multiprocessing`` waits without limit for the fork server to name a new process. Once the fork server is
    killed that wait ends with ``EOFError``, and the next start gets a new fork server.
    """
    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def python_path() -> Iterator[None]:
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


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block all signals, so that a forked child does not run the server's handlers.

    The child unblocks them once it has reset the handlers (``engine/worker/isolation.py``).
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
