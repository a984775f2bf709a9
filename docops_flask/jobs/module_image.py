"""The image of the modules that spawned renderers load (``engine/module_image.py``), made once a server."""

import fcntl
import os
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from importlib.machinery import ExtensionFileLoader, SourceFileLoader

# Imported so that the image holds them.
from docops_flask.engine import spawned, warm_up, worker  # noqa: F401
from docops_flask.engine.module_image import write_image

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
