"""A server whose renderers fail in the way a task names, and what is expected after each failure."""

import sys
from pathlib import Path
from typing import Any

from tests.e2e.faults.tidy import TEMPLATE, Tidy
from tests.e2e.gunicorn_server import Answer, GunicornServer, eventually
from tests.web.forms import task

COMMAND = [sys.executable, "-m", "gunicorn", "tests.e2e.faults.misbehaving_app:make_app()"]
CRASHED = (500, "RENDERER_CRASHED")
MISTAKE = (500, "INTERNAL_ERROR")
LATE = (408, "REQUEST_TIMEOUT")


def serve(folder: Path, **settings: Any) -> GunicornServer:
    """Start the server, with one slot."""
    return GunicornServer(
        folder, command=COMMAND, max_concurrency=1, renderer_memory_bytes=300_000_000, **settings
    )


def failed_job(server: GunicornServer, what: str) -> tuple[Answer, dict[str, Any]]:
    """Return the answer to a job whose renderer does ``what`` (tests/jobs/targets.py), and its log line."""
    answer = server.job(template=TEMPLATE, task_json=task({"meeting_title": what}))
    request_id = answer.headers["X-Docops-Request-Id"]

    def end_line() -> dict[str, Any] | None:
        lines = [line for line in server.log if line.get("request_id") == request_id]
        return lines[-1] if len(lines) == 2 else None

    return answer, eventually(end_line)


def check_fault(tidy: Tidy, what: str, told: tuple[int, str], inner: str, stage: str = "render") -> None:
    """Have a renderer do ``what``; fail unless client and log are told so, and nothing is left."""
    answer, line = failed_job(tidy.server, what)
    assert answer.told == told
    members = {"request_id", "timeout_seconds", "terminated"} if told == LATE else {"request_id"}
    assert set(answer.json["detail"]) == members
    outcome = "timeout" if told == LATE else "internal_error"
    assert (line["event"], line["outcome"], line["failure_stage"]) == ("error", outcome, stage)
    assert line.get("inner", "").startswith(inner)
    tidy.again()
