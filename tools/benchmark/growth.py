"""The benchmark ``growth``: how the engine's time grows with the document, as an exponent."""

import argparse
import math
from collections.abc import Mapping, Sequence
from statistics import linear_regression, median
from typing import Any

from tools.benchmark.report import BenchReport, Table, run_program
from tools.lib import command_line as types

HELP = "the engine's time on documents of 10 to 10,000 paragraphs and table rows, with the exponent"
MOST_EXPONENT = 1.05

Points = Sequence[tuple[float, float]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument("--rounds", type=types.integer(1), default=5, help="measured rounds (default: 5)")


def run(given: argparse.Namespace) -> BenchReport:
    """Measure the growth; raises ``BenchFailed`` when it cannot be measured."""
    return report(run_program("engine_growth", "--rounds", str(given.rounds))["kinds"])


def report(kinds: Mapping[str, Mapping[str, Any]]) -> BenchReport:
    """Return the report of the timings by kind of document and size."""
    lines = {
        kind: [(float(size), median(each["cpu_ms"] for each in timings)) for size, timings in sizes.items()]
        for kind, sizes in kinds.items()
    }
    figures: dict[str, dict[str, Any]] = {
        kind: {
            "cpu_ms": {int(size): value for size, value in points},
            "exponent": exponent(points),
            "exponent_of_last_step": exponent(points[-2:]),
        }
        for kind, points in lines.items()
    }
    rows: list[list[str | float]] = [
        [kind, *(f"{size:g}: {_shown(value)}" for size, value in points), figures[kind]["exponent"],
         figures[kind]["exponent_of_last_step"]]
        for kind, points in lines.items()
    ]  # fmt: skip
    columns = ["kind, preset", *(["size: CPU ms"] * 4), f"exponent (≤ {MOST_EXPONENT})", "of the last step"]
    return BenchReport("growth", {"kinds": figures, "measured": kinds}, [Table("Growth", columns, rows)])


def exponent(points: Points) -> float:
    """Return the power of the size that the time grows with: the slope on logarithmic axes."""
    return linear_regression([math.log(x) for x, _ in points], [math.log(y) for _, y in points]).slope


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
