"""Spawned renderers: ``multiprocessing`` starts them, but their first lines are ``engine/spawned.py``.

What it would have a new process do first loads much that no job needs, finds each module on disk and runs
the server's main module again. Its seams serve for another beginning: the command line, the preparation that
it sends (both functions of ``multiprocessing.spawn``), and how the process object is pickled.
"""

import fcntl
import os
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from multiprocessing import spawn
from multiprocessing.context import SpawnProcess, get_spawning_popen
from pathlib import Path
from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]
from typing import Any

from docops_flask.engine import warm_up
from docops_flask.engine.module_image import write_image

_ROOT = Path(__file__).resolve().parents[2]
_FIRST_MODULE = "docops_flask.engine.spawned"
_PACKAGES = (warm_up.__name__.rpartition(".")[0], "lxml")
_NO_SITE = "-S"


class SpawnedRenderer(SpawnProcess):
    """A process that does what ``packed`` says (``warm_up.receive``), with the channel ``channel_fd``.

    One that is started ``ahead`` of need leaves the processors to others while it loads the engine.
    """

    def __init__(self, channel_fd: int, packed: bytes, *, ahead: bool) -> None:
        super().__init__(name="docops-renderer", daemon=True)
        self._channel_fd = channel_fd
        self._order = (ahead, packed)

    def start(self) -> None:
        """Start it; the caller serialises this with every other start of a process."""
        seams: Any = spawn
        theirs = seams.get_command_line, seams.get_preparation_data
        seams.get_command_line, seams.get_preparation_data = _command_line, _preparation
        try:
            super().start()
        finally:
            seams.get_command_line, seams.get_preparation_data = theirs

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled by its own start alone, which passes these descriptors on.
        spawning: Any = get_spawning_popen()
        image_fd = module_image()
        if image_fd is not None:
            spawning.duplicate_for_child(image_fd)
        return tuple, ((spawning.duplicate_for_child(self._channel_fd), *self._order),)


def _command_line(*, pipe_handle: int, **_theirs: int) -> list[str]:
    flags = [flag for flag in _args_from_interpreter_flags() if flag != _NO_SITE]
    # Without the packages' own start-up files: the server sends its search path, which is what came of them.
    code = (
        f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
        f"from {_FIRST_MODULE} import main; main({pipe_handle}, {module_image()})"
    )
    return [os.fsdecode(spawn.get_executable()), *flags, _NO_SITE, "-c", code]


def _preparation(_name: str) -> list[str]:
    return [os.path.abspath(entry) for entry in sys.path]


@cache
def module_image() -> int | None:
    """Return the image of the modules that a renderer may need, a sealed file; ``None`` when there is none.

    It is made when first asked for, and as all descriptors handed on by a fork of this process.
    """
    try:
        image_fd = os.memfd_create("docops-modules", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (AttributeError, OSError):
        return None
    try:
        write_image(image_fd, _loaders())
        # A renderer that was taken over could change what later ones run.
        fcntl.fcntl(
            image_fd,
            fcntl.F_ADD_SEALS,
            fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL,
        )
    except (ImportError, OSError):
        os.close(image_fd)
        return None
    return image_fd


def _loaders() -> Iterator[SourceFileLoader | ExtensionFileLoader]:
    """Yield the loaders of the standard library's and the engine's modules that this process has loaded."""
    library = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib"))
    others = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("purelib", "platlib"))
    for name, module in list(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if not isinstance(loader, SourceFileLoader | ExtensionFileLoader) or loader.name != name:
            continue
        is_of_library = loader.path.startswith(library) and not loader.path.startswith(others)
        if is_of_library or name.startswith(_PACKAGES):
            yield loader
