"""Starts a renderer process; checks the private parts of ``multiprocessing`` for the faster spawn.

docs/decisions/private-parts.md says what each is used for, what that saves, and what happens without it.
"""

import inspect
import platform
import socket
import sys
from collections.abc import Callable
from functools import cache
from multiprocessing import context, popen_spawn_posix, spawn
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import Task
from docops_flask.jobs.starting import plain

# The versions that the tests run with (.ci/run).
TESTED_PYTHONS = ((3, 11), (3, 12), (3, 13))
# Measured as docs/decisions/private-parts.md says.
_COST_MS = 60


class Part(NamedTuple):
    """A private part: its full name, and whether it is as expected (an exception: it is not)."""

    name: str
    is_as_expected: Callable[[], bool]


def _is_tested_python() -> bool:
    return sys.implementation.name == "cpython" and sys.version_info[:2] in TESTED_PYTHONS


def _command_line_can_be_replaced() -> bool:
    kinds = [each.kind for each in inspect.signature(spawn.get_command_line).parameters.values()]
    command = spawn.get_command_line(pipe_handle=0)
    return kinds == [inspect.Parameter.VAR_KEYWORD] and "-c" in command and _is_asked_for("get_command_line")


def _preparation_can_be_replaced() -> bool:
    return _parameters(spawn.get_preparation_data) == ["name"] and _is_asked_for("get_preparation_data")


def _descriptors_can_be_handed_on() -> bool:
    is_known = _parameters(context.get_spawning_popen) == [] and context.get_spawning_popen() is None
    # The class that it inherits from has one that duplicates nothing.
    own: Any = vars(popen_spawn_posix.Popen)["duplicate_for_child"]
    return is_known and _parameters(own) == ["self", "fd"]


def _is_asked_for(function: str) -> bool:
    """Return whether ``multiprocessing`` looks ``function`` up, so that replacing it has an effect."""
    launch: Any = popen_spawn_posix.Popen._launch  # type: ignore[attr-defined]
    return function in launch.__code__.co_names


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


_PARTS = (
    Part("Python", _is_tested_python),
    Part("multiprocessing.spawn.get_command_line", _command_line_can_be_replaced),
    Part("multiprocessing.spawn.get_preparation_data", _preparation_can_be_replaced),
    Part("multiprocessing.popen_spawn_posix.Popen.duplicate_for_child", _descriptors_can_be_handed_on),
)


@cache
def unexpected_part() -> str | None:
    """Return the name of the first private part that is not as expected, ``None`` if all are."""
    for part in _PARTS:
        try:
            is_as_expected = part.is_as_expected()
        except Exception:
            is_as_expected = False
        if not is_as_expected:
            return part.name
    return None


def plain_start_warning(method: str) -> str | None:
    """Return the line for the log where ``method`` starts renderers the slower way, else ``None``."""
    name = unexpected_part() if method == "spawn" else None
    if name is None:
        return None
    return (
        f"{name} is not as expected (Python {platform.python_version()}): plain multiprocessing spawns "
        f"renderers, and each job takes about {_COST_MS} ms more of CPU time."
    )


def start_process(
    method: str, channel: socket.socket, limits: ProcessLimits, task: Task, *, seconds: float, ahead: bool
) -> BaseProcess:
    """Return a started process that serves ``channel`` by ``method`` (spawn, forkserver or fork).

    ``seconds`` bound the wait for an answer of the fork server. A process that is spawned the faster way
    ``ahead`` of need loads the engine at a lower priority. The caller lets no other process be started
    meanwhile. Raises ``InsufficientStorage`` without room for the fork server's socket, ``OSError`` or
    ``EOFError``.
    """
    if method == "spawn" and unexpected_part() is None:
        # Loaded once its private parts are known to be there.
        from docops_flask.jobs.starting import first_lines

        return first_lines.start(channel, limits, task, ahead=ahead)
    return plain.start(method, channel, limits, task, seconds=seconds)
