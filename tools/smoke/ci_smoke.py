"""Starts the server, puts load on it, stops it, and compares the figures with the thresholds for a build."""

import argparse
import json
import os
import shlex
import signal
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.lib import command_line as types
from tools.lib.command_line import print_lines
from tools.lib.server import ROOT, error_lines
from tools.lib.summarize_logs import summarize
from tools.smoke import ci_thresholds
from tools.smoke.ci_report import Report, Verdict
from tools.smoke.ci_thresholds import Thresholds, UnusableValue
from tools.smoke.rounds import worst_load, worst_log
from tools.smoke.smoke_run import SmokeOptions, SmokeRecord, run_smoke

_FILES = {
    "ci_result.md": "this page",
    "ci_result.json": "the same as JSON",
    "load_summary.json": "the clients' figures: the worst of the measured rounds, then every round",
    "log_summary.json": "the figures of the server's log: outcomes, the worst percentiles, then every round",
    "server.log": "the server's output",
}
_MOST_ERRORS = 10
# Variables for the tests, or set by this tool; they do not affect a smoke run.
_NOT_REPEATED = ("DOCOPS_BIND", "DOCOPS_CORPUS", "DOCOPS_TESTS_SKIP_NOTHING")
_SECRETS = ("DOCOPS_WEB_BASIC_AUTH",)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return 0, or 1 when a threshold failed, or 2 when the run did not complete."""
    given = _parser().parse_args(arguments)
    options = SmokeOptions(
        port=given.port,
        app=given.app,
        repeat=given.repeat,
        repeat_warmup=given.repeat_warmup,
        requests=given.requests,
        concurrency=given.concurrency,
        skill=given.skill,
    )
    folder: Path = given.artifacts_dir
    try:
        _empty(folder)
        thresholds = Thresholds.from_environ(os.environ)
        report = _report(options, folder, thresholds)
        _write_json(folder / "ci_result.json", report.as_json())
        (folder / "ci_result.md").write_text(report.as_markdown(), "utf-8")
    except (UnusableValue, OSError) as error:
        print(f"ci_smoke: {error}", file=sys.stderr)
        return Verdict.BROKEN.exit_status
    except Exception:
        # Python's own exit status for this is 1, which would blame the server.
        traceback.print_exc()
        return Verdict.BROKEN.exit_status
    print_lines([*report.lines(), f"Artefacts: {folder}, begin with {folder / 'ci_result.md'}"])
    return report.verdict.exit_status


def _empty(folder: Path) -> None:
    """Make ``folder`` and remove the files of an earlier run, which could be mistaken for this run's."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)


def _report(options: SmokeOptions, folder: Path, thresholds: Thresholds) -> Report:
    """Run the smoke, keep its summaries in ``folder`` and judge them."""
    server_log = folder / "server.log"
    record = run_smoke(options, server_log, os.environ)
    load, log = _summaries(record, server_log)
    _write_json(folder / "load_summary.json", load)
    _write_json(folder / "log_summary.json", log)
    is_complete = sum(not each.is_warmup for each in record.rounds) == options.repeat
    files = [str(folder / name) for name in ("load_summary.json", "log_summary.json")]
    return Report(
        figures=ci_thresholds.figures(load, log, thresholds) if is_complete else {},
        limits=ci_thresholds.limits(thresholds),
        failures=ci_thresholds.judge(load, log, thresholds) if is_complete else [],
        broken=record.broken,
        errors=error_lines(server_log, _MOST_ERRORS),
        repeat_command=_repeat_command(options, folder, os.environ),
        judge_command=shlex.join([_python(), "tools/ci_thresholds.py", *files]),
        files={str(folder / name): content for name, content in _FILES.items()},
    )


def _summaries(record: SmokeRecord, server_log: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    load = worst_load(record.rounds)
    if record.after_stop is not None:
        load["after_stop"] = record.after_stop.as_json()
    return load, worst_log(record.rounds, summarize([server_log]))


def _repeat_command(options: SmokeOptions, folder: Path, environ: Mapping[str, str]) -> str:
    """Return the command line of this run with the variables that it depends on, secrets left out."""
    variables = [
        f"{name}={'...' if name in _SECRETS else shlex.quote(value)}"
        for name, value in sorted(environ.items())
        if name.startswith("DOCOPS_") and name not in _NOT_REPEATED
    ]
    values = {
        "--port": options.port,
        "--repeat": options.repeat,
        "--repeat-warmup": options.repeat_warmup,
        "--requests": options.requests,
        "--concurrency": options.concurrency,
        "--skill": options.skill,
        "--artifacts-dir": folder,
        "--app": options.app,
    }
    words = [_python(), "tools/ci_smoke.py", *(str(word) for pair in values.items() for word in pair)]
    return " ".join([*variables, shlex.join(words)])


def _python() -> str:
    """Return the path of the running Python, relative to the project's folder if it lies there."""
    python = Path(sys.executable)
    return str(python.relative_to(ROOT) if python.is_relative_to(ROOT) else python)


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="The limits are DOCOPS_CI_ variables: see tools/ci_thresholds.py --help. "
        "Exit status: 0 passed, 1 a threshold failed, 2 the run did not complete.",
    )
    at_least_one = types.integer(1)
    parser.add_argument(
        "--port", type=_port, default=0, help="of the server; 0 takes a free one (%(default)s)"
    )
    parser.add_argument("--repeat", type=at_least_one, default=3, help="measured rounds (%(default)s)")
    parser.add_argument(
        "--repeat-warmup", type=types.integer(0), default=1, help="rounds before them (%(default)s)"
    )
    parser.add_argument("--requests", type=at_least_one, default=20, help="jobs a round (%(default)s)")
    parser.add_argument("--concurrency", type=at_least_one, default=6, help="jobs at a time (%(default)s)")
    parser.add_argument("--skill", default="meeting_notice", help="any skill of the server (%(default)s)")
    parser.add_argument(
        "--artifacts-dir", type=Path, default=Path("artifacts"), help="for logs and results (%(default)s)"
    )
    parser.add_argument(
        "--app", default="wsgi:app", help="the WSGI application that gunicorn serves (%(default)s)"
    )
    return parser


def _port(text: str) -> int:
    port = types.integer(0)(text)
    if port > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be used; use a port from 0 to 65535")
    return port


def command() -> int:
    """Run the tool as a process: a CI that cancels a job sends SIGTERM, which ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return main()
