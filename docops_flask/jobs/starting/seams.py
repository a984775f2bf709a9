"""The private parts of ``multiprocessing`` that the faster starts of a renderer rely on, each checked once.

docs/decisions/private-parts.md says what each is used for, what that saves, and what happens without it.
"""

import inspect
import platform
import sys
from collections.abc import Callable
from functools import cache
from multiprocessing import (
    context,
    current_process,
    forkserver,
    popen_forkserver,
    popen_spawn_posix,
    spawn,
    util,
)
from typing import Any, NamedTuple

# The versions that the tests run with (.ci/run).
TESTED_PYTHONS = ((3, 11), (3, 12), (3, 13))

# CPU time of a job, measured as docs/decisions/private-parts.md says.
_COST = {
    "spawn": "a job takes about twice the CPU time",
    "forkserver": "a job takes about three times the CPU time",
}


class Part(NamedTuple):
    """A private part: its full name, and whether it is as expected (an exception: it is not)."""

    name: str
    is_as_expected: Callable[[], bool]


def _names_in(function: Any) -> set[str]:
    """Return the names of attributes and globals that a function uses."""
    return set(function.__code__.co_names)


def _parameters(function: Any) -> list[tuple[str, Any]]:
    return [(each.name, each.kind) for each in inspect.signature(function).parameters.values()]


def _is_tested_python() -> bool:
    return sys.implementation.name == "cpython" and sys.version_info[:2] in TESTED_PYTHONS


def _command_line_can_be_replaced() -> bool:
    command = spawn.get_command_line(pipe_handle=0)
    is_called = "get_command_line" in _names_in(popen_spawn_posix.Popen._launch)  # type: ignore[attr-defined]
    kinds = [kind for _, kind in _parameters(spawn.get_command_line)]
    return is_called and kinds == [inspect.Parameter.VAR_KEYWORD] and command[-3] == "-c"


def _preparation_can_be_replaced() -> bool:
    launchers: tuple[Any, ...] = (popen_spawn_posix.Popen, popen_forkserver.Popen)
    are_calling = all("get_preparation_data" in _names_in(each._launch) for each in launchers)
    return are_calling and [name for name, _ in _parameters(spawn.get_preparation_data)] == ["name"]


def _hands_descriptors_on(launcher: Any) -> bool:
    is_known = _parameters(context.get_spawning_popen) == [] and context.get_spawning_popen() is None
    return is_known and [name for name, _ in _parameters(launcher.duplicate_for_child)] == ["self", "fd"]


def _fork_server_can_be_reset() -> bool:
    server: Any = forkserver._forkserver
    members = {"_forkserver_pid", "_forkserver_alive_fd"}
    return (
        type(server) is forkserver.ForkServer
        and members <= set(vars(server))
        and [name for name, _ in _parameters(forkserver.ForkServer.__init__)] == ["self"]
    )


def _folder_can_be_chosen() -> bool:
    config: Any = current_process()._config  # type: ignore[attr-defined]
    return isinstance(config, dict) and "_config" in _names_in(util.get_temp_dir)


def _is_bootstrapped() -> bool:
    main: Any = spawn._main
    return "_bootstrap" in _names_in(main)


_TESTED = Part("Python", _is_tested_python)
_PREPARATION = Part("multiprocessing.spawn.get_preparation_data", _preparation_can_be_replaced)
_PARTS = {
    "spawn": (
        _TESTED,
        Part("multiprocessing.spawn.get_command_line", _command_line_can_be_replaced),
        _PREPARATION,
        Part(
            "multiprocessing.popen_spawn_posix.Popen.duplicate_for_child",
            lambda: _hands_descriptors_on(popen_spawn_posix.Popen),
        ),
    ),
    "forkserver": (
        _TESTED,
        _PREPARATION,
        Part(
            "multiprocessing.popen_forkserver.Popen.duplicate_for_child",
            lambda: _hands_descriptors_on(popen_forkserver.Popen),
        ),
        Part("multiprocessing.process.BaseProcess._bootstrap", _is_bootstrapped),
        Part("multiprocessing.forkserver._forkserver", _fork_server_can_be_reset),
        Part("multiprocessing.process.BaseProcess._config", _folder_can_be_chosen),
    ),
}


@cache
def unexpected_part(method: str) -> str | None:
    """Return the name of the first private part of ``method`` that is not as expected; ``None``: all are.

    ``fork`` has none.
    """
    for part in _PARTS.get(method, ()):
        try:
            is_as_expected = part.is_as_expected()
        except Exception:
            is_as_expected = False
        if not is_as_expected:
            return part.name
    return None


def plain_start_warning(method: str) -> str | None:
    """Return the line for the log where renderers are started by plain ``multiprocessing``, else ``None``."""
    name = unexpected_part(method)
    if name is None:
        return None
    return (
        f"{name} is not as expected (Python {platform.python_version()}): "
        f"plain multiprocessing starts renderers, and {_COST[method]}."
    )
