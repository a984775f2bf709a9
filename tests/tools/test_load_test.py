"""The load test counts what it was answered, and names what its load left behind."""

import contextlib
import json
import os
import pty
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer
from tests.tools.fake_service import REQUEST_ID, NoPsutil, Processes, archive, archive_of, error, fake_service
from tools.lib.command_line import writable_file
from tools.load import leaks
from tools.load.load_test import LoadFailed, LoadOptions, main, run_load

SUMMARY = {
    "requests",
    "concurrency",
    "skill",
    "duration_seconds",
    "status_counts",
    "exit_code_counts",
    "failures",
    "latency_ms",
    "timeout_request_ids",
    "subprocess_pids_seen",
    "leaked_pids",
    "leak_check",
}
TMP = {"before_count", "before_bytes", "after_count", "after_bytes", "delta_count", "delta_bytes", "warnings"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A real one, with a skill of its own and room for all jobs."""
    folder, skills = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("skills")
    spec = (ROOT / "docops_flask/intake/catalogue/built_in/skills/inspection_record.toml").read_text("utf-8")
    (skills / "memo.toml").write_text(spec.replace("inspection_record", "memo"), "utf-8")
    running = GunicornServer(folder, max_concurrency=4, skills_dir=skills)
    yield running
    running.stop()


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()


def load(base_url: str, *, requests: int = 3, **options: Any) -> dict[str, Any]:
    chosen = {"concurrency": 2, "skill": "meeting_notice", "timeout_seconds": 60.0, **options}
    return run_load(LoadOptions(base_url=base_url, requests=requests, **chosen))


def check_leaks(base_url: str, grace_ms: int = 0, **options: Any) -> dict[str, Any]:
    return load(base_url, check_subprocess_leaks=True, leak_grace_ms=grace_ms, **options)


def run_tool(*arguments: object, **options: Any) -> subprocess.CompletedProcess[Any]:
    command = [sys.executable, "tools/load_test.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


def test_a_load_on_a_real_server_is_clean_and_fully_summarised(
    server: GunicornServer, tmp_path: Path
) -> None:
    """As people run it: a script, its output in a pipe."""
    result = run_tool(
        *("--base-url", f"http://127.0.0.1:{server.port}", "--concurrency", 3, "--requests", 6),
        *("--timeout", 60, "--check-subprocess-leaks", "--leak-grace-ms", 20_000, "--fail-on-leaks"),
        *("--tmp-root", server.work_folder, "--write-summary", tmp_path / "summary.json"),
    )
    assert (result.returncode, result.stderr) == (0, "")
    summary = json.loads(result.stdout)
    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == summary
    assert set(summary) == SUMMARY | {f"tmp_{name}" for name in TMP}
    assert (summary["requests"], summary["concurrency"], summary["skill"]) == (6, 3, "meeting_notice")
    assert summary["status_counts"] == {"200": 6}
    assert summary["exit_code_counts"] == {"0": 6}
    assert summary["failures"] == {}
    assert len(summary["subprocess_pids_seen"]) == summary["leak_check"]["pids_seen"] == 6
    assert summary["leaked_pids"] == []
    assert summary["leak_check"]["performed"] is True
    assert summary["leak_check"]["method"] == "psutil"
    assert summary["leak_check"]["assumption"] is None
    latency = summary["latency_ms"]
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] <= latency["max"]
    assert 0 < latency["avg"] <= latency["max"]
    # Nothing but the lock of the server's one worker.
    assert summary["tmp_after_count"] <= 1
    assert summary["tmp_after_bytes"] == summary["tmp_delta_bytes"] == 0


def test_the_documentation_names_every_member_of_the_summary() -> None:
    page = (ROOT / "docs" / "tools.md").read_text("utf-8")
    assert [name for name in sorted(SUMMARY) if f"`{name}`" not in page] == []


def test_for_a_skill_without_a_sample_the_servers_description_is_used(server: GunicornServer) -> None:
    summary = load(f"http://127.0.0.1:{server.port}", requests=1, skill="memo")
    assert summary["status_counts"] == {"200": 1}
    assert summary["exit_code_counts"] == {"0": 1}


DAMAGED = archive().replace(b'{"exit_code"', b'{"exit-code"')
BAD_ANSWERS = [
    (lambda: error(500, "INTERNAL_ERROR"), "500", "500 INTERNAL_ERROR"),
    (lambda: error(429, "TOO_MANY_REQUESTS"), "429", "429 TOO_MANY_REQUESTS"),
    (lambda: (502, b"<html>"), "502", "502 without an error code"),
    (lambda: (502, b"[]"), "502", "502 without an error code"),
    (lambda: (200, b"<html>"), "invalid_archive", "200 with an invalid ZIP: File is not a zip file"),
    (lambda: (200, archive()[:-30]), "invalid_archive", "200 with an invalid ZIP: File is not a zip file"),
    (lambda: (200, DAMAGED), "invalid_archive", "200 with an invalid ZIP: api_result.json is damaged"),
    (lambda: (200, archive("out.docx")), "invalid_archive", "200 with an invalid ZIP: no out.docx"),
    (lambda: None, "error", "no answer: Remote end closed connection without response"),
]


@pytest.mark.parametrize(("reply", "status", "failure"), BAD_ANSWERS)
def test_each_kind_of_failure_is_counted_under_its_name(
    reply: Callable[[], Any], status: str, failure: str
) -> None:
    with fake_service(reply) as base_url:
        summary = load(base_url)
    assert summary["status_counts"] == {status: 3}
    assert summary["failures"] == {failure: 3}
    assert summary["subprocess_pids_seen"] == []


def test_good_and_bad_answers_are_counted_separately() -> None:
    replies = iter([(200, archive()), error(500, "INTERNAL_ERROR"), (200, archive(exit_code=2))])
    with fake_service(lambda: next(replies)) as base_url:
        summary = load(base_url, concurrency=1)
    assert summary["status_counts"] == {"200": 2, "500": 1}
    assert summary["exit_code_counts"] == {"0": 1, "2": 1}


def test_the_ids_of_timed_out_jobs_are_listed() -> None:
    with fake_service(lambda: error(408, "REQUEST_TIMEOUT")) as base_url:
        summary = load(base_url, requests=2)
    assert summary["status_counts"] == {"408": 2}
    assert summary["timeout_request_ids"] == [REQUEST_ID] * 2


def test_a_missing_answer_is_a_timeout_without_an_id() -> None:
    given_up = threading.Event()

    def reply() -> None:
        given_up.wait()

    with fake_service(reply) as base_url:
        try:
            summary = load(base_url, requests=2, timeout_seconds=0.2)
        finally:
            given_up.set()
    assert summary["status_counts"] == {"timeout": 2}
    assert summary["failures"] == {"no answer in time": 2}
    assert summary["timeout_request_ids"] == []
    assert summary["latency_ms"]["p50"] >= 200


def test_without_an_answer_there_are_no_latencies() -> None:
    with fake_service(lambda: None) as base_url:
        assert set(load(base_url)["latency_ms"].values()) == {None}


def test_the_requested_number_of_requests_runs_at_a_time() -> None:
    together = threading.Barrier(4)

    def reply() -> tuple[int, bytes]:
        together.wait(60)
        return 200, archive()

    with fake_service(reply) as base_url:
        assert load(base_url, requests=8, concurrency=4)["status_counts"] == {"200": 8}


def test_a_renderer_that_keeps_running_is_leaked_and_fails_the_tool(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    leaked = []

    def reply() -> tuple[int, bytes]:
        leaked.append(processes.running())
        return 200, archive_of(leaked[-1])

    with fake_service(reply) as base_url:
        arguments = ["--base-url", base_url, "--requests", "2", "--leak-grace-ms", "0"]
        assert main([*arguments, "--fail-on-leaks"]) == 1
        said = capsys.readouterr()
        assert main([*arguments, "--check-subprocess-leaks"]) == 0
    summary = json.loads(said.out)
    pids = sorted(process.pid for process in leaked[:2])
    assert summary["leaked_pids"] == summary["subprocess_pids_seen"] == pids
    assert summary["leak_check"]["leaked"] == {str(pid): "running" for pid in pids}
    assert said.err == f"load_test: leaked processes: {pids[0]} (running), {pids[1]} (running)\n"


def test_a_renderer_nobody_reaped_is_leaked(processes: Processes) -> None:
    with fake_service(lambda: (200, archive_of(processes.zombie()))) as base_url:
        summary = check_leaks(base_url, requests=1)
    assert list(summary["leak_check"]["leaked"].values()) == ["zombie"]
    assert summary["leaked_pids"] == summary["subprocess_pids_seen"]


def test_a_renderer_that_ends_within_the_grace_time_is_not_leaked(processes: Processes) -> None:
    with fake_service(lambda: (200, archive_of(processes.running(0.5)))) as base_url:
        summary = check_leaks(base_url, requests=1, grace_ms=60_000)
    assert summary["leaked_pids"] == []


def test_another_process_with_the_pid_of_a_renderer_is_not_a_leak(processes: Processes) -> None:
    def reply() -> tuple[int, bytes]:
        process = processes.running()
        created = process.create_time() + 5
        return 200, archive(subprocess_pid=process.pid, subprocess_create_time=created)

    with fake_service(reply) as base_url:
        summary = check_leaks(base_url, requests=1)
    assert summary["leak_check"]["performed"] is True
    assert summary["leaked_pids"] == []


@pytest.mark.parametrize("method", ["proc", "signal"])
def test_leaks_are_found_without_psutil(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: str
) -> None:
    monkeypatch.setattr(leaks, "importlib", NoPsutil)
    if method == "signal":
        monkeypatch.setattr(leaks, "_PROC", tmp_path)
    with fake_service(lambda: (200, archive_of(processes.running()))) as base_url:
        summary = check_leaks(base_url, requests=1)
    assert summary["leak_check"]["method"] == method
    assert summary["leaked_pids"] == summary["subprocess_pids_seen"] != []


UNSEEN = [
    (lambda: error(500, "INTERNAL_ERROR")),
    (lambda: (200, archive())),
    (lambda: (200, archive(subprocess_pid=0, subprocess_create_time=time.time()))),
    (lambda: (200, archive(subprocess_pid=True, subprocess_create_time=time.time()))),
    (lambda: (200, archive(subprocess_pid=os.getpid(), subprocess_create_time=0.0))),
    (lambda: (200, archive(subprocess_pid=str(os.getpid()), subprocess_create_time=time.time()))),
]


@pytest.mark.parametrize("reply", UNSEEN)
def test_a_check_that_saw_no_pid_is_not_clean(
    reply: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with fake_service(reply) as base_url:
        assert main(["--base-url", base_url, "--requests", "1", "--fail-on-leaks"]) == 1
    said = capsys.readouterr()
    summary = json.loads(said.out)
    assert summary["leaked_pids"] is None
    assert (summary["leak_check"]["performed"], summary["leak_check"]["pids_seen"]) == (False, 0)
    assert said.err == (
        "load_test: the leak check could not be performed: "
        "no answer named its renderer's pid and create time, so nothing could be checked\n"
    )


def test_pids_of_another_machine_are_not_checked_here(processes: Processes) -> None:
    """A container with pids of its own, behind a port of this machine."""
    pid_max = int((leaks._PROC / "sys/kernel/pid_max").read_text())

    def reply() -> tuple[int, bytes]:
        foreign = (threading.get_native_id() + pid_max // 2) % pid_max or 1
        return 200, archive(subprocess_pid=foreign, subprocess_create_time=time.time())

    with fake_service(reply) as base_url:
        summary = check_leaks(base_url)
    assert summary["leaked_pids"] is None
    assert summary["leak_check"]["performed"] is False
    assert "not pids of this machine" in summary["leak_check"]["reason"]


def test_leaks_are_checked_only_on_request() -> None:
    with fake_service(lambda: (200, archive(subprocess_pid=1, subprocess_create_time=1.0))) as base_url:
        summary = load(base_url)
    assert summary["leaked_pids"] is None
    assert summary["leak_check"]["performed"] is False
    assert "--check-subprocess-leaks" in summary["leak_check"]["reason"]
    assert summary["subprocess_pids_seen"] == [1]


def test_what_the_load_leaves_in_the_work_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "before").write_bytes(b"123")

    def reply() -> tuple[int, bytes]:
        (tmp_path / f"left{time.monotonic_ns()}").write_bytes(b"12345")
        return 200, archive()

    with fake_service(reply) as base_url:
        summary = load(base_url, requests=2, tmp_root=tmp_path, leak_grace_ms=0)
    assert {name: summary[f"tmp_{name}"] for name in TMP} == {
        "before_count": 1,
        "before_bytes": 3,
        "after_count": 3,
        "after_bytes": 13,
        "delta_count": 2,
        "delta_bytes": 10,
        "warnings": [],
    }


def test_files_may_be_removed_within_the_grace_time(tmp_path: Path) -> None:
    def reply() -> tuple[int, bytes]:
        path = tmp_path / "left"
        path.touch()
        threading.Timer(0.5, path.unlink).start()
        return 200, archive()

    with fake_service(reply) as base_url:
        summary = load(base_url, requests=1, tmp_root=tmp_path, leak_grace_ms=60_000)
    assert summary["tmp_delta_count"] == 0


def test_an_unreachable_server_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert main(["--base-url", base_url.replace("127", "user:sesame@127", 1)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"load_test: {base_url} cannot be reached: Connection refused\n")


def test_an_unknown_skill_is_reported(server: GunicornServer) -> None:
    with pytest.raises(LoadFailed, match="the server has no skill 'letter'; it has: inspection_record, m"):
        load(f"http://127.0.0.1:{server.port}", skill="letter")


BAD_ARGUMENTS = [
    (["--base-url", "127.0.0.1:8000"], "argument --base-url: not a base URL: '127.0.0.1:8000'"),
    (["--requests", "0"], "argument --requests: '0' cannot be used; use an integer of at least 1"),
    (["--concurrency", "many"], "argument --concurrency: 'many' cannot be used"),
    (["--timeout", "0"], "argument --timeout: '0' cannot be used; use seconds above 0"),
    (["--timeout", "nan"], "argument --timeout: 'nan' cannot be used"),
    (["--leak-grace-ms", "-1"], "argument --leak-grace-ms: '-1' cannot be used"),
    (["--tmp-root", "/nowhere"], "argument --tmp-root: '/nowhere' is not an existing folder"),
    (["--write-summary", "/dev/null/x"], "argument --write-summary: '/dev/null/x' cannot be written"),
    (["--write-summary", "/tmp"], "argument --write-summary: '/tmp' cannot be written; it is a folder"),
]


@pytest.mark.parametrize(("arguments", "problem"), BAD_ARGUMENTS)
def test_bad_arguments_are_refused_before_anything_is_sent(
    capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err.splitlines()[-1]


def test_the_folder_of_the_summary_is_made(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "summary.json"
    assert writable_file(str(file)) == file
    assert file.parent.is_dir()


def test_progress_is_shown_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    with fake_service(lambda: (200, archive())) as base_url:
        command = [sys.executable, "tools/load_test.py", "--base-url", base_url, "--requests", "2"]
        result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    shown = b""
    # Linux ends a terminal whose other side is closed with an error.
    with contextlib.suppress(OSError):
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert result.returncode == 0
    assert shown == b"\rrequests 1/2\rrequests 2/2\r\n"
    assert json.loads(result.stdout)["requests"] == 2
