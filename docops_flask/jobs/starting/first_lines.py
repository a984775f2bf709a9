"""The first lines of a new renderer: ``multiprocessing`` starts it, and what it does then is ours.

What a process of ``multiprocessing`` does first loads much that no job needs, looks for each module on disk
and runs the server's main module once more. Its seams serve for another beginning: the command line and the
preparation that it sends (functions of ``multiprocessing.spawn``), and how a process object is pickled. A
process forked from the server itself has no first lines.
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
from multiprocessing import context, get_context, spawn
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]
from typing import Any

# Imported so that the image holds them.
from docops_flask.engine.worker import forked, spawned, worker  # noqa: F401
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.module_image import statement, write_image
from docops_flask.engine.worker.worker import Task, serve

_NEEDED = ("docops_flask.engine", "lxml")


@cache
def module_image() -> int | None:
    """Return the image, a file in memory that nobody can change; ``None`` where there is none to be had.

    It is made when first asked for, and belongs to the processes that are forked from this one as well.
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
    """Yield the loaders of the standard library's and the engine's modules that this process has loaded."""
    library = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
    installed = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("purelib", "platlib"))
    for name, module in list(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if not isinstance(loader, SourceFileLoader | ExtensionFileLoader) or loader.name != name:
            continue
        is_of_library = loader.path.startswith(library) and not loader.path.startswith(installed)
        if is_of_library or name == "docops_flask" or name.startswith(_NEEDED):
            yield loader


_ROOT = Path(__file__).resolve().parents[3]
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
    """Pickled as the order that ``spawned.receive`` takes."""

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
