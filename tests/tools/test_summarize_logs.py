"""The summary of a log of any length, with any lines between those of the service."""

import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.optional import not_none
from tools.lib.summarize_logs import main, summarize

NOTHING = {
    "lines_total": 0,
    "parse_errors": 0,
    "outcome_counts": {},
    "http_status_counts": {},
    "queue_wait_ms_p50": None,
    "queue_wait_ms_p95": None,
    "total_ms_p50": None,
    "total_ms_p95": None,
    "warnings": [],
}


def run_tool(*arguments: Path | str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "tools/summarize_logs.py", *map(str, arguments)]
    found: subprocess.CompletedProcess[bytes] = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=False, **options
    )
    return found


def line(event: str, **fields: Any) -> bytes:
    return json.dumps({"logger": "docops.api", "event": event, **fields}).encode() + b"\n"


def start(wait: int = 0) -> bytes:
    return line("start", queue_wait_ms=wait)


def done(total: int, wait: int = 0, outcome: str = "ok") -> bytes:
    timing = {"queue_wait_ms": wait, "total_ms": total}
    return line("done", outcome=outcome, http_status=200, exit_code=0, queue_wait_ms=wait, timing=timing)


def error(status: int, outcome: str, wait: int = 0) -> bytes:
    return line("error", outcome=outcome, status_code=status, queue_wait_ms=wait)


LOG = b"".join(
    [
        *(start() + done(total) for total in range(10, 110, 10)),
        *(start(wait) + done(200, wait) for wait in (40, 60)),
        start() + done(300, outcome="missing_required"),
        start(5000) + error(429, "rate_limited", 5000),
        line("error", outcome="bad_request", status_code=404, method="GET", path="/nope", route=None),
        b'{"logger": "gunicorn.error", "level": "info", "message": "Booting worker with pid: 7"}\n',
    ]
)
SUMMARY = {
    "lines_total": 30,
    "parse_errors": 0,
    "outcome_counts": {"bad_request": 1, "missing_required": 1, "ok": 12, "rate_limited": 1},
    "http_status_counts": {"200": 13, "404": 1, "429": 1},
    "queue_wait_ms_p50": 0,
    "queue_wait_ms_p95": 5000,
    "total_ms_p50": 70,
    "total_ms_p95": 300,
    "warnings": [],
}


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., Path]:
    """A log with the content a test gives it."""

    def write(*content: bytes, name: str = "server.log") -> Path:
        (tmp_path / name).write_bytes(b"".join(content))
        return tmp_path / name

    return write


def test_end_lines_are_counted_and_measured(log: Callable[..., Path]) -> None:
    result = run_tool("--json", log(LOG))
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout) == SUMMARY


def test_the_default_output_is_text(log: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(log(LOG, b"no JSON\n"))]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Lines          31 (1 not JSON)",
        "Outcomes       bad_request: 1, missing_required: 1, ok: 12, rate_limited: 1",
        "HTTP statuses  200: 13, 404: 1, 429: 1",
        "Queue wait     p50 0 ms, p95 5,000 ms",
        "Total          p50 70 ms, p95 300 ms",
    ]


