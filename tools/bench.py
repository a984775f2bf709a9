"""Measures the service and the engine: one sub-command for each benchmark.

Figures of a shared machine move; what decides is a ratio of medians from one interleaved run.
"""

import argparse
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools import bench_service
from tools.bench_report import BenchFailed, BenchReport, publish, write_report
from tools.machine import describe_machine


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A sub-command: what it is for, its own arguments, and what it does with them."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], BenchReport]


BENCHMARKS = {
    "service": Benchmark(bench_service.HELP, bench_service.add_arguments, bench_service.run),
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
            "--out", type=Path, default=Path("artifacts/bench"), help="folder for JSON, Markdown and plots"
        )
        command.add_argument(
            "--publish", type=Path, metavar="PAGE", help="also put the result into this page of docs/"
        )
        benchmark.add_arguments(command)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
