"""``/v1/run`` that ends with a ZIP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from docops_flask import __version__
from tests.factories import docx, p, tbl, tc, tr
from tests.web.forms import api_result, form, members, task

MEMBERS = [
    "out.docx",
    "out.replace_log.json",
    "out.missing_fields.json",
    "out.format_report.json",
    "out.integrity.json",
]
QUICK = {
    "preset": "quick",
    "format_mode": "report",
    "format_baseline": "template",
    "format_fix_mode": "safe",
    "format_report": "json",
    "language": "en",
}
UNFILLABLE = docx(p("【MEETING_TITLE】【meeting_title】"))
FORBIDDEN_TABLE = docx(p("【MEETING_TITLE】") + tbl(tr(tc("cell"))))


def test_run_answers_a_zip_with_the_contracts_headers(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form())
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == 'attachment; filename="docops_outputs.zip"'
    assert response.headers["X-Docops-Exit-Code"] == "0"
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert list(members(response.data)) == [*MEMBERS, "api_result.json"]


@pytest.mark.parametrize(
    ("body", "payload", "fields", "told"),
    [
        ("【MEETING_TITLE】", {"meeting_title": "x"}, {}, ("0", "0", "passed")),
        ("【MEETING_TITLE】【ATTENDEES】【ATTENDEES】", {"meeting_title": "x"}, {}, ("2", "0", "passed")),
        ("【MEETING_TITLE】【ORGANIZER】【note】", {}, {}, ("3", "2", "passed")),
        ("【MEETING_TITLE】", {"meeting_title": "x"}, {"format_mode": "off"}, ("0", "0", "skipped")),
        (" 【MEETING_TITLE】", {"meeting_title": "x"}, {"format_baseline": "policy"}, ("0", "0", "failed")),
    ],
)
def test_headers_say_what_is_left_what_is_missing_and_what_the_format_check_came_to(
    client: FlaskClient, body: str, payload: dict[str, str], fields: dict[str, str], told: tuple[str, ...]
) -> None:
    fixes = {} if fields.get("format_mode") else {"format_fix_mode": "none"}
    headers = client.post("/v1/run", data=form(docx(p(body)), task(payload), **fields, **fixes)).headers
    assert tuple(headers[f"X-Docops-{name}"] for name in ("Left", "Missing", "Format")) == told


def test_a_run_that_leaves_a_placeholder_is_not_called_done(client: FlaskClient) -> None:
    template = docx(p("【MEETING_TITLE】【ATTENDEES】"))
    response = client.post("/v1/run", data=form(template, task({"meeting_title": "x"})))
    assert api_result(response.data)["exit_code"] == 0
    assert api_result(response.data)["message"].startswith("The document was made, but 1 placeholder is left")
    response = client.post("/v1/run", data=form(docx(p("【MEETING_TITLE】")), task({"meeting_title": "x"})))
    assert api_result(response.data)["message"] == "Done."


def test_api_result_describes_the_run(make_client: Callable[..., FlaskClient]) -> None:
    response = make_client(commit_sha="abc123").post("/v1/run", data=form(preset="quick"))
    result = api_result(response.data)
    assert result["exit_code"] == 0
    assert result["message"]
    assert result["request_id"] == response.headers["X-Docops-Request-Id"]
    assert result["build"] == {"version": __version__, "commit": "abc123"}
    assert result["effective"] == QUICK | {"language": "zh"}
    assert result["subprocess_pid"] > 0
    assert result["subprocess_create_time"] > 1_000_000_000
    assert set(result["timing"]) == {"queue_wait_ms", "subprocess_ms", "zip_ms", "total_ms"}
    assert all(type(value) is int and value >= 0 for value in result["timing"].values())
    assert result["timing"]["total_ms"] >= result["timing"]["subprocess_ms"]


def test_api_result_names_what_was_sent_but_never_its_contents(client: FlaskClient) -> None:
    template = docx(p("SECRET-OF-TEMPLATE 【MEETING_TITLE】"))
    task_json = task({"meeting_title": "SECRET-OF-TASK"})
    response = client.post(
        "/v1/run",
        data=form(template, task_json, "通知.docx", "t.json", strict="false", skill="meeting_notice"),
    )
    content = members(response.data)["api_result.json"]
    assert json.loads(content)["input"] == {
        "template": {"filename": "通知.docx", "bytes": len(template)},
        "task": {"filename": "t.json", "bytes": len(task_json)},
        "form_fields": ["strict", "skill"],
    }
    assert b"SECRET" not in content


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({}, {}),
        ({"preset": "quick"}, {}),
        ({"preset": "template"}, {"preset": "template", "format_fix_mode": "none"}),
        (
            {"preset": "strict"},
            {"preset": "strict", "format_mode": "strict", "format_baseline": "policy"},
        ),
        ({"strict": "true"}, {"format_mode": "strict"}),
        ({"strict": "false"}, {}),
        ({"preset": "template", "strict": "true"},
         {"preset": "template", "format_fix_mode": "none", "format_mode": "strict"}),
        ({"format_mode": "off"}, {"format_mode": "off"}),
        ({"format_baseline": "policy"}, {"format_baseline": "policy"}),
        ({"format_fix_mode": "none"}, {"format_fix_mode": "none"}),
        ({"format_report": "json"}, {"format_report": "json"}),
        ({"preset": "template", "format_report": "both"},
         {"preset": "template", "format_fix_mode": "none", "format_report": "both"}),
        ({"strict": "true", "format_report": "human"}, {"format_mode": "strict", "format_report": "human"}),
        ({"lang": "ZH"}, {"language": "zh"}),
    ],
)  # fmt: skip
def test_effective_options_follow_from_preset_and_fields(
    client: FlaskClient, fields: dict[str, Any], changes: dict[str, str]
) -> None:
    response = client.post("/v1/run", data=form(docx(p("no placeholder")), **fields))
    assert api_result(response.data)["effective"] == QUICK | changes


@pytest.mark.parametrize(
    ("template", "payload", "fields", "exit_code"),
    [
        (docx(p("【MEETING_TITLE】")), {"meeting_title": "x"}, {}, 0),
        (docx(p("【MEETING_TITLE】")), {}, {}, 2),
        (UNFILLABLE, {"meeting_title": "x"}, {}, 3),
        (UNFILLABLE, {}, {}, 3),
        (FORBIDDEN_TABLE, {"meeting_title": "x"}, {"preset": "strict"}, 4),
    ],
)
def test_every_exit_code_comes_with_a_zip(
    client: FlaskClient, template: bytes, payload: dict[str, str], fields: dict[str, str], exit_code: int
) -> None:
    response = client.post("/v1/run", data=form(template, task(payload), **fields))
    assert response.status_code == 200
    assert response.headers["X-Docops-Exit-Code"] == str(exit_code)
    assert api_result(response.data)["exit_code"] == exit_code
    assert set(MEMBERS) < set(members(response.data))


@pytest.mark.parametrize(
    ("settings", "fields", "extra"),
    [
        ({}, {"export_suggested_policy": "true"}, ["out.suggested_policy.yaml"]),
        ({"debug_artifacts": True}, {}, ["trace.json"]),
        ({}, {"format_report": "human"}, ["out.format_report.html"]),
        ({}, {"format_report": "both"}, ["out.format_report.html"]),
        ({}, {"preset": "strict", "format_report": "human"}, ["out.format_report.html"]),
    ],
)
def test_members_on_request(
    make_client: Callable[..., FlaskClient],
    settings: dict[str, bool],
    fields: dict[str, Any],
    extra: list[str],
) -> None:
    response = make_client(**settings).post("/v1/run", data=form(**fields))
    names = list(members(response.data))
    assert sorted(names) == sorted([*MEMBERS, *extra, "api_result.json"])
    assert names[-1] == "api_result.json"


def test_trace_names_the_process(make_client: Callable[..., FlaskClient]) -> None:
    response = make_client(debug_artifacts=True).post("/v1/run", data=form())
    trace = json.loads(members(response.data)["trace.json"])
    result = api_result(response.data)
    assert trace == {
        "request_id": result["request_id"],
        "exit_code": 0,
        "timing": result["timing"],
        "subprocess": {"pid": result["subprocess_pid"], "start_method": "fork"},
        "effective": QUICK | {"language": "zh"},
    }


def test_an_explicit_skill_equal_to_the_task_type_changes_nothing(client: FlaskClient) -> None:
    assert client.post("/v1/run", data=form(skill="meeting_notice")).status_code == 200


def test_a_policy_of_the_clients_own_is_used(client: FlaskClient) -> None:
    suggestion = client.post("/v1/run", data=form(export_suggested_policy="true"))
    policy = members(suggestion.data)["out.suggested_policy.yaml"].decode()
    response = client.post("/v1/run", data=form(format_baseline="policy", policy_yaml=policy))
    assert response.headers["X-Docops-Exit-Code"] == "0"
    assert json.loads(members(response.data)["out.format_report.json"])["passed"] is True


@pytest.mark.parametrize(
    "name", ["NOTICE.DOCX", "../../../etc/notice.docx", "a\\b.Docx", "x" * 500 + ".docx"]
)
def test_the_clients_file_name_is_not_used_as_a_path(
    client: FlaskClient, work_folder: Path, name: str
) -> None:
    response = client.post("/v1/run", data=form(template_name=name))
    assert response.status_code == 200
    assert not list(work_folder.rglob("*.[dD]*"))


def test_a_job_leaves_nothing_in_the_work_folder(client: FlaskClient, work_folder: Path) -> None:
    assert client.post("/v1/run", data=form()).status_code == 200
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []


def test_the_zip_is_unlinked_before_its_first_byte_is_sent(client: FlaskClient, work_folder: Path) -> None:
    response = client.post("/v1/run", data=form(), buffered=False)
    body = response.iter_encoded()
    first = next(body)
    assert first
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []
    response.close()
