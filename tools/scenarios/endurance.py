"""Starts servers and checks that they withstand overload, hostile files, hanging jobs and faults."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tools.lib import command_line as types
from tools.lib.server import ServerFailed
from tools.scenarios.chaos import chaos
from tools.scenarios.clients import Verdict
from tools.scenarios.hang import hang
from tools.scenarios.load import capacity, large, overload
from tools.scenarios.small import REPEATED, small
from tools.scenarios.soak import soak
from tools.scenarios.stops import stops

SCENARIOS: Mapping[str, Callable[[int], Verdict]] = {
    "capacity": capacity,
    "overload": overload,
    "soak": soak,
    "hang": hang,
    "large": large,
    "small": small,
    "chaos": chaos,
    "stops": stops,
}
# The size of each scenario: requests, for chaos seconds, for small repetitions in a file. SHORT runs with
# every change, LONG is what docs/reliability.md reports.
SHORT = {
    "capacity": 120,
    "overload": 400,
    "soak": 300,
    "hang": 8,
    "large": 4,
    "small": REPEATED,
    "chaos": 12,
    "stops": 5,
}
LONG = {
    "capacity": 2000,
    "overload": 4000,
    "soak": 10_000,
    "hang": 200,
    "large": 50,
    "small": 3 * REPEATED,
    "chaos": 600,
    "stops": 1000,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return 0 when every scenario passed, 1 when one failed, 2 when one could not be run."""
    given = _parser().parse_args(arguments)
    sizes = LONG if given.long else SHORT
    results: dict[str, Any] = {}
    for name in given.scenarios or SCENARIOS:
        size = sizes[name] if given.size is None else given.size
        print(f"{name} ({size}) ...", flush=True)
        try:
            verdict = SCENARIOS[name](size)
        except ServerFailed as error:
            print(f"endurance: {name}: {error}", file=sys.stderr)
            return 2
        results[name] = {"size": size, **verdict.as_json()}
        _print_verdict(verdict)
    if given.write_summary is not None:
        given.write_summary.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    return 0 if all(result["held"] for result in results.values()) else 1


def _print_verdict(verdict: Verdict) -> None:
    for name, value in verdict.figures.items():
        print(f"  {name}: {value}")
    for complaint in verdict.complaints:
        print(f"  FAILED: {complaint}")
    print("  passed" if verdict.held else "  failed", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", choices=[[], *SCENARIOS], help="the scenarios to run (default: all)"
    )
    parser.add_argument(
        "--long", action="store_true", help="run the long forms that docs/reliability.md reports"
    )
    parser.add_argument(
        "--size", type=types.integer(1), help="number of requests; for chaos seconds; for small repetitions"
    )
    parser.add_argument(
        "--write-summary",
        type=types.writable_file,
        metavar="FILE",
        help="also write the results to FILE as JSON",
    )
    return parser
