"""How a renderer and its server process stand to each other: what is shared, and who outlives whom."""

import gc
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from multiprocessing import forkserver, spawn
from pathlib import Path
from typing import Any

import psutil
import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.jobs.errors import NotReady, RendererCrashed, RequestTimeout
from docops_flask.jobs.process import End, RendererProcess
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.starting.fork_server import FORK_SERVER, RARE_MODULES
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.factories import docx, p
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import eventually, is_gone, read_pid

SCRIPT = Path(__file__).parent / "server_script.py"
WEB_PACKAGES = {"flask", "werkzeug", "marshmallow", "gunicorn", "yaml"}
# Modules of the standard library and the engine that take long to load and serve few jobs, or none.
SELDOM_NEEDED = {
    *("dataclasses", "platform", "difflib", "decimal", "tempfile"),
    *("shutil", "random", "logging", "zipfile", "codeop", "unittest", "importlib.metadata"),
    *("multiprocessing", "socket", "selectors", "subprocess", "hashlib", "site"),
    "docops_flask.engine.checks.issue",
    "docops_flask.engine.checks.registry",
    "docops_flask.engine.formatting.script_slots",
    "docops_flask.engine.integrity.differences",
    "docops_flask.engine.roles.detect",
    "docops_flask.engine.reports.page.html",
}


def make(start_method: str, task: Callable[..., dict[str, Any]], timeout_seconds: float = 60.0) -> Renderer:
    return Renderer(start_method, timeout_seconds, LIMITS, task=task)


def start_script(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, **environment},
    )


def run_script(*arguments: str, **environment: str) -> tuple[str, str]:
    script = start_script(*arguments, **environment)
    out, err = script.communicate(timeout=60)
    assert script.returncode == 0, err
    return out, err


