"""``/v1/meta`` and the starter templates: all of it from the skills' specs."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from docops_flask import __version__
from tests.optional import not_none

SKILLS = ["inspection_record", "meeting_notice", "training_notice"]


@pytest.fixture
def meta(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/meta").get_json()
    return found


def test_meta_describes_the_server(meta: dict[str, Any]) -> None:
    assert meta["supported_skills"] == meta["supported_task_types"] == SKILLS
    assert meta["supported_presets"] == ["quick", "template", "strict"]
    assert (meta["supports_precheck"], meta["supports_inspect"]) == (True, True)
    assert meta["version"] == __version__
    assert list(meta["task_payload_schemas"]) == list(meta["json_schemas"]) == SKILLS


def test_meta_lists_template_languages_and_their_formats(meta: dict[str, Any]) -> None:
    assert (meta["supports_open"], meta["languages"]) == (True, [1, 2])
    formats = {each["name"]: each for each in meta["formats"]}
    assert formats["日期"]["example"] == {
        "tag": "【签发日期|日期】",
        "value": "2026-05-06",
        "text": "2026年5月6日",
    }
    assert set(formats["日期"]["description"]) == {"en", "zh"}
    assert [name for name, each in formats.items() if each["is_pattern"]] == ["yyyy-MM-dd", "#,##0.00"]


def test_meta_describes_every_field_of_a_skill(meta: dict[str, Any]) -> None:
    schema = meta["task_payload_schemas"]["meeting_notice"]
    assert schema["extra_policy"] == "forbid"
    assert list(schema["fields"]) == [
        "meeting_title", "meeting_date", "meeting_time", "meeting_location", "organizer", "attendees",
    ]  # fmt: skip
    title, attendees = schema["fields"]["meeting_title"], schema["fields"]["attendees"]
    assert (title["type"], title["required"], title["nullable"]) == ("text", True, True)
    assert (attendees["type"], attendees["required"], attendees["nullable"]) == ("list", False, True)
    assert title["placeholder"] == "MEETING_TITLE"
    assert isinstance(title["example"], str)
    assert isinstance(attendees["example"], list)
    assert set(title["label"]) == set(title["description"]) == {"en", "zh"}


@pytest.mark.parametrize("skill", SKILLS)
def test_the_json_schema_accepts_what_the_server_accepts(meta: dict[str, Any], skill: str) -> None:
    schema = meta["json_schemas"][skill]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    fields = meta["task_payload_schemas"][skill]["fields"]
    example = {key: field["example"] for key, field in fields.items()}
    assert validator.is_valid(example)
    assert validator.is_valid(dict.fromkeys(fields))
    assert validator.is_valid({})
    assert not validator.is_valid(example | {"zzz": "x"})
    assert not validator.is_valid(dict.fromkeys(fields, 1))


def test_meta_lists_the_offices_own_skills(make_client: Callable[..., FlaskClient], tmp_path: Path) -> None:
    (tmp_path / "memo.toml").write_bytes(
        b'name = "memo"\ntitle = { en = "Memo", zh = "M" }\ndescription = { en = "A memo.", zh = "M" }\n'
        b'[[fields]]\nkey = "memo_text"\nlabel = { en = "Text", zh = "T" }\ntype = "text"\nrequired = true\n'
        b'placeholder = "MEMO_TEXT"\nexample = "x"\ndescription = { en = "The text.", zh = "T" }\n'
    )
    meta = make_client(skills_dir=tmp_path).get("/v1/meta").get_json()
    assert meta["supported_skills"] == ["inspection_record", "meeting_notice", "memo", "training_notice"]


@pytest.mark.parametrize("path", ["/v1/meta", "/v1/skills/meeting_notice/template.docx", "/v1/openapi.json"])
def test_meta_is_answered_404_when_disabled(make_client: Callable[..., FlaskClient], path: str) -> None:
    assert make_client(enable_meta=False).get(path).get_json()["error_code"] == "NOT_FOUND"


@pytest.mark.parametrize("query", ["", "?lang=zh", "?lang=en"])
def test_a_starter_template_is_a_word_file_with_the_skills_placeholders(
    client: FlaskClient, query: str
) -> None:
    response = client.get(f"/v1/skills/meeting_notice/template.docx{query}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == 'attachment; filename="meeting_notice.docx"'
    assert not_none(response.mimetype).endswith("wordprocessingml.document")
    document = python_docx.Document(io.BytesIO(response.data))
    assert document.paragraphs
    found = client.post("/v1/inspect", data={"template": (io.BytesIO(response.data), "t.docx")}).get_json()
    assert found["suggested_skill"] == "meeting_notice"


def test_the_error_for_an_unknown_language_lists_the_known_ones(client: FlaskClient) -> None:
    response = client.get("/v1/skills/meeting_notice/template.docx?lang=fr")
    assert response.status_code == 400
    assert response.get_json()["detail"]["allowed"] == ["zh", "en"]


def test_the_organisation_and_the_date_stand_in_a_starter_template(client: FlaskClient) -> None:
    query = {"organ": "市政府办公室", "date": "2026年3月10日"}
    response = client.get("/v1/skills/meeting_notice/template.docx", query_string=query)
    document = python_docx.Document(io.BytesIO(response.data))
    assert document.sections[0].first_page_header.paragraphs[0].text == "市政府办公室"
    assert document.paragraphs[-1].text == "2026年3月10日"


@pytest.mark.parametrize("name", ["organ", "date"])
@pytest.mark.parametrize("text", ["a\nb", "a\x01", "长" * 101])
def test_more_than_a_line_in_a_starter_template_is_refused(client: FlaskClient, name: str, text: str) -> None:
    response = client.get("/v1/skills/meeting_notice/template.docx", query_string={name: text})
    assert response.status_code == 400
    assert response.get_json()["detail"]["field"] == name


def test_an_unknown_skill_has_no_starter_template(client: FlaskClient) -> None:
    assert client.get("/v1/skills/memo/template.docx").status_code == 404


def test_meta_lists_the_policies_with_the_default_one_first(meta: dict[str, Any]) -> None:
    assert [policy["name"] for policy in meta["policies"]] == ["default", "gbt9704-2012"]
    assert [policy["version"] for policy in meta["policies"]] == [1, 2]
    assert all(policy[words][language] for policy in meta["policies"] for words in ("title", "description")
               for language in ("en", "zh"))  # fmt: skip


def test_meta_lists_the_offices_own_policies(make_client: Callable[..., FlaskClient], tmp_path: Path) -> None:
    (tmp_path / "office.yaml").write_text("version: 2\ntitle: {en: Ours, zh: 本单位}\n", encoding="utf-8")
    listed = make_client(policies_dir=tmp_path).get("/v1/meta").get_json()["policies"]
    assert listed[-1] == {
        "name": "office",
        "version": 2,
        "title": {"en": "Ours", "zh": "本单位"},
        "description": {"en": "", "zh": ""},
    }
