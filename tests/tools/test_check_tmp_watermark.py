"""The watermark counts the content of a folder and never fails because of it."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.jobs.spoiling import clear, nest
from tools.lib.watermark import main, measure
from tools.smoke.smoke_run import left_behind


def run_tool(*arguments: object, **options: Any) -> subprocess.CompletedProcess[Any]:
    command = [sys.executable, "tools/check_tmp_watermark.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two children: a file of 5 bytes and a folder with two files, of 30 and 200 bytes, and two folders."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "job" / "deep").mkdir(parents=True)
    (tmp_path / "empty").rename(tmp_path / "job" / "empty")
    (tmp_path / "docops-1.lock").write_bytes(b"12345")
    (tmp_path / "job" / "middle").write_bytes(b"x" * 30)
    (tmp_path / "job" / "deep" / "large").write_bytes(b"x" * 200)
    return tmp_path


LARGEST = [{"path": "job/deep/large", "bytes": 200}, {"path": "job/middle", "bytes": 30}]


def test_the_json_output_has_count_bytes_and_the_largest_files(tree: Path) -> None:
    result = run_tool("--root", tree, "--json", "--top-n", 2)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {"count": 2, "bytes": 235, "top_n": LARGEST, "warnings": []}


def test_the_text_output_has_the_same(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tree), "--top-n", "1"]) == 0
    assert capsys.readouterr().out == "2 children, 235 bytes\n            200  job/deep/large\n"


@pytest.mark.parametrize("top_n", [0, 3, 10])
def test_at_most_the_requested_number_of_files_is_named(tree: Path, top_n: int) -> None:
    assert len(measure(tree, top_n).top) == min(top_n, 3)


def test_an_empty_folder_has_count_0(tmp_path: Path) -> None:
    assert measure(tmp_path).as_json() == {"count": 0, "bytes": 0, "top_n": [], "warnings": []}


@pytest.mark.parametrize(
    ("name", "problem"), [("none", "does not exist or cannot be reached"), ("file", "is not a folder")]
)
def test_a_root_that_is_not_a_folder_is_a_warning(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").touch()
    result = run_tool("--root", tmp_path / name, "--json")
    assert result.returncode == 0
    warning = f"{tmp_path / name} {problem}"
    assert json.loads(result.stdout) == {"count": 0, "bytes": 0, "top_n": [], "warnings": [warning]}
    assert run_tool("--root", tmp_path / name).stdout == f"0 children, 0 bytes\nwarning: {warning}\n"


def test_links_count_and_are_not_followed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "huge").write_bytes(b"x" * 10_000)
    (tree / "to-file").symlink_to(elsewhere / "huge")
    (tree / "to-folder").symlink_to(elsewhere)
    (tree / "to-itself").symlink_to(tree)
    (tree / "to-nothing").symlink_to(tree / "nothing")
    watermark = measure(tree)
    assert (watermark.count, watermark.bytes, watermark.warnings) == (6, 235, ())


def test_a_root_that_is_a_link_is_followed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("links") / "tmp"
    link.symlink_to(tree)
    assert measure(link).bytes == 235


def test_special_files_count_without_bytes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    watermark = measure(tmp_path)
    assert (watermark.count, watermark.bytes, watermark.top) == (1, 0, ())


def test_any_file_name_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\n\xe9")).touch()
    (tmp_path / "通知").touch()
    result = run_tool("--root", tmp_path, "--json")
    assert {file["path"] for file in json.loads(result.stdout)["top_n"]} == {"\\udcff\\n\\udce9", "通知"}
    result = run_tool("--root", tmp_path, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (result.returncode, result.stderr) == (0, "")
    assert "\\u901a\\u77e5" in result.stdout


def test_an_unreadable_folder_is_a_warning(tree: Path) -> None:
    """A path too long for the system, because root may read everything else."""
    folder = os.open(tree / "job", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=folder)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    watermark = measure(tree)
    assert watermark.bytes == 235
    assert len(watermark.warnings) == 1
    assert watermark.warnings[0].startswith(f"{tree}/job/ddd")
    assert watermark.warnings[0].endswith("ddd cannot be read: File name too long")


def test_files_created_and_removed_meanwhile_cause_no_error(tmp_path: Path) -> None:
    """Jobs are at work while this looks."""
    (tmp_path / "stays").write_bytes(b"123")
    done = threading.Event()

    def churn() -> None:
        while not done.is_set():
            for number in range(20):
                (tmp_path / f"job{number}").mkdir()
                (tmp_path / f"job{number}" / "file").touch()
            for number in range(20):
                (tmp_path / f"job{number}" / "file").unlink()
                (tmp_path / f"job{number}").rmdir()

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        watermarks = [measure(tmp_path) for _ in range(200)]
    finally:
        done.set()
        thread.join()
    assert {watermark.bytes for watermark in watermarks} == {3}
    assert {watermark.warnings for watermark in watermarks} == {()}


def test_help_is_printed() -> None:
    result = run_tool("--help")
    assert result.returncode == 0
    assert "--top-n" in result.stdout


def test_folders_nested_thousands_deep_are_a_warning(tmp_path: Path) -> None:
    nest(tmp_path, 3_000)
    try:
        watermark = measure(tmp_path)
        assert watermark.count == 1
        assert "File name too long" in watermark.warnings[0]
        assert len(left_behind(0, tmp_path).files) > 10
    finally:
        clear(tmp_path)
