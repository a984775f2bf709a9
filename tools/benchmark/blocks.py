"""The benchmark ``blocks``: lists in the engine, with all reports and the proof, and in other libraries."""

import argparse
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from tools.benchmark.engine import ENGINES, add_npm_argument, mark, run_contest
from tools.benchmark.report import BenchReport, Table
from tools.lib import command_line as types

HELP = "rows, paragraphs and nested lists: the engine compared with other libraries, in turns"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument("--rounds", type=types.integer(1), default=7, help="measured rounds (default: 7)")
    add_npm_argument(parser)


def run(given: argparse.Namespace) -> BenchReport:
    """Run the comparison; raises ``BenchFailed`` when it cannot be run."""
    found = run_contest("block_contest", given)
    return report(found["documents"], found["left_out"])


def report(documents: Sequence[Mapping[str, Any]], left_out: Sequence[str] = ()) -> BenchReport:
    """Return the report of a comparison: medians, and which targets are met; ``left_out`` are its notes."""
    figures = {each["name"]: _figures(each) for each in documents}
    tables = [
        _milliseconds("CPU, ms (medians)", figures, "cpu_ms"),
        _milliseconds("By the clock, ms (medians)", figures, "wall_ms"),
        _targets(figures),
    ]
    return BenchReport("blocks", {"documents": figures, "measured": documents}, tables, left_out)


def _figures(document: Mapping[str, Any]) -> dict[str, Any]:
    medians = {
        name: {clock: median(each[clock] for each in rounds) for clock in ("cpu_ms", "wall_ms")}
        for name, rounds in document["rounds"].items()
    }
    libraries = {name: of["cpu_ms"] for name, of in medians.items() if name not in ENGINES}
    fastest = min(libraries, key=libraries.__getitem__, default=None)
    return {
        "most_ms": document["most_ms"],
        "contestants": medians,
        "fastest_library": fastest,
        "fastest_library_times": None
        if fastest is None
        else {name: libraries[fastest] / medians[name]["cpu_ms"] for name in ENGINES},
    }


def _milliseconds(title: str, figures: Mapping[str, Any], clock: str) -> Table:
    names = list(next(iter(figures.values()))["contestants"])
    rows = [[name, *(of["contestants"][each][clock] for each in names)] for name, of in figures.items()]
    return Table(title, ["document", *names], rows)


def _targets(figures: Mapping[str, Any]) -> Table:
    rows: list[list[str | float | None]] = []
    for name, of in figures.items():
        for engine in ENGINES:
            milliseconds, most = of["contestants"][engine]["cpu_ms"], of["most_ms"]
            faster = None if of["fastest_library"] is None else of["fastest_library_times"][engine]
            rows.append([
                f"{name}, {engine}",
                milliseconds,
                None if most is None else f"≤ {most:g} {mark(milliseconds <= most)}",
                faster,
                None if faster is None else f"> 1 ({of['fastest_library']}) {mark(faster > 1)}",
            ])  # fmt: skip
    columns = ["document, preset", "CPU, ms", "target", "× faster than the fastest library", "target"]
    return Table("Targets (CPU)", columns, rows)
