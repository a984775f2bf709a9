"""Renderers that crash, hang, flood their output or exhaust resources: answer and log; nothing is left."""

from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from tests.e2e.faults.renderer_faults import CRASHED, LATE, MISTAKE, check_fault, failed_job, serve
from tests.e2e.faults.tidy import SECONDS, Tidy
from tests.e2e.gunicorn_server import eventually


def tidy_server(tmp_path_factory: pytest.TempPathFactory, **settings: Any) -> Iterator[Tidy]:
    server = serve(tmp_path_factory.mktemp("server"), **settings)
    yield Tidy(server)
    server.stop()


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    yield from tidy_server(tmp_path_factory)


@pytest.fixture(scope="module")
def tidy_without_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    yield from tidy_server(tmp_path_factory, sandbox="off")


@pytest.fixture(scope="module")
def tidy_with_little_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    yield from tidy_server(tmp_path_factory, request_timeout_seconds=4)


@pytest.fixture(scope="module")
def tidy_with_little_time_without_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    yield from tidy_server(tmp_path_factory, request_timeout_seconds=4, sandbox="off")


IN_ITS_SANDBOX = [
    ("abort", CRASHED, "killed by SIGABRT"),
    ("exit_with_three", CRASHED, "exited with 3 before it answered"),
    ("use_all_memory", CRASHED, "out of memory"),
    ("have_a_bug", MISTAKE, "KeyError at targets.py"),
    ("kill_itself", MISTAKE, "PermissionError at targets.py"),
    ("fork_and_hang", MISTAKE, "PermissionError at targets.py"),
]
LYING = [
    ("lie_of_the_exit_code", "its result is not one of such a job", "render"),
    ("tell_many_issue_codes", "its result is not one of such a job", "render"),
]
# The sandbox refuses the calls that these begin with.
LYING_WITHOUT_A_SANDBOX = [
    ("leave_the_template_as_archive", "outputs.zip is unsound: ", "archive"),
    ("leave_a_second_name_of_the_archive", "outputs.zip is not a regular file with a single name", "archive"),
]
WITHOUT_A_SANDBOX = [
    ("kill_itself", CRASHED, "killed by SIGKILL"),
    ("leave_half_an_answer", CRASHED, "result.json is not valid JSON: JSONDecodeError"),
    ("say_nonsense", CRASHED, "sent an unknown message"),
    ("fork_and_crash", CRASHED, "killed by SIGKILL"),
]


@pytest.mark.parametrize(("what", "told", "inner"), IN_ITS_SANDBOX)
def test_a_fault_of_a_renderer_is_reported_and_leaves_nothing(
    tidy: Tidy, what: str, told: tuple[int, str], inner: str
) -> None:
    check_fault(tidy, what, told, inner)


@pytest.mark.parametrize(("what", "inner", "stage"), LYING)
def test_invalid_output_of_a_renderer_is_reported_and_leaves_nothing(
    tidy: Tidy, what: str, inner: str, stage: str
) -> None:
    check_fault(tidy, what, CRASHED, inner, stage)


@pytest.mark.parametrize(("what", "inner", "stage"), LYING_WITHOUT_A_SANDBOX)
def test_faults_possible_without_the_sandbox_are_reported_and_leave_nothing(
    tidy_without_sandbox: Tidy, what: str, inner: str, stage: str
) -> None:
    check_fault(tidy_without_sandbox, what, CRASHED, inner, stage)


@pytest.mark.parametrize(("what", "told", "inner"), WITHOUT_A_SANDBOX)
def test_what_the_sandbox_would_refuse_is_reported_and_leaves_nothing(
    tidy_without_sandbox: Tidy, what: str, told: tuple[int, str], inner: str
) -> None:
    before = set(psutil.pids())
    check_fault(tidy_without_sandbox, what, told, inner)
    # A process that it forked has another parent by now.
    eventually(lambda: not [pid for pid in set(psutil.pids()) - before if is_stray(pid)], SECONDS)


@pytest.mark.parametrize("what", ["ignore_sigterm", "leave_half_an_answer_and_hang"])
def test_a_renderer_past_its_time_limit_is_killed(tidy_with_little_time: Tidy, what: str) -> None:
    check_fault(tidy_with_little_time, what, LATE, "")


@pytest.mark.parametrize("what", ["stop_itself", "fork_and_hang"])
def test_a_renderer_without_a_sandbox_past_its_time_limit_is_killed_with_its_children(
    tidy_with_little_time_without_sandbox: Tidy, what: str
) -> None:
    before = set(psutil.pids())
    check_fault(tidy_with_little_time_without_sandbox, what, LATE, "")
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
    answer, _ = failed_job(tidy.server, "flood_stderr")
    # Its result is not that of a run.
    assert answer.told == CRASHED
    assert "flood" not in tidy.server.errors
    tidy.again()
