"""Hostile multipart bodies and file names: refused as the contract says, or filled without using the name."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.gunicorn_server import BIG_TEMPLATE, Answer, GunicornServer, form_body
from tests.hostile.answer_checks import HostileServer, Refusal, Send, ask
from tests.hostile.hostile_multiparts import (
    FILE_NAMES,
    FORMS,
    NAMED,
    ODD_FORMS,
    OTHER_FILE_NAMES,
    OTHER_TYPES,
    Form,
)
from tests.web.forms import api_result


def job(form: Any, path: str = "/v1/run") -> Send:
    return ask("POST", path, form.body, Content_Type=form.content_type)


@pytest.mark.parametrize("name", FORMS)
def test_an_invalid_form_is_refused(request_server: HostileServer, name: str) -> None:
    form, expected = FORMS[name]
    request_server.refuses(job(form), expected, [form.body[:1_000_000], form.content_type])


@pytest.mark.parametrize("name", OTHER_TYPES)
def test_a_body_of_another_type_is_a_415(request_server: HostileServer, name: str) -> None:
    form = Form(form_body(), OTHER_TYPES[name])
    expected = Refusal(
        415, "INVALID_MEDIA_TYPE", {"field": "body"}, inner="docops_flask/web/upload/multipart.py"
    )
    request_server.refuses(job(form), expected, [form.body, form.content_type])


@pytest.mark.parametrize("name", ODD_FORMS)
def test_an_unusual_but_valid_form_is_accepted(request_server: HostileServer, name: str) -> None:
    request_server.fills(job(ODD_FORMS[name]))


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_file_name_is_only_reported(request_server: HostileServer, name: str) -> None:
    answer = request_server.fills(job(FILE_NAMES[name]))
    reported = api_result(answer.body)["input"]["template"]["filename"]
    assert 0 < len(reported) <= 255
    assert "X-Injected" not in answer.headers
    assert_not_logged(request_server, answer)


@pytest.mark.parametrize("name", OTHER_FILE_NAMES)
def test_a_file_of_another_name_is_a_415(request_server: HostileServer, name: str) -> None:
    form = OTHER_FILE_NAMES[name]
    expected = Refusal(415, "INVALID_MEDIA_TYPE", {"field": "template"}, inner="intake/files.py")
    answer = request_server.refuses(job(form), expected, [form.body])
    assert NAMED not in json.dumps(answer.json)
    assert_not_logged(request_server, answer)


def test_a_file_name_is_never_used_on_disk(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(max_concurrency=1)
    form = FILE_NAMES["a way up"]
    slow = Form(form.body.replace(form.body.partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0], BIG_TEMPLATE))
    with ThreadPoolExecutor(1) as threads:
        running, renderer = server.frozen(lambda: threads.submit(job(slow), server))
        (folder,) = server.work_folder.glob("docops-*/*/")
        names = {path.name for path in folder.iterdir()}
        renderer.resume()
        assert running.result().status == 200
    assert {"template.docx", "task.json"} <= names
    assert not any(NAMED in name for name in names)
    assert list(server.work_folder.parents[1].rglob(f"*{NAMED}*")) == []


def assert_not_logged(server: HostileServer, answer: Answer) -> None:
    lines = server.lines_of(answer)
    assert lines
    assert NAMED not in json.dumps(lines)
