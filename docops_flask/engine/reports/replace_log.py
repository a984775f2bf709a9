"""out.replace_log.json and out.missing_fields.json.

Every placeholder, what became of it and where it stands (contract section 2); the fields without a value.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Found, Kind, Suggestions
from docops_flask.engine.template.scan import BracketedParagraph, Scan

# An answer without a document is to stay small, whatever a template holds; counts are always true.
MAX_LISTED = 10_000
MAX_SHOWN_CHARACTERS = 80
# Of the sentence around a placeholder, on each side.
MAX_CONTEXT_CHARACTERS = 60

_REASONS = {
    Kind.MALFORMED: "a field name is made of capital letters, digits and _",
    Kind.UNCLOSED: "the closing bracket 】 is missing",
    Kind.UNOPENED: "the opening bracket 【 is missing",
}


def replace_log(
    scan: Scan, values: Mapping[str, str], skill: Skill, suggestions: Suggestions, touched: Iterable[str]
) -> dict[str, Any]:
    """Return the log of a run in which ``values`` were filled and the runs ``touched`` changed.

    ``start`` and ``end`` count characters of the paragraph's text in the template, ``context`` is what stands
    before and after them there.
    """
    fields = skill.placeholders()
    entries: list[dict[str, Any]] = []
    counts = {"replaced": 0, "missing": 0, "unsupported": 0}
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            entry = _entry(paragraph, found)
            if found.kind is not Kind.PLACEHOLDER:
                entry |= {
                    "status": "unsupported",
                    "reason": _REASONS[found.kind],
                    "kind": found.kind.value,
                    "suggestion": suggestions.near(found.name),
                }
            elif found.name in values:
                entry["status"] = "replaced"
                entry["field_name"] = found.name
                entry["new_text"] = values[found.name]
            else:
                field = fields.get(found.name)
                entry |= {
                    "status": "missing",
                    "field_name": found.name,
                    "reason": _missing_reason(skill, field is not None, bool(field and field.required)),
                }
            counts[entry["status"]] += 1
            entries.append(entry)
    return {
        "entries": entries,
        "summary": {
            "total_placeholders": len(entries),
            "replaced_count": counts["replaced"],
            "missing_count": counts["missing"],
            "unsupported_count": counts["unsupported"],
            "had_unsupported": counts["unsupported"] > 0,
        },
        "touched_runs": list(touched),
    }


def unsupported_places(scan: Scan, suggestions: Suggestions) -> list[dict[str, Any]]:
    """Return the ``unsupported`` member of precheck and inspect, at most ``MAX_LISTED`` (section 7)."""
    places = (
        {
            "kind": found.kind.value,
            "text": _text_of(paragraph, found)[:MAX_SHOWN_CHARACTERS],
            "paragraph_path": paragraph.place.path,
            "suggestion": suggestions.near(found.name),
            "reason": _REASONS[found.kind],
        }
        for paragraph in scan.paragraphs
        for found in paragraph.found
        if found.kind is not Kind.PLACEHOLDER
    )
    return list(islice(places, MAX_LISTED))


def _entry(paragraph: BracketedParagraph, found: Found) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "status": "",
        "field_name": None,
        "run_id": paragraph.run_id_of(found),
        "paragraph_path": paragraph.place.path,
        "start": found.start,
        "end": found.end,
        "original_text": _text_of(paragraph, found),
        "new_text": None,
        "reason": None,
        "context": _context(paragraph.text, found),
    }
    if paragraph.place.mirrors:
        entry["mirrored_at"] = [mirror.path for mirror in paragraph.place.mirrors]
    return entry


def _context(text: str, found: Found) -> dict[str, str]:
    before = text[max(0, found.start - MAX_CONTEXT_CHARACTERS) : found.start]
    return {"before": before, "after": text[found.end : found.end + MAX_CONTEXT_CHARACTERS]}


def _text_of(paragraph: BracketedParagraph, found: Found) -> str:
    return paragraph.text[found.start : found.end]


def _missing_reason(skill: Skill, known: bool, required: bool) -> str:
    if not known:
        return f"the skill {skill.name} has no field for it"
    return f"the task gives no value for this {'required' if required else 'optional'} field"


def missing_fields(
    template_fields: Collection[str], values: Collection[str], skill: Skill
) -> dict[str, list[str]]:
    """Return ``missing_required`` and ``missing_optional`` placeholder names, sorted.

    Optional are all that the skill does not require, those it does not know among them.
    """
    fields = skill.placeholders()
    missing = [name for name in template_fields if name not in values]
    required = sorted(name for name in missing if name in fields and fields[name].required)
    optional = sorted(set(missing) - set(required))
    return {"missing_required": required, "missing_optional": optional}
