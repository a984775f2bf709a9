"""What a template asks for and what is wrong with it, without a task (contract section 7)."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.etree import _Element

from docops_flask.engine.document.document import RunPlace
from docops_flask.engine.reports.replace_log import MAX_LISTED, MAX_SHOWN_CHARACTERS, unsupported_places
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Found, Kind, Suggestions
from docops_flask.engine.template.scan import BracketedParagraph, Scan


def inspect_template(scan: Scan, skills: Sequence[Skill]) -> dict[str, Any]:
    """Return ``fields``, ``unsupported``, ``problems`` and ``suggested_skill`` of a scanned template."""
    known_in: dict[str, list[str]] = {}
    for skill in skills:
        for name in skill.placeholders():
            known_in.setdefault(name, []).append(skill.name)
    return {
        "fields": _fields(scan, known_in),
        "unsupported": unsupported_places(scan, Suggestions(known_in)),
        "problems": list(islice(_problems(scan, known_in), MAX_LISTED)),
        "suggested_skill": _suggested_skill(scan, skills, known_in),
    }


def _fields(scan: Scan, known_in: Mapping[str, list[str]]) -> list[dict[str, Any]]:
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
            "known_in": known_in.get(name, []),
        }
        for name, count in counts.items()
    ]


def _placeholders(scan: Scan) -> Iterator[tuple[BracketedParagraph, Found]]:
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            if found.kind is Kind.PLACEHOLDER:
                yield paragraph, found


class _BoundControls:
    """Knows what lies in a content control that shows data from elsewhere (w:dataBinding, 17.5.2.6)."""

    def __init__(self) -> None:
        # By each element once looked at: many runs lie in one control, and controls in one another.
        self._bound: dict[_Element, bool] = {}

    def hold(self, run: RunPlace) -> bool:
        """Say whether ``run`` lies in such a control."""
        w = run.paragraph.part.w
        outwards: list[_Element] = []
        element: _Element | None = run.element
        while element is not None and element not in self._bound:
            outwards.append(element)
            element = element.getparent()
        bound = element is not None and self._bound[element]
        for inner in reversed(outwards):
            bound = bound or (inner.tag == w.sdt and inner.find(f"{w.sdtPr}/{w.dataBinding}") is not None)
            self._bound[inner] = bound
        return bound


def _problems(scan: Scan, known: Container[str]) -> Iterator[dict[str, str]]:
    controls = _BoundControls()
    if not scan.field_counts():
        yield _problem("NO_FIELDS", "The template holds no placeholder such as 【MEETING_TITLE】.", "", "")
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            yield from _problems_of(paragraph, found, known, controls)
    for paragraph in scan.comments:
        for found in paragraph.found:
            shown = _shown(paragraph, found)
            message = f"{shown} stands in a comment; comments are not filled."
            yield _problem("IN_COMMENT", message, paragraph.run_of(found).run_id, shown)


def _problems_of(
    paragraph: BracketedParagraph, found: Found, known: Container[str], controls: _BoundControls
) -> Iterator[dict[str, str]]:
    run, shown = paragraph.run_of(found), _shown(paragraph, found)
    place = run.run_id
    if found.kind is not Kind.PLACEHOLDER:
        message = f"{shown} looks like a placeholder but cannot be filled."
        yield _problem("UNSUPPORTED_PLACEHOLDER", message, place, shown)
        return
    if found.name not in known:
        yield _problem("UNKNOWN_FIELD", f"No document type has a field for {shown}.", place, shown)
    if paragraph.in_field_result(found):
        message = f"{shown} lies in the result of a Word field, which Word may compute anew."
        yield _problem("FIELD_RESULT", message, place, shown)
    if controls.hold(run):
        message = f"{shown} lies in a content control bound to data, which Word shows instead."
        yield _problem("BOUND_CONTROL", message, place, shown)


def _shown(paragraph: BracketedParagraph, found: Found) -> str:
    return paragraph.text[found.start : found.end][:MAX_SHOWN_CHARACTERS]


def _problem(code: str, message: str, place: str, text: str) -> dict[str, str]:
    return {"code": code, "message": message, "place": place, "text": text}


def _suggested_skill(scan: Scan, skills: Sequence[Skill], known_in: Mapping[str, list[str]]) -> str | None:
    """Return the skill that knows most of the template's fields; on a tie the one with fewer fields."""
    hits = Counter(skill for name in scan.field_counts() for skill in known_in.get(name, ()))
    scores = [(-hits[skill.name], len(skill.fields), skill.name) for skill in skills if hits[skill.name]]
    return min(scores)[2] if scores else None
