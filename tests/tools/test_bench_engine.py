"""tools/benchmark/engine.py and tools/benchmark/growth.py: what the figures of a run come to."""

from typing import Any

import pytest

from tools.benchmark import engine, growth
from tools.benchmark.report import BenchFailed, run_program


def _contest(**cpu_ms: Any) -> dict[str, Any]:
    rounds = {name: [{"cpu_ms": value, "wall_ms": 2 * value}] * 3 for name, value in cpu_ms.items()}
    return {"name": "a notice", "fields": 7, "most_times_the_limit": (1.5, 2.5), "rounds": rounds}


@pytest.mark.parametrize(
    ("engine_ms", "times", "faster", "cells"),
    [(1.5, 1.5, 8.0, ["≤ 1.5 met", "> 1 met"]), (24.0, 24.0, 0.5, ["≤ 1.5 **missed**", "> 1 **missed**"])],
)
def test_the_engine_is_compared_with_its_lower_bound_and_the_fastest_library(
    engine_ms: float, times: float, faster: float, cells: list[str]
) -> None:
    document = _contest(
        **{"limit": 1.0, "engine quick": engine_ms, "engine strict": 1.0, "docxtpl": 40.0, "other": 12.0}
    )
    report = engine.report([document])
    found = report.figures["documents"]["a notice"]
    assert found["contestants"]["engine quick"]["times_the_limit"] == times
    assert found["fastest_library_times"]["engine quick"] == faster
    row = report.tables[-1].rows[0]
    assert [row[2], row[4]] == cells


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_of_a_growth_is_its_power(power: float) -> None:
    points = [(float(size), 3.0 * size**power) for size in (10, 100, 1000)]
    assert growth.exponent(points) == pytest.approx(power)


def test_the_exponent_of_the_last_step_is_reported_beside_the_overall_one() -> None:
    timings = {"10": 1.0, "100": 1.0, "1000": 100.0}
    kinds = {"rows": {size: [{"cpu_ms": value}] for size, value in timings.items()}}
    found = growth.report(kinds).figures["kinds"]["rows"]
    assert (found["exponent"], found["exponent_of_last_step"]) == (pytest.approx(1), pytest.approx(2))


def test_a_failing_program_is_reported_in_one_line() -> None:
    with pytest.raises(BenchFailed, match=r"no_such_program ended with 1: .*No module named"):
        run_program("no_such_program")
