"""A skill's task as JSON Schema 2020-12, for editors, forms and clients.

Source: https://json-schema.org/draft/2020-12. ``x-docops-`` keywords are annotations of ours, as the
core specification allows (6.5).
"""

from typing import Any

from docops_flask.engine.skills.skill import Field, Label, Skill

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# What no Word document can hold (XML 1.0, 2.2), in ECMA-262 as the specification wants patterns. Lone
# surrogates are left out: readers that work on UTF-16 units would refuse every emoji.
_TEXT = {"type": "string", "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]*$"}


def payload_json_schema(skill: Skill) -> dict[str, Any]:
    """Return the schema of a payload of ``skill``.

    No key is required: which are needed depends on the template. ``x-docops-required`` says which keys exit
    code 0 needs where the template asks for them, ``x-docops-placeholder`` what each fills.
    """
    return {"$schema": _DIALECT, **_payload(skill)}


def task_json_schema(skill: Skill) -> dict[str, Any]:
    """Return the schema of a whole task of ``skill``."""
    return {
        "$schema": _DIALECT,
        "type": "object",
        "title": _both(skill.title),
        "description": _both(skill.description),
        "properties": {"task_type": {"const": skill.name}, "payload": _payload(skill)},
        "required": ["task_type", "payload"],
        "additionalProperties": False,
    }


def field_json_schema(field: Field) -> dict[str, Any]:
    """Return the schema of the value of one payload key."""
    is_list = field.type == "list"
    value = (
        {"type": ["array", "null"], "items": dict(_TEXT)}
        if is_list
        else {**_TEXT, "type": ["string", "null"]}
    )
    return {
        **value,
        "title": _both(field.label),
        "description": _both(field.description),
        "examples": [list(field.example) if is_list else field.example],
        "x-docops-placeholder": field.placeholder,
        "x-docops-required": field.required,
    }


def _payload(skill: Skill) -> dict[str, Any]:
    return {
        "type": "object",
        "title": _both(skill.title),
        "description": _both(skill.description),
        "properties": {field.key: field_json_schema(field) for field in skill.fields},
        "additionalProperties": False,
    }


def _both(label: Label) -> str:
    return f"{label.en} / {label.zh}"
