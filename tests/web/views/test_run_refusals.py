"""What ``/v1/run`` and ``/v1/precheck`` refuse before a renderer starts, and in which order."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.forms import form, part, raw, task, task_part, template_part

FORMAT_FIELDS = {
    "format_mode": "off",
    "format_baseline": "policy",
    "format_fix_mode": "none",
}


@pytest.fixture(params=["/v1/run", "/v1/precheck"])
def path(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def refusal(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert response.content_type == "application/json"
    body = response.get_json()
    assert set(body) == {"error_code", "message", "detail"}
    assert (response.status_code, body["error_code"]) == (status, code)
    assert body["detail"].pop("request_id") == response.headers["X-Docops-Request-Id"]
    assert body["message"]
    found: dict[str, Any] = body
    return found


@pytest.mark.parametrize(
    ("fields", "conflicting"),
    [
        ({"preset": "quick", "format_mode": "report"}, ["format_mode"]),
        ({"preset": "template", **FORMAT_FIELDS}, list(FORMAT_FIELDS)),
        ({"policy_yaml": "x", "format_mode": "off", "preset": "strict"}, ["format_mode", "policy_yaml"]),
        ({"preset": "nonsense", "policy_yaml": "x"}, ["policy_yaml"]),
        ({"strict": "false", "format_mode": "report"}, ["format_mode"]),
        ({"strict": "true", **FORMAT_FIELDS}, list(FORMAT_FIELDS)),
        ({"strict": "maybe", "format_baseline": "policy"}, ["format_baseline"]),
        ({"preset": "quick", "strict": "true", "format_fix_mode": "none"}, ["format_fix_mode"]),
    ],
)
def test_fields_that_exclude_each_other(
    client: FlaskClient, path: str, fields: dict[str, Any], conflicting: list[str]
) -> None:
    body = refusal(client.post(path, data=form(**fields)), 400, "INVALID_ARGUMENT_CONFLICT")
    assert body["detail"] == {"conflicting_fields": conflicting}


def test_strict_and_policy_yaml_go_together(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(strict="true", policy_yaml="forbid_tables: [}"))
    assert refusal(response, 400, "INVALID_ARGUMENT")["detail"]["field"] == "policy_yaml"


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("preset", "fast", ["quick", "template", "strict"]),
        ("strict", "maybe", ["true", "false"]),
        ("format_mode", "on", ["report", "strict", "off"]),
        ("format_baseline", "both", ["template", "policy"]),
        ("format_fix_mode", "all", ["none", "safe"]),
        ("format_report", "html", ["human", "json", "both"]),
        ("export_suggested_policy", "2", ["true", "false"]),
        ("lang", "fr", ["zh", "en"]),
    ],
)
def test_the_error_for_an_unknown_value_lists_the_allowed_ones(
    client: FlaskClient, path: str, field: str, value: str, allowed: list[str]
) -> None:
    body = refusal(client.post(path, data=form() | {field: value}), 400, "INVALID_ARGUMENT")
    assert body["detail"] == {"field": field, "value": value, "allowed": allowed}


def test_a_long_value_is_not_repeated_whole(client: FlaskClient) -> None:
    body = refusal(client.post("/v1/run", data=form(preset="x" * 5000)), 400, "INVALID_ARGUMENT")
    assert body["detail"]["value"] == "x" * 64


@pytest.mark.parametrize("name", ["Meeting_Notice", "invoice"])
def test_the_error_for_an_unknown_skill_lists_the_known_ones(
    client: FlaskClient, path: str, name: str
) -> None:
    body = refusal(client.post(path, data=form(skill=name)), 400, "INVALID_ARGUMENT")
    assert body["detail"] == {
        "field": "skill",
        "value": name,
        "supported_skills": ["inspection_record", "meeting_notice", "training_notice"],
    }


def test_the_error_for_an_unknown_task_type_lists_the_known_ones(client: FlaskClient, path: str) -> None:
    body = refusal(client.post(path, data=form(task_json=task(task_type="memo"))), 400, "INVALID_ARGUMENT")
    assert body["detail"]["field"] == "task_type"
    assert body["detail"]["supported_skills"] == ["inspection_record", "meeting_notice", "training_notice"]


def test_a_skill_other_than_the_task_type(client: FlaskClient, path: str) -> None:
    body = refusal(client.post(path, data=form(skill="training_notice")), 400, "INVALID_ARGUMENT_CONFLICT")
    assert body["detail"] == {"skill": "training_notice", "task_type": "meeting_notice"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"text"', b"null", b"{'a': 1}", b'{"a": 1,}', b"\xff", b'{"a": NaN}']
)
def test_a_task_that_is_not_a_json_object(client: FlaskClient, path: str, content: bytes) -> None:
    assert refusal(client.post(path, data=form(task_json=content)), 400, "INVALID_JSON")


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        ({"task_type": 1, "payload": {}}, ["$.task_type"]),
        ({"task_type": "meeting_notice", "payload": []}, ["$.payload"]),
        ({"x": 1, "task_type": "meeting_notice", "payload": {}, "policy": 1}, ["$.x", "$.policy"]),
        (
            {
                "task_type": "meeting_notice",
                "payload": {"zzz": "x", "attendees": ["a", 1, None], "meeting_title": 5},
            },
            ["$.payload.zzz", "$.payload.attendees[1]", "$.payload.attendees[2]", "$.payload.meeting_title"],
        ),
        ({"task_type": "meeting_notice", "payload": {"attendees": "王伟"}}, ["$.payload.attendees"]),
        ({"task_type": "meeting_notice", "payload": {"organizer": ["a"]}}, ["$.payload.organizer"]),
        ({"task_type": "meeting_notice", "payload": {"organizer": {"a": 1}}}, ["$.payload.organizer"]),
    ],
)
def test_every_schema_error_of_a_task_is_reported_with_its_path(
    client: FlaskClient, path: str, document: dict[str, Any], paths: list[str]
) -> None:
    response = client.post(path, data=form(task_json=json.dumps(document).encode()))
    body = refusal(response, 400, "INVALID_ARGUMENT")
    assert [error["path"] for error in body["detail"]["errors"]] == paths
    assert all(error["message"] for error in body["detail"]["errors"])
    assert paths[0] in body["message"]


@pytest.mark.parametrize("code", [0x00, 0x0B, 0x1B, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF])
@pytest.mark.parametrize("place", ["text", "list", "key"])
def test_characters_that_xml_cannot_hold_are_refused_with_the_key(
    client: FlaskClient, path: str, code: int, place: str
) -> None:
    value = chr(code)
    payload = {
        "text": {"meeting_title": f"a{value}b"},
        "list": {"attendees": ["a", value]},
        "key": {value: "x"},
    }
    document = json.dumps({"task_type": "meeting_notice", "payload": payload[place]}).encode()
    body = refusal(client.post(path, data=form(task_json=document)), 400, "INVALID_ARGUMENT")
    named = {"text": "$.payload.meeting_title", "list": "$.payload.attendees[1]", "key": "$.payload['\\u"}
    assert body["detail"]["errors"][0]["path"].startswith(named[place])


@pytest.mark.parametrize("value", ["tab\tnewline\nreturn\r", "😀", "\ud83d\ude00", "\u0085", "\ufffd", ""])
def test_characters_that_xml_can_hold_are_accepted(client: FlaskClient, value: str) -> None:
    document = json.dumps({"task_type": "meeting_notice", "payload": {"meeting_title": value}}).encode()
    assert client.post("/v1/run", data=form(task_json=document)).status_code == 200


def test_null_means_not_given(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(task_json=task({"meeting_title": None, "attendees": None})))
    assert response.headers["X-Docops-Exit-Code"] == "2"


@pytest.mark.parametrize(
    ("policy", "key"),
    [
        ("- 1", None),
        ("forbid_tables: 12", "forbid_tables"),
        ("no_such_key: 1", "no_such_key"),
        ("a: &x 1\nb: *x", "a"),
        ("a: 1\nb: *x", "b"),
        ("a: !!int 1", "a"),
        ("<<: {a: 1}", "<<"),
        ("x" * 70_000, None),
        ("字" * 2_000_000, None),
    ],
)
def test_every_fault_of_a_policy_names_the_field(
    client: FlaskClient, path: str, policy: str, key: str | None
) -> None:
    request = raw(template_part(), task_part(), part("policy_yaml", policy.encode()))
    body = refusal(client.post(path, **request), 400, "INVALID_ARGUMENT")
    assert body["detail"]["field"] == "policy_yaml"
    assert body["detail"].get("key") == key


ORDERED_FAULTS: list[tuple[str, dict[str, str], list[bytes], int, str]] = [
    ("a part is missing", {}, [part("preset", b"quick"), part("format_mode", b"x")], 400, "template"),
    ("conflicts", {}, [template_part(), task_part(b"{"), part("preset", b"x"), part("format_mode", b"x")],
     400, "conflict"),
    ("form values", {}, [template_part(), task_part(b"{"), part("skill", b"x"), part("strict", b"x")],
     400, "strict"),
    ("skill", {}, [template_part(), task_part(b"{"), part("skill", b"x"), part("policy_yaml", b"x")],
     400, "skill"),
    ("task", {}, [template_part(), task_part(b"{"), part("skill", b"training_notice"),
                  part("policy_yaml", b"x")], 400, "task"),
    ("task_type", {}, [template_part(), task_part(task(task_type="memo")),
                       part("skill", b"training_notice"), part("policy_yaml", b"x")], 400, "task_type"),
    ("skill and task_type", {}, [template_part(), task_part(), part("skill", b"training_notice"),
                                 part("policy_yaml", b"x")], 400, "conflict"),
    ("policy", {}, [template_part(), task_part(), part("policy_yaml", b"x")], 400, "policy_yaml"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "status", "named"), [fault[2:] for fault in ORDERED_FAULTS], ids=[f[0] for f in ORDERED_FAULTS]
)
def test_the_first_fault_in_the_contracts_order_is_reported(
    client: FlaskClient, path: str, parts: list[bytes], status: int, named: str
) -> None:
    body = client.post(path, **raw(*parts)).get_json()
    if named == "conflict":
        assert body["error_code"] == "INVALID_ARGUMENT_CONFLICT"
    else:
        assert body["detail"]["field"] == named


def test_a_refusal_leaves_nothing_in_the_work_folder(
    client: FlaskClient, path: str, work_folder: Path
) -> None:
    client.post(path, data=form(preset="fast"))
    assert [entry for entry in work_folder.iterdir() if entry.suffix != ".lock"] == []