def test_a_renderer_keeps_nothing_of_its_server(
    start_method: str, job: Job, workspace: Workspace, tmp_path: Path
) -> None:
    """The server has an open file, a handler of its own and a wakeup descriptor, as gunicorn has."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    old_handler = signal.signal(signal.SIGTERM, lambda *_: None)
    old_ignored = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.set_wakeup_fd(write_end)
    try:
        with open(tmp_path / "secret", "w"):
            seen = make(start_method, targets.describe_process).run(job, workspace.path).result
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, old_handler)
        signal.signal(signal.SIGUSR1, old_ignored)
        os.close(read_end)
        os.close(write_end)
    held = [link for number, link in seen["descriptors"].items() if int(number) > 2 and link != "closed"]
    held = sorted(link.split(":")[0] for link in held if not link.startswith("/proc/"))
    assert held == ["pipe", "socket"]
    assert set(seen["handlers"].values()) == {"<Handlers.SIG_DFL: 0>"}
    assert seen["blocked"] == []
    assert seen["wakeup_fd"] == -1
    assert seen["leads_its_session"] is True
    assert seen["core_limit"] == [0, 0]
    assert seen["threads"] == 1


def test_a_renderer_is_terminated_by_the_first_signal_whatever_handler_its_server_has() -> None:
    """Also when the signal comes before the forked process has put off the handlers it inherited."""
    old_handler = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        for _ in range(20):
            process = make("fork", targets.hang)._start(time.monotonic() + 60)
            os.kill(process.pid, signal.SIGTERM)
            assert process.end(10.0) == End(gone=True, exit_code=-signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, old_handler)


class DescriptorOwner:
    """Garbage that only the cycle collector finds, and that closes a descriptor then."""

    def __init__(self) -> None:
        self.itself = self
        self.descriptor = os.dup(2)

    def __del__(self) -> None:
        os.close(self.descriptor)


def test_garbage_of_the_server_closes_no_file_of_the_renderer(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            DescriptorOwner()
        task = targets.collect_garbage_between_open_files
        assert make(start_method, task).run(job, workspace.path).result == {"written": 30}
    finally:
        gc.enable()
        gc.collect()


def test_a_started_renderer_loads_no_web_library(job: Job, workspace: Workspace) -> None:
    import flask  # noqa: F401, the server has them loaded
    import marshmallow  # noqa: F401
    import yaml  # noqa: F401

    for start_method in ("spawn", "forkserver"):
        modules = make(start_method, targets.list_modules).run(job, workspace.path).result["modules"]
        loaded = {name.split(".")[0] for name in modules}
        assert "lxml" in loaded
        assert loaded & WEB_PACKAGES == set()


def test_a_spawned_renderer_starts_with_what_every_job_needs_alone(job: Job, workspace: Workspace) -> None:
    """It starts anew for each job, so the start of what it need not load is paid a job."""
    modules = make("spawn", targets.list_modules).run(job, workspace.path).result["modules"]
    assert set(modules) & {*SELDOM_NEEDED, *RARE_MODULES} == set()


def test_a_renderer_of_the_fork_server_finds_all_loaded_and_a_job_rehearsed(
    job: Job, workspace: Workspace
) -> None:
    modules = make("forkserver", targets.list_modules).run(job, workspace.path).result["modules"]
    assert {*RARE_MODULES, "docops_flask.engine.worker.rehearsal"} <= set(modules)


def test_a_forked_renderer_imports_nothing_that_its_server_had_not(job: Job, workspace: Workspace) -> None:
    modules = make("fork", targets.list_modules).run(job, workspace.path).result["modules"]
    assert set(modules) - set(sys.modules) == set()


def test_a_real_job_loads_nothing_while_it_runs(start_method: str, workspace: Workspace) -> None:
    """So a forked one imports nothing, and the fork server has all that its renderers need."""
    label = Bilingual("Title", "标题")
    skill = Skill("notice", label, label, (Field("title", label, "text", True, "TITLE", "x", label),))
    job = Job(JobKind.RUN, (skill,), skill, {"title": "年度会议"})
    workspace.file("template.docx").write_bytes(docx(p("【TITLE】"), stories={"header1": p("【TITEL】")}))
    rendered = make(start_method, targets.run_and_list_modules).run(job, workspace.path)
    assert rendered.result == {"exit_code": 0, "new": []}
    with zipfile.ZipFile(workspace.file("outputs.zip")) as archive:
        assert "out.docx" in archive.namelist()


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_the_servers_main_module_is_not_run_again(start_method: str, tmp_path: Path) -> None:
    log = tmp_path / "imports"
    run_script("jobs", start_method, "2", str(tmp_path), DOCOPS_TEST_IMPORT_LOG=str(log))
    assert log.read_text() == "__main__\n"


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_other_processes_of_the_server_begin_as_ever(
    start_method: str, job: Job, workspace: Workspace
) -> None:
    before = spawn.get_command_line, spawn.get_preparation_data
    make(start_method, targets.echo).run(job, workspace.path)
    assert (spawn.get_command_line, spawn.get_preparation_data) == before


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_a_renderer_looks_for_modules_where_its_server_does(
    start_method: str, job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "more")
    path = make(start_method, targets.tell_search_path).run(job, workspace.path).result["path"]
    assert path == [os.path.abspath(entry) for entry in sys.path]


def test_the_fork_server_loads_the_engine_once_for_all_jobs(tmp_path: Path) -> None:
    """Python names each module it imports, in whichever process: the server's, then the fork server's."""
    _, err = run_script("jobs", "forkserver", "3", str(tmp_path), PYTHONPROFILEIMPORTTIME="1")
    imports = [line.rsplit("|", 1)[1].strip() for line in err.splitlines() if line.startswith("import time:")]
    for module in ("lxml.etree", "docops_flask.engine.worker.worker", "docops_flask.engine.pipeline"):
        assert imports.count(module) == 2, module


def test_the_environment_is_as_before_when_a_fork_server_runs(
    job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kill_fork_server()
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    make("forkserver", targets.echo).run(job, workspace.path)
    assert os.environ["PYTHONPATH"] == "/nowhere"
    _kill_fork_server()
    monkeypatch.delenv("PYTHONPATH")
    make("forkserver", targets.echo).run(job, workspace.path)
    assert "PYTHONPATH" not in os.environ


def test_a_worker_forked_from_a_server_that_ran_jobs_runs_its_own(start_method: str, tmp_path: Path) -> None:
    out, err = run_script("fork", start_method, str(tmp_path))
    assert out.count("'kind': 'run'") == 3, err
    assert "worker ended with 0" in out


def test_a_fork_server_that_somebody_else_reaped_is_replaced(job: Job, workspace: Workspace) -> None:
    make("forkserver", targets.echo).probe()
    pid = _fork_server_pid()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert make("forkserver", targets.echo).run(job, workspace.path).result["kind"] == "run"


def test_a_fork_server_that_multiprocessing_restarted_itself_is_used_and_killed(
    job: Job, workspace: Workspace
) -> None:
    """It does so when the fork server ends after the check whether it runs and before the next start."""
    make("forkserver", targets.echo).probe()
    pid = _fork_server_pid()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    forkserver.ensure_running()
    restarted = _fork_server_pid()
    assert restarted != pid
    assert make("forkserver", targets.echo).run(job, workspace.path).result["kind"] == "run"
    assert _fork_server_pid() == restarted
    with FORK_SERVER.killed_after(0.0):
        os.waitid(os.P_PID, restarted, os.WEXITED | os.WNOWAIT)


def test_a_fork_server_whose_command_line_appears_late_keeps_its_folder(
    job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between fork and exec a process has no command line; the server must not take it for a missing one."""
    make("forkserver", targets.echo).probe()
    pid = _fork_server_pid()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    command_line, unread = psutil.Process.cmdline, [1, 2, 3]

    def late(process: psutil.Process) -> list[str]:
        return [] if unread and unread.pop() else command_line(process)

    monkeypatch.setattr(psutil.Process, "cmdline", late)
    make("forkserver", targets.echo).probe()
    assert make("forkserver", targets.echo).run(job, workspace.path).result["kind"] == "run"


