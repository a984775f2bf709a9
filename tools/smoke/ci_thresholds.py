"""Compares the figures of a smoke run with thresholds from the environment.

Run as a tool it compares saved figures again, for instance with another DOCOPS_CI_ variable.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from tools.lib.command_line import print_lines
from tools.smoke.rounds import (
    Summary,
    answers,
    internal_errors,
    leaked_pids,
    left_after_stop,
    non_200,
    number,
    tmp_growth,
)

PREFIX = "DOCOPS_CI_"
_SWITCH = {"1": 1, "true": 1, "yes": 1, "on": 1, "0": 0, "false": 0, "no": 0, "off": 0}
_SHOWN_NAMES = 5
# More requests than any round has.
ANY = sys.maxsize


class UnusableValue(ValueError):
    """A variable or a file cannot be used; the message is one line."""


def _limit(default: int, help_line: str) -> Any:
    return field(default=default, metadata={"parse": _whole_number, "help": help_line})


def _switch(help_line: str) -> Any:
    return field(default=True, metadata={"parse": _on_or_off, "help": help_line})


def _number_or_any(value: str) -> int:
    """Return how many are allowed: digits are a number (1 is one); true, yes and on mean any number."""
    switch = _SWITCH.get(value.lower())
    if switch is None or value.isdigit():
        return _whole_number(value)
    return ANY if switch else 0


def _whole_number(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("use an integer of at least 0; 0 means none")
    return int(value)


def _on_or_off(value: str) -> bool:
    try:
        return bool(_SWITCH[value.lower()])
    except KeyError:
        raise ValueError("use 1 or 0") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The limits of a smoke run; a limit is the largest figure that passes, and 0 means 0."""

    allow_429: int = field(
        default=0,
        metadata={
            "parse": _number_or_any,
            "help": "How many answers 429 a round may have; true, yes or on: any number.",
        },
    )
    max_tmp_delta_bytes: int = _limit(5_242_880, "By how many bytes TMPDIR may grow in a round.")
    max_tmp_delta_count: int = _limit(50, "By how many files and folders TMPDIR may grow in a round.")
    max_total_ms_p95: int = _limit(15_000, "Milliseconds of a job, 95th percentile of a round.")
    max_queue_wait_ms_p95: int = _limit(3_000, "Milliseconds of waiting for a slot, 95th percentile.")
    require_no_leaks: bool = _switch("Whether a process that survives its job is a failure.")
    require_internal_error_zero: bool = _switch("Whether an internal_error in the log is a failure.")
    require_non_200_zero: bool = _switch("Whether an answer other than 200 is a failure.")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the thresholds of ``environ``; a variable that is absent or empty keeps its default.

        Raises ``UnusableValue`` naming the first variable that cannot be used.
        """
        given = {}
        for each in fields(cls):
            variable = PREFIX + each.name.upper()
            if not environ.get(variable):
                continue
            try:
                given[each.name] = each.metadata["parse"](environ[variable])
            except ValueError as error:
                raise UnusableValue(f"{variable}: {environ[variable]!a} cannot be used; {error}") from None
        return cls(**given)

    def as_environ(self) -> dict[str, str]:
        """Return the variables that give these thresholds."""
        return {PREFIX + each.name.upper(): str(int(getattr(self, each.name))) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Failure:
    """A figure over its limit (``figure`` ``None``: it is missing) and its meaning."""

    name: str
    figure: float | None
    limit: int
    meaning: str

    @property
    def text(self) -> str:
        """Return figure, limit and meaning as a sentence."""
        figure = "missing" if self.figure is None else self.figure
        return f"{figure}, limit {self.limit}. {self.meaning}"


@dataclass(frozen=True, slots=True)
class _Check:
    """A figure, its source, its limit (``None``: not checked), and the meaning of a failure."""

    name: str
    limit: Callable[[Thresholds], int | None]
    figure: Callable[[Summary, Summary, Thresholds], float | None]
    meaning: str
    missing: str


def judge(load: Summary, log: Summary, thresholds: Thresholds) -> list[Failure]:
    """Return the failures of a run; none means that it passes.

    ``load`` is a summary of load_test or of ci_smoke (which adds ``after_stop``), ``log`` one of
    summarize_logs. A figure that is missing, or is no number, fails its threshold.
    """
    measured = figures(load, log, thresholds)
    failures = []
    for check in _CHECKS:
        figure, limit = measured[check.name], check.limit(thresholds)
        if limit is not None and (figure is None or not figure <= limit):
            meaning = check.missing if figure is None else check.meaning
            failures.append(Failure(check.name, figure, limit, meaning))
    return failures + _left_files(load, {failure.name for failure in failures})


def figures(load: Summary, log: Summary, thresholds: Thresholds) -> dict[str, float | None]:
    """Return the checked figures by name; ``None`` stands for one that is missing."""
    return {check.name: check.figure(load, log, thresholds) for check in _CHECKS}


def limits(thresholds: Thresholds) -> dict[str, int | None]:
    """Return the limits by the names of their figures; ``None``: not checked."""
    return {check.name: check.limit(thresholds) for check in _CHECKS}


def _zero_if(required: bool) -> int | None:
    return 0 if required else None


def _left_files(load: Summary, failed: set[str]) -> list[Failure]:
    """Return a failure if files were left after the server had stopped; a running server may keep some."""
    left = left_after_stop(load, "files")
    if not left or "tmp_delta_count" in failed:
        return []
    more = f" and {len(left) - _SHOWN_NAMES} more" if len(left) > _SHOWN_NAMES else ""
    names = ", ".join(left[:_SHOWN_NAMES]) + more
    meaning = f"The stopped server left these under its TMPDIR, where nothing may stay: {names}."
    return [Failure("tmp_delta_count", len(left), 0, meaning)]


_NO_TMP = "The server's TMPDIR was not measured, or not all of it: see tmp_warnings in load_summary.json."
_NO_TIMES = "The log has no such figure: no job was done, or its lines were lost; see server.log."
_NO_ANSWERS = "load_summary.json does not say what was answered."

_CHECKS = (
    _Check(
        "leaked_pids",
        lambda thresholds: _zero_if(thresholds.require_no_leaks),
        lambda load, _log, _thresholds: leaked_pids(load),
        "Processes of the server outlived their job or the server itself; see leaked_pids and "
        "after_stop in load_summary.json.",
        "The leak check saw no process, so it could not find a leak; see leak_check in load_summary.json.",
    ),
    _Check(
        "internal_error",
        lambda thresholds: _zero_if(thresholds.require_internal_error_zero),
        lambda _load, log, _thresholds: internal_errors(log),
        'The server had internal errors (5xx), warm-up included; server.log names type and place in "inner".',
        "The log holds no outcome of any job, so errors cannot be ruled out; see server.log.",
    ),
    _Check(
        "tmp_delta_bytes",
        lambda thresholds: thresholds.max_tmp_delta_bytes,
        lambda load, _log, _thresholds: tmp_growth(load, "tmp_delta_bytes"),
        "Jobs left bytes behind in the server's TMPDIR: some job's files are not removed.",
        _NO_TMP,
    ),
    _Check(
        "tmp_delta_count",
        lambda thresholds: thresholds.max_tmp_delta_count,
        lambda load, _log, _thresholds: tmp_growth(load, "tmp_delta_count"),
        "Jobs left files or folders behind in the server's TMPDIR: some job's files are not removed.",
        _NO_TMP,
    ),
    _Check(
        "total_ms_p95",
        lambda thresholds: thresholds.max_total_ms_p95,
        lambda _load, log, _thresholds: number(log, "total_ms_p95"),
        "Jobs take too long, waiting included: compare with queue_wait_ms_p95, and with what else ran here.",
        _NO_TIMES,
    ),
    _Check(
        "queue_wait_ms_p95",
        lambda thresholds: thresholds.max_queue_wait_ms_p95,
        lambda _load, log, _thresholds: number(log, "queue_wait_ms_p95"),
        "Jobs wait too long for a slot: raise DOCOPS_MAX_CONCURRENCY or lower --concurrency.",
        _NO_TIMES,
    ),
    _Check(
        "http_429",
        lambda thresholds: thresholds.allow_429,
        lambda load, _log, _thresholds: answers(load, "429"),
        "Jobs were refused for want of a slot: raise DOCOPS_MAX_CONCURRENCY or DOCOPS_QUEUE_TIMEOUT_SECONDS, "
        "or allow some with DOCOPS_CI_ALLOW_429.",
        _NO_ANSWERS,
    ),
    _Check(
        "http_non_200",
        lambda thresholds: _zero_if(thresholds.require_non_200_zero),
        lambda load, _log, thresholds: non_200(load, thresholds.allow_429),
        "Requests were not answered 200 (429 beyond DOCOPS_CI_ALLOW_429 included); see status_counts in "
        "load_summary.json.",
        _NO_ANSWERS,
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Compare saved figures; return the exit status: 0 passed, 1 a threshold failed, 2 no usable figures."""
    options = _parser().parse_args(arguments)
    try:
        thresholds = Thresholds.from_environ(os.environ)
        failures = judge(_read(options.load_summary), _read(options.log_summary), thresholds)
    except UnusableValue as error:
        print(f"ci_thresholds: {error}", file=sys.stderr)
        return 2
    print_lines([_text(failures)])
    return 1 if failures else 0


def _text(failures: list[Failure]) -> str:
    lines = [f"{failure.name}: {failure.text}" for failure in failures]
    return "\n".join(lines) or "passed: every figure is within its limit"


def _parser() -> argparse.ArgumentParser:
    defaults = Thresholds().as_environ().items()
    variables = [
        f"  {variable:<38} {default:>8}  {each.metadata['help']}"
        for (variable, default), each in zip(defaults, fields(Thresholds), strict=True)
    ]
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="\n".join(["variables, their defaults and meaning:", *variables]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, tool in (("load_summary", "load_test.py or ci_smoke.py"), ("log_summary", "summarize_logs.py")):
        default = Path("artifacts", f"{name}.json")
        text = f"what {tool} wrote (default: {default})"
        parser.add_argument(name, nargs="?", type=Path, default=default, help=text)
    return parser


def _read(path: Path) -> Summary:
    try:
        summary = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableValue(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(summary, dict):
        raise UnusableValue(f"{path}: is not a summary; a summary is a JSON object")
    return summary
