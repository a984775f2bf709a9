"""The smoke run passes a sound server, and fails with a reason for each kind of faulty one."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import eventually
from tests.tools.faulty_apps import SLOW_MS
from tools.lib import server
from tools.smoke import ci_smoke, ci_thresholds, smoke_run
from tools.smoke.ci_smoke import main

ARTEFACTS = {"ci_result.json", "ci_result.md", "load_summary.json", "log_summary.json", "server.log"}
FAULTY_APPS = "tests.tools.faulty_apps:{}()"


@pytest.fixture(autouse=True)
def _only_the_variables_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DOCOPS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DOCOPS_WORKERS", "1")


@pytest.fixture(autouse=True)
def _a_busy_machine_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes away in time goes at once here, on a machine that has nothing else to do."""
    monkeypatch.setattr(smoke_run, "_LEAK_GRACE_MS", 20_000)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    assert [child for child in psutil.Process().children(recursive=True) if child.pid not in before] == []


@pytest.fixture
def smoke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, Any], str]]:
    """Run a small smoke run of a faulty app; return its exit status, its result and its output."""

    def run(app: str, *arguments: str, warmup: int = 0) -> tuple[int, dict[str, Any], str]:
        # With two jobs at a time this one gets as many slots, unless the environment has precedence.
        concurrency = "2" if app == "lets_jobs_wait" else "1"
        folder = tmp_path / "artifacts"
        command = f"--repeat 1 --repeat-warmup {warmup} --requests 2 --concurrency {concurrency}".split()
        command += ["--artifacts-dir", str(folder), "--app", FAULTY_APPS.format(app)]
        status = main([*command, *arguments])
        said = capsys.readouterr()
        assert said.err == "", "quiet where nobody watches"
        assert {path.name for path in folder.iterdir()} == ARTEFACTS
        return status, json.loads((folder / "ci_result.json").read_text("utf-8")), said.out

    return run


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text("utf-8"))


def run_on_a_terminal(command: list[str]) -> tuple[int, str, str]:
    """Run ``command`` with a terminal as its standard error; return status, output and what it drew."""
    ours, theirs = pty.openpty()
    drawn = []

    def draw() -> None:
        try:
            while piece := os.read(ours, 4096):
                drawn.append(piece)
        except OSError:  # Linux's way of saying that the other end is closed
            return

    reader = threading.Thread(target=draw)
    reader.start()
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    reader.join()
    os.close(ours)
    return result.returncode, result.stdout.decode(), b"".join(drawn).decode()


