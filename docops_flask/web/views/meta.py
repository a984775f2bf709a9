"""``/v1/meta``, which tells what this server can do, and the starter templates."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response

from docops_flask import __version__
from docops_flask.engine.bilingual import LANGUAGES
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.options import CHOICES
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.formats.described import describe_formats
from docops_flask.intake.catalogue.policies import PolicyRegistry, describe_policy
from docops_flask.intake.catalogue.skills import SkillRegistry, payload_json_schema
from docops_flask.intake.library.entry import LibraryTemplate
from docops_flask.web.attachment import MEDIA_TYPES, disposition
from docops_flask.web.auth import protect
from docops_flask.web.conditional import conditional_file
from docops_flask.web.errors import NotFound
from docops_flask.web.request import api_request
from docops_flask.web.services import services

DOCX = MEDIA_TYPES["docx"]

# The longest organisation or date, in characters.
MAX_LINE = 100
# No control character, line separator or what XML cannot hold; the same pattern is in openapi.yaml.
ONE_LINE = r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]*"

bp = Blueprint("meta", __name__)
protect(bp)


@bp.get("/v1/meta")
def meta() -> dict[str, Any]:
    """Return the skills, presets, policies and payload schemas of this server."""
    found = services()
    return describe(
        found.skills,
        found.policies,
        found.library.templates,
        pdf=found.pdf.available,
        batches=found.batches is not None,
        merge_max_rows=found.settings.merge_max_rows,
    )


def describe(
    skills: SkillRegistry,
    policies: PolicyRegistry,
    templates: Iterable[LibraryTemplate] = (),
    *,
    pdf: bool = False,
    batches: bool = False,
    merge_max_rows: int = 1000,
) -> dict[str, Any]:
    """Return the answer of ``/v1/meta`` for a server with ``skills``, ``policies`` and ``templates``."""
    names = list(skills.names())
    return {
        "supported_skills": names,
        "supported_task_types": names,
        "supported_presets": list(CHOICES["preset"]),
        "task_payload_schemas": {skill.name: _payload_schema(skill) for skill in skills},
        "supports_precheck": True,
        "supports_inspect": True,
        "supports_open": True,
        "supports_pdf": pdf,
        "supports_batches": batches,
        "merge_max_rows": merge_max_rows,
        "languages": [1, 2],
        "formats": describe_formats(),
        "version": __version__,
        "json_schemas": _json_schemas(skills),
        "policies": [describe_policy(policy) for policy in policies],
        "templates": [template.described() for template in templates],
    }


@bp.get("/v1/skills/<name>/template.docx")
def starter_template(name: str) -> Response:
    """Return the starter template of a skill in the language that ``?lang`` names (zh, en).

    ``?organ`` is the organisation in the letterhead, ``?date`` the date line. A client that has
    it is answered with 304.
    """
    skill = services().skills.get(name)
    if skill is None:
        raise NotFound
    language = api_request().args.get("lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise InvalidArgument(
            f"lang: unknown value; use {' or '.join(LANGUAGES)}.",
            field="lang",
            value=echo(language),
            allowed=list(LANGUAGES),
        )
    organ, date = _line("organ"), _line("date")
    return conditional_file(_starter_template(skill, language, organ, date), DOCX, disposition(name, ".docx"))


def _line(name: str) -> str | None:
    """Return one line of text from the query; ``None`` where it is absent or blank."""
    text = api_request().args.get(name, "")
    if len(text) > MAX_LINE or not re.fullmatch(ONE_LINE, text):
        raise InvalidArgument(
            f"{name}: use one line of at most {MAX_LINE} characters.", field=name, value=echo(text)
        )
    return text.strip() or None


@lru_cache(maxsize=64)
def _starter_template(skill: Skill, language: str, organ: str | None, date: str | None) -> bytes:
    # python-docx takes 80 ms and 10 MB to load; most workers never need it.
    from docops_flask.starter.template import build_starter_template

    return build_starter_template(skill, language, organ=organ, date=date)


def _json_schemas(skills: SkillRegistry) -> dict[str, Any]:
    return {skill.name: payload_json_schema(skill) for skill in skills}


def _payload_schema(skill: Skill) -> dict[str, Any]:
    return {
        "title": skill.title._asdict(),
        "description": skill.description._asdict(),
        "fields": {field.key: _field(field) for field in skill.fields},
        "extra_policy": "forbid",
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "type": field.type,
        "required": field.required,
        # For every field null means that no value is given.
        "nullable": True,
        "label": field.label._asdict(),
        "example": field.example if field.type == "text" else list(field.example),
        "description": field.description._asdict(),
        "placeholder": field.placeholder,
    }