@pytest.mark.parametrize("task", ["hang", "stop_itself", "ignore_sigterm", "hang_without_letting_go"])
def test_everything_ends_with_a_server_that_is_killed(start_method: str, task: str, tmp_path: Path) -> None:
    server = start_script("job", start_method, task, str(tmp_path))
    below = _wait_for_renderer(server)
    server.kill()
    server.communicate()
    assert eventually(lambda: all(is_gone(pid) for pid in below))


def _wait_for_renderer(server: subprocess.Popen[str]) -> list[int]:
    """Return the processes below ``server`` once its renderer is there and isolated."""

    def isolated_renderers() -> list[psutil.Process]:
        below = psutil.Process(server.pid).children(recursive=True)
        return [process for process in below if os.getsid(process.pid) == process.pid]

    assert eventually(isolated_renderers, 30)
    time.sleep(0.2)  # until it does what the test is about
    return [process.pid for process in psutil.Process(server.pid).children(recursive=True)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everything_ends_with_a_server_that_is_asked_to_end(
    start_method: str, number: signal.Signals, tmp_path: Path
) -> None:
    server = start_script("job", start_method, "hang", str(tmp_path))
    below = _wait_for_renderer(server)
    server.send_signal(number)
    server.communicate(timeout=30)
    assert eventually(lambda: all(is_gone(pid) for pid in below))


def test_a_renderer_that_waits_for_its_job_ends_with_its_server(start_method: str, tmp_path: Path) -> None:
    """As a renderer started ahead of need will."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[2])\n"
        "from tests.jobs.limits import LIMITS\n"
        "from docops_flask.jobs.process import RendererProcess\n"
        "from tests.jobs.targets import echo\n"
        "deadline = time.monotonic() + 60\n"
        "start = lambda: RendererProcess.start(sys.argv[1], LIMITS, echo, deadline)\n"
        "ahead = [start() for _ in range(3)]\n"
        "print([one.receive(deadline) for one in ahead], *[one.pid for one in ahead], flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, start_method, str(Path(__file__).absolute().parents[2])]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/")
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line.startswith("[b'r', b'r', b'r']")
    server.kill()
    server.communicate()
    assert eventually(lambda: all(is_gone(int(pid)) for pid in line.split("]")[1].split()))


def test_a_killed_fork_server_cuts_no_running_job_and_the_next_job_gets_another(
    job: Job, workspaces: Workspaces, workspace: Workspace
) -> None:
    renderer = make("forkserver", targets.wait_for_go)
    process = renderer._start(time.monotonic() + 60)
    workspace.file("job.pickle").write_bytes(targets.pickled(job))
    process.send_folder(workspace.path)
    assert process.receive(time.monotonic() + 60) == b"r"
    read_pid(workspace.file("waiting"))
    _kill_fork_server()
    workspace.file("go").write_text("")
    assert process.receive(time.monotonic() + 60) == b"d"
    assert process.end(1.0).gone
    assert is_gone(process.pid)
    assert make("forkserver", targets.echo).run(job, workspace.path).result["kind"] == "run"


def test_a_renderer_whose_fork_server_was_killed_is_ended_all_the_same(
    job: Job, workspace: Workspace
) -> None:
    process = make("forkserver", targets.ignore_sigterm)._start(time.monotonic() + 60)
    workspace.file("job.pickle").write_bytes(targets.pickled(job))
    process.send_folder(workspace.path)
    pid = read_pid(workspace.file("hanging"))
    _kill_fork_server()
    assert process.end(0.0).gone
    assert eventually(lambda: is_gone(pid))


def test_a_fork_server_that_does_not_answer_costs_one_job_its_time_and_is_replaced(
    job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("forkserver", targets.echo).run(job, workspace.path)
    stopped_pid = _fork_server_pid()
    os.kill(stopped_pid, signal.SIGSTOP)
    monkeypatch.setattr("docops_flask.jobs.process._FORK_SERVER_SPARE_SECONDS", 0.5)
    with pytest.raises(RequestTimeout):
        make("forkserver", targets.echo, timeout_seconds=0.2).run(job, workspace.path)
    assert _fork_server_pid() == stopped_pid  # no other one is started for a job whose time is over
    assert eventually(lambda: is_gone(stopped_pid))
    assert make("forkserver", targets.echo).run(job, workspace.path).result["kind"] == "run"


def test_the_fork_servers_folder_is_swept_after_its_server_was_killed(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    server = start_script("job", "forkserver", "hang", str(tmp_path / "jobs"), TMPDIR=str(tmp_path))
    below = _wait_for_renderer(server)
    assert [path.name.split("-")[0] for path in tmp_path.iterdir() if path.is_dir()].count("docops") == 1
    server.kill()
    server.communicate()
    assert eventually(lambda: all(is_gone(pid) for pid in below))
    assert Workspaces(tmp_path).sweep() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["jobs"]


def test_a_server_that_ends_by_itself_leaves_no_folder(start_method: str, tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    run_script("jobs", start_method, "1", str(tmp_path / "jobs"), TMPDIR=str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["jobs"]


def test_a_probe_proves_that_a_renderer_gets_ready_and_leaves_none(start_method: str) -> None:
    make(start_method, targets.hang, timeout_seconds=0.001).probe()


def test_a_probe_says_when_no_renderer_gets_ready(start_method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = Renderer(start_method, 60.0, LIMITS, task=targets.echo)
    monkeypatch.setattr(renderer, "_limits", "no limits at all")
    with pytest.raises(NotReady) as caught:
        renderer.probe()
    assert caught.value.inner == "exited with 1 before it answered"


def test_a_probe_says_when_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> RendererProcess:
        raise BlockingIOError(11, "no")

    monkeypatch.setattr(RendererProcess, "start", refuse)
    with pytest.raises(NotReady) as caught:
        make("fork", targets.echo).probe()
    assert caught.value.inner == "could not be started: EAGAIN"


def test_a_task_that_the_renderer_cannot_import_is_a_crash(
    job: Job, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets.echo, "__module__", "tests.jobs.targets")
    monkeypatch.setattr(targets, "only_here", targets.echo, raising=False)
    monkeypatch.setattr(targets.echo, "__qualname__", "only_here")
    with pytest.raises(RendererCrashed) as caught:
        make("spawn", targets.echo).run(job, workspace.path)
    assert caught.value.inner == "exited with 1 before it answered"


def _fork_server_pid() -> int:
    fork_server: Any = forkserver._forkserver
    pid = fork_server._forkserver_pid
    assert pid is not None
    return int(pid)


def _kill_fork_server() -> None:
    make("forkserver", targets.echo).probe()
    pid = _fork_server_pid()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
