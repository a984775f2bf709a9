"""The cell: what a renderer cannot do in it, and that its job works there all the same."""

import errno
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox import landlock, seccomp
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.sandbox.self_test import try_forbidden_acts
from docops_flask.jobs.errors import RendererCrashed, SandboxRefused
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.sandbox_check import SandboxCheck
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.jobs import targets
from tests.jobs.limits import LIMITS

JOB = Job(kind=JobKind.RUN, skills=())


def no_such_call(*_arguments: object) -> int:
    raise OSError(errno.ENOSYS, "no such call")


def _run(task: Any, start_method: str, workspace: Workspace, mode: SandboxMode) -> dict[str, Any]:
    limits = LIMITS._replace(sandbox=mode)
    return Renderer(start_method, 60, limits, task=task).run(JOB, workspace.path).result


@pytest.mark.parametrize("mode", [SandboxMode.AUTO, SandboxMode.REQUIRE])
def test_what_no_job_needs_is_refused(start_method: str, mode: SandboxMode, workspace: Workspace) -> None:
    tried = _run(try_forbidden_acts, start_method, workspace, mode)
    assert tried["possible"] == []
    assert tried["broken"] == []
    assert len(tried["refused"]) >= 60


def test_switched_off_nothing_is_refused_that_the_user_may_do(workspace: Workspace) -> None:
    tried = _run(try_forbidden_acts, "spawn", workspace, SandboxMode.OFF)
    assert {"open a socket", "start a process", "read files outside"} <= set(tried["possible"])


def test_a_report_says_what_the_cell_keeps_renderers_from(start_method: str, workspaces: Workspaces) -> None:
    limits = LIMITS._replace(sandbox=SandboxMode.REQUIRE)
    report = SandboxCheck(start_method, limits, workspaces).report()
    abi = landlock.version()
    assert report.as_json() == {"mode": "require", "level": "full", "possible": [], "landlock_abi": abi}


def test_a_system_without_a_cell_is_told_and_refused_where_one_is_required(
    workspaces: Workspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "call", no_such_call)
    monkeypatch.setattr(seccomp, "call", no_such_call)
    told = SandboxCheck("fork", LIMITS._replace(sandbox=SandboxMode.AUTO), workspaces).report()
    assert told.level != "full"
    assert "open a socket" in told.possible
    with pytest.raises(SandboxRefused, match=r"DOCOPS_SANDBOX.*open a socket"):
        SandboxCheck("fork", LIMITS._replace(sandbox=SandboxMode.REQUIRE), workspaces).report()


def test_a_renderer_that_must_have_its_cell_does_no_job_without_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seccomp, "call", no_such_call)
    with pytest.raises(RendererCrashed):
        _run(targets.echo, "fork", workspace, SandboxMode.REQUIRE)


def test_off_is_told_as_off(workspaces: Workspaces) -> None:
    report = SandboxCheck("spawn", LIMITS, workspaces).report()
    assert report.as_json() == {"mode": "off", "level": "none", "possible": [], "landlock_abi": 0}


def test_a_renderer_knows_nothing_of_its_servers_environment(
    start_method: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCOPS_WEB_BASIC_AUTH", "user:sesame")
    told = _run(targets.tell_environment, start_method, workspace, SandboxMode.AUTO)
    assert told["environment"] == {}


def test_a_job_that_computes_for_ever_is_ended_by_the_kernel_too(workspace: Workspace) -> None:
    limits = LIMITS._replace(cpu_seconds=1)
    with pytest.raises(RendererCrashed) as caught:
        Renderer("fork", 60, limits, task=targets.spin).run(JOB, workspace.path)
    assert caught.value.inner == "killed by SIGKILL"


def test_a_file_does_not_grow_beyond_its_limit(workspace: Workspace) -> None:
    limits = LIMITS._replace(file_bytes=1_000_000)
    told = Renderer("fork", 60, limits, task=targets.fill_a_file).run(JOB, workspace.path).result
    assert told == {"error": "EFBIG", "size": 1_000_000}
