"""A log that still grows is read in whole jobs; what went wrong in it is told in few lines."""

import json
import threading

import pytest

from tools.lib.server import GrowingLog, error_lines, tail


def line(event, request_id="a", **fields):
    return json.dumps({"event": event, "request_id": request_id, **fields}) + "\n"


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "server.log"
    path.touch()
    return path


def append(log, text):
    with log.open("a") as file:
        file.write(text)


def test_each_call_takes_what_was_added_since_the_last(log):
    growing = GrowingLog(log)
    assert growing.take_added(0) == b""
    append(log, "first\n")
    assert growing.take_added(0) == b"first\n"
    append(log, "second\nthird\n")
    assert growing.take_added(0) == b"second\nthird\n"


def test_half_a_line_waits_for_its_end(log):
    growing = GrowingLog(log)
    append(log, 'whole\n{"event"')
    assert growing.take_added(0) == b"whole\n"
    append(log, ": 1}\n")
    assert growing.take_added(0) == b'{"event": 1}\n'


@pytest.mark.parametrize("end", ["done", "error"])
def test_a_job_that_has_begun_is_waited_for(log, end):
    append(log, line("start", "a") + line("done", "a") + "no JSON\n7\n" + line("start", "b"))
    taken = []
    reader = threading.Thread(target=lambda: taken.append(GrowingLog(log).take_added(60)))
    reader.start()
    append(log, line(end, "b"))
    reader.join()
    assert taken[0].decode().endswith(line(end, "b"))


def test_a_job_that_does_not_end_is_not_waited_for_for_ever(log):
    append(log, line("start"))
    assert GrowingLog(log).take_added(0.1).decode() == line("start")


def test_errors_are_told_once_each_with_their_number(log):
    crash = {
        "status_code": 500,
        "error_code": "RENDERER_CRASHED",
        "failure_stage": "render",
        "inner": "SIGKILL",
    }
    refusal = {"status_code": 429, "error_code": "TOO_MANY_REQUESTS", "failure_stage": "queue"}
    append(log, "Traceback\n" + line("error", "r1", **refusal) + line("done", "r2"))
    append(log, line("error", "r3", **crash) + line("error", "r4", **crash))
    told = [
        "2 × 500 RENDERER_CRASHED at stage render: SIGKILL (first: request r3)",
        "1 × 429 TOO_MANY_REQUESTS at stage queue (first: request r1)",
    ]
    assert error_lines(log, 5) == told
    assert error_lines(log, 1) == told[:1]


def test_the_tail_is_the_last_lines(log):
    log.write_bytes(b"one\ntwo\nth\xffee\n")
    assert tail(log, 2) == "two\nth\ufffdee"
