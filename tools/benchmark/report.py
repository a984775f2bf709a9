"""The report of a benchmark as JSON and Markdown, and a runner for the programs that measure."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BenchFailed(Exception):
    """A benchmark could not be run; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people; the first column names the row, ``None`` is a cell without a figure."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]

    def markdown(self) -> str:
        """Return the table in Markdown; figures have three significant digits, or all before the point."""
        lines = [self.columns, ["---", *("---:" for _ in self.columns[1:])], *self.rows]
        body = "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
        return f"**{self.title}**\n\n{body}\n"


@dataclass(frozen=True, slots=True)
class BenchReport:
    """The results of the benchmark ``name``; ``figures`` can be written as JSON and hold all measurements."""

    name: str
    figures: Mapping[str, Any]
    tables: Sequence[Table]
    notes: Sequence[str] = ()


def markdown_of(report: BenchReport, machine: Mapping[str, str], command: str) -> str:
    """Return ``report`` in Markdown: the machine, the tables and the notes."""
    facts = "; ".join(f"{name}: {value}" for name, value in machine.items())
    parts = [f"`{command}`\n\n{facts}.\n", *(table.markdown() for table in report.tables)]
    if report.notes:
        parts.append("\n".join(f"- {note}" for note in report.notes) + "\n")
    return "\n".join(parts)


def write_report(report: BenchReport, machine: Mapping[str, str], command: str, folder: Path) -> list[Path]:
    """Write NAME.json and NAME.md into ``folder``, which is made; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"command": command, "machine": dict(machine), **report.figures}
    texts = {
        f"{report.name}.json": json.dumps(record, ensure_ascii=False, indent=2) + "\n",
        f"{report.name}.md": markdown_of(report, machine, command),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def publish(report: BenchReport, machine: Mapping[str, str], command: str, page: Path) -> None:
    """Put ``report`` into ``page``, between the two comments that name its benchmark.

    Raises ``ValueError`` when the page lacks the comments.
    """
    begin, end = f"<!-- bench {report.name} -->\n", f"<!-- end of bench {report.name} -->\n"
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{page.name} has no {begin.strip()} … {end.strip()}")
    content = markdown_of(report, machine, command)
    page.write_text(f"{before}{begin}\n{content}\n{end}{after}", encoding="utf-8")


def _cell(value: str | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


_ROOT = Path(__file__).resolve().parents[2]


def run_program(module: str, *arguments: str) -> dict[str, Any]:
    """Run ``module`` of ``benchmarks`` in a process of its own; return the JSON object that it prints.

    Raises ``BenchFailed`` when it fails: it needs requirements-dev.txt.
    """
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise BenchFailed(f"benchmarks.{module} ended with {done.returncode}: {last}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
