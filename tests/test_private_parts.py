"""docs/decisions/private-parts.md has each private part of another package that the product uses."""

import importlib
import inspect
import re
from typing import Any, NamedTuple

import pytest

from docops_flask.jobs.starting.start import _PARTS, TESTED_PYTHONS
from tests.conftest import ROOT
from tests.private_names import Use, uses

PAGE = (ROOT / "docs" / "decisions" / "private-parts.md").read_text()


class Row(NamedTuple):
    """A row of the table: full names, and the files or folders they are used in; what tests them."""

    names: list[str]
    where: list[str]
    tests: list[str]


def table(title: str) -> list[list[str]]:
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


ROWS = [Row(spans(row[0]), spans(row[1]), spans(row[-1])) for row in table("The parts")]
NAMES = [name for row in ROWS for name in row.names if "." in name]
USES = sorted(uses(ROOT / "docops_flask"))


def is_listed(use: Use) -> bool:
    """A use of which only the last name is known is listed as ``module.Class.name``."""
    return any(
        use.file.startswith(place) and (name == use.name or name.endswith(f".{use.name}"))
        for row in ROWS
        for place in row.where
        for name in row.names
    )


@pytest.mark.parametrize("use", USES, ids=" ".join)
def test_every_private_name_that_is_used_is_on_the_page(use: Use) -> None:
    assert is_listed(use)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_on_the_page_is_there_in_what_is_installed(name: str) -> None:
    assert exists(name)


@pytest.mark.parametrize("name", ["gunicorn.arbiter.Arbiter.no_such_attribute", "lxml.etree._Nothing"])
def test_a_name_that_is_gone_is_noticed(name: str) -> None:
    assert not exists(name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.names[0])
def test_every_name_on_the_page_is_used_where_it_says(row: Row) -> None:
    files = [file for place in row.where for file in sources(place)]
    text = "\n".join(file.read_text() for file in files)
    assert [name for name in row.names if name.rpartition(".")[2] not in text] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.names[0])
def test_every_row_has_its_tests(row: Row) -> None:
    assert row.tests
    assert [test for test in row.tests if not (ROOT / test).is_file()] == []


def test_every_part_that_is_checked_at_the_start_is_on_the_page() -> None:
    assert [part.name for part in _PARTS if part.name != "Python" and part.name not in NAMES] == []


def test_the_versions_are_those_that_are_pinned_and_tested() -> None:
    versions = dict(table("Tested with"))
    pythons = versions.pop("Python").split(", ")
    assert pythons == [f"{major}.{minor}" for major, minor in TESTED_PYTHONS]
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert versions == {name: pins[name] for name in versions}
    packages = {"docx": "python-docx", "prometheus_client": "prometheus-client", "multiprocessing": None}
    named = {packages.get(name.partition(".")[0], name.partition(".")[0]) for name in NAMES} - {None}
    assert set(versions) == named


def test_ci_runs_the_units_on_each_tested_python() -> None:
    (others,) = re.findall(r"^for version in (.+); do$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert ["3.11", *others.split()] == [f"{major}.{minor}" for major, minor in TESTED_PYTHONS]


def sources(place: str) -> list[Any]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def exists(name: str) -> bool:
    """Say whether ``name`` is an attribute, or one that the functions of its class set or use."""
    holder, rest = longest_module(name)
    for attribute in rest[:-1]:
        holder = getattr(holder, attribute)
    if hasattr(holder, rest[-1]):
        return True
    if not inspect.isclass(holder):
        return False
    functions = [each for base in holder.__mro__ for each in vars(base).values() if inspect.isfunction(each)]
    return any(rest[-1] in function.__code__.co_names for function in functions)


def longest_module(name: str) -> tuple[Any, list[str]]:
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            return importlib.import_module(".".join(parts[:length])), parts[length:]
        except ImportError:
            continue
    raise AssertionError(name)
