"""The schema of a payload as JSON Schema (2020-12), and a payload that fits it."""

from collections.abc import Iterable
from typing import Any

from docops_flask.engine.template.formats.table import CODE128, rule_of
from docops_flask.engine.template.payload_schema import Entry, Scope, ValueKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# No characters that XML 1.0 cannot hold (2.2), in ECMA-262, as the specification wants patterns.
_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]*$"
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
# What Code 128 takes.
_BARS = "^[ -~]{0,80}$"
_SAMPLE_NUMBER = 1234.5
_SAMPLE_INTEGER = 3
_SAMPLE_DATE = "2026-05-06"
_SAMPLE_TIME = "2026-05-06T14:30"
# A transparent picture of one pixel.
SAMPLE_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def json_schema(scope: Scope, undeclared: Iterable[str] = ()) -> dict[str, Any]:
    """Return the schema of a payload; ``undeclared`` are names that may be given and need not."""
    schema = {"$schema": DIALECT, **_object(scope)}
    for name in undeclared:
        schema["properties"].setdefault(name, {**_scalar("text"), "x-docops-undeclared": True})
    return schema


def sample_payload(scope: Scope) -> dict[str, Any]:
    """Return a payload that gives every name a value, and every list two items."""
    return {name: _sample(entry, name, "") for name, entry in scope.names.items()}


def _object(scope: Scope) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(entry) for name, entry in scope.names.items()},
    }


def _property(entry: Entry) -> dict[str, Any]:
    schema = _value(entry)
    literals = dict.fromkeys(each for use in entry.uses for each in use.tag.tag.literals)
    if literals:
        # What conditions compare it with (JSON Schema Validation 2020-12, 9.5).
        schema["examples"] = list(literals)
    if entry.choices is not None:
        schema["enum"] = [*entry.choices, None]
    if entry.longest is not None:
        # A longer text is filled, with a warning: it is no fault of a payload.
        schema["x-docops-max-length"] = entry.longest
    if entry.is_required:
        schema["x-docops-required"] = True
    return schema


def _value(entry: Entry) -> dict[str, Any]:
    kind = entry.kind
    if kind is ValueKind.LIST and entry.items is not None:
        items = entry.items
        of_items = _object(items) if items.names or not items.item.uses else _value(items.item)
        return {"type": ["array", "null"], "items": of_items}
    if kind is ValueKind.OBJECT and entry.members is not None:
        return {**_object(entry.members), "type": ["object", "null"]}
    if kind is ValueKind.TEXTS:
        return {"type": ["array", "null"], "items": {"type": ["string", "number"], "pattern": _TEXT}}
    if kind is ValueKind.ITEMS:
        return {"type": ["array", "null"]}
    if kind is ValueKind.IMAGE:
        return _image()
    if kind is ValueKind.DOCUMENT:
        return _document()
    if kind is ValueKind.RICH:
        return _rich()
    if kind is ValueKind.GIVEN:
        return {}
    scalar = _scalar(kind.value)
    return {**scalar, "pattern": _BARS} if kind is ValueKind.TEXT and _is_bars(entry) else scalar


def _scalar(kind: str) -> dict[str, Any]:
    if kind == "choice":
        return {"type": ["string", "number", "boolean", "null"], "pattern": _TEXT}
    if kind == "bool":
        return {"type": ["boolean", "null"]}
    if kind == "number":
        return {"type": ["number", "string", "null"], "pattern": _NUMBER}
    if kind == "date":
        return {"type": ["string", "null"], "anyOf": [{"format": "date"}, {"format": "date-time"}]}
    return {"type": ["string", "number", "null"], "pattern": _TEXT}


def _rich() -> dict[str, Any]:
    """Return the schema of text in Markdown, or of a list of runs."""
    marks = {name: {"type": ["boolean", "null"]} for name in ("bold", "italic", "underline")}
    run = {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "pattern": _TEXT},
            **marks,
            "color": {"type": ["string", "null"], "pattern": "^[0-9A-Fa-f]{6}$"},
            "link": {"type": ["string", "null"], "pattern": "^(https?://|mailto:)"},
        },
    }
    return {
        "type": ["string", "number", "array", "null"],
        "pattern": _TEXT,
        "items": run,
        "x-docops-rich": True,
    }


def _document() -> dict[str, Any]:
    """Return the schema of a document that is sent as an asset."""
    return {
        "type": ["object", "null"],
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": {"type": "string"}},
        "x-docops-document": True,
    }


def _image() -> dict[str, Any]:
    kinds: list[dict[str, Any]] = []
    for name, value in (
        ("png", {"type": "string", "contentEncoding": "base64"}),
        ("jpeg", {"type": "string", "contentEncoding": "base64"}),
        ("file", {"type": "string"}),
    ):
        kinds.append(
            {
                "type": "object",
                "required": [name],
                "additionalProperties": False,
                "properties": {name: value, "alt": {"type": ["string", "null"], "pattern": _TEXT}},
            }
        )
    return {"oneOf": [*kinds, {"type": "null"}]}


def _sample(entry: Entry, name: str, number: str) -> Any:
    kind = entry.kind
    if entry.choices:
        return entry.choices[0]
    if kind is ValueKind.LIST and entry.items is not None:
        items = entry.items
        if not items.names and items.item.uses:
            return [_sample(items.item, name, f" {each}") for each in (1, 2)]
        return [
            {inner: _sample(each, inner, f" {copy}") for inner, each in items.names.items()}
            for copy in (1, 2)
        ]
    if kind is ValueKind.OBJECT and entry.members is not None:
        return {inner: _sample(each, inner, number) for inner, each in entry.members.names.items()}
    if kind in (ValueKind.TEXTS, ValueKind.ITEMS):
        return [f"{name}{number} {each}" for each in (1, 2)]
    if kind is ValueKind.IMAGE:
        return {"png": SAMPLE_PNG}
    if kind is ValueKind.DOCUMENT:
        return {"file": f"{name}{number}.docx"}
    if kind is ValueKind.RICH:
        return f"{name}{number}: **bold**, *italic*"
    if kind is ValueKind.NUMBER:
        return _SAMPLE_INTEGER if _takes(entry, "integer") else _SAMPLE_NUMBER
    if kind is ValueKind.DATE:
        return _SAMPLE_TIME if _has_time(entry) else _SAMPLE_DATE
    if kind is ValueKind.CHOICE:
        return next(use.tag.tag.literals[0] for use in entry.uses if use.tag.tag.literals)
    if kind is ValueKind.TEXT and _is_bars(entry):
        return f"QL-2026-{number.strip() or 1}"
    return True if kind in (ValueKind.BOOL, ValueKind.GIVEN) else name + number


def _is_bars(entry: Entry) -> bool:
    """Say whether a value is drawn as Code 128, which takes ASCII alone."""
    return any(each.name == CODE128 for use in entry.uses for each in use.tag.tag.formats)


def _takes(entry: Entry, kind: str) -> bool:
    rules = (rule_of(each) for use in entry.uses for each in use.tag.tag.formats)
    return any(rule is not None and rule.takes == kind for rule in rules)


def _has_time(entry: Entry) -> bool:
    return any("H" in each.name for use in entry.uses for each in use.tag.tag.formats)
