"""What a template asks for and what is wrong with it, without a task (contract section 7)."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.replace_log import (
    MAX_LISTED,
    MAX_SHOWN_CHARACTERS,
    unsupported_places,
)
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.suggestions import Suggestions


def inspect_template(scan: Scan, skills: Sequence[Skill]) -> dict[str, Any]:
    """Return ``fields``, ``unsupported``, ``problems`` and ``suggested_skill`` of a scanned template."""
    known = [name for skill in skills for name in skill.placeholders()]
    return {
        "fields": _fields(scan, skills),
        "unsupported": unsupported_places(scan, Suggestions(known)),
        "problems": list(islice(_problems(scan, set(known)), MAX_LISTED)),
        "suggested_skill": _suggested_skill(scan, skills),
    }


def _fields(scan: Scan, skills: Sequence[Skill]) -> list[dict[str, Any]]:
    counts = dict(islice(scan.field_counts().items(), MAX_LISTED))
    places: dict[str, list[str]] = {name: [] for name in counts}
    for paragraph, found in islice(_placeholders(scan), MAX_LISTED):
        if found.name in places:
            places[found.name].append(paragraph.run_of(found).run_id)
    return [
        {
            "name": name,
            "count": count,
            "places": places[name],
            "known_in": [skill.name for skill in skills if name in skill.placeholders()],
        }
        for name, count in counts.items()
    ]


def _placeholders(scan: Scan) -> Iterator[tuple[BracketedParagraph, Found]]:
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            if found.kind is Kind.PLACEHOLDER:
                yield paragraph, found


def _problems(scan: Scan, known: set[str]) -> Iterator[dict[str, str]]:
    if not scan.field_counts():
        yield _problem("NO_FIELDS", "The template holds no placeholder such as 【MEETING_TITLE】.", "", "")
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            yield from _problems_of(paragraph, found, known)
    for paragraph in scan.comments:
        for found in paragraph.found:
            shown = _shown(paragraph, found)
            message = f"{shown} stands in a comment; comments are not filled."
            yield _problem("IN_COMMENT", message, paragraph.run_of(found).run_id, shown)


def _problems_of(paragraph: BracketedParagraph, found: Found, known: set[str]) -> Iterator[dict[str, str]]:
    place, shown = paragraph.run_of(found).run_id, _shown(paragraph, found)
    if found.kind is not Kind.PLACEHOLDER:
        message = f"{shown} looks like a placeholder but cannot be filled."
        yield _problem("UNSUPPORTED_PLACEHOLDER", message, place, shown)
        return
    if found.name not in known:
        yield _problem("UNKNOWN_FIELD", f"No document type has a field for {shown}.", place, shown)
    if paragraph.in_field_result(found):
        message = f"{shown} lies in the result of a Word field, which Word may compute anew."
        yield _problem("FIELD_RESULT", message, place, shown)
    if paragraph.in_bound_control(found):
        message = f"{shown} lies in a content control bound to data, which Word shows instead."
        yield _problem("BOUND_CONTROL", message, place, shown)


def _shown(paragraph: BracketedParagraph, found: Found) -> str:
    return paragraph.text.text[found.start : found.end][:MAX_SHOWN_CHARACTERS]


def _problem(code: str, message: str, place: str, text: str) -> dict[str, str]:
    return {"code": code, "message": message, "place": place, "text": text}


def _suggested_skill(scan: Scan, skills: Sequence[Skill]) -> str | None:
    """Return the skill that knows most of the template's fields; on a tie the one with fewer fields."""
    names = scan.field_counts()
    best: tuple[int, int, str] | None = None
    for skill in skills:
        hits = sum(name in skill.placeholders() for name in names)
        score = (-hits, len(skill.fields), skill.name)
        if hits and (best is None or score < best):
            best = score
    return best[2] if best else None
