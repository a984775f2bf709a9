"""Spawn a renderer whose first lines are this project's, not those of ``multiprocessing``.

A process that ``multiprocessing`` spawns first loads much that no job needs, looks for each module on disk
and runs the server's main module once more. Here ``multiprocessing`` starts and reaps the process as ever,
but three of its parts are replaced meanwhile: the command line and the preparation data (two functions of
``multiprocessing.spawn``), and how the process object is pickled. ``start.py`` checks them first.
"""

import fcntl
import os
import pickle
import socket
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from multiprocessing import context, spawn
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

# ``child`` is imported for the image alone.
from docops_flask.engine.worker import child, spawned, worker  # noqa: F401
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.module_image import statement, write_image
from docops_flask.engine.worker.worker import Task, serve
from docops_flask.jobs.starting.plain import PROCESS_NAME

_NEEDED = ("docops_flask.engine", "lxml")
_ROOT = Path(__file__).resolve().parents[3]
_NO_SITE = "-S"
_CODE = "-c"


@cache
def module_image() -> int | None:
    """Return the descriptor of the sealed image of modules; ``None`` where the system has no memory files.

    It is made at the first call, and shared with the processes that are forked from this one.
    """
    try:
        image_fd = os.memfd_create("docops-modules", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (AttributeError, OSError):
        return None
    try:
        write_image(image_fd, _loaders())
        # A renderer that was taken over could otherwise change what the next ones run.
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(image_fd, fcntl.F_ADD_SEALS, seals)
    except (ImportError, OSError):
        os.close(image_fd)
        return None
    return image_fd


def _loaders() -> Iterator[SourceFileLoader | ExtensionFileLoader]:
    """Yield the loaders of the standard library's, lxml's and the engine's modules that are loaded here."""
    library = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
    installed = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("purelib", "platlib"))
    for name, module in list(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if not isinstance(loader, SourceFileLoader | ExtensionFileLoader) or loader.name != name:
            continue
        is_of_library = loader.path.startswith(library) and not loader.path.startswith(installed)
        if is_of_library or name == "docops_flask" or name.startswith(_NEEDED):
            yield loader


def start(channel: socket.socket, limits: ProcessLimits, task: Task, *, ahead: bool) -> BaseProcess:
    """Return a started process that serves ``channel``; ``ahead`` of need it loads at a lower priority.

    The caller lets no other process be started meanwhile. Raises ``OSError``.
    """
    process = _Spawned(channel.fileno(), pickle.dumps((serve, limits, task)), ahead=ahead)
    with _functions_replaced():
        process.start()
    return process


@contextmanager
def _functions_replaced() -> Iterator[None]:
    originals = spawn.get_command_line, spawn.get_preparation_data

    def command_line(**arguments: Any) -> list[str]:
        command = originals[0](**arguments)
        program_and_flags = [word for word in command[: command.index(_CODE)] if word != _NO_SITE]
        return [*program_and_flags, _NO_SITE, _CODE, _statements(arguments["pipe_handle"])]

    spawn.get_command_line, spawn.get_preparation_data = command_line, _preparation
    try:
        yield
    finally:
        spawn.get_command_line, spawn.get_preparation_data = originals


def _statements(pipe_fd: int) -> str:
    """Return the source that a spawned Python runs.

    It begins without ``site``: the result of that in the server is the search path that it is sent.
    """
    image_fd = module_image()
    lines = (
        # What is loaded stays to the end, and so does what the job makes (``worker.serve``): searching it for
        # garbage takes a tenth of the start.
        "import gc, sys; gc.disable()",
        f"sys.path.insert(0, {str(_ROOT)!r})",
        "finder = None" if image_fd is None else statement(image_fd),
        "if finder: sys.meta_path.insert(0, finder)",
        f"from {spawned.__name__} import main; main({pipe_fd}, finder)",
    )
    return "\n".join(lines)


def _preparation(name: str) -> dict[str, Any]:
    return {"sys_path": [os.path.abspath(entry) for entry in sys.path]}


class _Spawned(context.SpawnProcess):
    """A process object that is pickled as the order that ``spawned.receive`` reads."""

    def __init__(self, channel_fd: int, packed: bytes, *, ahead: bool) -> None:
        super().__init__(name=PROCESS_NAME, daemon=True)
        self._channel_fd = channel_fd
        self._order = (ahead, packed)

    def __reduce__(self) -> tuple[Any, ...]:
        # Called while the process is started: the new process inherits what is duplicated here.
        starting: Any = context.get_spawning_popen()
        image_fd = module_image()
        if image_fd is not None:
            starting.duplicate_for_child(image_fd)
        return tuple, ((starting.duplicate_for_child(self._channel_fd), *self._order),)
