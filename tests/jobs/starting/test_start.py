"""Private parts of ``multiprocessing`` are used only where they are as expected."""

import sys
from collections.abc import Iterator
from multiprocessing import context, popen_spawn_posix, spawn

import pytest

from docops_flask.jobs.starting import start
from docops_flask.jobs.starting.start import plain_start_warning, unexpected_part
from tests.optional import not_none


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """A server looks once; here each test looks anew."""
    unexpected_part.cache_clear()
    yield
    unexpected_part.cache_clear()


def test_on_a_tested_python_all_are_as_expected() -> None:
    assert sys.version_info[:2] in start.TESTED_PYTHONS
    assert unexpected_part() is None
    assert plain_start_warning("spawn") is None


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 14, 0), (4, 0, 0)])
def test_another_python_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert unexpected_part() == "Python"


def test_another_implementation_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "name", "pypy")
    assert unexpected_part() == "Python"


def other_signature(*_several: object) -> None:
    """Stands for a function that takes something else."""


COMMAND_LINE = "multiprocessing.spawn.get_command_line"
PREPARATION = "multiprocessing.spawn.get_preparation_data"
DESCRIPTORS = "multiprocessing.popen_spawn_posix.Popen.duplicate_for_child"


@pytest.mark.parametrize(
    ("holder", "attribute", "name"),
    [
        (spawn, "get_command_line", COMMAND_LINE),
        (spawn, "get_preparation_data", PREPARATION),
        (context, "get_spawning_popen", DESCRIPTORS),
        (popen_spawn_posix.Popen, "duplicate_for_child", DESCRIPTORS),
        # Without these calls a replaced function would have no effect.
        (popen_spawn_posix.Popen, "_launch", COMMAND_LINE),
    ],
)
@pytest.mark.parametrize("alter", ["removed", "replaced"])
def test_a_part_that_is_another_is_named(
    monkeypatch: pytest.MonkeyPatch, holder: object, attribute: str, name: str, alter: str
) -> None:
    if alter == "removed":
        monkeypatch.delattr(holder, attribute)
    else:
        monkeypatch.setattr(holder, attribute, other_signature)
    assert unexpected_part() == name


def test_the_warning_names_the_part_and_the_cost_for_spawn_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(spawn, "get_preparation_data")
    line = not_none(plain_start_warning("spawn"))
    assert line.startswith(f"{PREPARATION} is not as expected (Python 3.")
    assert line.endswith(f"each job takes about {start._COST_MS} ms more of CPU time.")
    assert [plain_start_warning(method) for method in ("forkserver", "fork")] == [None, None]
