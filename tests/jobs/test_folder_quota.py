"""What a renderer may have on the disk: more ends its job, while it works and after."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import MIB
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import READY
from docops_flask.jobs.caller import STAYING
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.process import RendererProcess
from docops_flask.jobs.renderer import FolderQuota, Renderer
from docops_flask.jobs.workspace import Workspace, Workspaces
from docops_flask.settings.settings import Settings
from tests.jobs import disk_targets, targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import eventually
from tests.jobs.spoiling import clear
from tests.jobs.unprivileged import as_nobody, folder_of_nobody

JOB = Job(kind=JobKind.RUN, skills=())
IN_ITS_CELL = LIMITS._replace(sandbox=SandboxMode.REQUIRE)
QUOTA_BYTES = 4 * MIB
TOO_MUCH = f"its files had more than {QUOTA_BYTES} bytes"
TOO_MANY = "its folder had more than 64 entries"
A_FOLDER = "its folder contained a folder"


def make(
    start_method: str, task: Callable[..., dict[str, Any]], limits: ProcessLimits = IN_ITS_CELL
) -> Renderer:
    return Renderer(start_method, 60.0, limits, task=task, folder_bytes=QUOTA_BYTES)


@pytest.fixture(autouse=True)
def nothing_deep_stays(tmp_path: Path) -> Iterator[None]:
    yield
    clear(tmp_path)


# Its cell lets a renderer make files with names and nothing else; the rest is for where there is none.
@pytest.mark.parametrize(
    ("task", "inner", "limits"),
    [
        (disk_targets.write_8_mib_and_hang, {TOO_MUCH}, IN_ITS_CELL),
        (disk_targets.make_many_files_and_hang, {TOO_MANY}, IN_ITS_CELL),
        (disk_targets.write_8_mib_without_a_name_and_hang, {TOO_MUCH}, LIMITS),
        (disk_targets.make_a_folder_and_hang, {A_FOLDER}, LIMITS),
        (disk_targets.nest_and_hang, {A_FOLDER}, LIMITS),
    ],
)
def test_a_renderer_that_takes_too_much_is_killed_while_it_works(
    start_method: str,
    job: Job,
    workspaces: Workspaces,
    task: Callable[..., dict[str, Any]],
    inner: tuple[str, ...],
    limits: ProcessLimits,
) -> None:
    workspace = workspaces.create()
    workspace.file("template.docx").write_text("a template")
    with pytest.raises(RendererCrashed) as caught:
        make(start_method, task, limits).run(job, workspace.path)
    assert caught.value.inner in inner
    workspace.remove()
    assert eventually(lambda: not workspace.path.parent.exists(), 60)


@pytest.mark.parametrize(
    ("task", "inner", "limits"),
    [
        (disk_targets.write_8_mib_and_answer, TOO_MUCH, IN_ITS_CELL),
        (disk_targets.leave_a_hole_of_a_tebibyte, TOO_MUCH, LIMITS),
        (disk_targets.nest_3000_folders, A_FOLDER, LIMITS),
    ],
)
def test_what_a_renderer_left_is_looked_at_before_it_is_read(
    start_method: str,
    job: Job,
    workspaces: Workspaces,
    task: Callable[..., dict[str, Any]],
    inner: str,
    limits: ProcessLimits,
) -> None:
    limits = limits._replace(file_bytes=2**41)
    workspace = workspaces.create()
    workspace.file("template.docx").write_text("a template")
    with pytest.raises(RendererCrashed) as caught:
        make(start_method, task, limits).run(job, workspace.path)
    assert caught.value.inner == inner
    workspace.remove()
    assert eventually(lambda: not workspace.path.parent.exists(), 60)


def test_a_result_with_a_second_name_is_not_read(start_method: str, job: Job, workspace: Workspace) -> None:
    with pytest.raises(RendererCrashed) as caught:
        make(start_method, disk_targets.leave_a_second_name, LIMITS).run(job, workspace.path)
    assert caught.value.inner == "result.json is not a regular file with a single name"


def test_a_folder_that_its_renderer_has_closed_is_told_and_removed() -> None:
    """By a user without rights: others are let in by no mode."""

    def run() -> tuple[str | None, bool, list[str]]:
        workspaces = Workspaces(root)
        workspace = workspaces.create()
        workspace.file("template.docx").write_text("a template")
        try:
            Renderer("fork", 60.0, LIMITS, task=disk_targets.close_the_folder).run(JOB, workspace.path)
        except RendererCrashed as error:
            inner = error.inner
        workspace.remove()
        is_gone = not workspace.path.parent.exists()
        workspaces.close()
        return inner, is_gone, os.listdir(root)

    with folder_of_nobody() as root:
        assert as_nobody(run) == ("its folder cannot be read by the server", True, [])


def test_a_job_within_its_quota_is_done_however_long_it_takes(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    """With looks meanwhile, whose number is all that they cost."""
    renderer = make(start_method, targets.wait_for_go)
    looks = []

    class Counting(FolderQuota):
        def refuse_excess(self, folder: Path, pid: int | None = None) -> None:
            super().refuse_excess(folder, pid)
            looks.append(pid)
            if len(looks) == 3:
                workspace.file("go").write_text("")

    renderer._quota = Counting(QUOTA_BYTES)
    rendered = renderer.run(job, workspace.path)
    # The last one came when the process had ended.
    assert set(looks[:-1]) == {rendered.pid}
    assert looks[-1] is None


def test_nothing_is_looked_at_before_a_renderer_is_ready(
    start_method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forked one begins with all that its server has open: answers of other jobs, for instance."""
    monkeypatch.setattr("docops_flask.jobs.process._LOOK_SECONDS", 0.001)
    deadline = time.monotonic() + 60
    process = RendererProcess.start(start_method, LIMITS, targets.echo, deadline)
    looks: list[bool] = []
    try:
        assert process.receive(deadline, look=lambda: looks.append(True)) == READY
        assert looks == []
        with pytest.raises(TimeoutError):
            process.receive(time.monotonic() + 0.1, look=lambda: looks.append(True))
        assert looks
    finally:
        process.end(0.0)