def test_a_sound_server_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one starts only if it gets the slots of ``--concurrency``."""
    monkeypatch.setenv("SLOTS", "3")
    folder = tmp_path / "new" / "artifacts"
    folder.mkdir(parents=True)
    (folder / "mine.txt").touch()
    command = [sys.executable, "tools/ci_smoke.py", "--repeat", "2", "--requests", "3", "--concurrency", "3"]
    command += ["--artifacts-dir", str(folder), "--app", FAULTY_APPS.format("starts_with_the_slots_of_SLOTS")]
    status, said, drawn = run_on_a_terminal(command)
    assert (status, said.splitlines()[0]) == (0, "smoke run passed")
    assert f"Artefacts: {folder}" in said
    assert "warm-up 1/1: requests 3/3" in drawn
    assert "round 2/2: requests 3/3" in drawn
    assert {path.name for path in folder.iterdir()} == {*ARTEFACTS, "mine.txt"}

    load, log, result = (
        read(folder, f"{name}.json") for name in ("load_summary", "log_summary", "ci_result")
    )
    assert load["status_counts"] == {"200": 3}
    assert (load["leaked_pids"], len(load["subprocess_pids_seen"])) == ([], 6)
    assert (len(load["rounds"]), len(load["warmup_rounds"])) == (2, 1)
    assert load["after_stop"] == {"exit_status": 0, "processes": [], "files": []}
    assert log["outcome_counts"] == {"ok": 9}, "warm-up included"
    assert [each["outcome_counts"] for each in log["rounds"]] == [{"ok": 3}, {"ok": 3}]
    assert log["total_ms_p95"] == max(each["total_ms_p95"] for each in log["rounds"])
    assert (result["verdict"], result["exit_status"], result["failures"]) == ("passed", 0, [])
    assert list(result["figures"]) == list(ci_thresholds.limits(ci_thresholds.Thresholds()))

    kept = [str(folder / f"{name}.json") for name in ("load_summary", "log_summary")]
    assert ci_thresholds.main(kept) == 0
    monkeypatch.setenv("DOCOPS_CI_MAX_TOTAL_MS_P95", "0")
    assert ci_thresholds.main(kept) == 1


FAULTS = [
    ("answers_500", {}, {"internal_error", "http_non_200"}),
    ("answers_429", {}, {"http_429", "http_non_200"}),
    ("kills_its_worker", {}, {"http_non_200"}),
    ("is_slow", {"DOCOPS_CI_MAX_TOTAL_MS_P95": str(SLOW_MS - 1)}, {"total_ms_p95"}),
    (
        "lets_jobs_wait",
        {
            "DOCOPS_MAX_CONCURRENCY": "1",
            "DOCOPS_QUEUE_TIMEOUT_SECONDS": "60",
            "DOCOPS_CI_MAX_QUEUE_WAIT_MS_P95": "0",
        },
        {"queue_wait_ms_p95"},
    ),
    ("forgets_a_file", {}, {"tmp_delta_count"}),
    ("forgets_six_megabytes", {"DOCOPS_CI_MAX_TMP_DELTA_COUNT": "0"}, {"tmp_delta_bytes", "tmp_delta_count"}),
    ("leaks_its_renderers", {}, {"leaked_pids"}),
    ("leaves_a_process", {}, {"leaked_pids"}),
]


WAITED_FOR_IN_VAIN = ("forgets_six_megabytes", "leaks_its_renderers", "leaves_a_process")


@pytest.mark.parametrize(("app", "environ", "names"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_fails_the_run_and_is_named(
    smoke: Callable[..., tuple[int, dict[str, Any], str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    app: str,
    environ: dict[str, str],
    names: set[str],
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    if app in WAITED_FOR_IN_VAIN:
        monkeypatch.setattr(smoke_run, "_GRACE_SECONDS", 0.1)
        monkeypatch.setattr(smoke_run, "_LEAK_GRACE_MS", 100)
    status, result, said = smoke(app)
    assert {failure["name"] for failure in result["failures"]} == names
    assert (status, result["verdict"], result["broken"]) == (1, "failed", None)
    page = (tmp_path / "artifacts" / "ci_result.md").read_text("utf-8")
    for failure in result["failures"]:
        assert (
            f"{failure['name']}: {failure['figure']}, limit {failure['limit']}. {failure['meaning']}" in said
        )
        assert f"**{failure['name']}**: {failure['figure']}, limit {failure['limit']}." in page
    for name, value in environ.items():
        assert f"{name}={value} " in result["repeat_command"]
    assert f"--app '{FAULTY_APPS.format(app)}'" in result["repeat_command"]
    for process in read(tmp_path / "artifacts", "load_summary.json")["after_stop"]["processes"]:
        assert not psutil.pid_exists(process["pid"])
    for line in [result["repeat_command"], *result["server_errors"]]:
        assert line in page


WARMUPS = [
    # The app's second job, of three, is the second and last warm-up round.
    ("answers_500", 1, {"internal_error"}),
    ("answers_429", 0, set()),
]


@pytest.mark.parametrize(("app", "status", "names"), WARMUPS)
def test_of_a_warm_up_round_only_leaks_and_internal_errors_count(
    smoke: Callable[..., tuple[int, dict[str, Any], str]], app: str, status: int, names: set[str]
) -> None:
    told, result, _ = smoke(app, "--requests", "1", warmup=2)
    assert (told, {failure["name"] for failure in result["failures"]}) == (status, names)


BREAKS = [
    ("does_not_start", (), "the server ended with status 3"),
    ("kills_its_server", (), "the server ended with status -9 in round 1/1"),
    ("stops_its_server", (), "after SIGTERM the server ended with status -9, not 0"),
    ("is_slow", ("--skill", "memo"), "the server has no skill 'memo'"),
]


@pytest.mark.parametrize(("app", "arguments", "reason"), BREAKS, ids=[each[0] for each in BREAKS])
def test_a_run_that_does_not_complete_is_reported_and_keeps_its_results(
    smoke: Callable[..., tuple[int, dict[str, Any], str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    app: str,
    arguments: tuple[str, ...],
    reason: str,
) -> None:
    if app == "stops_its_server":
        monkeypatch.setattr(server, "_STOP_SECONDS", 0.1)
    status, result, said = smoke(app, *arguments)
    assert (status, result["verdict"], result["exit_status"]) == (2, "broken", 2)
    assert result["broken"].startswith(reason)
    assert said.startswith(f"smoke run broken\n{reason}")
    assert reason in (tmp_path / "artifacts" / "ci_result.md").read_text("utf-8")


def test_a_failing_load_tool_is_an_incomplete_run(
    smoke: Callable[..., tuple[int, dict[str, Any], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("in the load tool")

    monkeypatch.setattr(smoke_run, "run_load", fail)
    monkeypatch.setattr(traceback, "print_exc", lambda: None)
    status, result, _ = smoke("is_slow")
    assert status == 2
    assert result["broken"] == "the smoke tool itself failed: ZeroDivisionError: in the load tool"


def test_an_error_of_the_tool_is_not_a_failed_threshold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ci_smoke, "run_smoke", lambda *_: None)
    assert main(["--artifacts-dir", str(tmp_path)]) == 2
    assert "AttributeError" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["--artifacts-dir", str(tmp_path / "file" / "artifacts")]) == 2
    assert capsys.readouterr().err.startswith("ci_smoke: [Errno 20] Not a directory")


def test_a_run_that_is_cancelled_stops_its_server_and_keeps_its_artefacts(tmp_path: Path) -> None:
    command = [sys.executable, "tools/ci_smoke.py", "--repeat", "1000", "--artifacts-dir", str(tmp_path)]
    tool = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    log = tmp_path / "server.log"
    eventually(lambda: log.exists() and b'"done"' in log.read_bytes())
    tool.send_signal(signal.SIGTERM)
    said = tool.communicate()[0].decode()
    assert (tool.returncode, said.splitlines()[:2]) == (2, ["smoke run broken", "it was interrupted"])
    assert {path.name for path in tmp_path.iterdir()} == ARTEFACTS
    assert read(tmp_path, "load_summary.json")["after_stop"] == {
        "exit_status": 0,
        "processes": [],
        "files": [],
    }


def test_an_unusable_limit_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ci_result.json").write_text("of an earlier run")
    monkeypatch.setenv("DOCOPS_CI_ALLOW_429", "some")
    assert main(["--artifacts-dir", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.err == (
        "ci_smoke: DOCOPS_CI_ALLOW_429: 'some' cannot be used; use an integer of at least 0; 0 means none\n"
    )
    assert (said.out, list(tmp_path.iterdir())) == ("", [])


def test_no_secret_is_in_the_command_to_repeat(
    smoke: Callable[..., tuple[int, dict[str, Any], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCOPS_WEB_BASIC_AUTH", "user:swordfish")
    monkeypatch.setenv("DOCOPS_BIND", "127.0.0.1:8000")
    _, result, _ = smoke("does_not_start")
    assert "DOCOPS_WEB_BASIC_AUTH=... " in result["repeat_command"]
    assert "DOCOPS_BIND" not in result["repeat_command"]
    assert "swordfish" not in json.dumps(result)
