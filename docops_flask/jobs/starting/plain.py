"""Start a renderer by the public API of ``multiprocessing`` alone.

``fork`` and ``forkserver`` always start this way; ``spawn`` does where a private part that its faster way
relies on is not as expected (``start.py``). Limits, deadlines and the sandbox are the same for all: the
renderer sets them itself (``engine/worker``).
"""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from types import ModuleType

from docops_flask.engine.worker import child
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import Task
from docops_flask.jobs.starting.fork_server import FORK_SERVER, RARE_MODULES

PROCESS_NAME = "docops-renderer"
_MAIN = "__main__"


def preload_modules() -> None:
    """Load the rarely used modules into this process, which is going to fork."""
    for name in RARE_MODULES:
        import_module(name)


def start(
    method: str, channel: socket.socket, limits: ProcessLimits, task: Task, *, seconds: float
) -> BaseProcess:
    """Return a started process that serves ``channel``.

    ``seconds`` bound the wait for an answer of the fork server. Raises ``InsufficientStorage`` without room
    for the fork server's socket, ``OSError`` or ``EOFError``.
    """
    process: BaseProcess = get_context(method).Process(  # type: ignore[attr-defined]
        target=child.main, args=(channel, limits, task), name=PROCESS_NAME, daemon=True
    )
    with ExitStack() as stack:
        if method == "fork":
            stack.enter_context(_signals_blocked())
        else:
            stack.enter_context(_blank_main_module())
        if method == "forkserver":
            FORK_SERVER.ensure_running()
            stack.enter_context(FORK_SERVER.killed_after(seconds))
        process.start()
    return process


@contextmanager
def _blank_main_module() -> Iterator[None]:
    """Have a new process not run the server's main module, which is of no use to it (gunicorn's: 50 ms).

    ``multiprocessing`` tells it the file of the main module; a blank module has none.
    """
    main = sys.modules[_MAIN]
    sys.modules[_MAIN] = ModuleType(_MAIN)
    try:
        yield
    finally:
        sys.modules[_MAIN] = main


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
