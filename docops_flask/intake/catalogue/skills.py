"""The catalogue of document types (skills), built-in and an installation's own, and their JSON Schemas.

Source: https://json-schema.org/draft/2020-12. ``x-docops-`` keywords are annotations of ours, as the
core specification allows (6.5).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.intake.catalogue.catalogue import Catalogue, CatalogueError, files_of, read_file, shown_name

_BUILT_IN = Path(__file__).parent / "built_in" / "skills"
_SUFFIX = ".toml"


class SkillRegistry(Catalogue[Skill]):
    """Skills by name, in the order of their names."""

    def __init__(self, skills: Iterable[Skill]) -> None:
        super().__init__((skill.name, skill) for skill in sorted(skills, key=lambda skill: skill.name))


def load_skills(extra_dir: Path | None = None) -> SkillRegistry:
    """Return the built-in skills and those of every ``*.toml`` file in ``extra_dir``, hidden files left out.

    Raises ``CatalogueError`` (one line: file name, key, problem, what is accepted) for the first fault; a
    name that is already used is one.
    """
    files = files_of(_BUILT_IN, _SUFFIX) + (files_of(extra_dir, _SUFFIX) if extra_dir is not None else [])
    skills: dict[str, Skill] = {}
    defined_in: dict[str, Path] = {}
    for file in files:
        skill = _load(file)
        if skill.name in skills:
            raise CatalogueError(
                f"{shown_name(file)}: name: {skill.name} is taken {_by(defined_in[skill.name], file)}; "
                "give the skill a name of its own"
            )
        skills[skill.name] = skill
        defined_in[skill.name] = file
    return SkillRegistry(skills.values())


def _by(first: Path, second: Path) -> str:
    return f"by {shown_name(first)}" if first.parent == second.parent else "by a built-in skill"


def _load(file: Path) -> Skill:
    # The TOML parser is only needed for reading files.
    from docops_flask.intake.catalogue.skill_file import parse_spec

    return parse_spec(shown_name(file), read_file(file))


_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# What no Word document can hold (XML 1.0, 2.2), in ECMA-262 as the specification wants patterns. Lone
# surrogates are left out: readers that work on UTF-16 units would refuse every emoji.
_TEXT = {"type": "string", "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]*$"}


def payload_json_schema(skill: Skill) -> dict[str, Any]:
    """Return the schema of a payload of ``skill``.

    No key is required: which are needed depends on the template. ``x-docops-required`` says whether exit
    code 0 needs the key where the template has its placeholder, ``x-docops-placeholder`` names that.
    """
    return {"$schema": _DIALECT, **_payload(skill)}


def task_json_schema(skill: Skill) -> dict[str, Any]:
    """Return the schema of a whole task of ``skill``."""
    return {
        "$schema": _DIALECT,
        "type": "object",
        "title": skill.title.both(),
        "description": skill.description.both(),
        "properties": {"task_type": {"const": skill.name}, "payload": _payload(skill)},
        "required": ["task_type", "payload"],
        "additionalProperties": False,
    }


def _value(field: Field) -> dict[str, Any]:
    is_list = field.type == "list"
    value = (
        {"type": ["array", "null"], "items": dict(_TEXT)}
        if is_list
        else {**_TEXT, "type": ["string", "null"]}
    )
    return {
        **value,
        "title": field.label.both(),
        "description": field.description.both(),
        "examples": [list(field.example) if is_list else field.example],
        "x-docops-placeholder": field.placeholder,
        "x-docops-required": field.required,
    }


def _any_value(field: Field) -> dict[str, Any]:
    """Return the schema of a field of template language 2: the template says what its value is."""
    schema = _value(field)
    for keyword in ("type", "pattern", "items", "minLength", "maxLength"):
        schema.pop(keyword, None)
    return schema


def _payload(skill: Skill) -> dict[str, Any]:
    return {
        "type": "object",
        "title": skill.title.both(),
        "description": skill.description.both(),
        "properties": {
            field.key: _value(field) if skill.grammar == 1 else _any_value(field) for field in skill.fields
        },
        "additionalProperties": False,
    }
