"""Summarizes the jobs in a server's log: how they ended, how long they waited and took."""

import argparse
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from tools.lib.command_line import print_lines
from tools.lib.stats import Histogram

_LOGGER = "docops.api"
_END_EVENTS = ("done", "error")
_GZIP_MAGIC = b"\x1f\x8b"
# The server's own lines are some hundred bytes; a longer one is skipped in pieces of this size.
_MAX_LINE_BYTES = 1024 * 1024
# The contract has nine outcomes; a file that is not a log of the service may hold any number.
_MAX_OUTCOMES = 100
_OTHER_OUTCOMES = "(others)"


class _Figures:
    """The figures of the lines read so far."""

    def __init__(self) -> None:
        self.lines_total = 0
        self.parse_errors = 0
        self.outcomes: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.queue_wait_ms = Histogram()
        self.total_ms = Histogram()
        self.warnings: list[str] = []

    def add_line(self, line: bytes | None) -> None:
        """Count a line, ``None`` for one that is too long to be parsed."""
        self.lines_total += 1
        if line is not None and not line.strip():
            return
        event = None if line is None else _parse(line)
        if event is None:
            self.parse_errors += 1
        elif event.get("event") in _END_EVENTS and event.get("logger", _LOGGER) == _LOGGER:
            self._add_end(event)

    def _add_end(self, event: dict[str, Any]) -> None:
        outcome = event.get("outcome")
        if isinstance(outcome, str):
            is_known = outcome in self.outcomes or len(self.outcomes) < _MAX_OUTCOMES
            self.outcomes[outcome if is_known else _OTHER_OUTCOMES] += 1
        status = event.get("http_status", event.get("status_code"))
        if isinstance(status, int) and 100 <= status <= 599:
            self.statuses[str(status)] += 1
        _add_ms(self.queue_wait_ms, event.get("queue_wait_ms"))
        timing = event.get("timing")
        if isinstance(timing, dict):
            _add_ms(self.total_ms, timing.get("total_ms"))

    def as_json(self) -> dict[str, Any]:
        """Return the summary."""
        return {
            "lines_total": self.lines_total,
            "parse_errors": self.parse_errors,
            "outcome_counts": dict(sorted(self.outcomes.items())),
            "http_status_counts": dict(sorted(self.statuses.items())),
            "queue_wait_ms_p50": self.queue_wait_ms.percentile(50),
            "queue_wait_ms_p95": self.queue_wait_ms.percentile(95),
            "total_ms_p50": self.total_ms.percentile(50),
            "total_ms_p95": self.total_ms.percentile(95),
            "warnings": self.warnings,
        }


def summarize(paths: Sequence[Path | str]) -> dict[str, Any]:
    """Return the summary of the logs ``paths`` ("-": standard input), JSON-able, in constant memory.

    A compressed log (gzip, RFC 1952) is recognized by its first bytes. A line that is no JSON object is
    counted, never fatal; a file that cannot be opened or read is a warning.
    """
    figures = _Figures()
    for path in paths:
        name = "standard input" if path == "-" else str(path)
        try:
            with _open(path) as file:
                _add_file(figures, file, name)
        except OSError as error:
            figures.warnings.append(f"{name} cannot be read: {error.strerror}")
    return figures.as_json()


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return 0, also when a file cannot be read, which the summary's ``warnings`` say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a log, also gzipped; - is standard input")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    options = parser.parse_args(arguments)
    summary = summarize(options.files)
    print_lines([json.dumps(summary, indent=2)] if options.json else _text(summary))
    return 0


def _open(path: Path | str) -> BufferedReader:
    if path == "-":
        return open(sys.stdin.fileno(), "rb", closefd=False)
    return Path(path).open("rb")


def _add_file(figures: _Figures, file: BufferedReader, name: str) -> None:
    is_compressed = file.peek(2)[:2] == _GZIP_MAGIC
    try:
        for line in _lines(gzip.GzipFile(fileobj=file) if is_compressed else file):
            figures.add_line(line)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        figures.warnings.append(f"{name} is damaged, what follows is not counted: {error}")


def _lines(file: BufferedReader | gzip.GzipFile) -> Iterator[bytes | None]:
    """Yield the lines, ``None`` for one that is too long."""
    while line := file.readline(_MAX_LINE_BYTES):
        if len(line) < _MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_MAX_LINE_BYTES)
        yield None


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _add_ms(histogram: Histogram, value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool):
        histogram.add(value)


def _text(summary: dict[str, Any]) -> list[str]:
    lines = [
        f"Lines          {summary['lines_total']:,} ({summary['parse_errors']:,} not JSON)",
        f"Outcomes       {_counts(summary['outcome_counts'])}",
        f"HTTP statuses  {_counts(summary['http_status_counts'])}",
    ]
    for label, name in (("Queue wait", "queue_wait_ms"), ("Total", "total_ms")):
        lines.append(f"{label:<14} {_percentiles(summary[f'{name}_p50'], summary[f'{name}_p95'])}")
    return lines + [f"Warning        {warning}" for warning in summary["warnings"]]


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in counts.items()) or "none"


def _percentiles(p50: int | None, p95: int | None) -> str:
    return "none" if p50 is None else f"p50 {p50:,} ms, p95 {p95:,} ms"
