"""Measures the service and the engine: one sub-command for each benchmark.

Absolute figures vary on a shared machine; compare ratios of medians from one interleaved run.
"""

import argparse
import os
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.benchmark import batches, blocks, engine, growth, library, merge, service
from tools.benchmark.report import BenchFailed, BenchReport, publish, write_report

_ROOT = Path(__file__).resolve().parents[2]


def describe_machine() -> dict[str, str]:
    """Return facts about this machine, its load (1 minute, before the run), the build and the time."""
    return {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores for this process",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "commit": _commit(),
        "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=_ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A sub-command: its help, its arguments and the function that runs it."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], BenchReport]


BENCHMARKS = {
    "service": Benchmark(service.HELP, service.add_arguments, service.run),
    "engine": Benchmark(engine.HELP, engine.add_arguments, engine.run),
    "blocks": Benchmark(blocks.HELP, blocks.add_arguments, blocks.run),
    "growth": Benchmark(growth.HELP, growth.add_arguments, growth.run),
    "library": Benchmark(library.HELP, library.add_arguments, library.run),
    "batches": Benchmark(batches.HELP, batches.add_arguments, batches.run),
    "merge": Benchmark(merge.HELP, merge.add_arguments, merge.run),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark that ``arguments`` name; return 0, or 2 when it could not be run."""
    words = sys.argv[1:] if arguments is None else arguments
    given = _parser().parse_args(words)
    machine = describe_machine()
    command = shlex.join(["python", "tools/bench.py", *words])
    try:
        report = BENCHMARKS[given.benchmark].run(given)
        written = write_report(report, machine, command, given.out)
        if given.publish is not None:
            publish(report, machine, command, given.publish)
    except (BenchFailed, OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    for table in report.tables:
        print(table.markdown())
    for path in written:
        print(path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="benchmark", required=True)
    for name, benchmark in BENCHMARKS.items():
        command = commands.add_parser(name, help=benchmark.help, description=benchmark.help)
        command.add_argument(
            "--out", type=Path, default=Path("artifacts/bench"), help="folder for JSON and Markdown"
        )
        command.add_argument(
            "--publish", type=Path, metavar="PAGE", help="also write the result into this page of docs/"
        )
        benchmark.add_arguments(command)
    return parser
