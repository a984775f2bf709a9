"""``/v1/precheck`` and ``/v1/inspect``: what a template would come to, and what it holds."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import docx, p
from tests.web.forms import form, members, task

TEMPLATES = {
    "complete": (docx(p("【MEETING_TITLE】")), {"meeting_title": "x"}),
    "missing": (docx(p("【MEETING_TITLE】【MEETING_DATE】【ATTENDEES】")), {"meeting_title": "x"}),
    "unsupported": (docx(p("【MEETING_TITLE】【meeting_date】")), {"meeting_title": "x"}),
    "nothing to fill": (docx(p("plain")), {}),
}


def inspect(client: FlaskClient, template: bytes) -> TestResponse:
    return client.post("/v1/inspect", data={"template": (io.BytesIO(template), "t.docx")})


@pytest.mark.parametrize(("template", "payload"), TEMPLATES.values(), ids=TEMPLATES)
def test_precheck_predicts_the_result_of_a_run(
    client: FlaskClient, template: bytes, payload: dict[str, str]
) -> None:
    verdict = client.post("/v1/precheck", data=form(template, task(payload)))
    run = client.post("/v1/run", data=form(template, task(payload), format_mode="off"))
    body = verdict.get_json()
    assert verdict.status_code == 200
    assert str(body["expected_exit_code"]) == run.headers["X-Docops-Exit-Code"]
    assert body["ok"] == (body["expected_exit_code"] == 0)
    assert body["request_id"] == verdict.headers["X-Docops-Request-Id"]
    assert "out.docx" in members(run.data)


def test_precheck_answers_with_the_contracts_members(client: FlaskClient) -> None:
    template, payload = TEMPLATES["missing"]
    body = client.post("/v1/precheck", data=form(template, task(payload))).get_json()
    assert set(body) == {
        "ok", "expected_exit_code", "request_id", "summary", "template_fields", "missing_required",
        "missing_optional", "unsupported", "missing", "unused", "undeclared", "left", "problems",
    }  # fmt: skip
    assert set(body["summary"]) == {
        "template_field_count", "unsupported_count", "missing_required_count", "missing_optional_count",
        "left_count", "copies",
    }  # fmt: skip
    assert body["template_fields"] == ["ATTENDEES", "MEETING_DATE", "MEETING_TITLE"]
    assert (body["missing_required"], body["missing_optional"]) == (["MEETING_DATE"], ["ATTENDEES"])


def test_inspect_answers_with_the_contracts_members(client: FlaskClient) -> None:
    response = inspect(client, docx(p("【MEETING_TITLE】【meeting_date】")))
    body = response.get_json()
    assert response.status_code == 200
    assert set(body) == {
        "fields", "unsupported", "problems", "suggested_skill", "language", "structure", "schema",
        "sample_task", "candidates", "kinds", "request_id",
    }  # fmt: skip
    assert body["fields"][0]["name"] == "MEETING_TITLE"
    assert body["fields"][0]["known_in"] == ["meeting_notice"]
    assert body["request_id"] == response.headers["X-Docops-Request-Id"]


def test_chinese_text_is_readable_in_an_answer(client: FlaskClient) -> None:
    assert "【meeting_date】" in inspect(client, docx(p("【meeting_date】"))).data.decode()


def test_precheck_and_inspect_leave_nothing_in_the_work_folder(
    client: FlaskClient, work_folder: Path
) -> None:
    inspect(client, docx(p("x")))
    client.post("/v1/precheck", data=form())
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []
