"""The JSON Schema (2020-12) of a policy file, made from what the keys and rules accept.

It is published for editors as ``built_in/policy.schema.json``; ``make policy-schema`` writes that file.
A file that fits the schema may still be refused by the reader, which alone knows how large a length is in its
unit, how large a number written as text is, and that 12.0 was written where a whole number is wanted.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from docops_flask.engine.policy.key_rules import (
    FONT_NAME_SCHEMA,
    KEY_RULES,
    MAX_FONT_NAME,
    NUMBER_KEYS,
    one_line,
)
from docops_flask.engine.policy.policy import KEYS, ROLES, Policy
from docops_flask.engine.policy.rule_kinds import (
    FONT_NAME,
    LENGTH,
    MAX_FONTS,
    PAGE_KINDS,
    ROLE_KINDS,
    TEXT_KINDS,
    RuleKind,
)
from docops_flask.intake.catalogue import house_style
from docops_flask.intake.catalogue.house_style import (
    LANGUAGES,
    MAX_NOT_CHECKED,
    MAX_TEXT,
    NOT_CHECKED_KEYS,
    SEVERITIES,
)

PUBLISHED = Path(__file__).parent / "built_in" / "policy.schema.json"

_INTEGER = "(0|[1-9][0-9]{0,8})"
_DECIMAL = r"[0-9]{1,9}\.[0-9]{1,9}"
_OF_A_PART = "severity and source hold for its rules that do not say their own."
_ABOUT_KEYS: Mapping[str, str] = {
    "forbid_tables": "A document may have no table.",
    "forbid_numpr": "No paragraph may be numbered automatically.",
    "numpr_direct_only": "Numbering through a style is allowed.",
    "run_font_latin": "Latin font of filled values; null: not checked.",
    "run_font_east_asia": "East Asian font of filled values; null: not checked.",
    "run_size_pt": "Size of filled values in points; null: not checked.",
    "line_spacing_twips": "Line spacing as w:line has it; null: not checked.",
    "first_line_indent_twips": "First-line indent, negative hangs; null: not checked.",
    "twips_tolerance": "How far lengths may be off, in twips.",
    "treat_inherited_as_error": "What the document states nowhere is an error instead of a warning.",
    "trim_leading_spaces": "No paragraph may begin with one of trim_chars.",
    "trim_chars": "Single characters.",
}
_ABOUT_PAGE: Mapping[str, str] = {
    "width": "Width of the page in portrait orientation.",
    "height": "Height of the page in portrait orientation.",
    "margin_top": "Top margin.",
    "margin_bottom": "Bottom margin.",
    "margin_left": "Left margin.",
    "margin_right": "Right margin.",
    "lines": "Lines that fit the page.",
    "characters": "Characters of the body that fit a line.",
}
_ABOUT_ROLE: Mapping[str, str] = {
    "font_east_asia": "Font of ideographs, kana and full-width forms.",
    "font_latin": "Font of Latin letters and digits.",
    "size_pt": "Font size in points.",
    "bold": "Whether it is bold.",
    "color": "Text colour; black takes automatic as well, red any clear red.",
    "alignment": "Alignment.",
    "first_line_indent": "Indent of the first line; characters count with the size of its first run.",
    "left_indent": "Indent of the whole paragraph where lines begin.",
    "right_indent": "Indent where lines end.",
    "line_spacing": "Line spacing.",
    "space_before": "Space before the paragraph.",
    "space_after": "Space after the paragraph.",
    "page_break_before": "Whether it begins a page.",
}
_ABOUT_TEXT: Mapping[str, str] = {
    "document_number_form": "The year of a document number in full in brackets 〔〕, the number without 第 "
    "and leading zeros.",
    "recipient_colon": "A full-width colon after the recipients.",
    "heading_number_form": "The numbers of headings and paragraphs as 一、 （一） 1. （1）.",
    "attachment_note_end": "No punctuation at the end of an attachment's name.",
    "date_form": "A date as 2026年1月5日: the year in full, no leading zeros.",
    "issue_date_form": "The date before 印发 in the imprint likewise.",
    "signature_date_lines": "Signature and date in a paragraph each.",
    "page_number_form": "Page numbers in arabic digits between dashes: — 1 —.",
}


@lru_cache(maxsize=1)
def policy_json_schema() -> dict[str, Any]:
    """Return the schema; ``/v1/openapi.json`` has it as ``Policy``."""
    defaults = Policy().as_dict()
    of_version_2 = _properties_of_version_2()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "DocOps policy",
        "description": "A house style. Version 1 (or none) has the keys from forbid_tables to trim_chars "
        "and nothing else; where one is left out, the default policy's value holds, and numbers may be "
        "written as text. In version 2 a key that is left out checks nothing, and the page, the roles and "
        "the texts come with it.",
        "type": "object",
        "properties": {
            "version": {"description": "The version of this format.", "enum": [1, 2]},
            **{key: _key(key, defaults[key]) for key in KEYS},
            **of_version_2,
        },
        "additionalProperties": False,
        "if": {"properties": {"version": {"const": 2}}, "required": ["version"]},
        "then": {"properties": {key: {"type": _types(key)} for key in KEYS if key in NUMBER_KEYS}},
        "else": {"properties": dict.fromkeys(of_version_2, False)},
        "$defs": _definitions(),
    }


def schema_text() -> str:
    """Return the schema as the published file has it."""
    return json.dumps(policy_json_schema(), ensure_ascii=False, indent=2) + "\n"


def _key(key: str, default: Any) -> dict[str, Any]:
    schema = {"description": _ABOUT_KEYS[key], **KEY_RULES[key].schema}
    if key in NUMBER_KEYS:
        sign = "[+-]?" if schema.get("minimum", 0) < 0 else r"\+?"
        number = _INTEGER if "integer" in _types(key) else f"({_INTEGER}|{_DECIMAL})"
        schema["type"] = [*_types(key), "string"]
        schema["pattern"] = rf"^\s*{sign}{number}\s*$"
    return {**schema, "default": default}


def _types(key: str) -> list[str]:
    types = KEY_RULES[key].schema["type"]
    return types if isinstance(types, list) else [types]


def _properties_of_version_2() -> dict[str, Any]:
    fonts = {"type": "array", "items": _reference(FONT_NAME), "minItems": 1, "maxItems": MAX_FONTS}
    about: dict[str, dict[str, Any]] = {
        "title": {"description": "Its title.", **_reference("words")},
        "description": {"description": "Its purpose.", **_reference("words")},
        "fonts": {
            "description": "Sets of fonts by a name that rules may use: any of a set will do.",
            "type": "object",
            "propertyNames": {"maxLength": MAX_FONT_NAME},
            "additionalProperties": fonts,
        },
        "page": _part(f"The page of every section. {_OF_A_PART}", PAGE_KINDS, _ABOUT_PAGE),
        "roles": {
            "description": "The look of the parts of a document, by role.",
            **_object({role: _reference("role") for role in ROLES}),
        },
        "styles": {
            "description": "Style name to role: paragraphs of that style, or one based on it, have that "
            "role.",
            "type": "object",
            "additionalProperties": {"enum": list(ROLES)},
        },
        "text": _part("How certain texts are written.", TEXT_KINDS, _ABOUT_TEXT),
        "not_checked": {
            "description": "What its source asks for and no rule checks, by clause.",
            "type": "array",
            "maxItems": MAX_NOT_CHECKED,
            "items": {
                **_object({key: one_line(MAX_TEXT) for key in NOT_CHECKED_KEYS}),
                "required": list(NOT_CHECKED_KEYS),
            },
        },
    }
    return {key: about[key] for key in house_style.KEYS}


def _definitions() -> dict[str, Any]:
    kinds = {kind.name: kind for part in (PAGE_KINDS, ROLE_KINDS, TEXT_KINDS) for kind in part.values()}
    words = dict.fromkeys(LANGUAGES, one_line(MAX_TEXT))
    return {
        "severity": {
            "description": "What it means when the rule does not hold: an error fails the document, a "
            "warning does not.",
            "enum": list(SEVERITIES),
        },
        "source": {"description": "The clause that asks for it, as issues name it.", **one_line(MAX_TEXT)},
        "words": {**_object(words), "required": list(LANGUAGES)},
        FONT_NAME: dict(FONT_NAME_SCHEMA),
        **{name: _kind(kind) for name, kind in kinds.items()},
        "role": _part(f"The look of the paragraphs of one role. {_OF_A_PART}", ROLE_KINDS, _ABOUT_ROLE),
    }


def _kind(kind: RuleKind) -> dict[str, Any]:
    about = {} if kind.description is None else {"description": kind.description}
    return {**about, **kind.schema}


def _part(description: str, kinds: Mapping[str, RuleKind], about: Mapping[str, str]) -> dict[str, Any]:
    """Return the schema of rules by their keys, with what holds for those that do not say their own."""
    rules = {key: {"description": about[key], **_rule(kind)} for key, kind in kinds.items()}
    return {"description": description, **_object({**_references("severity", "source"), **rules})}


def _rule(kind: RuleKind) -> dict[str, Any]:
    value = _reference(kind.name)
    of_a_rule = {"value": value, **_references("severity", "source"), "tolerance": _reference(LENGTH.name)}
    at_length = {**_object(of_a_rule), "required": ["value"]}
    return {"anyOf": [{"type": "null"}, value, at_length]}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _references(*names: str) -> dict[str, Any]:
    return {name: _reference(name) for name in names}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    PUBLISHED.write_text(schema_text(), encoding="utf-8")
