"""``/v1/openapi.json``: complete, valid, and true of what the server answers.

tests/web/conftest.py compares every answer that a test of this folder gets with the document as well;
test_openapi_file.py compares openapi.yaml with the code.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, validate

from docops_flask import __version__
from docops_flask.intake.catalogue.skills import load_skills, payload_json_schema
from docops_flask.web.openapi import served_paths
from tests.conftest import ROOT
from tests.optional import not_none
from tests.receipts import signing_settings
from tests.web.forms import form, members
from tests.web.openapi_document import Documented, documented

PRESET_EXCLUDES = ["format_mode", "format_baseline", "format_fix_mode", "policy_yaml"]


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    """The app that serves every address."""
    folder = tmp_path / "batches"
    folder.mkdir()
    return make_app(
        enable_metrics=True,
        enable_web_console=True,
        enable_mcp=True,
        batch_dir=folder,
        **signing_settings(tmp_path),
    )


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/v1/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def answers(document: dict[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            yield f"{name} {status}", status, Documented(document).resolve(answer)


def takes(schema: dict[str, Any], content: object) -> bool:
    try:
        documented().refuse_other_json(content, schema)
    except AssertionError:
        return False
    return True


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    # The schema of the OpenAPI Initiative, https://spec.openapis.org/oas/3.1/schema/2022-10-07.
    from schemathesis.specs.openapi.definitions import OPENAPI_31

    validate(document, OPENAPI_31, Draft202012Validator)


def test_every_schema_in_it_is_json_schema_2020_12(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(re.findall(r'"#(/[^"]*)"', json.dumps(document))):
        assert Documented(document).resolve({"$ref": f"#{reference}"})


def test_it_names_the_server(document: dict[str, Any]) -> None:
    assert document["info"]["version"] == __version__
    assert document["servers"] == [{"url": "/"}]


def test_its_addresses_begin_with_the_prefix_the_server_is_mounted_at(app: Flask) -> None:
    response = app.test_client().get("/v1/openapi.json", environ_overrides={"SCRIPT_NAME": "/docops"})
    assert response.get_json()["servers"] == [{"url": "/docops"}]


def test_it_describes_every_address_with_its_methods_and_no_other(
    app: Flask, document: dict[str, Any]
) -> None:
    served = {
        (re.sub(r"<(?:[^:>]*:)?([^>]*)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in not_none(rule.methods) - {"HEAD"}
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == served
    assert served_paths(app) == {path for path, _ in served}


def test_an_address_that_is_switched_off_is_left_out(make_client: Callable[..., FlaskClient]) -> None:
    document = make_client(enable_metrics=False).get("/v1/openapi.json").get_json()
    assert "/metrics" not in document["paths"]


def test_every_operation_can_be_found_by_its_name_and_tag(document: dict[str, Any]) -> None:
    described = dict(operations(document))
    names = [operation["operationId"] for operation in described.values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"]}
    for operation in described.values():
        assert set(operation["tags"]) <= tags
        assert operation["summary"]
        assert operation["description"]


def test_every_answer_has_the_request_id(document: dict[str, Any]) -> None:
    for name, _, answer in answers(document):
        assert answer["headers"]["X-Docops-Request-Id"] == {"$ref": "#/components/headers/RequestId"}, name


@pytest.mark.parametrize(
    ("status", "header"),
    [("401", "WWW-Authenticate"), ("405", "Allow"), ("429", "Retry-After"), ("503", "Retry-After")],
)
def test_an_error_that_comes_with_a_header_says_so(
    document: dict[str, Any], status: str, header: str
) -> None:
    found = [answer for _, each, answer in answers(document) if each == status]
    assert found
    assert all(header in answer["headers"] for answer in found)


def test_every_json_answer_has_an_example_that_is_one(document: dict[str, Any]) -> None:
    strict = Documented(document)
    seen = 0
    for name, _, answer in answers(document):
        media = answer.get("content", {}).get("application/json")
        if media is None or media["schema"] == {"$ref": "#/components/schemas/OpenApiDocument"}:
            continue
        schema = strict.resolve(media["schema"])
        examples = [strict.resolve(example)["value"] for example in media.get("examples", {}).values()]
        examples += [media["example"]] if "example" in media else []
        examples += schema.get("examples", [])
        assert examples, name
        seen += len(examples)
        for example in examples:
            strict.refuse_other_json(example, media["schema"])
    assert seen > 50


def test_every_schema_that_has_an_example_takes_it(document: dict[str, Any]) -> None:
    strict = Documented(document)
    schemas = document["components"]["schemas"]
    examples = {name: schema["examples"] for name, schema in schemas.items() if "examples" in schema}
    assert {"ApiResult", "ReplaceLog", "FormatReport", "Trace", "Task_meeting_notice"} <= set(examples)
    for name, values in examples.items():
        for value in values:
            strict.refuse_other_json(value, {"$ref": f"#/components/schemas/{name}"})


def test_the_examples_of_tasks_and_their_schema_are_taken_by_the_server(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    for name, schema in document["components"]["schemas"].items():
        if name.startswith("Task_"):
            for task in schema["examples"]:
                response = client.post("/v1/precheck", data=form(task_json=json.dumps(task).encode()))
                assert response.status_code == 200


def test_a_payload_is_described_as_in_meta(document: dict[str, Any]) -> None:
    for skill in load_skills():
        published = payload_json_schema(skill)
        del published["$schema"]
        assert document["components"]["schemas"][f"Payload_{skill.name}"] == published


@pytest.mark.parametrize(
    ("task", "is_valid"),
    [
        ({"task_type": "meeting_notice", "payload": {}}, True),
        ({"task_type": "meeting_notice", "payload": {"attendees": ["a"], "organizer": None}}, True),
        ({"task_type": "memo", "payload": {}}, False),
        ({"task_type": "meeting_notice"}, True),
        ({"task_type": "meeting_notice", "payload": {}, "policy": 1}, False),
        ({"task_type": "meeting_notice", "payload": {"trainer": "x"}}, False),
        ({"task_type": "meeting_notice", "payload": {"attendees": "a"}}, False),
        ({"task_type": "meeting_notice", "payload": {"organizer": "\u0000"}}, False),
    ],
)
def test_a_task_fits_its_schema_when_the_server_takes_it(
    client: FlaskClient, task: dict[str, Any], is_valid: bool
) -> None:
    response = client.post("/v1/precheck", data=form(task_json=json.dumps(task).encode()))
    assert (response.status_code == 200) is is_valid
    assert takes({"$ref": "#/components/schemas/Task"}, task) is is_valid


POLICIES = {
    "suggested": ({}, True),
    "of version 1": ({"version": 1, "page": None, "roles": None, "text": None}, True),
    "of version 1 without a key": (
        {"version": 1, "page": None, "roles": None, "text": None, "forbid_tables": None},
        True,
    ),
    "of version 2 without a key": ({"forbid_tables": None}, True),
    "of version 1 with roles": ({"version": 1}, False),
    "with a key of its own": ({"colour": 1}, False),
    "with a role of its own": ({"roles": {"subject": {"size_pt": 16}}}, False),
    "with a length without unit": ({"page": {"width": 210}}, False),
    "with a rule at length": (
        {"roles": {"body": {"size_pt": {"value": 16, "severity": "warn", "source": "5.2.2"}}}},
        True,
    ),
    "with a severity of its own": ({"text": {"severity": "fatal", "date_form": True}}, False),
}


@pytest.mark.parametrize(("changes", "is_valid"), POLICIES.values(), ids=POLICIES)
def test_a_policy_fits_its_schema_when_the_server_takes_it(
    client: FlaskClient, changes: dict[str, Any], is_valid: bool
) -> None:
    run = client.post("/v1/run", data=form(export_suggested_policy="true"))
    content = yaml.safe_load(members(run.data)["out.suggested_policy.yaml"]) | changes
    content = {key: value for key, value in content.items() if value is not None or key not in changes}
    response = client.post("/v1/precheck", data=form(policy_yaml=yaml.safe_dump(content)))
    assert (response.status_code == 200) is is_valid
    assert takes({"$ref": "#/components/schemas/Policy"}, content) is is_valid


@pytest.mark.parametrize(
    ("fields", "is_valid"),
    [
        ({}, True),
        ({"preset": "strict", "strict": True, "skill": "meeting_notice"}, True),
        ({"preset": "strict", "strict": True, "format_report": "human", "lang": "zh"}, True),
        ({"strict": False, "policy_yaml": "x"}, True),
        ({"format_mode": "off", "format_report": "both", "policy_yaml": "x"}, True),
        *(({"preset": "quick", name: "x"}, False) for name in PRESET_EXCLUDES),
        *(({"strict": False, name: "x"}, False) for name in PRESET_EXCLUDES[:-1]),
        ({"preset": "strict", "policy": "gbt9704-2012"}, True),
        ({"policy": "default", "policy_yaml": "x"}, False),
        ({"policy": "gbt9704"}, False),
        ({"preset": "fast"}, False),
        ({"lang": "fr"}, False),
        ({"skill": "memo"}, False),
        ({"colour": "red"}, False),
    ],
)
def test_the_form_says_which_fields_and_values_go_together(
    fields: dict[str, bool | str], is_valid: bool
) -> None:
    files = {"template": "", "task": ""}
    values = {
        "format_mode": "off",
        "format_baseline": "policy",
        "format_fix_mode": "none",
        "format_report": "both",
    }
    given = {name: values.get(name, value) if value == "x" else value for name, value in fields.items()}
    assert takes({"$ref": "#/components/schemas/JobForm"}, files | given) is is_valid


def test_the_parts_of_a_form_say_what_is_in_them(document: dict[str, Any]) -> None:
    parts = document["components"]["schemas"]["JobForm"]["properties"]
    assert parts["template"]["contentMediaType"].endswith("wordprocessingml.document")
    assert parts["task"]["contentSchema"] == {"$ref": "#/components/schemas/Task"}
    assert parts["policy_yaml"]["contentSchema"] == {"$ref": "#/components/schemas/Policy"}


def test_the_files_of_a_form_are_sent_with_a_name(document: dict[str, Any]) -> None:
    media = document["paths"]["/v1/run"]["post"]["requestBody"]["content"]["multipart/form-data"]
    for name, suffix in (("template", ".docx"), ("task", ".json")):
        disposition = media["encoding"][name]["headers"]["Content-Disposition"]
        assert disposition["example"].endswith(f'{suffix}"')


@pytest.mark.parametrize(
    ("settings", "security"),
    [({}, [{"basic": []}, {}]), ({"web_basic_auth": ("user", "pass")}, [{"basic": []}])],
)
def test_credentials_are_needed_where_the_server_asks_for_them(
    make_client: Callable[..., FlaskClient],
    settings: dict[str, tuple[str, str]],
    security: list[dict[str, list[str]]],
    tmp_path: Path,
) -> None:
    client = make_client(**settings, **signing_settings(tmp_path))
    document = client.get("/v1/openapi.json", auth=("user", "pass")).get_json()
    needed = {name for name, operation in operations(document) if operation.get("security") == security}
    assert needed == {
        "get /v1/keys",
        "get /v1/meta",
        "get /v1/openapi.json",
        "get /v1/skills/{name}/template.docx",
    }


def test_the_document_stays_the_same(client: FlaskClient) -> None:
    assert client.get("/v1/openapi.json").data == client.get("/v1/openapi.json").data


def test_a_skill_and_a_policy_of_the_office_are_in_it(
    make_client: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    source = ROOT / "docops_flask/intake/catalogue/built_in/skills/meeting_notice.toml"
    for folder in ("skills", "policies"):
        (tmp_path / folder).mkdir()
    text = source.read_text("utf-8").replace('name = "meeting_notice"', 'name = "visit"')
    (tmp_path / "skills/visit.toml").write_text(text, "utf-8")
    (tmp_path / "policies/office.yaml").write_text("version: 2\n")
    client = make_client(skills_dir=tmp_path / "skills", policies_dir=tmp_path / "policies")
    document = client.get("/v1/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    assert "visit" in schemas["JobForm"]["properties"]["skill"]["enum"]
    assert "office" in schemas["JobForm"]["properties"]["policy"]["enum"]
    assert schemas["Task"]["discriminator"]["mapping"]["visit"] == "#/components/schemas/Task_visit"
    assert schemas["Task_visit"]["examples"][0]["task_type"] == "visit"
    name = document["paths"]["/v1/skills/{name}/template.docx"]["get"]["parameters"][0]
    assert "visit" in name["schema"]["enum"]


@pytest.mark.parametrize(
    ("form_name", "limits"),
    [
        ("JobForm", {"template": 12345, "task": 678}),
        ("TemplateForm", {"template": 12345}),
        ("LearningForm", {"document": 12345}),
        (
            "VerificationForm",
            {"template": 12345, "document": 12345, "replace_log": 12345, "format_report": 12345},
        ),
    ],
)
def test_the_files_of_a_form_have_the_limits_of_the_server(
    make_client: Callable[..., FlaskClient], form_name: str, limits: dict[str, int]
) -> None:
    client = make_client(max_upload_bytes=12345, max_task_bytes=678)
    schemas = client.get("/v1/openapi.json").get_json()["components"]["schemas"]
    for name, limit in limits.items():
        assert f"at most {limit} bytes" in schemas[form_name]["properties"][name]["description"]


def test_the_members_of_the_zip_are_told_to_people_too(document: dict[str, Any]) -> None:
    answer = document["paths"]["/v1/run"]["post"]["responses"]["200"]
    for member in answer["content"]["application/zip"]["x-docops-zip-members"]:
        assert f"- `{member['name']}` ({member['present']}): " in answer["description"]


def test_the_file_is_not_read_before_the_document_is_asked_for() -> None:
    script = """
import sys
read = []
sys.addaudithook(lambda event, given: read.append(str(given[0])) if event == "open" else None)
import wsgi
client = wsgi.app.test_client()
for path in ("/healthz", "/v1/openapi.json", "/v1/openapi.json"):
    client.get(path)
    print(sum(name.endswith("openapi.yaml") for name in read))
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0", "1", "1"]
