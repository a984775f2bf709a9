"""What a template asks for and what is wrong with it, without a task (contract section 7)."""

from collections.abc import Sequence
from typing import Any

from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.replace_log import unsupported_places
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.suggestions import Suggestions


def inspect_template(scan: Scan, skills: Sequence[Skill]) -> dict[str, Any]:
    """Return ``fields``, ``unsupported``, ``problems`` and ``suggested_skill`` of a scanned template."""
    known = [name for skill in skills for name in skill.placeholders()]
    return {
        "fields": _fields(scan, skills),
        "unsupported": unsupported_places(scan, Suggestions(known)),
        "problems": _problems(scan, set(known)),
        "suggested_skill": _suggested_skill(scan, skills),
    }


def _fields(scan: Scan, skills: Sequence[Skill]) -> list[dict[str, Any]]:
    places: dict[str, list[str]] = {}
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            if found.kind is Kind.PLACEHOLDER:
                places.setdefault(found.name, []).append(paragraph.run_of(found).run_id)
    return [
        {
            "name": name,
            "count": len(at),
            "places": at,
            "known_in": [skill.name for skill in skills if name in skill.placeholders()],
        }
        for name, at in places.items()
    ]


def _problems(scan: Scan, known: set[str]) -> list[dict[str, str]]:
    problems = []
    if not scan.field_counts():
        message = "The template holds no placeholder such as 【MEETING_TITLE】."
        problems.append(_problem("NO_FIELDS", message, ""))
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            place = paragraph.run_of(found).run_id
            if found.kind is not Kind.PLACEHOLDER:
                text = paragraph.text.text[found.start : found.end]
                message = f"{text} looks like a placeholder but cannot be filled."
                problems.append(_problem("UNSUPPORTED_PLACEHOLDER", message, place))
                continue
            if found.name not in known:
                problems.append(
                    _problem("UNKNOWN_FIELD", f"No document type has a field for 【{found.name}】.", place)
                )
            if paragraph.in_field_result(found):
                message = f"【{found.name}】 lies in the result of a Word field, which Word may compute anew."
                problems.append(_problem("FIELD_RESULT", message, place))
    for paragraph in scan.comments:
        for found in paragraph.found:
            text = paragraph.text.text[found.start : found.end]
            message = f"{text} stands in a comment; comments are not filled."
            problems.append(_problem("IN_COMMENT", message, paragraph.place.path))
    return problems


def _problem(code: str, message: str, place: str) -> dict[str, str]:
    return {"code": code, "message": message, "place": place}


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
