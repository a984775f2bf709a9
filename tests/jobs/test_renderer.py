"""A job in a process of its own: what comes back, and that nothing stays behind."""

import dataclasses
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from docops_flask.engine.errors import DocopsError, InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.job import Job
from docops_flask.engine.worker.worker import RESULT_LIMIT_BYTES
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed, RequestTimeout
from docops_flask.jobs.process import End, RendererProcess
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import descriptors, eventually, is_gone, read_pid
from tests.optional import not_none

PATIENT_SECONDS = 60.0


def make(
    start_method: str, task: Callable[..., dict[str, Any]], timeout_seconds: float = PATIENT_SECONDS
) -> Renderer:
    return Renderer(start_method, timeout_seconds, LIMITS, task=task)


def test_a_job_crosses_to_a_process_of_its_own_and_its_result_comes_back(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    before = time.time()
    rendered = make(start_method, targets.echo).run(job, workspace.path)
    assert rendered.result == {
        "kind": "run",
        "payload": {"organizer": "办公室"},
        "template": "a template",
        "pid": rendered.pid,
    }
    assert rendered.pid != os.getpid()
    assert is_gone(rendered.pid)
    # psutil counts in clock ticks of a hundredth of a second.
    assert before - 1 <= rendered.create_time <= time.time() + 1
    assert isinstance(rendered.subprocess_ms, int)
    assert 0 <= rendered.subprocess_ms <= (time.time() - before) * 1000 + 1


def test_the_create_time_is_the_one_psutil_gives_to_others(job: Job, workspace: Workspace) -> None:
    seen: dict[str, float] = {}

    def look() -> None:
        pid = read_pid(workspace.file("hanging"))
        seen["create_time"] = psutil.Process(pid).create_time()
        os.kill(pid, 9)

    watcher = threading.Thread(target=look)
    watcher.start()
    process = make("spawn", targets.hang)._start(time.monotonic() + PATIENT_SECONDS)
    workspace.file("job.pickle").write_bytes(targets.pickled(job))
    process.send_folder(workspace.path)
    watcher.join()
    process.end(1.0)
    assert seen["create_time"] == process.create_time


@pytest.mark.parametrize(
    ("task", "error_type", "detail"),
    [
        (targets.refuse_template, InvalidTemplate, {"reason": "zip"}),
        (targets.exceed_limit, TemplateLimitExceeded, {"limit": "zip_entries", "max": 1000}),
        (
            targets.report_too_much,
            TemplateLimitExceeded,
            {"limit": "output_bytes", "max": RESULT_LIMIT_BYTES},
        ),
    ],
)
def test_what_the_engine_refuses_is_raised_as_the_same_error(
    start_method: str,
    job: Job,
    workspace: Workspace,
    task: Callable[..., dict[str, Any]],
    error_type: type[DocopsError],
    detail: dict[str, Any],
) -> None:
    with pytest.raises(error_type) as caught:
        make(start_method, task).run(job, workspace.path)
    assert caught.value.detail == detail
    assert caught.value.message.startswith("template:")


@pytest.mark.parametrize(
    ("task", "inner"),
    [
        (targets.have_a_bug, "KeyError at targets.py:"),
        (targets.call_exit, "SystemExit at targets.py:"),
        (targets.fail_on_another_file, "PermissionError at targets.py:"),
        (targets.return_no_json, "TypeError at "),
    ],
)
def test_a_bug_is_an_internal_error_that_names_the_place_but_not_the_message(
    start_method: str,
    job: Job,
    workspace: Workspace,
    task: Callable[..., dict[str, Any]],
    inner: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(DocopsError) as caught:
        make(start_method, task).run(job, workspace.path)
    assert type(caught.value) is DocopsError
    assert (caught.value.status, caught.value.code) == (500, "INTERNAL_ERROR")
    assert not_none(caught.value.inner).startswith(inner)
    told = f"{caught.value.inner} {caught.value.message} {caught.value.detail} {capfd.readouterr()}"
    assert targets.SECRET not in told


@pytest.mark.parametrize(
    ("task", "inner"),
    [
        (targets.exit_with_three, "exited with 3 before it answered"),
        (targets.kill_itself, "killed by SIGKILL"),
        (targets.abort, "killed by SIGABRT"),
        (targets.use_all_memory, "out of memory"),
        (targets.leave_half_an_answer, "result.json is not valid JSON: JSONDecodeError"),
        (targets.leave_garbage, "result.json is not valid JSON: "),
        (targets.leave_deep_json, "result.json is not valid JSON: RecursionError"),
        (targets.leave_other_json, "result.json has none of the expected members"),
        (targets.leave_a_malformed_error, "result.json holds a malformed error"),
        (targets.leave_too_much, f"result.json has more than {RESULT_LIMIT_BYTES} bytes"),
        (targets.leave_a_link, "result.json cannot be read: OSError"),
        (targets.leave_a_pipe, "result.json is not a regular file"),
        (targets.say_done_without_an_answer, "result.json cannot be read: FileNotFoundError"),
        (targets.say_nonsense, "sent an unknown message"),
    ],
)
def test_a_renderer_that_ends_or_answers_otherwise_than_agreed_has_crashed(
    start_method: str, job: Job, workspace: Workspace, task: Callable[..., dict[str, Any]], inner: str
) -> None:
    with pytest.raises(RendererCrashed) as caught:
        make(start_method, task).run(job, workspace.path)
    assert not_none(caught.value.inner).startswith(inner)


@pytest.mark.parametrize(
    "task",
    [
        targets.hang,
        targets.stop_itself,
        targets.ignore_sigterm,
        targets.hang_without_letting_go,
        targets.leave_half_an_answer_and_hang,
    ],
)
def test_a_renderer_past_its_time_is_gone_when_the_timeout_is_raised(
    start_method: str, job: Job, workspace: Workspace, task: Callable[..., dict[str, Any]]
) -> None:
    make(start_method, targets.echo).run(job, workspace.path)  # a fork server loads the engine once
    with pytest.raises(RequestTimeout) as caught:
        make(start_method, task, timeout_seconds=0.5).run(job, workspace.path)
    assert caught.value.detail == {"timeout_seconds": 0.5, "terminated": True}


def test_a_thousandth_of_a_second_is_a_time_limit_like_any_other(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    for _ in range(5):
        with pytest.raises(RequestTimeout) as caught:
            make(start_method, targets.hang, timeout_seconds=0.001).run(job, workspace.path)
        assert caught.value.detail == {"timeout_seconds": 0.001, "terminated": True}


def test_a_renderer_that_answered_but_stays_is_ended_and_its_answer_counts(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    rendered = make(start_method, targets.answer_and_stay).run(job, workspace.path)
    assert rendered.result == {"answered": True}
    assert is_gone(rendered.pid)


def test_an_answer_of_a_renderer_that_may_still_write_is_not_read(
    start_method: str, job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_end = RendererProcess.end

    def end(process: RendererProcess, patience_seconds: float) -> End:
        return dataclasses.replace(real_end(process, patience_seconds), gone=False)

    monkeypatch.setattr(RendererProcess, "end", end)
    with pytest.raises(RendererCrashed) as caught:
        make(start_method, targets.echo).run(job, workspace.path)
    assert caught.value.inner == "did not end, though it was killed"


def test_a_flooded_standard_error_holds_no_job_up(start_method: str, job: Job, workspace: Workspace) -> None:
    rendered = make(start_method, targets.flood_stderr).run(job, workspace.path)
    assert rendered.result == {"flooded": True}


def grandchild(workspace: Workspace) -> int | None:
    """Return the process that a renderer forked, ``None`` if it has not forked yet."""
    file = workspace.file("grandchild")
    return int(file.read_text()) if file.exists() else None


def test_what_a_renderer_forked_ends_with_it_when_it_crashes(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    with pytest.raises(RendererCrashed):
        make(start_method, targets.fork_and_crash).run(job, workspace.path)
    forked = grandchild(workspace)
    assert forked is not None
    assert eventually(lambda: is_gone(forked))


def test_what_a_renderer_forked_ends_with_it_when_its_time_is_over(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    """The time limit grows until the renderer forks within it, however slow the machine is."""
    make(start_method, targets.echo).run(job, workspace.path)
    timeout_seconds, forked = 0.5, None
    while forked is None:
        timeout_seconds *= 2
        assert timeout_seconds < 2 * PATIENT_SECONDS
        with pytest.raises(RequestTimeout):
            make(start_method, targets.fork_and_hang, timeout_seconds).run(job, workspace.path)
        forked = grandchild(workspace)
    assert eventually(lambda: is_gone(forked))


def test_memory_up_to_the_limit_is_the_renderers_to_use(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    rendered = make(start_method, targets.use_100_mib).run(job, workspace.path)
    assert rendered.result == {"bytes": 100 * 1024 * 1024}


@pytest.mark.parametrize("full", ["job.pickle", "result.json", None])
def test_a_full_volume_is_told_as_such_at_every_stage(
    start_method: str, job: Job, workspace: Workspace, full: str | None
) -> None:
    if full is not None:
        workspace.file(full).symlink_to("/dev/full")
    task = targets.echo if full else targets.fill_the_volume
    with pytest.raises(InsufficientStorage) as caught:
        make(start_method, task).run(job, workspace.path)
    assert caught.value.retry_after_seconds == 1


def test_a_vanished_folder_is_a_storage_error(start_method: str, job: Job, tmp_path: Path) -> None:
    with pytest.raises(InsufficientStorage):
        make(start_method, targets.echo).run(job, tmp_path / "nowhere")


def test_many_threads_run_many_jobs_at_once(start_method: str, job: Job, workspaces: Workspaces) -> None:
    renderer = make(start_method, targets.echo)

    def run_one(_: int) -> tuple[int, int]:
        workspace = workspaces.create()
        workspace.file("template.docx").write_text("a template")
        rendered = renderer.run(job, workspace.path)
        workspace.remove()
        return rendered.pid, rendered.result["pid"]

    with ThreadPoolExecutor(8) as pool:
        pids = list(pool.map(run_one, range(40)))
    assert all(said == seen for said, seen in pids)
    assert len({pid for pid, _ in pids}) == 40


def test_threads_whose_jobs_fail_differently_do_not_disturb_each_other(
    start_method: str, job: Job, workspaces: Workspaces
) -> None:
    tasks = [targets.echo, targets.kill_itself, targets.hang, targets.exit_with_three] * 4
    make(start_method, targets.echo).probe()

    def outcome(task: Callable[..., dict[str, Any]]) -> str:
        workspace = workspaces.create()
        workspace.file("template.docx").write_text("a template")
        limit = 1.5 if task is targets.hang else PATIENT_SECONDS
        try:
            make(start_method, task, limit).run(job, workspace.path)
        except (RendererCrashed, RequestTimeout) as error:
            return error.inner or str(error.detail["terminated"])
        return "done"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(outcome, tasks))
    expected = ["done", "killed by SIGKILL", "True", "exited with 3 before it answered"] * 4
    assert outcomes == expected


@pytest.mark.parametrize(("task", "count"), [(targets.echo, 50), (targets.kill_itself, 15)])
def test_many_jobs_leave_no_descriptor_process_or_thread(
    start_method: str, job: Job, workspace: Workspace, task: Callable[..., dict[str, Any]], count: int
) -> None:
    renderer = make(start_method, task)

    def run_one() -> None:
        try:
            renderer.run(job, workspace.path)
        except RendererCrashed:
            assert task is targets.kill_itself

    run_one()
    before, threads = descriptors(), threading.active_count()
    for _ in range(count):
        run_one()
    assert descriptors() == before
    assert eventually(lambda: threading.active_count() <= threads)


def test_without_pidfds_the_end_of_a_renderer_is_seen_all_the_same(
    start_method: str, job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", refuse)
    assert make(start_method, targets.echo).run(job, workspace.path).result["kind"] == "run"
    with pytest.raises(RendererCrashed) as crashed:
        make(start_method, targets.kill_itself).run(job, workspace.path)
    assert crashed.value.inner == "killed by SIGKILL"
    with pytest.raises(RequestTimeout) as late:
        make(start_method, targets.ignore_sigterm, timeout_seconds=0.5).run(job, workspace.path)
    assert late.value.detail["terminated"] is True


def test_a_system_without_room_for_a_process_is_a_crash_that_says_so(
    job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(RendererCrashed) as caught:
        make("fork", targets.echo).run(job, workspace.path)
    assert caught.value.inner == "could not be started: EAGAIN"
