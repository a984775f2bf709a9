"""Starts a server, fills samples through it and prints the results: a notice and a contract."""

import argparse
import io
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.lib.client import Answer, Client
from tools.lib.command_line import print_lines
from tools.lib.server import ROOT, ServerFailed, running_server

_NOTICE = ROOT / "samples" / "meeting_notice.docx"
_CONTRACT = ROOT / "samples" / "purchase_contract.docx"


class _Demo(NamedTuple):
    """A template, its task, and the folder for the result."""

    template: Path
    task: Path
    out_dir: Path


class DemoFailed(Exception):
    """The demo got no documents; the message says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return the process's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--template", type=Path, help="fill this one alone (default: the samples)")
    parser.add_argument("--task", type=Path, help="with this task (default: that of the meeting notice)")
    parser.add_argument("--out-dir", type=Path, default=ROOT / "out", help="emptied first (default: out)")
    options = parser.parse_args(arguments)
    demos = [_Demo(options.template or _NOTICE, options.task or _task_of(_NOTICE), options.out_dir)]
    if options.template is None and options.task is None:
        demos.append(_Demo(_CONTRACT, _task_of(_CONTRACT), options.out_dir / _CONTRACT.stem))
    try:
        with tempfile.TemporaryDirectory(prefix="docops-demo-") as folder:
            answers = _answers_of_a_server(Path(folder), demos)
        summaries = [
            _summary(_unpack(answer, demo.out_dir), demo.out_dir)
            for demo, answer in zip(demos, answers, strict=True)
        ]
    except (DemoFailed, ServerFailed, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    for number, lines in enumerate(summaries):
        print_lines(["", f"{_CONTRACT.name}:", *lines] if number else lines)
    return 0


def _task_of(template: Path) -> Path:
    return template.with_suffix(".task.json")


def _answers_of_a_server(folder: Path, demos: Sequence[_Demo]) -> list[Answer]:
    with running_server(folder / "server.log", {"DOCOPS_WORKERS": "1"}) as base_url:
        client, fields = Client(base_url), {"format_report": "both"}
        return [
            client.post_files("/v1/run", {"template": demo.template, "task": demo.task}, fields)
            for demo in demos
        ]


def _unpack(answer: Answer, out_dir: Path) -> dict[str, bytes]:
    """Write the ZIP's members into ``out_dir``, emptied first, and return them by name."""
    if answer.status != 200:
        raise DemoFailed(f"the server answered {answer.status}: {answer.body.decode('utf-8', 'replace')}")
    shutil.rmtree(out_dir, ignore_errors=True)
    out_dir.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        archive.extractall(out_dir)
        return {name: archive.read(name) for name in archive.namelist()}


def _summary(members: dict[str, bytes], out_dir: Path) -> list[str]:
    result, log, missing, report = (
        json.loads(members[name])
        for name in (
            "api_result.json",
            "out.replace_log.json",
            "out.missing_fields.json",
            "out.format_report.json",
        )
    )
    lines = [f"Exit code {result['exit_code']}: {result['message']}", "", "Filled:"]
    lines += [
        f"  {entry['field_name']:<20} {_shown(entry)}    ({entry.get('result_path') or entry['run_id']})"
        for entry in log["entries"]
        if entry["status"] == "replaced"
    ]
    absent = missing["missing_required"] + missing["missing_optional"]
    lines += ["", f"Missing: {', '.join(absent) if absent else 'nothing'}", "", _format_line(report), ""]
    lines.append(f"Files in {out_dir}:")
    lines += [f"  {name:<26} {len(content):>8,} bytes" for name, content in members.items()]
    return lines


def _shown(entry: dict[str, Any]) -> str:
    return "a picture" if "picture" in entry else str(entry["new_text"])


def _format_line(report: dict[str, Any]) -> str:
    verdict = "passed" if report["passed"] else "failed"
    warnings = sum(issue["severity"] == "warn" and not issue["fixed"] for issue in report["issues"])
    return (
        f"Format check: {verdict} ({report['error_count']} errors, {warnings} warnings, "
        f"{report['fixed_count']} fixed)"
    )


if __name__ == "__main__":
    sys.exit(main())
