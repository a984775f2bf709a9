"""The cell a renderer works in: made before it is ready, closed around it when it knows its folder."""

import ctypes
import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from docops_flask.engine.files import FilePath, read_file
from docops_flask.engine.sandbox.landlock import Ruleset
from docops_flask.engine.sandbox.seccomp import refuse_calls

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
    """The system does not give what ``require`` asks for."""


class Cell(NamedTuple):
    """What of a cell the system gives; ``ruleset`` is ``None`` without Landlock."""

    ruleset: Ruleset | None
    calls_refused: bool

    def close(self, folder: FilePath) -> None:
        """Leave this process the files of its job's ``folder`` and what Python loads, nothing else."""
        if self.ruleset is not None:
            self.ruleset.allow_work(folder)
            self.ruleset.enforce()


def make_cell(mode: SandboxMode, readable: Iterable[str]) -> Cell:
    """Refuse what no job needs from now on, and prepare the rest for ``Cell.close``; ``readable`` stays so.

    With ``auto`` what the system lacks is left out; with ``require`` that raises ``SandboxUnavailable``.
    """
    if mode == SandboxMode.OFF:
        return Cell(None, calls_refused=False)
    _forget_environment()
    ruleset = _make_ruleset(readable)
    calls_refused = _try_refusing_calls()
    if mode == SandboxMode.REQUIRE and (ruleset is None or not calls_refused):
        raise SandboxUnavailable("this system has no Landlock, or no seccomp filters")
    return Cell(ruleset, calls_refused)


def _forget_environment() -> None:
    """Empty the environment, and overwrite the block it came in: a password may stand there (proc(5))."""
    os.environ.clear()
    fields = read_file("/proc/self/stat").rpartition(b")")[2].split()
    start, end = int(fields[_ENV_START]), int(fields[_ENV_START + 1])
    ctypes.memset(start, 0, end - start)


def _make_ruleset(readable: Iterable[str]) -> Ruleset | None:
    try:
        ruleset = Ruleset()
    except OSError:
        return None
    ruleset.allow_reading(readable)
    return ruleset


def _try_refusing_calls() -> bool:
    try:
        refuse_calls()
    except OSError:
        return False
    return True


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
