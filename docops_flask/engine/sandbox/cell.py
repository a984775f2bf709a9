"""The cell a renderer works in: made before it is ready, closed around it when it knows its folder."""

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple

from docops_flask.engine.files import FilePath, read_file
from docops_flask.engine.sandbox.landlock import Ruleset
from docops_flask.engine.sandbox.seccomp import CallFilter

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# What folders of installed packages are called; this package may be in one of them.
_INSTALLED = frozenset({"site-packages", "dist-packages"})
# The fields 50 and 51 of /proc/self/stat, counted from behind the name: where the block begins and ends.
_ENV_START = 50 - 3
# Where the dynamic loader finds the libraries of extension modules that are loaded later.
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache")


class SandboxMode(StrEnum):
    """What ``DOCOPS_SANDBOX`` asks for."""

    AUTO = "auto"
    REQUIRE = "require"
    OFF = "off"


class SandboxUnavailable(RuntimeError):
    """The system does not give a part of the cell that is demanded."""


class CellParts(NamedTuple):
    """Parts of a cell: ``files`` is Landlock's, ``calls`` seccomp's."""

    files: bool
    calls: bool


NO_PARTS = CellParts(files=False, calls=False)
ALL_PARTS = CellParts(files=True, calls=True)


class Cell(NamedTuple):
    """What of a cell the system gives: ``ruleset`` is ``None`` without Landlock, ``calls`` without seccomp.

    ``demanded`` are the parts without which no job is done.
    """

    ruleset: Ruleset | None
    calls: CallFilter | None
    demanded: CellParts = NO_PARTS

    def close(self, folder: FilePath) -> None:
        """Leave this process the files of its job's ``folder``, what Python loads, and the calls of a job.

        Raises ``SandboxUnavailable`` when a part that is demanded cannot be had.
        """
        with _demanded("Landlock", self.demanded.files):
            if self.ruleset is not None:
                self.ruleset.allow_work(folder)
                self.ruleset.enforce()
        with _demanded("seccomp filters", self.demanded.calls):
            if self.calls is not None:
                self.calls.install()


def make_cell(mode: SandboxMode, demanded: CellParts, readable: Iterable[str]) -> Cell:
    """Prepare what ``Cell.close`` puts in force; ``readable`` stays so.

    With ``auto`` what the system lacks is left out, unless it is among the ``demanded`` parts; ``require``
    demands all. A part that is demanded and cannot be had raises ``SandboxUnavailable``.
    """
    if mode == SandboxMode.OFF:
        return Cell(None, None)
    if mode == SandboxMode.REQUIRE:
        demanded = ALL_PARTS
    _forget_environment()
    ruleset = calls = None
    with _demanded("Landlock", demanded.files):
        made = Ruleset()
        made.allow_reading(readable)
        ruleset = made
    with _demanded("seccomp filters", demanded.calls):
        calls = CallFilter()
    return Cell(ruleset, calls, demanded)


@contextmanager
def _demanded(part: str, is_demanded: bool) -> Iterator[None]:
    """Pass over an ``OSError`` inside ``with``; where ``part`` is demanded raise ``SandboxUnavailable``."""
    try:
        yield
    except OSError as error:
        if is_demanded:
            raise SandboxUnavailable(f"no {part}: {error.strerror}") from error


def _forget_environment() -> None:
    """Empty the environment, and overwrite the block it came in: a password may stand there (proc(5))."""
    os.environ.clear()
    fields = read_file("/proc/self/stat").rpartition(b")")[2].split()
    start, end = int(fields[_ENV_START]), int(fields[_ENV_START + 1])
    ctypes.memset(start, 0, end - start)


def readable_paths() -> tuple[str, ...]:
    """Return what Python may still have to load: modules, templates and styles of pages, shared libraries.

    Of a folder that holds this package, a clone of the project for instance, only the package counts. A
    server finds them once for all its renderers, which look for modules where it does.
    """
    modules = [os.path.realpath(entry) for entry in sys.path if entry]
    projects = {os.path.dirname(_PACKAGE), os.getcwd()}
    others = [entry for entry in modules if os.path.basename(entry) in _INSTALLED or entry not in projects]
    compiled = [sys.pycache_prefix] if sys.pycache_prefix else []
    # In a clone these two are links.
    own = [_PACKAGE, *(os.path.realpath(os.path.join(_PACKAGE, name)) for name in ("templates", "static"))]
    libraries = [os.path.join(sys.base_prefix, "lib"), *_LIBRARIES]
    return tuple(dict.fromkeys([*own, *others, *compiled, *libraries]))
