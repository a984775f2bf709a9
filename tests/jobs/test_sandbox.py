"""The cell: what a renderer cannot do in it, and that its job works there all the same."""

import dataclasses
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox.cell import SandboxMode
from docops_flask.engine.sandbox.self_test import try_forbidden_acts
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace
from tests.jobs.limits import LIMITS

JOB = Job(kind=JobKind.RUN, skills=())


def _run(task: Any, start_method: str, workspace: Workspace, mode: SandboxMode) -> dict[str, Any]:
    limits = dataclasses.replace(LIMITS, sandbox=mode)
    return Renderer(start_method, 60, limits, task=task).run(JOB, workspace.path).result


@pytest.mark.parametrize("mode", [SandboxMode.AUTO, SandboxMode.REQUIRE])
def test_what_no_job_needs_is_refused(start_method, mode, workspace) -> None:
    tried = _run(try_forbidden_acts, start_method, workspace, mode)
    assert tried["possible"] == []
    assert tried["broken"] == []
    assert len(tried["refused"]) == 12


def test_switched_off_nothing_is_refused_that_the_user_may_do(workspace) -> None:
    tried = _run(try_forbidden_acts, "spawn", workspace, SandboxMode.OFF)
    assert {"open a socket", "start a process", "read files outside"} <= set(tried["possible"])
