"""The log of requests: two lines for every ``/v1/run``, one for any other failure."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from docops_flask.logs.events import LOGGER
from docops_flask.web.services import EXTENSION
from tests.factories import docx, p, tbl, tc, tr
from tests.web.conftest import LogLines
from tests.web.forms import form, raw, task, task_part, template_part

OUTCOMES = [
    (docx(p("【MEETING_TITLE】")), {"meeting_title": "x"}, {}, "ok", 0),
    (docx(p("【MEETING_TITLE】")), {}, {}, "missing_required", 2),
    (docx(p("【meeting_title】")), {}, {}, "other_exit_code", 3),
    (docx(tbl(tr(tc("x")))), {}, {"preset": "strict"}, "strict_failed", 4),
]


@pytest.mark.parametrize(("template", "payload", "fields", "outcome", "exit_code"), OUTCOMES)
def test_a_run_is_a_start_and_a_done_line(
    client: FlaskClient,
    log: LogLines,
    template: bytes,
    payload: dict[str, str],
    fields: dict[str, str],
    outcome: str,
    exit_code: int,
) -> None:
    response = client.post("/v1/run", data=form(template, task(payload), **fields))
    start, done = log.lines
    request_id = response.headers["X-Docops-Request-Id"]
    assert (start["event"], start["request_id"], start["queue_wait_ms"]) == ("start", request_id, 0)
    assert (done["event"], done["request_id"], done["queue_wait_ms"]) == ("done", request_id, 0)
    assert (done["outcome"], done["http_status"], done["exit_code"]) == (outcome, 200, exit_code)
    assert set(done["timing"]) == {"queue_wait_ms", "subprocess_ms", "zip_ms", "total_ms"}


FAILURES = [
    ({}, {"preset": "fast"}, 400, "INVALID_ARGUMENT", "bad_request", "validate_form"),
    ({}, {"task_json": b"{"}, 400, "INVALID_JSON", "bad_request", "validate_task"),
    ({}, {"task_json": task({"colour": "red"})}, 400, "INVALID_ARGUMENT", "bad_request", "validate_task"),
    ({}, {"skill": "memo"}, 400, "INVALID_ARGUMENT", "bad_request", "validate_skill"),
    ({}, {"task_json": task(task_type="memo")}, 400, "INVALID_ARGUMENT", "bad_request", "validate_skill"),
    ({}, {"policy": "memo"}, 400, "INVALID_ARGUMENT", "bad_request", "validate_policy"),
    ({}, {"policy_yaml": "a: 1"}, 400, "INVALID_ARGUMENT", "bad_request", "validate_policy"),
    ({}, {"colour": "red"}, 400, "INVALID_ARGUMENT", "bad_request", "validate_form"),
    ({}, {"template": b"%PDF"}, 415, "INVALID_MEDIA_TYPE", "bad_request", "receive"),
    ({"max_upload_bytes": 10}, {}, 413, "UPLOAD_TOO_LARGE", "payload_too_large", "receive"),
    ({}, {"template": b"PK\3\4"}, 400, "INVALID_TEMPLATE", "bad_request", "render"),
    ({"max_zip_entries": 1}, {}, 413, "TEMPLATE_LIMIT_EXCEEDED", "payload_too_large", "render"),
    ({"request_timeout_seconds": 0.001}, {}, 408, "REQUEST_TIMEOUT", "timeout", "render"),
    ({"body_timeout_seconds": 0.000001}, {}, 408, "REQUEST_TIMEOUT", "timeout", "receive"),
]


@pytest.mark.parametrize(("settings", "fields", "status", "code", "outcome", "stage"), FAILURES)
def test_a_failed_run_is_a_start_and_an_error_line(
    make_client: Callable[..., FlaskClient],
    log: LogLines,
    settings: dict[str, float],
    fields: dict[str, Any],
    status: int,
    code: str,
    outcome: str,
    stage: str,
) -> None:
    response = make_client(**settings).post("/v1/run", data=form(**fields))
    start, error = log.lines
    assert (start["event"], error["event"]) == ("start", "error")
    assert start["request_id"] == error["request_id"] == response.headers["X-Docops-Request-Id"]
    assert (start["queue_wait_ms"], error["queue_wait_ms"]) == (0, 0)
    assert (error["status_code"], error["error_code"]) == (status, code)
    assert (error["outcome"], error["failure_stage"]) == (outcome, stage)
    assert " at " in error["inner"]


def test_the_log_says_how_a_renderer_ended(crashing_client: FlaskClient, log: LogLines) -> None:
    crashing_client.post("/v1/run", data=form())
    error = log.lines[1]
    assert (error["outcome"], error["status_code"]) == ("internal_error", 500)
    assert (error["error_code"], error["failure_stage"]) == ("RENDERER_CRASHED", "render")
    assert "SIGKILL" in error["inner"]


def test_a_refused_run_says_how_long_it_waited(make_app: Callable[..., Flask], log: LogLines) -> None:
    app = make_app(max_concurrency=1, queue_timeout_seconds=0.05)
    with app.extensions[EXTENSION].slots.take():
        app.test_client().post("/v1/run", data=form())
    start, error = log.lines
    assert (error["outcome"], error["status_code"]) == ("rate_limited", 429)
    assert error["failure_stage"] == "queue"
    assert error["queue_wait_ms"] == start["queue_wait_ms"] >= 50


def test_the_waiting_time_is_in_both_log_lines(make_app: Callable[..., Flask], log: LogLines) -> None:
    app = make_app(max_concurrency=1, queue_timeout_seconds=30)
    slots = app.extensions[EXTENSION].slots
    answers = []
    job = threading.Thread(target=lambda: answers.append(app.test_client().post("/v1/run", data=form())))
    with slots.take():
        job.start()
        while not slots.waiting:
            time.sleep(0.01)
        time.sleep(0.02)
    job.join()
    assert answers[0].status_code == 200
    start, done = log.lines
    assert start["queue_wait_ms"] == done["queue_wait_ms"] == done["timing"]["queue_wait_ms"] >= 20


def test_a_client_that_leaves_during_the_answer_is_a_499(client: FlaskClient, log: LogLines) -> None:
    response = client.post("/v1/run", data=form(), buffered=False)
    assert log.events == ["start"]
    response.close()
    error = log.lines[1]
    assert (error["event"], error["outcome"], error["status_code"]) == ("error", "bad_request", 499)
    assert error["failure_stage"] == "stream"
    assert len(log.lines) == 2


def test_the_end_line_is_logged_after_the_last_byte_was_sent(client: FlaskClient, log: LogLines) -> None:
    response = client.post("/v1/run", data=form(), buffered=False)
    blocks = iter(response.iter_encoded())
    assert next(blocks)
    assert log.events == ["start"]
    assert list(blocks) == []
    assert log.events == ["start", "done"]
    response.close()
    assert log.events == ["start", "done"]


def test_an_answer_closed_before_its_last_byte_is_a_499(client: FlaskClient, log: LogLines) -> None:
    client.post("/v1/run", data=form(), buffered=False).close()
    assert [line.get("status_code") for line in log.lines] == [None, 499]


def test_other_log_handlers_get_the_same_json(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/v1/run", data=form())
    messages = [json.loads(record.getMessage()) for record in caplog.records if record.name == LOGGER]
    assert [message["event"] for message in messages] == ["start", "done"]


def test_a_client_that_leaves_during_its_upload_is_a_499(client: FlaskClient, log: LogLines) -> None:
    request = raw(template_part(), task_part())
    body = request.pop("data")
    client.post("/v1/run", **request, data=body[:-40], environ_overrides={"CONTENT_LENGTH": str(len(body))})
    error = log.lines[1]
    assert (error["event"], error["outcome"], error["status_code"]) == ("error", "bad_request", 499)
    assert error["failure_stage"] == "receive"


@pytest.mark.parametrize(
    ("method", "path", "status", "route"),
    [
        ("GET", "/nope?secret=1", 404, None),
        ("GET", "/v1/run", 405, None),
        ("POST", "/v1/precheck", 415, "/v1/precheck"),
        ("POST", "/v1/inspect", 415, "/v1/inspect"),
        ("GET", "/v1/skills/nope/template.docx", 404, "/v1/skills/<name>/template.docx"),
    ],
)
def test_any_other_failure_is_one_error_line(
    client: FlaskClient, log: LogLines, method: str, path: str, status: int, route: str | None
) -> None:
    response = client.open(path, method=method)
    (line,) = log.lines
    assert (line["event"], line["status_code"], line["outcome"]) == ("error", status, "bad_request")
    assert (line["route"], line["path"], line["method"]) == (route, path.partition("?")[0], method)
    assert line["request_id"] == response.headers["X-Docops-Request-Id"]
    assert "secret" not in log.text


def test_other_successes_are_not_logged(client: FlaskClient, log: LogLines) -> None:
    for path in ("/healthz", "/readyz", "/v1/meta"):
        assert client.get(path).status_code == 200
    assert client.post("/v1/precheck", data=form()).status_code == 200
    assert log.lines == []


def test_log_lines_hold_no_contents_of_files(client: FlaskClient, log: LogLines) -> None:
    template, payload = docx(p("SECRET 【MEETING_TITLE】【SECRET")), {"meeting_title": "SECRET"}
    client.post("/v1/run", data=form(template, task(payload)))
    client.post("/v1/run", data=form(template, task(payload), policy_yaml="SECRET: 1"))
    client.post("/v1/run", data=form(template, b'{"SECRET": SECRET}'))
    client.post("/v1/run", data=form(template, task({"SECRET": "SECRET"})))
    client.post("/v1/run", data=form(template, skill="SECRET"))
    assert log.events.count("start") == 5
    assert "SECRET" not in log.text
