"""Renderers that crash, hang, flood their output or exhaust resources: answer and log; nothing is left."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.faults.tidy import SECONDS, TEMPLATE, Tidy
from tests.e2e.gunicorn_server import Answer, GunicornServer, eventually
from tests.web.forms import task

COMMAND = [sys.executable, "-m", "gunicorn", "tests.e2e.faults.misbehaving_app:make_app()"]
CRASHED = (500, "RENDERER_CRASHED")
MISTAKE = (500, "INTERNAL_ERROR")
LATE = (408, "REQUEST_TIMEOUT")


def serve(folder: Path, **settings: Any) -> GunicornServer:
    return GunicornServer(
        folder,
        command=COMMAND,
        max_concurrency=1,
        request_timeout_seconds=4,
        renderer_memory_bytes=300_000_000,
        **settings,
    )


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    server = serve(tmp_path_factory.mktemp("server"))
    yield Tidy(server)
    server.stop()


@pytest.fixture(scope="module")
def tidy_without_cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    server = serve(tmp_path_factory.mktemp("server"), sandbox="off")
    yield Tidy(server)
    server.stop()


def told_of(server: GunicornServer, what: str) -> tuple[Answer, dict[str, Any]]:
    """The answer to a job whose renderer does ``what``, and the end line of the log."""
    answer = server.job(template=TEMPLATE, task_json=task({"meeting_title": what}))
    request_id = answer.headers["X-Docops-Request-Id"]

    def end_line() -> dict[str, Any] | None:
        lines = [line for line in server.log if line.get("request_id") == request_id]
        return lines[-1] if len(lines) == 2 else None

    return answer, eventually(end_line)


IN_ITS_CELL = [
    ("abort", CRASHED, "killed by SIGABRT"),
    ("exit_with_three", CRASHED, "exited with 3 before it answered"),
    ("use_all_memory", CRASHED, "out of memory"),
    ("have_a_bug", MISTAKE, "KeyError at targets.py"),
    ("kill_itself", MISTAKE, "PermissionError at targets.py"),
    ("fork_and_hang", MISTAKE, "PermissionError at targets.py"),
    ("ignore_sigterm", LATE, ""),
    ("leave_half_an_answer_and_hang", LATE, ""),
]
LYING = [
    ("lie_of_the_exit_code", "its result is not one of such a job", "render"),
    ("tell_many_issue_codes", "its result is not one of such a job", "render"),
]
# Their cell refuses the calls that these begin with.
LYING_WITHOUT_A_CELL = [
    ("leave_the_template_as_archive", "outputs.zip is unsound: ", "archive"),
    ("leave_a_second_name_of_the_archive", "outputs.zip is no regular file of its own", "archive"),
]
WITHOUT_A_CELL = [
    ("kill_itself", CRASHED, "killed by SIGKILL"),
    ("stop_itself", LATE, ""),
    ("leave_half_an_answer", CRASHED, "result.json is no JSON: JSONDecodeError"),
    ("say_nonsense", CRASHED, "said what was not agreed"),
    ("fork_and_hang", LATE, ""),
    ("fork_and_crash", CRASHED, "killed by SIGKILL"),
]


def check_fault(tidy: Tidy, what: str, told: tuple[int, str], inner: str, stage: str = "render") -> None:
    answer, line = told_of(tidy.server, what)
    assert answer.told == told
    members = {"request_id", "timeout_seconds", "terminated"} if told == LATE else {"request_id"}
    assert set(answer.json["detail"]) == members
    outcome = "timeout" if told == LATE else "internal_error"
    assert (line["event"], line["outcome"], line["failure_stage"]) == ("error", outcome, stage)
    assert line.get("inner", "").startswith(inner)
    tidy.again()


@pytest.mark.parametrize(("what", "told", "inner"), IN_ITS_CELL)
def test_a_fault_of_a_renderer_is_reported_and_leaves_nothing(
    tidy: Tidy, what: str, told: tuple[int, str], inner: str
) -> None:
    check_fault(tidy, what, told, inner)


@pytest.mark.parametrize(("what", "inner", "stage"), LYING)
def test_invalid_output_of_a_renderer_is_reported_and_leaves_nothing(
    tidy: Tidy, what: str, inner: str, stage: str
) -> None:
    check_fault(tidy, what, CRASHED, inner, stage)


@pytest.mark.parametrize(("what", "inner", "stage"), LYING_WITHOUT_A_CELL)
def test_faults_possible_without_the_sandbox_are_reported_and_leave_nothing(
    tidy_without_cell: Tidy, what: str, inner: str, stage: str
) -> None:
    check_fault(tidy_without_cell, what, CRASHED, inner, stage)


@pytest.mark.parametrize(("what", "told", "inner"), WITHOUT_A_CELL)
def test_what_the_sandbox_would_refuse_is_reported_and_leaves_nothing(
    tidy_without_cell: Tidy, what: str, told: tuple[int, str], inner: str
) -> None:
    before = set(psutil.pids())
    check_fault(tidy_without_cell, what, told, inner)
    # A process that it forked has another parent by now.
    eventually(lambda: not [pid for pid in set(psutil.pids()) - before if is_stray(pid)], SECONDS)


def is_stray(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.ppid() == 1 and any(
            "docops_flask.engine.worker.spawned" in word for word in process.cmdline()
        )
    except psutil.Error:
        return False


def test_a_flood_on_standard_error_is_not_in_the_log(tidy: Tidy) -> None:
    answer, _ = told_of(tidy.server, "flood_stderr")
    # Its result is not that of a run.
    assert answer.told == CRASHED
    assert "flood" not in tidy.server.errors
    tidy.again()
