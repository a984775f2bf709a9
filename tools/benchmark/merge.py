"""The benchmark ``merge``: a document of each row in the engine, with reports and proofs, and in others."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tools.benchmark.engine import mark
from tools.benchmark.report import BenchReport, Table, run_program
from tools.lib import command_line as types

HELP = "merges of 1,000 rows: the engine compared with loops over other libraries, in turns"
ENGINES = ("engine", "engine, all artefacts")
LEAST_TIMES_FASTER = 3
MOST_MS_A_ROW = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument("--rounds", type=types.integer(1), default=5, help="measured rounds (default: 5)")
    parser.add_argument("--rows", type=types.integer(1), default=1000, help="rows (default: 1000)")
    parser.add_argument(
        "--npm",
        type=Path,
        metavar="FOLDER",
        help="a folder outside the project in which npm installed docxtemplater and pizzip; without it they"
        " are left out",
    )


def run(given: argparse.Namespace) -> BenchReport:
    """Run the comparison; raises ``BenchFailed`` when it cannot be run."""
    npm = [] if given.npm is None else ["--npm", str(given.npm.resolve())]
    found = run_program("merge_contest", "--rounds", str(given.rounds), "--rows", str(given.rows), *npm)
    return report(found["rows"], found["rounds"], found["left_out"])


def report(
    rows: int, rounds: Mapping[str, Sequence[Mapping[str, float]]], left_out: Sequence[str] = ()
) -> BenchReport:
    """Return the report of a comparison: medians, and which targets are met; ``left_out`` are its notes."""
    medians = {
        name: {clock: median(each[clock] for each in measured) for clock in ("cpu_ms", "wall_ms")}
        for name, measured in rounds.items()
    }
    others = {name: of["cpu_ms"] for name, of in medians.items() if name not in ENGINES}
    fastest = min(others, key=others.__getitem__)
    table: list[list[str | float | None]] = []
    for name, of in medians.items():
        a_row, is_ours = of["cpu_ms"] / rows, name in ENGINES
        times = others[fastest] / of["cpu_ms"]
        table.append([
            name,
            a_row,
            1000 / a_row,
            of["wall_ms"] / rows,
            f"≤ {MOST_MS_A_ROW} {mark(a_row <= MOST_MS_A_ROW)}" if is_ours else None,
            times if is_ours else None,
            f"≥ {LEAST_TIMES_FASTER} ({fastest}) {mark(times >= LEAST_TIMES_FASTER)}" if is_ours else None,
        ])  # fmt: skip
    columns = [
        "merge", "CPU ms a row", "rows a second of CPU", "wall ms a row", "target", "× faster", "target",
    ]  # fmt: skip
    figures: dict[str, Any] = {"rows": rows, "medians": medians, "measured": dict(rounds)}
    return BenchReport("merge", figures, [Table(f"Merges of {rows:,} rows", columns, table)], left_out)
