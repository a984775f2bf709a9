"""What a renderer that was taken over cannot do: each attack is made from inside the real cell."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from mmap import mmap
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox import landlock
from docops_flask.engine.sandbox.sandbox import ALL_PARTS, SandboxMode
from docops_flask.engine.sandbox.self_test import try_forbidden_acts
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.sandbox_check import SandboxCheck
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.jobs import attacks, targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import METHODS

JOB = Job(kind=JobKind.RUN, skills=())
REQUIRED = LIMITS._replace(sandbox=SandboxMode.REQUIRE)
LANDLOCK_VERSIONS = range(1, 7)


@pytest.fixture
def attacked(start_method: str, workspace: Workspace) -> Callable[..., dict[str, Any]]:
    """Return the function that has a renderer in its cell do ``attack``; answers what came of each try."""

    def attacked(attack: Callable[..., dict[str, Any]], job: Job = JOB) -> dict[str, Any]:
        return Renderer(start_method, 60, REQUIRED, task=attack).run(job, workspace.path).result

    return attacked


@pytest.fixture
def neighbour(workspace: Workspace) -> Iterator[Path]:
    """The folder of another job, beside that of the renderer."""
    folder = workspace.path.parent.parent / attacks.NEIGHBOUR
    folder.mkdir(mode=0o700)
    (folder / "template.docx").write_text("a neighbour's")
    (folder / "template.docx").chmod(0o600)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def state_of_this_process() -> dict[str, Any]:
    return {
        "limits": [
            resource.getrlimit(which)
            for which in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU)
        ],
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "processors": os.sched_getaffinity(0),
        "scheduler": os.sched_getscheduler(0),
    }


def test_limits_scheduling_and_signals_of_the_server_are_out_of_reach(
    attacked: Callable[..., dict[str, Any]],
) -> None:
    before = state_of_this_process()
    assert set(attacked(attacks.attack_the_server).values()) == {"EPERM"}
    assert state_of_this_process() == before


def test_the_folders_of_neighbours_are_out_of_reach(
    attacked: Callable[..., dict[str, Any]], neighbour: Path
) -> None:
    before = neighbour.stat(), (neighbour / "template.docx").stat().st_mode
    came_of_it = attacked(attacks.attack_the_neighbours)
    assert set(came_of_it.values()) <= {"EPERM", "EACCES"}
    # Its access time may change: this test reads it.
    assert (neighbour.stat(), (neighbour / "template.docx").stat().st_mode) == before
    assert (neighbour / "template.docx").read_text() == "a neighbour's"


def system_v_objects() -> dict[str, str]:
    return {
        name: Path(f"/proc/sysvipc/{name}").read_text()
        for name in ("shm", "msg", "sem")
        if Path(f"/proc/sysvipc/{name}").exists()
    }


def test_no_threads_memory_names_or_folders_of_the_machine_are_taken(
    attacked: Callable[..., dict[str, Any]], workspace: Workspace
) -> None:
    before = system_v_objects()
    assert set(attacked(attacks.attack_the_machine).values()) <= {"EPERM", "EACCES", "no thread"}
    assert system_v_objects() == before
    assert sorted(os.listdir(workspace.path)) == ["job.pickle", "result.json", "template.docx"]


@pytest.mark.parametrize("version", LANDLOCK_VERSIONS)
def test_what_may_be_read_cannot_be_emptied_under_any_version_of_landlock(
    version: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: version)
    readable = tmp_path / "readable"
    readable.mkdir()
    (readable / "module.py").write_text("whole")
    monkeypatch.syspath_prepend(str(readable))
    job = JOB._replace(payload={"path": str(readable / "module.py")})
    renderer = Renderer("fork", 60, REQUIRED, task=attacks.empty_what_may_be_read)
    came_of_it = renderer.run(job, workspace.path).result
    assert set(came_of_it.values()) <= {"EPERM", "EACCES"}
    assert (readable / "module.py").read_text() == "whole"


@pytest.mark.parametrize("version", LANDLOCK_VERSIONS)
def test_the_cell_is_full_under_every_version_of_landlock(
    version: int, workspaces: Workspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: version)
    report = SandboxCheck("fork", REQUIRED, workspaces).report()
    assert (report.level, report.possible, report.landlock_abi) == ("full", (), version)


def test_memory_that_a_forked_renderer_shares_with_its_server_is_left(workspace: Workspace) -> None:
    shared = mmap(-1, 4096)
    shared[:] = bytes(4096)
    attacks.remember_maps()
    renderer = Renderer("fork", 60, REQUIRED, task=attacks.write_into_shared_memory)
    assert renderer.run(JOB, workspace.path).result["written"] >= 1
    assert shared[:] == bytes(4096)


def no_ruleset(*_arguments: object, **_named: Any) -> None:
    raise OSError(24, "Too many open files")


@pytest.mark.parametrize("lost", ["create", "enforce"])
def test_a_part_of_the_cell_that_the_self_test_had_is_not_done_without(
    lost: str, workspaces: Workspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = LIMITS._replace(sandbox=SandboxMode.AUTO)
    renderer = Renderer("fork", 60, limits, task=targets.echo)
    report = SandboxCheck("fork", limits, workspaces, renderer.demand).report()
    assert report.parts == ALL_PARTS
    method = {"create": "__init__", "enforce": "enforce"}[lost]
    monkeypatch.setattr(landlock.Ruleset, method, no_ruleset)
    workspace = workspaces.create()
    workspace.file("template.docx").write_text("a template")
    with pytest.raises(RendererCrashed) as caught:
        renderer.run(JOB, workspace.path)
    assert caught.value.inner == "could not enter its sandbox"
    workspace.remove()


@pytest.mark.parametrize("start_method", METHODS)
def test_the_cell_is_full_for_an_unprivileged_user_too(start_method: str, tmp_path: Path) -> None:
    """As root the test takes another user's place; the right to read keeps Python's files readable."""
    command = [sys.executable, "-m", "tests.jobs.try_the_cell", start_method, str(tmp_path)]
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65534)
        for folder in tmp_path.parents:
            if folder.name.startswith("pytest-"):
                folder.chmod(0o755)
        right = "-all,+dac_read_search"
        user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        command = ["setpriv", *user, f"--inh-caps={right}", f"--ambient-caps={right}", *command]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == {"level": "full", "possible": [], "root": False}


def test_as_root_the_self_test_would_see_an_open_cell(workspace: Workspace) -> None:
    """Guards the tests above: without a cell, nearly all acts are possible."""
    limits = LIMITS._replace(sandbox=SandboxMode.OFF)
    tried = Renderer("fork", 60, limits, task=try_forbidden_acts).run(JOB, workspace.path).result
    assert len(tried["possible"]) > len(tried["refused"])
