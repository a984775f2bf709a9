"""``/v1/verify`` with the part ``task``: the values of the log are compared with those of the task."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.engine.integrity.finished_job import rewritten
from tests.factories import docx, p
from tests.web.forms import form, members, task

FILES = {
    "document": "out.docx",
    "replace_log": "out.replace_log.json",
    "format_report": "out.format_report.json",
}
OPEN_TEMPLATE = docx(p("甲方：【甲方】，共【=金额】元") + p("【说明】"))
OPEN_TASK = json.dumps(
    {"payload": {"甲方": "青岚局", "金额": 20.5, "说明": "一\n二"}}, ensure_ascii=False
).encode()
TYPED_TEMPLATE = docx(p("【INSPECTION_SUBJECT】 【INSPECTOR】") + p("【ISSUE_SUMMARY】"))
TYPED_TASK = task(
    {"inspection_subject": "消防", "inspector": "李四", "issue_summary": "一\r\n二\n"}, "inspection_record"
)


def result_of(client: FlaskClient, template: bytes, task_json: bytes) -> dict[str, bytes]:
    """What a run makes of a template, with the template, as parts of ``/v1/verify``."""
    made = members(client.post("/v1/run", data=form(template, task_json)).data)
    return {"template": template, **{name: made[file] for name, file in FILES.items()}}


def ask(client: FlaskClient, parts: Mapping[str, bytes]) -> TestResponse:
    names = {"template": "t.docx", **FILES, "task": "task.json"}
    return client.post(
        "/v1/verify", data={name: (io.BytesIO(content), names[name]) for name, content in parts.items()}
    )


def forged(parts: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
    """The result with another value, of as many bytes, in document and log alike."""
    before, after = old.encode(), new.encode()
    assert len(before) == len(after)
    body = members(parts["document"])["word/document.xml"]
    assert body.count(before) == 1
    return {
        **parts,
        "document": rewritten(parts["document"], {"word/document.xml": body.replace(before, after)}),
        "replace_log": parts["replace_log"].replace(before, after),
    }


CASES = {
    "open": (OPEN_TEMPLATE, OPEN_TASK, "青岚局", "青岗局"),
    "an open number": (OPEN_TEMPLATE, OPEN_TASK, "20.5", "90.5"),
    "a document type": (TYPED_TEMPLATE, TYPED_TASK, "李四", "李三"),
}


@pytest.mark.parametrize(("template", "task_json", "old", "new"), CASES.values(), ids=CASES)
def test_a_value_changed_in_document_and_log_is_found_with_the_task_alone(
    client: FlaskClient, template: bytes, task_json: bytes, old: str, new: str
) -> None:
    parts = result_of(client, template, task_json)
    assert ask(client, {**parts, "task": task_json}).get_json()["verdict"] == "intact"
    changed = forged(parts, old, new)
    assert ask(client, changed).get_json()["verdict"] == "intact"
    body = ask(client, {**changed, "task": task_json}).get_json()
    assert body["verdict"] == "violated"
    (found,) = body["unaccounted"]
    assert (found["what"], found["place"].startswith("$.entries[")) == ("value", True)
    assert new not in json.dumps(found, ensure_ascii=False)


def test_lines_and_lists_are_those_of_the_task(client: FlaskClient) -> None:
    template = docx(p("参会：【ATTENDEES】") + p("by 【ATTENDEES】 【MEETING_TITLE】"))
    task_json = task({"attendees": ["甲", "乙"], "meeting_title": "周例会\n第二行"})
    parts = result_of(client, template, task_json)
    assert ask(client, {**parts, "task": task_json}).get_json()["verdict"] == "intact"
    other = task({"attendees": ["甲", "丙"], "meeting_title": "周例会\n第二行"})
    body = ask(client, {**parts, "task": other}).get_json()
    assert [each["place"] for each in body["unaccounted"]] == ["$.entries[0]", "$.entries[1]"]
    without = task({"meeting_title": "周例会\n第二行"})
    assert ask(client, {**parts, "task": without}).get_json()["unaccounted_count"] == 2


def test_a_task_of_another_kind_is_not_the_one_that_was_done(client: FlaskClient) -> None:
    of_type = result_of(client, TYPED_TEMPLATE, TYPED_TASK)
    is_open = result_of(client, OPEN_TEMPLATE, OPEN_TASK)
    for parts, task_json in ((of_type, OPEN_TASK), (is_open, TYPED_TASK)):
        body = ask(client, {**parts, "task": task_json}).get_json()
        assert body["verdict"] == "violated"
        assert {each["what"] for each in body["unaccounted"]} == {"value"}


@pytest.mark.parametrize(
    ("task_json", "code"),
    [
        (b"[", "INVALID_JSON"),
        (b'{"a": 1, "a": 1}', "INVALID_JSON"),
        (b'{"task_type": "zzz", "payload": {}}', "INVALID_ARGUMENT"),
        (b'{"payload": []}', "INVALID_ARGUMENT"),
        (b'{"task_type": "meeting_notice", "payload": {"zzz": "x"}}', "INVALID_ARGUMENT"),
    ],
)
def test_a_task_that_is_none_is_refused_as_for_a_run(
    client: FlaskClient, task_json: bytes, code: str
) -> None:
    parts = result_of(client, OPEN_TEMPLATE, OPEN_TASK)
    response = ask(client, {**parts, "task": task_json})
    assert (response.status_code, response.get_json()["error_code"]) == (400, code)


def test_the_task_has_the_limit_of_tasks(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(max_task_bytes=1000)
    parts = result_of(client, OPEN_TEMPLATE, OPEN_TASK)
    response = ask(client, {**parts, "task": OPEN_TASK + b" " * 1000})
    body = response.get_json()
    assert (response.status_code, body["detail"]["field"]) == (413, "task")


def test_a_wrong_report_is_no_fault_of_the_task(client: FlaskClient) -> None:
    parts = result_of(client, OPEN_TEMPLATE, OPEN_TASK)
    response = ask(client, {**parts, "replace_log": b"[]", "task": OPEN_TASK})
    assert (response.status_code, response.get_json()["detail"]["field"]) == (400, "replace_log")


@pytest.fixture
def office(make_client: Callable[..., FlaskClient], tmp_path: Path) -> FlaskClient:
    """A client of a server with a document type of language 2 whose keys are not its placeholders."""
    spec: Any = """
name = "offer"
grammar = 2
title = { en = "Offer", zh = "报价" }
description = { en = "An offer.", zh = "报价。" }
[[fields]]
key = "party"
placeholder = "甲方"
label = { en = "Party", zh = "甲方" }
example = "某公司"
"""
    (tmp_path / "offer.toml").write_text(spec, encoding="utf-8")
    return make_client(skills_dir=tmp_path)


def test_a_document_type_of_language_2_is_compared_by_its_keys(office: FlaskClient) -> None:
    template, task_json = docx(p("【甲方】")), task({"party": "青岚局"}, "offer")
    parts = result_of(office, template, task_json)
    assert ask(office, {**parts, "task": task_json}).get_json()["verdict"] == "intact"
    other = task({"party": "青岗局"}, "offer")
    assert ask(office, {**parts, "task": other}).get_json()["verdict"] == "violated"
