"""Open tasks over HTTP: what a task may be, what is answered, what is refused."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories import docx, p
from tests.web.conftest import LogLines
from tests.web.forms import api_result, form, members

TEMPLATE = docx(p("【甲方】与【注意】【=日期|日期】"))
PAYLOAD = {"甲方": "A", "日期": "2026-05-06"}


def _task(**members: Any) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("task_json", "fields"),
    [
        (_task(payload=PAYLOAD), {}),
        (_task(task_type="open", payload=PAYLOAD), {}),
        (_task(payload=PAYLOAD), {"skill": "open"}),
        (_task(task_type="open", payload=PAYLOAD), {"skill": "open"}),
    ],
)
def test_a_payload_alone_is_a_whole_task(
    client: FlaskClient, task_json: bytes, fields: dict[str, str]
) -> None:
    response = client.post("/v1/run", data=form(TEMPLATE, task_json, **fields))
    assert response.status_code == 200
    assert response.headers["X-Docops-Exit-Code"] == "0"
    assert api_result(response.data)["effective"]["task_type"] == "open"
    entry = json.loads(members(response.data)["out.replace_log.json"])["entries"][0]
    assert (entry["field_name"], entry["payload_path"], entry["new_text"]) == ("甲方", "$.甲方", "A")


def test_an_empty_object_is_an_open_task_with_an_empty_payload(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(TEMPLATE, b"{}"))
    assert (response.status_code, response.headers["X-Docops-Exit-Code"]) == (200, "2")
    assert response.headers["X-Docops-Missing"] == "1"


@pytest.mark.parametrize(
    ("task_json", "fields", "code"),
    [
        (_task(task_type="meeting_notice"), {"skill": "open"}, "INVALID_ARGUMENT_CONFLICT"),
        (_task(task_type="open"), {"skill": "meeting_notice"}, "INVALID_ARGUMENT_CONFLICT"),
        (_task(payload={}), {"skill": "meeting_notice"}, "INVALID_ARGUMENT"),
        (_task(payload=None), {}, "INVALID_ARGUMENT"),
        (_task(payload=[]), {}, "INVALID_ARGUMENT"),
        (_task(task_type="Open", payload={}), {}, "INVALID_ARGUMENT"),
        (_task(payload={}, x=1), {}, "INVALID_ARGUMENT"),
        (_task(payload={}), {"unused": "maybe"}, "INVALID_ARGUMENT"),
    ],
)
def test_what_is_no_open_task(
    client: FlaskClient, task_json: bytes, fields: dict[str, str], code: str
) -> None:
    response = client.post("/v1/run", data=form(TEMPLATE, task_json, **fields))
    assert (response.status_code, response.get_json()["error_code"]) == (400, code)


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_faults_of_the_payload_are_told_with_path_and_suggestion(client: FlaskClient, path: str) -> None:
    payload = {"甲方": ["geheim"], "日期": "geheim", "日 期": "geheim"}
    response = client.post(path, data=form(TEMPLATE, _task(payload=payload)))
    body = response.get_json()
    assert (response.status_code, body["error_code"]) == (400, "INVALID_ARGUMENT")
    assert body["detail"]["field"] == "task"
    assert [each["path"] for each in body["detail"]["errors"]] == [
        "$.payload.甲方",
        "$.payload.日期",
        "$.payload['日 期']",
    ]
    assert all({"path", "message", "suggestion"} == set(each) for each in body["detail"]["errors"])
    assert "geheim" not in response.get_data(as_text=True)


def test_a_fault_of_the_payload_is_one_of_the_task_in_the_log(client: FlaskClient, log: LogLines) -> None:
    client.post("/v1/run", data=form(TEMPLATE, _task(payload={"x": 1})))
    start, error = log.lines
    assert start["skill"] == "open"
    assert (error["error_code"], error["failure_stage"]) == ("INVALID_ARGUMENT", "validate_task")


def test_unused_keys_may_be_allowed(client: FlaskClient) -> None:
    response = client.post(
        "/v1/run", data=form(TEMPLATE, _task(payload={**PAYLOAD, "乙": 1}), unused="allow")
    )
    told = json.loads(members(response.data)["out.missing_fields.json"])
    assert told["unused"] == [{"key": "乙", "suggestion": None}]


def test_numbers_stay_as_they_are_written(client: FlaskClient) -> None:
    task_json = b'{"payload": {"A": 1.50, "B": 1e3, "C": 10000000000000000000001}}'
    response = client.post("/v1/run", data=form(docx(p("【A】 【B】 【C】")), task_json))
    entries = json.loads(members(response.data)["out.replace_log.json"])["entries"]
    assert [each["new_text"] for each in entries] == ["1.50", "1000", "10000000000000000000001"]


@pytest.mark.parametrize(
    "number", ["1e999999999", "-1e-999999999", "1E+401", "0e999999", "1e99999999999999999999"]
)
def test_a_number_with_a_huge_exponent_is_refused(client: FlaskClient, number: str) -> None:
    task_json = f'{{"payload": {{"A": {number}}}}}'.encode()
    response = client.post("/v1/run", data=form(docx(p("【A】")), task_json))
    assert (response.status_code, response.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")


def test_precheck_says_what_a_run_comes_to(client: FlaskClient) -> None:
    data = form(docx(p("【甲方】【X】【#A】【/A】")), _task(payload={"甲方": "A"}))
    body = client.post("/v1/precheck", data=data).get_json()
    assert (body["expected_exit_code"], body["template_fields"]) == (2, ["X", "甲方"])
    assert (body["missing_required"], body["problems"]) == (["A", "X"], [])


def test_precheck_tells_a_document_type_of_tags_that_it_cannot_fill(client: FlaskClient) -> None:
    body = client.post(
        "/v1/precheck", data=form(docx(p("【MEETING_TITLE】【=甲方】【meeting_date】")))
    ).get_json()
    assert [(each["code"], each["text"], each["place"]) for each in body["problems"]] == [
        ("NEEDS_LANGUAGE_2", "【=甲方】", "p0:r0")
    ]


def _inspect(client: FlaskClient, template: bytes) -> Any:
    return client.post("/v1/inspect", data={"template": (io.BytesIO(template), "t.docx")}).get_json()


def test_inspect_says_what_a_payload_holds(client: FlaskClient) -> None:
    body = _inspect(client, TEMPLATE)
    assert body["language"] == 2
    properties = body["schema"]["properties"]
    assert list(properties) == ["日期", "甲方", "注意"]
    assert properties["日期"]["x-docops-required"]
    assert properties["甲方"]["x-docops-undeclared"]
    assert body["sample_task"] == {"payload": {"日期": "2026-05-06"}}
    assert body["candidates"] == [
        {"text": "【甲方】", "count": 1, "places": ["p0:r0"]},
        {"text": "【注意】", "count": 1, "places": ["p0:r0"]},
    ]
    assert [each["name"] for each in body["fields"]] == ["日期"]
    assert {"NEEDS_LANGUAGE_2", "UNDECLARED_NAME"} == {each["code"] for each in body["problems"]}


def test_inspect_of_a_template_of_language_1(client: FlaskClient) -> None:
    body = _inspect(client, docx(p("【MEETING_TITLE】【meeting_date】【注意】")))
    assert body["language"] == 1
    assert [each["kind"] for each in body["unsupported"]] == ["malformed"]
    assert "NEEDS_LANGUAGE_2" not in {each["code"] for each in body["problems"]}


@pytest.mark.parametrize(
    "text",
    [
        "【title】【DATE|yyyy-MM-dd】",
        "【=甲方】【=金额|大写】【合同.编号|可空】",
        "【A|分隔:、】【B|中文数】【C】",
    ],
)
def test_the_sample_task_fills_its_template(client: FlaskClient, text: str) -> None:
    body = _inspect(client, docx(p(text)))
    assert body["unsupported"] == []
    response = client.post("/v1/run", data=form(docx(p(text)), json.dumps(body["sample_task"]).encode()))
    assert response.headers["X-Docops-Exit-Code"] == "0"


def test_meta_tells_of_open_tasks(client: FlaskClient) -> None:
    meta = client.get("/v1/meta").get_json()
    assert (meta["supports_open"], meta["languages"]) == (True, [1, 2])


def test_verify_proves_an_open_task(client: FlaskClient) -> None:
    made = members(client.post("/v1/run", data=form(TEMPLATE, _task(payload=PAYLOAD))).data)

    def verdict(log: bytes) -> Any:
        parts = {
            "template": (io.BytesIO(TEMPLATE), "t.docx"),
            "document": (io.BytesIO(made["out.docx"]), "out.docx"),
            "replace_log": (io.BytesIO(log), "log.json"),
            "format_report": (io.BytesIO(made["out.format_report.json"]), "report.json"),
        }
        return client.post("/v1/verify", data=parts).get_json()["verdict"]

    log = made["out.replace_log.json"]
    assert verdict(log) == "intact"
    assert (
        verdict(log.replace('"field_name": "甲方"'.encode(), '"field_name": "乙方"'.encode())) == "violated"
    )
    assert verdict(log.replace(b'"new_text": "A"', b'"new_text": "B"')) == "violated"
