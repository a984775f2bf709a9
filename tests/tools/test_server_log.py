"""A growing log is read in complete jobs, and its errors are summarized in few lines."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tools.lib.server import GrowingLog, error_lines, tail


def line(event: str, request_id: str = "a", **fields: int | str) -> str:
    return json.dumps({"event": event, "request_id": request_id, **fields}) + "\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "server.log"
    path.touch()
    return path


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)


def test_each_call_takes_what_was_added_since_the_last(log: Path) -> None:
    growing = GrowingLog(log)
    assert growing.take_added(0) == b""
    append(log, "first\n")
    assert growing.take_added(0) == b"first\n"
    append(log, "second\nthird\n")
    assert growing.take_added(0) == b"second\nthird\n"


def test_an_incomplete_line_is_read_when_it_is_complete(log: Path) -> None:
    growing = GrowingLog(log)
    append(log, 'whole\n{"event"')
    assert growing.take_added(0) == b"whole\n"
    append(log, ": 1}\n")
    assert growing.take_added(0) == b'{"event": 1}\n'


@pytest.mark.parametrize("end", ["done", "error"])
def test_the_end_of_a_started_job_is_waited_for(log: Path, end: str) -> None:
    append(log, line("start", "a") + line("done", "a") + "no JSON\n7\n" + line("start", "b"))
    taken = []
    reader = threading.Thread(target=lambda: taken.append(GrowingLog(log).take_added(60)))
    reader.start()
    append(log, line(end, "b"))
    reader.join()
    assert taken[0].decode().endswith(line(end, "b"))


def test_the_wait_for_the_end_of_a_job_is_limited(log: Path) -> None:
    append(log, line("start"))
    assert GrowingLog(log).take_added(0.1).decode() == line("start")


def test_each_error_is_listed_once_with_its_count(log: Path) -> None:
    crash: dict[str, Any] = {
        "status_code": 500,
        "error_code": "RENDERER_CRASHED",
        "failure_stage": "render",
        "inner": "SIGKILL",
    }
    refusal: dict[str, Any] = {
        "status_code": 429,
        "error_code": "TOO_MANY_REQUESTS",
        "failure_stage": "queue",
    }
    append(log, "Traceback\n" + line("error", "r1", **refusal) + line("done", "r2"))
    append(log, line("error", "r3", **crash) + line("error", "r4", **crash))
    told = [
        "2 × 500 RENDERER_CRASHED at stage render: SIGKILL (first: request r3)",
        "1 × 429 TOO_MANY_REQUESTS at stage queue (first: request r1)",
    ]
    assert error_lines(log, 5) == told
    assert error_lines(log, 1) == told[:1]


def test_the_tail_is_the_last_lines(log: Path) -> None:
    log.write_bytes(b"one\ntwo\nth\xffee\n")
    assert tail(log, 2) == "two\nth\ufffdee"