def test_a_log_without_jobs_has_no_percentiles(
    log: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert summarize([log(b"")]) == NOTHING
    assert main([str(log(b""))]) == 0
    assert "Total          none" in capsys.readouterr().out


@pytest.mark.parametrize("is_compressed", [False, True])
def test_standard_input_is_read_as_a_file_is(is_compressed: bool) -> None:
    result = run_tool("--json", "-", input=gzip.compress(LOG) if is_compressed else LOG)
    assert json.loads(result.stdout) == SUMMARY


@pytest.mark.parametrize("name", ["server.log.1.gz", "server.log.1"])
def test_a_compressed_log_is_recognized_by_its_content(log: Callable[..., Path], name: str) -> None:
    assert summarize([log(gzip.compress(LOG), name=name)]) == SUMMARY


def test_several_logs_are_summarized_together(log: Callable[..., Path]) -> None:
    half = LOG.index(b"\n", len(LOG) // 2) + 1
    parts = [log(gzip.compress(LOG[:half]), name="old.gz"), log(LOG[half:])]
    assert summarize(parts) == SUMMARY


NOT_OURS = [
    (b"[2026-03-01 10:00:00 +0800] [7] [INFO] Booting worker\n", 1),
    (b"Traceback (most recent call last):\n", 1),
    (b'{"event": "done", "outcome": "ok"\n', 1),
    (b'{"event": "done", "outcome": "\xff\xfe"}\n', 1),
    (b"\x00\x01\x02\n", 1),
    (b"[1, 2]\n", 1),
    (b'"done"\n', 1),
    (b"null\n", 1),
    (b"[" * 100_000 + b"\n", 1),
    (b'{"a": ' + b"1" * 10_000 + b"}\n", 1),
    (b"\n", 0),
    (b" \r\n", 0),
    (b"{}\n", 0),
    (b'{"event": ["done"]}\n', 0),
    (b'{"event": "done", "outcome": 1, "http_status": "200", "timing": [], "queue_wait_ms": "1"}\n', 0),
    (b'{"event": "done", "outcome": null, "http_status": 99, "timing": {}, "queue_wait_ms": true}\n', 0),
    (b'{"event": "error", "queue_wait_ms": NaN, "timing": {"total_ms": Infinity}, "status_code": true}\n', 0),
    (b'{"logger": "nginx", "event": "done", "outcome": "ok", "http_status": 200}\n', 0),
]


@pytest.mark.parametrize(("other", "parse_errors"), NOT_OURS)
def test_a_foreign_line_is_counted_and_otherwise_ignored(
    log: Callable[..., Path], other: bytes, parse_errors: int
) -> None:
    expected = SUMMARY | {"lines_total": 31, "parse_errors": parse_errors}
    assert summarize([log(other, LOG)]) == expected
    assert summarize([log(LOG, other.removesuffix(b"\n") or b"\n")]) == expected


def test_lines_may_end_as_on_windows_and_the_last_one_not_at_all(log: Callable[..., Path]) -> None:
    assert summarize([log(LOG.replace(b"\n", b"\r\n").removesuffix(b"\r\n"))]) == SUMMARY


@pytest.mark.parametrize("kept", [0.5, 0.999])
def test_a_compressed_log_that_ends_in_the_middle_counts_up_to_there(
    log: Callable[..., Path], kept: float
) -> None:
    # Random enough that half of the file is about half of the lines.
    lines = b"".join(line("done", outcome="ok", id=os.urandom(100).hex()) for _ in range(1000))
    compressed = gzip.compress(lines)
    path = log(compressed[: int(len(compressed) * kept)])
    summary = summarize([path, log(LOG, name="other.log")])
    assert 30 + 300 < summary["lines_total"] < 30 + 1000
    assert summary["outcome_counts"]["rate_limited"] == 1
    assert len(summary["warnings"]) == 1
    assert summary["warnings"][0].startswith(f"{path} is damaged, what follows is not counted: ")


# A gzip header (RFC 1952) and then a block of a type that deflate does not have (RFC 1951).
BROKEN_DATA = b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 50


@pytest.mark.parametrize(
    "damage", [gzip.compress(LOG) + b"trailing garbage", b"\x1f\x8bno gzip at all", BROKEN_DATA]
)
def test_a_damaged_compressed_log_is_a_warning(
    log: Callable[..., Path], damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(log(damage))]) == 0
    assert "Warning        " in capsys.readouterr().out


@pytest.mark.parametrize(("name", "problem"), [("none.log", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_a_warning_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, problem: str
) -> None:
    (tmp_path / "good.log").write_text('{"event":"done","outcome":"ok","http_status":200}\n')
    assert main([str(tmp_path / name), str(tmp_path / "good.log"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    (warning,) = summary["warnings"]
    assert warning.startswith(f"{tmp_path / name} cannot be read: {problem}")
    assert (summary["parse_errors"], summary["outcome_counts"]) == (0, {"ok": 1})


@pytest.mark.parametrize("tool", ["summarize_logs", "check_tmp_watermark"])
def test_a_closed_pipe_is_not_an_error(tmp_path: Path, tool: str) -> None:
    """Enough output that the pipe cannot hold it."""
    for number in range(4_000):
        (tmp_path / f"{number:0200}").touch()
    arguments = {
        "summarize_logs": ["--json", *(str(tmp_path / f"none{number}") for number in range(2_000))],
        "check_tmp_watermark": ["--root", str(tmp_path), "--top-n", "4000", "--json"],
    }[tool]
    command = [sys.executable, f"tools/{tool}.py", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        not_none(process.stdout).read(10)
        not_none(process.stdout).close()
        assert not_none(process.stderr).read() == b""
    assert process.returncode == 0


def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    """200,000 lines, 40 MB, are summarised in less than 6 MB."""
    path = tmp_path / "server.log"
    with path.open("wb") as file:
        for block in range(100):
            waits = range(block * 1000, block * 1000 + 1000)
            file.writelines(start(wait) + done(10 * wait, wait, f"outcome{wait}") for wait in waits)
    tracemalloc.start()
    try:
        summary = summarize([path])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (summary["lines_total"], summary["parse_errors"]) == (200_000, 0)
    assert sum(summary["outcome_counts"].values()) == 100_000
    assert len(summary["outcome_counts"]) == 101
    assert summary["outcome_counts"]["(others)"] == 99_900
    assert 95_000 - 1 <= summary["queue_wait_ms_p95"] <= 95_000 * (1 + 1 / 4096)
    assert peak < 6_000_000


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_very_long_line_is_counted_without_being_kept_in_memory(
    tmp_path: Path, is_compressed: bool
) -> None:
    path = tmp_path / "server.log"
    with gzip.open(path, "wb", 1) if is_compressed else path.open("wb") as file:
        for _ in range(50):
            file.write(b'{"x":"' + b"x" * 1_000_000)
        file.write(b'"}\n' + LOG)
    tracemalloc.start()
    try:
        summary = summarize([path])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert summary == SUMMARY | {"lines_total": 31, "parse_errors": 1}
    assert peak < 6_000_000


def test_the_log_of_a_real_server_is_summarized(tmp_path: Path) -> None:
    server = GunicornServer(tmp_path, max_task_bytes=1000)
    try:
        answers = [
            server.job().status,
            server.job(preset="fast").status,
            server.job(task_json=b" " * 2000).status,
        ]
        eventually(lambda: len(server.log) == 6)
    finally:
        server.stop()
    assert answers == [200, 400, 413]
    summary = summarize([tmp_path / "stdout", tmp_path / "stderr"])
    assert summary["lines_total"] > 6
    assert summary["parse_errors"] == 0
    assert summary["http_status_counts"] == {"200": 1, "400": 1, "413": 1}
    assert summary["outcome_counts"]["bad_request"] == summary["outcome_counts"]["payload_too_large"] == 1
    assert summary["total_ms_p50"] == summary["total_ms_p95"] > 0
    assert summary["queue_wait_ms_p95"] == 0


def test_help_is_printed() -> None:
    result = run_tool("--help")
    assert result.returncode == 0
    assert b"--json" in result.stdout
