"""The first lines of a new renderer: ``multiprocessing`` starts it, and what it does then is ours.

What a process of ``multiprocessing`` does first loads much that no job needs, looks for each module on disk
and runs the server's main module once more. Its seams serve for another beginning: the command line and the
preparation that it sends (functions of ``multiprocessing.spawn``), and how a process object is pickled. A
process forked from the server itself has no first lines.
"""

import os
import pickle
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import context, get_context, spawn
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]
from typing import Any

from docops_flask.engine import forked, spawned
from docops_flask.engine.isolation import ProcessLimits
from docops_flask.engine.module_image import statement
from docops_flask.engine.worker import Task, serve
from docops_flask.jobs.module_image import module_image

_ROOT = Path(__file__).resolve().parents[2]
_NAME = "docops-renderer"
_NO_SITE = "-S"


def new_process(
    method: str, channel: socket.socket, limits: ProcessLimits, task: Task, *, ahead: bool
) -> BaseProcess:
    """Return a process that will serve ``channel``, not started yet.

    A spawned one that is started ``ahead`` of need leaves the processors to others while it loads the engine.
    """
    if method == "spawn":
        return _Spawned(channel.fileno(), pickle.dumps((serve, limits, task)), ahead=ahead)
    if method == "forkserver":
        return _OfForkServer(channel.fileno(), limits, task)
    return get_context("fork").Process(
        target=forked.main, args=(channel, limits, task), name=_NAME, daemon=True
    )


@contextmanager
def first_lines() -> Iterator[None]:
    """Have processes and fork servers that are started inside the block begin as this module says.

    The caller keeps all other starts of a process out meanwhile.
    """
    seams: Any = spawn
    theirs = seams.get_command_line, seams.get_preparation_data
    seams.get_command_line, seams.get_preparation_data = _command_line, _preparation
    try:
        yield
    finally:
        seams.get_command_line, seams.get_preparation_data = theirs


def _command_line(*, pipe_handle: int, **_theirs: int) -> list[str]:
    # Without the packages' own start-up files: what came of them in the server is the search path it sends.
    flags = [flag for flag in _args_from_interpreter_flags() if flag != _NO_SITE]
    image_fd = module_image()
    statements = (
        # What is loaded stays for good: looking through it for garbage takes a tenth of the start. What the
        # job makes stays as well (``worker.serve``).
        "import gc, sys; gc.disable()",
        f"sys.path.insert(0, {str(_ROOT)!r})",
        "finder = None" if image_fd is None else statement(image_fd),
        "if finder: sys.meta_path.insert(0, finder)",
        f"from {spawned.__name__} import main; main({pipe_handle}, finder)",
    )
    return [os.fsdecode(spawn.get_executable()), *flags, _NO_SITE, "-c", "\n".join(statements)]


def _preparation(_name: str) -> dict[str, Any]:
    return {"sys_path": [os.path.abspath(entry) for entry in sys.path]}


class _Spawned(context.SpawnProcess):
    """Pickled as the order that ``warm_up.receive`` takes."""

    def __init__(self, channel_fd: int, packed: bytes, *, ahead: bool) -> None:
        super().__init__(name=_NAME, daemon=True)
        self._channel_fd = channel_fd
        self._order = (ahead, packed)

    def __reduce__(self) -> tuple[Any, ...]:
        # While it is started: what is duplicated here is handed on to the process.
        starting: Any = context.get_spawning_popen()
        image_fd = module_image()
        if image_fd is not None:
            starting.duplicate_for_child(image_fd)
        return tuple, ((starting.duplicate_for_child(self._channel_fd), *self._order),)


class _OfForkServer(context.ForkServerProcess):
    """Pickled as what the child of the fork server takes for its process object."""

    def __init__(self, channel_fd: int, limits: ProcessLimits, task: Task) -> None:
        super().__init__(name=_NAME, daemon=True)
        self._channel_fd = channel_fd
        self._order = (limits, task)

    def __reduce__(self) -> tuple[Any, ...]:
        starting: Any = context.get_spawning_popen()
        return forked.Renderer, (starting.duplicate_for_child(self._channel_fd), *self._order)
