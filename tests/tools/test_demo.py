"""``make demo``: one document through a real server; a failure is reported with a non-zero exit status."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tools.demo import main
from tools.lib.client import Client
from tools.lib.server import ServerFailed, running_server


@pytest.fixture(autouse=True)
def _private_work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "work"))


@pytest.fixture
def servers_of_this_test() -> Callable[[], set[psutil.Process]]:
    """Returns the servers that run and did not run before; servers of other tests may live to the end."""
    before = set(_servers_of_this_process())
    return lambda: set(_servers_of_this_process()) - before


def _servers_of_this_process() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "gunicorn" in " ".join(child.cmdline())]


def test_the_demo_fills_the_samples_and_prints_the_results(tmp_path: Path) -> None:
    """As make runs it: a script in a process of its own."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "stale.txt").touch()
    command = [sys.executable, "tools/demo.py", "--out-dir", str(out)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    said = result.stdout
    assert said.startswith("Exit code 0: Done.")
    assert "全市政务数据共享工作推进会" in said
    assert "Missing: nothing" in said
    assert "Format check: passed" in said
    assert f"Files in {out}:" in said
    assert {path.name for path in out.iterdir()} >= {"out.docx", "api_result.json", "out.format_report.html"}
    assert not (out / "stale.txt").exists()
    assert json.loads((out / "api_result.json").read_text("utf-8"))["exit_code"] == 0
    notice, contract = said.split("\npurchase_contract.docx:\n")
    assert "全市政务数据共享工作推进会" in notice
    assert contract.startswith("Exit code 0: Done.")
    assert "壹拾贰万叁仟零玖拾柒元整" in contract
    assert "a picture" in contract
    assert json.loads((out / "purchase_contract" / "api_result.json").read_text("utf-8"))["exit_code"] == 0


def test_the_demo_lists_missing_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = tmp_path / "task.json"
    task.write_text('{"task_type": "meeting_notice", "payload": {}}')
    assert main(["--task", str(task), "--out-dir", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Exit code 2: ")
    assert "MEETING_DATE, MEETING_LOCATION" in said


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--task", "samples/meeting_notice.docx"], "the server answered 415"),
        (["--template", "samples/none.docx"], "No such file"),
    ],
)
def test_a_failing_demo_says_why_and_leaves_no_server(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    servers_of_this_test: Callable[[], set[psutil.Process]],
    arguments: list[str],
    problem: str,
) -> None:
    monkeypatch.chdir(ROOT)
    assert main([*arguments, "--out-dir", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("demo: ")
    assert problem in said.err
    assert said.out == ""
    assert not servers_of_this_test()


def test_a_server_runs_only_inside_with(
    tmp_path: Path, servers_of_this_test: Callable[[], set[psutil.Process]]
) -> None:
    with running_server(tmp_path / "log", {"DOCOPS_WORKERS": "1"}) as base_url:
        assert Client(base_url).get("/healthz").json() == {"status": "ok"}
        assert servers_of_this_test()
    assert not servers_of_this_test()
    with pytest.raises(OSError, match="refused"):
        Client(base_url).get("/healthz")


def test_a_server_that_does_not_start_says_why(
    tmp_path: Path, servers_of_this_test: Callable[[], set[psutil.Process]]
) -> None:
    environ = {"DOCOPS_MAX_CONCURRENCY": "none"}
    with (
        pytest.raises(ServerFailed, match="DOCOPS_MAX_CONCURRENCY"),
        running_server(tmp_path / "log", environ),
    ):
        pass
    assert not servers_of_this_test()


def test_a_server_is_stopped_when_its_user_fails(
    tmp_path: Path, servers_of_this_test: Callable[[], set[psutil.Process]]
) -> None:
    class UserFailed(Exception):
        pass

    with pytest.raises(UserFailed), running_server(Path(tmp_path / "log"), {"DOCOPS_WORKERS": "1"}):
        raise UserFailed
    assert not servers_of_this_test()