def test_a_short_job_costs_one_look(
    start_method: str, job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docops_flask.jobs.process._LOOK_SECONDS", 60.0)
    renderer = make(start_method, targets.echo)
    looks = []

    class Counting(FolderQuota):
        def refuse_excess(self, folder: Path, pid: int | None = None) -> None:
            looks.append(pid)

    renderer._quota = Counting(QUOTA_BYTES)
    renderer.run(job, workspace.path, STAYING)
    assert looks == [None]


def test_a_look_at_a_folder_of_many_files_is_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1000):
        (tmp_path / str(number)).touch()
    real, read = os.scandir, []

    class Counted:
        def __init__(self, path: Path) -> None:
            self._entries = real(path)

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self._entries.close()

        def __iter__(self) -> Iterator[Any]:
            for entry in self._entries:
                read.append(entry.name)
                yield entry

    monkeypatch.setattr(os, "scandir", Counted)
    with pytest.raises(RendererCrashed):
        FolderQuota(MIB).refuse_excess(tmp_path)
    assert len(read) == 65


def test_a_link_to_a_large_file_counts_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2 * MIB))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "large")
    FolderQuota(MIB).refuse_excess(tmp_path / "folder")


def test_a_server_without_descriptors_ends_no_job_for_that(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        FolderQuota(MIB).refuse_excess(tmp_path, os.getpid())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_folder_that_is_gone_has_no_excess(tmp_path: Path) -> None:
    FolderQuota(MIB).refuse_excess(tmp_path / "gone")


def test_the_quota_has_room_for_all_that_a_job_may_have() -> None:
    for settings in (Settings(), Settings(max_upload_bytes=10**9, max_output_bytes=1)):
        uploads = settings.max_upload_bytes + settings.max_task_file_bytes
        assert settings.folder_bytes >= 2 * uploads + settings.process_limits().file_bytes
    assert Settings().folder_bytes < 300 * MIB


def test_where_folders_are_allowed_what_is_in_them_counts(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(bytes(MIB))
    FolderQuota(2 * MIB, folders=True).refuse_excess(tmp_path)
    with pytest.raises(RendererCrashed):
        FolderQuota(MIB // 2, folders=True).refuse_excess(tmp_path)
    with pytest.raises(RendererCrashed):
        FolderQuota(2 * MIB, entries=2, folders=True).refuse_excess(tmp_path)
    with pytest.raises(RendererCrashed):
        FolderQuota(2 * MIB).refuse_excess(tmp_path)
