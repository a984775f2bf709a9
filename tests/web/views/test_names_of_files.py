"""``name``: the pattern of the answered file's name, over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from tests.factories import docx, p
from tests.web.conftest import LogLines
from tests.web.forms import form

TEMPLATE = docx(p("【合同编号】【甲方】【日期|日期】"))
PAYLOAD: dict[str, Any] = {"合同编号": "HT-1", "甲方": "某某", "日期": "2026-05-06"}


def run(
    client: FlaskClient, payload: dict[str, Any] = PAYLOAD, path: str = "/v1/run", **fields: str
) -> TestResponse:
    task = json.dumps({"payload": {**PAYLOAD, **payload}}, ensure_ascii=False).encode()
    return client.post(path, data=form(TEMPLATE, task, **{"output": "docx", **fields}))


def name_in(response: TestResponse) -> str:
    assert response.status_code == 200, response.data
    return parse_options_header(response.headers["Content-Disposition"])[1]["filename"]


def test_a_pattern_names_the_file(client: FlaskClient) -> None:
    response = run(client, name="【合同编号】-【甲方】")
    assert name_in(response) == "HT-1-某某.docx"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=\"HT-1.docx\"; filename*=UTF-8''HT-1-%E6%9F%90%E6%9F%90.docx"
    )


def test_with_output_zip_it_names_the_zip(client: FlaskClient) -> None:
    assert name_in(run(client, output="zip", name="【合同编号】")) == "HT-1.zip"
    assert name_in(run(client, output="zip")) == "docops_outputs.zip"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("某某公司/北京", "某某公司_北京.docx"),
        ("😀👨‍👩‍👧 报告", "😀👨‍👩‍👧 报告.docx"),
        ("CON", "_CON.docx"),
        ("NUL.txt", "_NUL.txt.docx"),
        ("x" * 300, "x" * 120 + ".docx"),
        ("长" * 300, "长" * 40 + ".docx"),
        ("a\u202etxt.exe", "atxt.exe.docx"),
        ("a\r\nSet-Cookie: b=c\r\n\r\n<html>", "a Set-Cookie_ b=c _html_.docx"),
        ('a"; filename="b.exe', "a_; filename=_b.exe.docx"),
        ("..\\..\\evil", "_.._evil.docx"),
        ("报告.docx", "报告.docx"),
        ("~ 1%2F2 ~", "~ 1%2F2 ~.docx"),
    ],
)
def test_whatever_the_value_is_the_name_can_be_stored(client: FlaskClient, value: str, name: str) -> None:
    response = run(client, {"甲方": value}, name="【甲方】")
    assert name_in(response) == name
    assert "Set-Cookie" not in response.headers
    assert response.headers["Content-Disposition"].isascii()


@pytest.mark.parametrize("value", [None, "", " ", "...", "\u200b", "\u202e"])
def test_a_value_that_is_missing_or_leaves_nothing_gives_the_name_of_the_template(
    client: FlaskClient, value: str | None
) -> None:
    assert name_in(run(client, {"甲方": value}, name="【甲方】")) == "notice.docx"


@pytest.mark.parametrize(
    ("template_name", "name"),
    [
        ("合同 v1.2.docx", "合同 v1.2.docx"),
        ("C:/Users/me/a.docx", "a.docx"),
        ("dir/b.DOCX", "b.docx"),
        ("con.docx", "_con.docx"),
        ("....docx", "document.docx"),
        ("\u202e.docx", "document.docx"),
    ],
)
def test_the_name_of_the_template_is_made_storable_too(
    client: FlaskClient, template_name: str, name: str
) -> None:
    assert name_in(client.post("/v1/run", data=form(template_name=template_name, output="docx"))) == name


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
@pytest.mark.parametrize(
    "pattern", ["【甲】", "【#项】x【/】", "【@甲方】", "【甲方|日】", "【甲方", "x" * 501, "【甲方|日期】"]
)
def test_a_wrong_pattern_is_a_400(client: FlaskClient, log: LogLines, path: str, pattern: str) -> None:
    response = run(client, path=path, name=pattern)
    error = response.get_json()
    assert (response.status_code, error["error_code"], error["detail"]["field"]) == (
        400,
        "INVALID_ARGUMENT",
        "name",
    )
    assert error["message"].startswith("name: ")
    assert log.lines[-1]["failure_stage"] == "validate_form"
    assert "某某" not in response.get_data(as_text=True)


def test_a_document_type_lists_the_names_it_has(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(name="【MEETING_TITEL】"))
    detail = response.get_json()["detail"]
    assert "MEETING_TITLE" in detail["allowed"]
    assert "Did you mean MEETING_TITLE?" in response.get_json()["message"]


OWN = """
name = "memo"
title = { en = "Memo", zh = "备忘" }
description = { en = "A memo.", zh = "备忘。" }
file_name = "备忘-【SUBJECT】"
[[fields]]
key = "subject"
label = { en = "Subject", zh = "事由" }
example = "x"
"""


@pytest.mark.parametrize(
    ("fields", "payload", "name"),
    [
        ({"output": "docx"}, {"subject": "采购"}, "备忘-采购.docx"),
        ({}, {"subject": "采购"}, "备忘-采购.zip"),
        ({"name": "x", "output": "docx"}, {"subject": "采购"}, "x.docx"),
        ({}, {}, "notice.zip"),
    ],
)
def test_without_name_the_pattern_of_the_document_type_counts(
    make_client: Any, tmp_path: Path, fields: dict[str, str], payload: dict[str, str], name: str
) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "memo.toml").write_text(OWN, encoding="utf-8")
    task = json.dumps({"task_type": "memo", "payload": payload}).encode()
    client = make_client(skills_dir=tmp_path / "skills")
    assert name_in(client.post("/v1/run", data=form(docx(p("【SUBJECT】")), task, **fields))) == name
