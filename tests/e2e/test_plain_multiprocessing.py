"""On a Python with other private parts plain ``multiprocessing`` starts renderers, and the server says so.

Limits, deadlines and the sandbox hold as ever. Only ``spawn`` uses private parts.
"""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT
from tests.e2e.faults.renderer_faults import CRASHED, LATE, MISTAKE, check_fault, serve
from tests.e2e.faults.tidy import Tidy
from tests.e2e.gunicorn_server import GunicornServer, eventually

METHODS = ("spawn", "forkserver", "fork")
OTHER_PYTHON = {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests/e2e/other_python"), str(ROOT)])}
FAULTS = [
    ("use_all_memory", CRASHED, "out of memory"),
    ("have_a_bug", MISTAKE, "KeyError at targets.py"),
    ("kill_itself", MISTAKE, "PermissionError at targets.py"),
    ("fork_and_hang", MISTAKE, "PermissionError at targets.py"),
]


def tidy_server(tmp_path_factory: pytest.TempPathFactory, **settings: Any) -> Iterator[Tidy]:
    server = serve(tmp_path_factory.mktemp("server"), variables=OTHER_PYTHON, **settings)
    yield Tidy(server)
    assert server.stop() == 0
    assert list(server.work_folder.iterdir()) == []


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    yield from tidy_server(tmp_path_factory, sandbox="require")


@pytest.fixture(scope="module")
def tidy_with_little_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    yield from tidy_server(tmp_path_factory, sandbox="off", request_timeout_seconds=6)


@pytest.mark.parametrize("start_method", METHODS)
def test_one_line_at_the_start_says_which_part_is_another_and_what_that_costs(
    start_server: Callable[..., GunicornServer], start_method: str
) -> None:
    server = start_server(variables=OTHER_PYTHON, mp_start=start_method)
    assert server.job().status == 200
    assert server.job(format_report="both").status == 200
    assert eventually(lambda: server.sandbox_log)[0]["sandbox_level"] == "full"
    assert server.stop() == 0
    lines = [line for line in server.errors.splitlines() if "multiprocessing" in line]
    # The others use no private part.
    assert len(lines) == (start_method == "spawn")
    for line in lines:
        assert "multiprocessing.spawn.get_command_line is not as expected (Python 3." in line
        assert "plain multiprocessing spawns renderers, and each job takes about" in line


@pytest.mark.parametrize("start_method", METHODS)
def test_on_a_python_that_is_as_expected_nothing_is_said(
    start_server: Callable[..., GunicornServer], start_method: str
) -> None:
    server = start_server(mp_start=start_method)
    assert server.job().status == 200
    assert "multiprocessing" not in server.errors


@pytest.mark.parametrize(("what", "told", "inner"), FAULTS)
def test_a_fault_of_a_renderer_is_told_and_leaves_nothing(
    tidy: Tidy, what: str, told: tuple[int, str], inner: str
) -> None:
    check_fault(tidy, what, told, inner)


@pytest.mark.parametrize("what", ["ignore_sigterm", "stop_itself", "fork_and_hang"])
def test_a_renderer_past_its_time_is_ended_without_a_sandbox_too(
    tidy_with_little_time: Tidy, what: str
) -> None:
    check_fault(tidy_with_little_time, what, LATE, "")


def test_a_renderer_ends_with_a_worker_that_is_killed(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(variables=OTHER_PYTHON)
    running, renderer = server.frozen_job()
    (worker,) = server.workers()
    worker.kill()
    assert running.exception() is not None
    eventually(lambda: not renderer.is_running() or renderer.status() == psutil.STATUS_ZOMBIE)
    eventually(lambda: server.leftovers() == [])


def test_standby_and_a_reload_work(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(variables=OTHER_PYTHON, standby=1)
    eventually(lambda: server.sandbox_log and server.renderers())
    (old,) = server.workers()
    assert server.job().status == 200
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: not old.is_running() or old.status() == psutil.STATUS_ZOMBIE)
    assert server.job().status == 200
