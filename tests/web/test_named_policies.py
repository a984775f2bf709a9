"""The form field ``policy``: which policies a job can name, what that means, what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import docx, p, r
from tests.web.forms import api_result, form, members, task

CENTRED = '<w:jc w:val="center"/>'
LETTER = docx(
    p(r("关于【MEETING_TITLE】的通知"), properties=CENTRED)
    + p("各科室：")
    + p(
        r("【MEETING_LOCATION】开会。", '<w:rFonts w:eastAsia="宋体"/><w:sz w:val="24"/>'),
        properties='<w:ind w:firstLine="0"/>',
    )
    + p("2026年01月05日")
)
VALUES = task({"meeting_title": "召开例会", "meeting_location": "在三楼"})


def run(client: FlaskClient, **fields: str) -> tuple[TestResponse, dict[str, Any]]:
    response = client.post("/v1/run", data=form(LETTER, VALUES, **fields))
    assert response.status_code == 200
    return response, json.loads(members(response.data)["out.format_report.json"])


def refusal(client: FlaskClient, path: str, **fields: Any) -> dict[str, Any]:
    response = client.post(path, data=form(**fields))
    assert response.status_code == 400
    found: dict[str, Any] = response.get_json()
    return found


def test_the_document_is_checked_against_the_named_policy(client: FlaskClient) -> None:
    response, report = run(client, policy="gbt9704-2012")

    assert api_result(response.data)["effective"]["format_baseline"] == "policy"
    assert report["summary"]["policy"] == {
        "name": "gbt9704-2012",
        "version": 2,
        "title": {
            "en": "GB/T 9704-2012, official documents of Party and government organs",
            "zh": "GB/T 9704-2012 党政机关公文格式",
        },
        "applied": True,
    }
    dates = [issue for issue in report["issues"] if issue["code"] == "DATE_FORM"]
    assert [(issue["paragraph_path"], issue["rule_source"]) for issue in dates] == [
        ("p3", "GB/T 9704-2012, 7.3.5")
    ]
    assert {note["paragraph_path"]: note["role"] for note in report["summary"]["roles"]} == {
        "p0": "title", "p1": "recipient", "p2": "body", "p3": "date",
    }  # fmt: skip


def test_filled_values_are_formatted_as_their_role(client: FlaskClient) -> None:
    _, report = run(client, policy="gbt9704-2012")

    changes = {(change["run_id"], change["element"]): change for change in report["summary"]["fix_changes"]}
    assert changes["p2:r0", "rFonts"]["after"] == {"eastAsia": "仿宋_GB2312"}
    size = changes["p2:r0", "sz"]
    assert (size["before"], size["after"]) == ({"val": "24"}, {"val": "32"})
    assert changes[None, "ind"]["after"] == {"firstLine": "640", "firstLineChars": "200"}


@pytest.mark.parametrize(
    ("fields", "baseline", "mode"),
    [
        ({"policy": "default"}, "policy", "report"),
        ({"policy": "gbt9704-2012", "strict": "true"}, "policy", "strict"),
        ({"policy": "gbt9704-2012", "format_mode": "strict"}, "policy", "strict"),
        ({"policy": "gbt9704-2012", "preset": "strict"}, "policy", "strict"),
        ({"policy": "gbt9704-2012", "preset": "quick"}, "template", "report"),
        ({"policy": "gbt9704-2012", "format_baseline": "template"}, "template", "report"),
    ],
)
def test_a_named_policy_makes_the_baseline_unless_another_is_asked_for(
    client: FlaskClient, fields: dict[str, str], baseline: str, mode: str
) -> None:
    response, report = run(client, **fields)

    effective = api_result(response.data)["effective"]
    assert (effective["format_baseline"], effective["format_mode"]) == (baseline, mode)
    assert report["summary"]["policy"]["applied"] is (baseline == "policy")
    assert report["summary"]["policy"]["name"] == fields["policy"]


def test_a_policy_of_the_offices_own_can_be_named(
    make_client: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    (tmp_path / "office.yaml").write_text("version: 2\nroles: {body: {size_pt: 14}}\n")
    _, report = run(make_client(policies_dir=tmp_path), policy="office", format_fix_mode="none")

    wrong = [issue for issue in report["issues"] if issue["code"] == "ROLE_SIZE_MISMATCH"]
    assert [(issue["paragraph_path"], issue["expected"], issue["actual"]) for issue in wrong] == [
        ("p2", 14, 12)
    ]


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_an_unknown_policy_is_refused(client: FlaskClient, path: str) -> None:
    body = refusal(client, path, policy="gbt9704")

    assert body["error_code"] == "INVALID_ARGUMENT"
    del body["detail"]["request_id"]
    assert body["detail"] == {
        "field": "policy",
        "value": "gbt9704",
        "allowed": ["default", "gbt9704-2012"],
    }


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_a_named_policy_and_one_that_is_sent_exclude_each_other(client: FlaskClient, path: str) -> None:
    body = refusal(client, path, policy="default", policy_yaml="x", preset="strict")

    assert body["error_code"] == "INVALID_ARGUMENT_CONFLICT"
    assert body["detail"]["conflicting_fields"] == ["policy_yaml"]


def test_a_policy_does_not_change_a_precheck(client: FlaskClient) -> None:
    asked: dict[str, Any] = {"template": LETTER, "task_json": VALUES}
    without, named = (
        client.post("/v1/precheck", data=form(**asked) | fields).get_json()
        for fields in ({}, {"policy": "gbt9704-2012", "strict": "true"})
    )

    del without["request_id"], named["request_id"]
    assert named == without


def test_deviations_of_the_documents_style_from_the_policy_are_listed(client: FlaskClient) -> None:
    _, report = run(client, policy="gbt9704-2012", export_suggested_policy="true")

    deviations = {each["key"]: each for each in report["summary"]["policy_deviations"]}
    assert deviations["roles.body.size_pt"] == {
        "key": "roles.body.size_pt",
        "expected": 16,
        "found": 12,
        "severity": "warn",
        "rule_source": "GB/T 9704-2012, 7.3.3",
    }
    assert deviations["text.date_form"]["found"] == "2026年01月05日"
    assert run(client, policy="gbt9704-2012")[1]["summary"]["policy_deviations"] == []


def test_the_form_in_the_api_description_knows_the_policies(
    make_client: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    (tmp_path / "office.yaml").write_text("version: 2\n")
    document = make_client(policies_dir=tmp_path).get("/v1/openapi.json").get_json()

    fields = document["components"]["schemas"]["JobForm"]["properties"]
    assert fields["policy"]["enum"] == ["default", "gbt9704-2012", "office"]
