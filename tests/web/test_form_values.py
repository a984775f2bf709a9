"""Form values as people, browsers and other systems send them."""

import io
import json
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.forms import form


def result_of(response: TestResponse) -> tuple[dict[str, str], list[str]]:
    assert response.status_code == 200, response.get_data(as_text=True)
    with ZipFile(io.BytesIO(response.data)) as archive:
        names = archive.namelist()
        return json.loads(archive.read("api_result.json"))["effective"], names


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", "Yes", "on", "ON", "t", "T", " true "])
def test_a_switch_that_is_on(client: FlaskClient, value: str) -> None:
    effective, _ = result_of(client.post("/v1/run", data=form(strict=value)))
    assert effective["format_mode"] == "strict"


@pytest.mark.parametrize("value", ["0", "false", "False", "no", "NO", "off", "Off", "f", "F", "false\r\n"])
def test_a_switch_that_is_off(client: FlaskClient, value: str) -> None:
    response = client.post("/v1/run", data=form(strict=value, export_suggested_policy=value))
    effective, names = result_of(response)
    assert effective["format_mode"] == "report"
    assert "out.suggested_policy.yaml" not in names


@pytest.mark.parametrize("value", ["STRICT", "Strict", " strict ", "strict\n"])
def test_a_choice_in_any_case_and_with_spaces_around_it(client: FlaskClient, value: str) -> None:
    effective, _ = result_of(client.post("/v1/run", data=form(preset=value)))
    assert effective["preset"] == "strict"


def test_names_of_skills_and_policies_are_trimmed(client: FlaskClient) -> None:
    result_of(client.post("/v1/run", data=form(skill=" meeting_notice ", policy="\tgbt9704-2012 ")))


@pytest.mark.parametrize(
    ("field", "value"), [("skill", "MEETING_NOTICE"), ("skill", "Meeting_Notice"), ("policy", "GBT9704-2012")]
)
def test_names_of_skills_and_policies_keep_their_case(client: FlaskClient, field: str, value: str) -> None:
    response = client.post("/v1/run", data=form() | {field: value})
    assert (response.status_code, response.get_json()["detail"]["value"]) == (400, value)


def test_empty_fields_count_as_not_sent(client: FlaskClient) -> None:
    fields = [
        *("skill", "preset", "strict", "format_mode", "format_baseline", "format_fix_mode"),
        *("format_report", "policy_yaml", "policy", "export_suggested_policy", "lang"),
    ]
    plain, names = result_of(client.post("/v1/run", data=form()))
    assert result_of(client.post("/v1/run", data=form() | dict.fromkeys(fields, ""))) == (plain, names)
    assert result_of(client.post("/v1/run", data=form() | dict.fromkeys(fields, "  "))) == (plain, names)


def test_an_empty_field_conflicts_with_nothing(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(preset="strict", format_mode="", policy_yaml="", policy=""))
    assert result_of(response)[0]["preset"] == "strict"
    response = client.post("/v1/run", data=form(preset="", format_mode="off"))
    assert result_of(response)[0]["format_mode"] == "off"


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_a_task_without_a_payload_has_an_empty_one(client: FlaskClient, path: str) -> None:
    response = client.post(path, data=form(task_json=b'{"task_type": "meeting_notice"}'))
    assert response.status_code == 200


def test_an_unknown_field_is_refused_and_the_known_ones_are_named(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(presett="quick"))
    body = response.get_json()
    assert (response.status_code, body["detail"]["field"]) == (400, "presett")
    assert "preset" in body["message"]
    assert "preset" in body["detail"]["allowed"]
