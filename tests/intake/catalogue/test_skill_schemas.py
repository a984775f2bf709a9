"""The JSON Schemas take what the service takes and refuse what it refuses."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.skills import load_skills, payload_json_schema, task_json_schema
from tests.optional import not_none

SKILLS = tuple(load_skills())
TASK = Draft202012Validator(task_json_schema(not_none(load_skills().get("meeting_notice"))))


def task(**payload: Any) -> dict[str, Any]:
    return {"task_type": "meeting_notice", "payload": payload}


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_schemas_are_sound_and_plain_json(skill: Skill) -> None:
    for schema in (payload_json_schema(skill), task_json_schema(skill)):
        Draft202012Validator.check_schema(schema)
        assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.name)
def test_every_field_is_described_and_its_example_fits(skill: Skill) -> None:
    schema = payload_json_schema(skill)
    assert list(schema["properties"]) == [field.key for field in skill.fields]
    for field in skill.fields:
        member = schema["properties"][field.key]
        assert member["title"] == f"{field.label.en} / {field.label.zh}"
        assert member["description"]
        assert member["x-docops-required"] is field.required
        assert member["x-docops-placeholder"] == field.placeholder
        Draft202012Validator(schema).validate({field.key: member["examples"][0]})


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"meeting_title": None, "attendees": None},
        {"meeting_title": "", "attendees": []},
        {"meeting_title": "一行\n二行\t😀 <&>"},
    ],
)
def test_tasks_that_the_service_accepts_are_valid(payload: dict[str, Any]) -> None:
    TASK.validate(task(**payload))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"task_type": "meeting_notice"},
        {"payload": {}},
        {"task_type": "training_notice", "payload": {}},
        task(meeting_title=3),
        task(meeting_title=["x"]),
        task(attendees="x"),
        task(attendees=["x", None]),
        task(meeting_titel="x"),
        task(meeting_title="a\x00b"),
        task(attendees=["a\x0bb"]),
        {**task(), "more": 1},
    ],
)
def test_tasks_that_the_service_refuses_are_invalid(document: dict[str, Any]) -> None:
    assert not TASK.is_valid(document)
