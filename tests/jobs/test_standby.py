"""Renderers that stand by: each does one job, another takes its place, and none outlives its server."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from docops_flask.engine.job import Job
from docops_flask.jobs.errors import RequestTimeout
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import descriptors, eventually, is_gone
from tests.optional import not_none


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Iterator[Callable[..., Renderer]]:
    """Make a renderer that keeps processes ready; they end with the test."""
    made = []

    def make(
        start_method: str, task: Callable[..., dict[str, Any]] = targets.echo, count: int = 1, **options: Any
    ) -> Renderer:
        ready: list[int] = []
        options = {"timeout_seconds": 60.0, "on_standby": ready.append, **options}
        renderer = Renderer(start_method, limits=LIMITS, task=task, standby=count, **options)
        made.append(renderer)
        renderer.standby.open()
        assert eventually(lambda: ready and ready[-1] == count, 20)
        return renderer

    yield make
    for renderer in made:
        renderer.standby.close()


def new_workspace(workspaces: Workspaces) -> Workspace:
    workspace = workspaces.create()
    workspace.file("template.docx").write_text("a template")
    return workspace


def test_a_job_gets_the_process_that_stands_by_and_another_takes_its_place(
    keep: Callable[..., Renderer], start_method: str, job: Job, workspace: Workspace
) -> None:
    renderer = keep(start_method)
    (standing,) = renderer.standby.pids()
    rendered = renderer.run(job, workspace.path)
    assert rendered.pid == standing == rendered.result["pid"]
    assert is_gone(standing)
    assert eventually(lambda: renderer.standby.pids() not in ([], [standing]), 20)


def test_no_process_is_given_two_jobs(
    keep: Callable[..., Renderer], start_method: str, job: Job, workspaces: Workspaces
) -> None:
    renderer = keep(start_method, count=2)

    def run(_number: int) -> int:
        return renderer.run(job, new_workspace(workspaces).path).pid

    with ThreadPoolExecutor(4) as threads:
        pids = list(threads.map(run, range(16)))
    assert len(set(pids)) == 16


def test_a_job_without_one_that_stands_by_starts_its_own(
    keep: Callable[..., Renderer], job: Job, workspace: Workspace
) -> None:
    renderer = keep("spawn")
    taken = not_none(renderer.standby.take())
    renderer.standby.stop_refilling()
    try:
        assert renderer.run(job, workspace.path).pid != taken.pid
    finally:
        taken.end(1.0)


def test_one_that_is_killed_is_replaced_and_reaped(keep: Callable[..., Renderer], start_method: str) -> None:
    renderer = keep(start_method)
    (standing,) = renderer.standby.pids()
    os.kill(standing, signal.SIGKILL)
    assert eventually(lambda: renderer.standby.pids() not in ([], [standing]), 20)
    assert eventually(lambda: not psutil.pid_exists(standing))


def test_a_job_is_not_given_one_that_was_killed_a_moment_ago(
    keep: Callable[..., Renderer], start_method: str, job: Job, workspace: Workspace
) -> None:
    renderer = keep(start_method)
    (standing,) = renderer.standby.pids()
    os.kill(standing, signal.SIGKILL)
    assert eventually(lambda: is_gone(standing))
    assert renderer.run(job, workspace.path).pid != standing


def test_what_dies_at_once_is_not_replaced_for_ever(
    start_method: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    renderer = Renderer(start_method, 60.0, LIMITS, task=targets.echo, standby=1)
    monkeypatch.setattr(renderer, "_limits", "no limits at all")
    starts: list[int] = []
    start = renderer._start_once

    def counted(*given: Any) -> Any:
        starts.append(1)
        return start(*given)

    monkeypatch.setattr(renderer, "_start_once", counted)
    renderer.standby.open()
    try:
        assert eventually(lambda: len(starts) == 2, 20)
        first = time.monotonic()
        assert eventually(lambda: len(starts) == 3, 20)
        assert time.monotonic() - first >= 1.5
    finally:
        renderer.standby.close()


def test_a_job_that_waits_for_its_slot_comes_before_a_refill(
    keep: Callable[..., Renderer], job: Job, workspace: Workspace
) -> None:
    waiting: list[str] = []
    renderer = keep("fork", may_refill=lambda: not waiting)
    waiting.append("a job")
    renderer.run(job, workspace.path)
    renderer.standby.job_ended()
    time.sleep(0.2)
    assert renderer.standby.pids() == []
    waiting.clear()
    renderer.standby.job_ended()
    assert eventually(renderer.standby.pids)


def test_the_time_limit_counts_from_the_job_not_from_the_warming(
    keep: Callable[..., Renderer], start_method: str, job: Job, workspace: Workspace
) -> None:
    renderer = keep(start_method, task=targets.hang, timeout_seconds=0.3)
    time.sleep(0.4)
    began = time.monotonic()
    with pytest.raises(RequestTimeout):
        renderer.run(job, workspace.path)
    assert time.monotonic() - began >= 0.3
    assert workspace.file("hanging").exists()


def test_time_of_standing_by_is_not_the_jobs(
    keep: Callable[..., Renderer], job: Job, workspace: Workspace
) -> None:
    renderer = keep("spawn")
    time.sleep(0.5)
    began = time.monotonic()
    assert renderer.run(job, workspace.path).subprocess_ms <= (time.monotonic() - began) * 1000


def test_one_that_stands_by_has_its_servers_priority_for_the_job(
    keep: Callable[..., Renderer], job: Job, workspace: Workspace
) -> None:
    renderer = keep("spawn", task=targets.tell_priority)
    assert renderer.run(job, workspace.path).result == {"priority": os.getpriority(os.PRIO_PROCESS, 0)}


def test_one_that_stands_by_holds_nothing_of_its_server(
    keep: Callable[..., Renderer], start_method: str, job: Job, workspace: Workspace, tmp_path: Path
) -> None:
    with open(tmp_path / "connection", "w"):
        renderer = keep(start_method, count=3)
    for pid in renderer.standby.pids():
        held = [
            os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd") if int(name) > 2
        ]
        assert sorted(link.split(":")[0] for link in held) == ["pipe", "socket"]


def test_closing_ends_them_and_frees_all(keep: Callable[..., Renderer], start_method: str) -> None:
    Renderer(start_method, 60.0, LIMITS, task=targets.echo).probe()
    before = descriptors()
    renderer = keep(start_method, count=2)
    standing = renderer.standby.pids()
    renderer.standby.close()
    assert [pid for pid in standing if psutil.pid_exists(pid)] == []
    assert renderer.standby.pids() == []
    assert descriptors() == before


def test_without_being_opened_there_are_none(job: Job, workspace: Workspace) -> None:
    renderer = Renderer("fork", 60.0, LIMITS, task=targets.echo, standby=2)
    renderer.run(job, workspace.path)
    assert renderer.standby.pids() == []
