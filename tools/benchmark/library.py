"""The benchmark ``library``: what it costs to read and check a template library at the server's start."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tools.benchmark.report import BenchFailed, BenchReport, Table
from tools.lib import command_line as types

HELP = "the CPU time to read and check a library of 1 to 1,000 templates at the server's start"
SIZES = (1, 50, 200, 1000)
# For 200 templates.
MOST_CPU_SECONDS = 2.0
_ROOT = Path(__file__).resolve().parents[2]
# What gunicorn's master runs.
_PROGRAM = "from docops_flask.intake.library.prepare import main; main()"


class Timing(NamedTuple):
    """The time of one start, in seconds: of all its processes, and by the clock."""

    cpu: float
    wall: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument("--rounds", type=types.integer(1), default=5, help="measured rounds (default: 5)")


def run(given: argparse.Namespace) -> BenchReport:
    """Measure the starts; raises ``BenchFailed`` when one fails."""
    with tempfile.TemporaryDirectory() as name:
        folders = {size: make_library(Path(name, f"library{size}"), size) for size in SIZES}
        timings: dict[int, list[Timing]] = {size: [] for size in SIZES}
        for _ in range(given.rounds):
            for size, folder in folders.items():
                timings[size].append(measure(folder, size, Path(name)))
    return report(timings)


def make_library(folder: Path, size: int) -> Path:
    """Make a library of ``size`` templates, each with a TOML file, and no two with the same bytes."""
    samples = [path.read_bytes() for path in sorted((_ROOT / "samples").glob("*.docx"))]
    folder.mkdir(parents=True)
    for number in range(size):
        file = folder / f"template{number:04}.docx"
        file.write_bytes(samples[number % len(samples)])
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("customXml/number.txt", str(number))
        file.with_suffix(".toml").write_text('title = { en = "Sample", zh = "样本" }\n', encoding="utf-8")
    return folder


def measure(folder: Path, size: int, work: Path) -> Timing:
    """Check the library in ``folder`` as gunicorn's master has it done; raises ``BenchFailed``."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOCOPS_")}
    environ |= {"DOCOPS_TEMPLATES_DIR": str(folder), "TMPDIR": str(work)}
    began, before = time.monotonic(), _children_seconds()
    with (
        tempfile.TemporaryDirectory(dir=work) as copy,
        # It ends when its standard input closes.
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, copy],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=environ,
            start_new_session=True,
        ) as program,
    ):
        assert program.stdout is not None
        said = program.stdout.read()
        program.wait()
    if f'"templates":{size},"stopped":0'.encode() not in said:
        raise BenchFailed(f"a library of {size} templates was not read as one")
    return Timing(_children_seconds() - before, time.monotonic() - began)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(timings: Mapping[int, Sequence[Timing]]) -> BenchReport:
    """Return the report of the timings by number of templates."""
    rows: list[list[str | float]] = []
    for size, measured in timings.items():
        cpu, wall = (median(values) for values in zip(*measured, strict=True))
        rows.append([f"{size:,}", cpu, cpu * 1000 / size, wall, _verdict(size, cpu)])
    columns = ["templates", "CPU s", "CPU ms a template", "wall s", f"≤ {MOST_CPU_SECONDS:g} s CPU"]
    figures = {str(size): [each._asdict() for each in measured] for size, measured in timings.items()}
    return BenchReport("library", {"measured": figures}, [Table("Template library", columns, rows)])


def _verdict(size: int, cpu: float) -> str:
    if size != 200:
        return ""
    return "met" if cpu <= MOST_CPU_SECONDS else "**missed**"
