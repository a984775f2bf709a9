"""The benchmark ``engine``: the engine compared with its lower bound on lxml and with other libraries."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tools.benchmark.report import BenchReport, Table, run_program
from tools.lib import command_line as types

HELP = "the engine in process compared with its lower bound and other libraries, on four documents"
LIMIT = "limit"
ENGINES = ("engine quick", "engine strict")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument("--rounds", type=types.integer(1), default=15, help="measured rounds (default: 15)")
    add_npm_argument(parser)


def run(given: argparse.Namespace) -> BenchReport:
    """Run the comparison; raises ``BenchFailed`` when it cannot be run."""
    found = run_contest("engine_contest", given)
    return report(found["documents"], found["left_out"])


def add_npm_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where the libraries of npm are."""
    parser.add_argument(
        "--npm",
        type=Path,
        metavar="FOLDER",
        help="a folder outside the project in which npm installed docxtemplater, pizzip, easy-template-x and"
        " carbone; without it they are left out",
    )


def run_contest(program: str, given: argparse.Namespace) -> Any:
    """Run a comparison with ``--rounds`` and ``--npm`` as given and return what it prints."""
    npm = [] if given.npm is None else ["--npm", str(given.npm.resolve())]
    return run_program(program, "--rounds", str(given.rounds), *npm)


def report(documents: list[dict[str, Any]], left_out: Sequence[str] = ()) -> BenchReport:
    """Return the report of a comparison: medians, and which targets are met; ``left_out`` are its notes."""
    figures = {each["name"]: _figures(each) for each in documents}
    tables = [
        _milliseconds("CPU, ms (medians)", figures, "cpu_ms"),
        _milliseconds("By the clock, ms (medians)", figures, "wall_ms"),
        _targets(figures),
    ]
    return BenchReport("engine", {"documents": figures, "measured": documents}, tables, left_out)


def _figures(document: Mapping[str, Any]) -> dict[str, Any]:
    medians = {
        name: {clock: median(each[clock] for each in rounds) for clock in ("cpu_ms", "wall_ms")}
        for name, rounds in document["rounds"].items()
    }
    limit = medians[LIMIT]["cpu_ms"]
    for of_contestant in medians.values():
        of_contestant["times_the_limit"] = of_contestant["cpu_ms"] / limit
    others = [each["cpu_ms"] for name, each in medians.items() if name not in (LIMIT, *ENGINES)]
    return {
        "most_times_the_limit": document["most_times_the_limit"],
        "contestants": medians,
        "fastest_library_times": {name: min(others) / medians[name]["cpu_ms"] for name in ENGINES},
    }


def _milliseconds(title: str, figures: Mapping[str, Any], clock: str) -> Table:
    names = list(next(iter(figures.values()))["contestants"])
    rows = [[name, *(of["contestants"][each][clock] for each in names)] for name, of in figures.items()]
    return Table(title, ["document", *names], rows)


def _targets(figures: Mapping[str, Any]) -> Table:
    rows: list[list[str | float | None]] = []
    for name, of in figures.items():
        for engine, most in zip(ENGINES, of["most_times_the_limit"], strict=True):
            times, faster = of["contestants"][engine]["times_the_limit"], of["fastest_library_times"][engine]
            rows.append([
                f"{name}, {engine}", times, f"≤ {most:g} {mark(times <= most)}",
                faster, f"> 1 {mark(faster > 1)}",
            ])  # fmt: skip
    columns = ["document, preset", "× the limit", "target", "× faster than the fastest library", "target"]
    return Table("Targets (CPU)", columns, rows)


def mark(met: bool) -> str:
    """Return how a table says whether a target is met."""
    return "met" if met else "**missed**"
