"""Sends many jobs at once and reports their outcomes and what they left behind."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.lib import command_line as types
from tools.lib.client import Client, Form
from tools.lib.command_line import Progress, print_lines, terminal_progress
from tools.lib.samples import NoSample, sample_for
from tools.lib.watermark import Watermark, measure
from tools.load.leaks import NOT_ASKED_FOR, LeakCheck, PidMarks, check_leaks
from tools.load.outcome import JobOutcome, outcome_figures, outcome_of_answer, outcome_of_error, tmp_figures

DEFAULT_LEAK_GRACE_MS = 2000
_STEP_SECONDS = 0.05


class LoadFailed(Exception):
    """No load could be sent; the message is one line that says why."""


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What to send and where: ``requests`` jobs of ``skill``, ``concurrency`` at a time.

    ``timeout_seconds`` is how long each step of a request may take, ``leak_grace_ms`` how long renderers
    and files may outlive the load before they count as left behind.
    """

    base_url: str
    concurrency: int
    requests: int
    skill: str
    timeout_seconds: float
    check_subprocess_leaks: bool = False
    leak_grace_ms: int = DEFAULT_LEAK_GRACE_MS
    tmp_root: Path | None = None


def run_load(options: LoadOptions, progress: Progress | None = None) -> dict[str, Any]:
    """Send the load and return its summary, JSON-able; docs/tools.md describes the members.

    ``progress`` is called with the number of requests done and their total. Raises ``LoadFailed`` when
    the server cannot be reached at all, or there is nothing to send for the skill.
    """
    form = _form(options)
    marks = PidMarks()
    before = None if options.tmp_root is None else measure(options.tmp_root)
    started = time.perf_counter()
    outcomes = []
    for outcome in _outcomes(options, form, marks):
        outcomes.append(outcome)
        if progress is not None:
            progress(len(outcomes), options.requests)
    seconds = time.perf_counter() - started
    leaks = _leaks(options, outcomes, marks)
    summary = {
        "requests": options.requests,
        "concurrency": options.concurrency,
        "skill": options.skill,
        "duration_seconds": round(seconds, 3),
        **outcome_figures(outcomes),
        "leaked_pids": sorted(leaks.leaked) if leaks.performed else None,
        "leak_check": leaks.as_json(),
    }
    if options.tmp_root is not None and before is not None:
        after = _settled(options.tmp_root, before, options.leak_grace_ms / 1000)
        summary |= tmp_figures(before, after)
    return summary


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return 0, or 1 for a leak with ``--fail-on-leaks``, or 2 when no load could be sent."""
    given = _parser().parse_args(arguments)
    options = LoadOptions(
        base_url=given.base_url,
        concurrency=given.concurrency,
        requests=given.requests,
        skill=given.skill,
        timeout_seconds=given.timeout,
        check_subprocess_leaks=given.check_subprocess_leaks or given.fail_on_leaks,
        leak_grace_ms=given.leak_grace_ms,
        tmp_root=given.tmp_root,
    )
    try:
        summary = run_load(options, terminal_progress("requests"))
        _write(summary, given.write_summary)
    except (LoadFailed, OSError) as error:
        print(f"load_test: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("load_test: interrupted", file=sys.stderr)
        return 130
    complaint = _complaint(summary) if given.fail_on_leaks else None
    if complaint is not None:
        print(f"load_test: {complaint}", file=sys.stderr)
    return 0 if complaint is None else 1


def _write(summary: dict[str, Any], path: Path | None) -> None:
    text = json.dumps(summary, indent=2)
    print_lines([text])
    if path is not None:
        path.write_text(text + "\n", "utf-8")


def _form(options: LoadOptions) -> Form:
    client = Client(options.base_url, options.timeout_seconds)
    try:
        client.get("/healthz")
        sample = sample_for(options.skill, client)
    except NoSample as error:
        raise LoadFailed(str(error)) from error
    except OSError as error:
        raise LoadFailed(f"{client.shown_url} cannot be reached: {error.strerror or error}") from error
    return Form.of(sample.files(), {})


def _outcomes(options: LoadOptions, form: Form, marks: PidMarks) -> Iterator[JobOutcome]:
    client = Client(options.base_url, options.timeout_seconds)

    def send(_number: int) -> JobOutcome:
        started = time.perf_counter()
        try:
            answer = client.post_form("/v1/run", form)
        except OSError as error:
            return outcome_of_error(error, _ms_since(started))
        latency_ms = _ms_since(started)
        if options.check_subprocess_leaks:
            marks.add()
        return outcome_of_answer(answer, latency_ms)

    if options.check_subprocess_leaks:
        marks.add()
    pool = ThreadPoolExecutor(options.concurrency)
    try:
        yield from pool.map(send, range(options.requests))
    finally:
        pool.shutdown(cancel_futures=True)


def _leaks(options: LoadOptions, outcomes: list[JobOutcome], marks: PidMarks) -> LeakCheck:
    processes = {outcome.process for outcome in outcomes if outcome.process is not None}
    if not options.check_subprocess_leaks:
        pids = {process.pid for process in processes}
        return LeakCheck(performed=False, pids_seen=len(pids), reason=NOT_ASKED_FOR)
    return check_leaks(processes, marks, options.base_url, options.leak_grace_ms / 1000)


def _settled(root: Path, before: Watermark, grace_seconds: float) -> Watermark:
    """Measure ``root`` once it holds no more than ``before``, or when the grace time is over."""
    deadline = time.monotonic() + grace_seconds
    while True:
        after = measure(root)
        is_back = after.count <= before.count and after.bytes <= before.bytes
        if is_back or time.monotonic() >= deadline:
            return after
        time.sleep(_STEP_SECONDS)


def _complaint(summary: dict[str, Any]) -> str | None:
    """Return why ``--fail-on-leaks`` fails, ``None`` when the check was performed and found nothing."""
    check = summary["leak_check"]
    if not check["performed"]:
        return f"the leak check could not be performed: {check['reason']}"
    if summary["leaked_pids"]:
        return f"leaked processes: {', '.join(f'{pid} ({state})' for pid, state in check['leaked'].items())}"
    return None


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="The summary is JSON on standard output; docs/tools.md describes it."
    )
    add, at_least_one = parser.add_argument, types.integer(1)
    add("--base-url", type=types.base_url, default="http://127.0.0.1:8000", help="%(default)s")
    add("--concurrency", type=at_least_one, default=2, help="requests at a time (%(default)s)")
    add("--requests", type=at_least_one, default=20, help="requests in all (%(default)s)")
    add("--skill", default="meeting_notice", help="any skill of the server (%(default)s)")
    add(
        "--timeout",
        type=types.positive_seconds,
        default=90.0,
        metavar="SECONDS",
        help="most seconds to wait for the server at a time (%(default)s)",
    )
    add("--write-summary", type=types.writable_file, metavar="FILE", help="also write the summary to FILE")
    _add_leftover_arguments(parser)
    return parser


def _add_leftover_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the checks after the load."""
    add = parser.add_argument
    add("--check-subprocess-leaks", action="store_true", help="check for renderers that outlive their jobs")
    add(
        "--fail-on-leaks",
        action="store_true",
        help="check for them, and exit with 1 when there are any or the check cannot be performed",
    )
    add("--tmp-root", type=types.existing_folder, help="also measure this folder, the server's TMPDIR")
    add(
        "--leak-grace-ms",
        type=types.integer(0),
        default=DEFAULT_LEAK_GRACE_MS,
        metavar="MS",
        help="how long renderers and files may outlive the load (%(default)s)",
    )
