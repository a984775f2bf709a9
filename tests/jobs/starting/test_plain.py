"""A renderer that the public API of ``multiprocessing`` alone spawns does all that others do.

The other start methods use nothing else, and all tests of this folder's parent hold for them.
"""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job
from docops_flask.jobs.errors import RendererCrashed, RequestTimeout
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.starting import start
from docops_flask.jobs.workspace import Workspace
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import descriptors, eventually, is_gone

Task = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No private part is as expected."""
    monkeypatch.setattr(start, "unexpected_part", lambda: "a part")


def make(task: Task, timeout_seconds: float = 60.0) -> Renderer:
    return Renderer("spawn", timeout_seconds, LIMITS, task=task)


def test_a_job_crosses_to_a_process_of_its_own_and_its_result_comes_back(
    job: Job, workspace: Workspace
) -> None:
    rendered = make(targets.echo).run(job, workspace.path)
    assert rendered.result["pid"] == rendered.pid != os.getpid()
    assert rendered.result["payload"] == {"organizer": "办公室"}
    assert is_gone(rendered.pid)


def test_a_renderer_keeps_nothing_of_its_server(job: Job, workspace: Workspace, tmp_path: Path) -> None:
    with open(tmp_path / "secret", "w"):
        seen = make(targets.describe_process).run(job, workspace.path).result
    held = [link for number, link in seen["descriptors"].items() if int(number) > 2 and link != "closed"]
    held = sorted(link.split(":")[0] for link in held if not link.startswith("/proc/"))
    assert held == ["pipe", "socket"]
    assert seen["leads_its_session"] is True
    assert (seen["core_limit"], seen["threads"]) == ([0, 0], 1)


@pytest.mark.parametrize(
    ("task", "inner"),
    [
        (targets.kill_itself, "killed by SIGKILL"),
        (targets.exit_with_three, "exited with 3 before it answered"),
        (targets.use_all_memory, "out of memory"),
    ],
)
def test_a_renderer_that_ends_before_it_answers_has_crashed(
    job: Job, workspace: Workspace, task: Task, inner: str
) -> None:
    with pytest.raises(RendererCrashed) as caught:
        make(task).run(job, workspace.path)
    assert caught.value.inner == inner


@pytest.mark.parametrize("task", [targets.stop_itself, targets.hang_without_letting_go])
def test_a_renderer_past_its_time_is_gone_when_the_timeout_is_raised(
    job: Job, workspace: Workspace, task: Task
) -> None:
    make(targets.echo).run(job, workspace.path)
    with pytest.raises(RequestTimeout) as caught:
        make(task, timeout_seconds=0.5).run(job, workspace.path)
    assert caught.value.detail == {"timeout_seconds": 0.5, "terminated": True}


def test_many_jobs_leave_no_descriptor_process_or_thread(job: Job, workspace: Workspace) -> None:
    renderer = make(targets.echo)
    renderer.run(job, workspace.path)
    before, threads = descriptors(), threading.active_count()
    for _ in range(15):
        renderer.run(job, workspace.path)
    assert descriptors() == before
    assert eventually(lambda: threading.active_count() <= threads)


def test_the_servers_main_module_is_not_run_again(job: Job, workspace: Workspace) -> None:
    main = sys.modules["__main__"]
    assert make(targets.list_modules).run(job, workspace.path).result["main"] is None
    assert sys.modules["__main__"] is main
