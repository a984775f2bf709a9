"""The sandbox of a renderer: prepared before it is ready, put in force when it knows its folder."""

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
# The names of folders of installed packages; this package may be in one of them.
_INSTALLED = frozenset({"site-packages", "dist-packages"})
# Fields 50 and 51 of /proc/self/stat, counted after the name: start and end of the environment block.
_ENV_START = 50 - 3
# The dynamic loader finds the libraries of extension modules that are loaded later here.
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache")


class SandboxMode(StrEnum):
    """The values of ``DOCOPS_SANDBOX``."""

    AUTO = "auto"
    REQUIRE = "require"
    OFF = "off"


class SandboxUnavailable(RuntimeError):
    """The system lacks a demanded part of the sandbox."""


class SandboxParts(NamedTuple):
    """Parts of a sandbox: ``files`` by Landlock, ``calls`` by seccomp."""

    files: bool
    calls: bool


NO_PARTS = SandboxParts(files=False, calls=False)
ALL_PARTS = SandboxParts(files=True, calls=True)


class Sandbox(NamedTuple):
    """A prepared sandbox: ``ruleset`` is ``None`` without Landlock, ``calls`` without seccomp.

    No job is done without the ``demanded`` parts.
    """

    ruleset: Ruleset | None
    calls: CallFilter | None
    demanded: SandboxParts = NO_PARTS

    def close(self, folder: FilePath) -> None:
        """Restrict this process to its job's ``folder``, files that Python loads, and a job's system calls.

        Raises ``SandboxUnavailable`` when the system lacks a demanded part.
        """
        with _demanded("Landlock", self.demanded.files):
            if self.ruleset is not None:
                self.ruleset.allow_work(folder)
                self.ruleset.enforce()
        with _demanded("seccomp filters", self.demanded.calls):
            if self.calls is not None:
                self.calls.install()


def make_sandbox(
    mode: SandboxMode, demanded: SandboxParts, readable: Iterable[str], *, threads: bool = False
) -> Sandbox:
    """Prepare what ``Sandbox.close`` puts in force; the paths ``readable`` stay readable.

    With ``threads`` the process may start threads.

    With ``auto`` a part that the system lacks is left out unless it is ``demanded``; ``require`` demands
    both. Raises ``SandboxUnavailable`` when the system lacks a demanded part.
    """
    if mode == SandboxMode.OFF:
        return Sandbox(None, None)
    if mode == SandboxMode.REQUIRE:
        demanded = ALL_PARTS
    _forget_environment()
    ruleset = calls = None
    with _demanded("Landlock", demanded.files):
        made = Ruleset()
        made.allow_reading(readable)
        ruleset = made
    with _demanded("seccomp filters", demanded.calls):
        calls = CallFilter(threads=threads)
    return Sandbox(ruleset, calls, demanded)


@contextmanager
def _demanded(part: str, is_demanded: bool) -> Iterator[None]:
    """Suppress an ``OSError`` inside ``with``; if ``part`` is demanded raise ``SandboxUnavailable``."""
    try:
        yield
    except OSError as error:
        if is_demanded:
            raise SandboxUnavailable(f"no {part}: {error.strerror}") from error


def _forget_environment() -> None:
    """Clear the environment and overwrite its block in memory, where a password may be (proc(5))."""
    os.environ.clear()
    fields = read_file("/proc/self/stat").rpartition(b")")[2].split()
    start, end = int(fields[_ENV_START]), int(fields[_ENV_START + 1])
    ctypes.memset(start, 0, end - start)


def readable_paths() -> tuple[str, ...]:
    """Return the paths that Python may still load from: modules, templates and styles of pages, libraries.

    Of a folder that holds this package, such as a clone of the project, only the package is included. A
    server finds them once for all its renderers, which have the same search path.
    """
    modules = [os.path.realpath(entry) for entry in sys.path if entry]
    projects = {os.path.dirname(_PACKAGE), os.getcwd()}
    others = [entry for entry in modules if os.path.basename(entry) in _INSTALLED or entry not in projects]
    compiled = [sys.pycache_prefix] if sys.pycache_prefix else []
    # In a clone these two are links.
    own = [_PACKAGE, *(os.path.realpath(os.path.join(_PACKAGE, name)) for name in ("templates", "static"))]
    libraries = [os.path.join(sys.base_prefix, "lib"), *_LIBRARIES]
    return tuple(dict.fromkeys([*own, *others, *compiled, *libraries]))
