"""The answer of inspect: what a template asks for and what is wrong with it (contract section 7)."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from docops_flask.engine.document.document import RunPlace
from docops_flask.engine.errors import echo
from docops_flask.engine.reports.bound_controls import BoundControls
from docops_flask.engine.reports.log_entry import (
    UNACCOUNTED,
    UNACCOUNTED_REASON,
    UNSUPPORTED_REASONS,
)
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Found, Kind, Suggestions
from docops_flask.engine.template.native.marker import MARKER
from docops_flask.engine.template.places.found import UNFILLABLE, PlaceScan
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.unaccounted import Unaccounted, UnaccountedName

# The most that an answer lists of each kind, so that it stays small; its counts are complete.
MAX_LISTED = 10_000
MAX_SHOWN_CHARACTERS = 80
FIELD_RESULT = "FIELD_RESULT"
UNKNOWN_FIELD, NO_FIELDS = "UNKNOWN_FIELD", "NO_FIELDS"


class UnsupportedPlace(NamedTuple):
    """A text that looks like a placeholder but cannot be filled; ``kind`` is the value of a ``Kind``.

    ``paragraph_path`` is the address of the paragraph, of a text inside it, or of one outside paragraphs.
    """

    kind: str
    text: str
    paragraph_path: str
    suggestion: str | None
    reason: str
    related_place: str | None = None


class Problem(NamedTuple):
    """Something wrong with a template, at ``place``: a run, a part, or "" for all of it.

    ``text`` is the placeholder or the link that it is about ("" for none), ``related_place`` the place of
    another tag that it is about, ``suggestion`` what to do or write, where that is told by itself.
    """

    code: str
    message: str
    place: str
    text: str
    related_place: str | None = None
    suggestion: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as an answer's JSON has it."""
        members = self._asdict()
        if self.suggestion is None:
            del members["suggestion"]
        return members


class CandidateText(NamedTuple):
    """A bracketed text that is filled if its name is declared: how often it occurs, and where."""

    text: str
    # The contract's name; it hides a method of tuples.
    count: int  # type: ignore[assignment]
    places: tuple[str, ...]


class OpenFacts(NamedTuple):
    """The members of an inspection that an open task is made from, as the answer has them."""

    language: int
    structure: tuple[dict[str, Any], ...]
    schema: dict[str, Any]
    sample_task: dict[str, Any]
    candidates: tuple[CandidateText, ...]
    kinds: dict[str, str]


class TemplateField(NamedTuple):
    """A placeholder name of a template: how often it occurs, in which runs, which skills know it."""

    name: str
    # The contract's name; it hides a method of tuples.
    count: int  # type: ignore[assignment]
    places: tuple[str, ...]
    known_in: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the field as the answer's JSON has it."""
        return {**self._asdict(), "places": list(self.places), "known_in": list(self.known_in)}


class Inspection(NamedTuple):
    """What a template asks for and what is wrong with it; at most ``MAX_LISTED`` of each kind.

    ``language`` is 2 where the template has tags that language 1 does not know. ``structure`` are its blocks,
    each with those inside it. ``schema`` is the JSON Schema
    of an open task's payload, ``sample_task`` a task that fits it, ``candidates`` are texts that would be
    fields if somebody declared them. ``kinds`` says of each field how the template marks it.
    """

    fields: tuple[TemplateField, ...]
    unsupported: tuple[UnsupportedPlace, ...]
    problems: tuple[Problem, ...]
    suggested_skill: str | None
    language: int
    structure: tuple[dict[str, Any], ...]
    schema: dict[str, Any]
    sample_task: dict[str, Any]
    candidates: tuple[CandidateText, ...]
    kinds: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer's JSON, all but ``request_id``."""
        return {
            "fields": [field.as_dict() for field in self.fields],
            "unsupported": [each._asdict() for each in self.unsupported],
            "problems": [problem.as_dict() for problem in self.problems],
            "suggested_skill": self.suggested_skill,
            "language": self.language,
            "structure": list(self.structure),
            "schema": self.schema,
            "sample_task": self.sample_task,
            "candidates": [{**each._asdict(), "places": list(each.places)} for each in self.candidates],
            "kinds": self.kinds,
        }


def inspect_template(  # noqa: PLR0917, called once
    scan: Scan,
    places: PlaceScan,
    skills: Sequence[Skill],
    unaccounted: Unaccounted,
    beside: Iterable[Problem],
    faults: Sequence[UnsupportedPlace],
    facts: OpenFacts,
) -> Inspection:
    """Return the inspection of a scanned template; ``skills`` are all that are known.

    ``places`` is what stands outside the paragraphs of its stories; ``unaccounted`` are the names that
    neither holds, and the files that were not searched; ``beside`` are the problems of what the template has
    beside its text; ``faults`` are tags of language 2 that are not filled; ``facts`` are what an open task is
    made from. In language 2 any name is a field.
    """
    known_in: dict[str, list[str]] = {}
    for skill in skills:
        for name in skill.placeholders():
            known_in.setdefault(name, []).append(skill.name)
    return Inspection(
        fields=tuple(_fields(scan, places, known_in)),
        unsupported=tuple(
            islice(
                chain(
                    _unsupported_places(scan, places, Suggestions(known_in)),
                    faults,
                    map(_unaccounted_place, unaccounted.names),
                ),
                MAX_LISTED,
            )
        ),
        problems=tuple(
            islice(
                chain(
                    (
                        each
                        for each in _problems(scan, places, known_in)
                        if facts.language == 1 or each.code != UNKNOWN_FIELD
                        if not facts.structure or each.code != NO_FIELDS
                    ),
                    map(_problem_of_fault, faults),
                    map(_unaccounted_problem, unaccounted.names),
                    _unread_problems(unaccounted.unread),
                    beside,
                ),
                MAX_LISTED,
            )
        ),
        suggested_skill=_suggested_skill(scan, places, skills, known_in),
        **facts._asdict(),
    )


def _fields(scan: Scan, elsewhere: PlaceScan, known_in: Mapping[str, list[str]]) -> list[TemplateField]:
    counts = dict(islice(_field_counts(scan, elsewhere).items(), MAX_LISTED))
    places: dict[str, list[str]] = {name: [] for name in counts}
    for name, address in islice(_placeholders(scan), MAX_LISTED):
        if name in places:
            places[name].append(address)
    for place, found in islice(elsewhere.all_found(), MAX_LISTED):
        if found.kind is Kind.PLACEHOLDER and found.name in places:
            places[found.name].append(place.path)
    return [
        TemplateField(name, count, tuple(places[name]), tuple(known_in.get(name, ())))
        for name, count in counts.items()
    ]


def _field_counts(scan: Scan, elsewhere: PlaceScan) -> Counter[str]:
    return Counter(scan.field_counts()) + Counter(elsewhere.field_counts())


def _placeholders(scan: Scan) -> Iterator[tuple[str, str]]:
    """Yield the name and the place of each placeholder that can be filled."""
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            if found.kind is Kind.PLACEHOLDER:
                yield found.name, paragraph.run_of(found).run_id
        for text in paragraph.inline:
            for name in text.names():
                yield name, text.text.address


def _unsupported_places(
    scan: Scan, elsewhere: PlaceScan, suggestions: Suggestions
) -> Iterator[UnsupportedPlace]:
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            if found.kind is not Kind.PLACEHOLDER:
                yield UnsupportedPlace(
                    kind=found.kind.value,
                    text=_shown(paragraph, found),
                    paragraph_path=paragraph.place.path,
                    suggestion=suggestions.near(found.name),
                    reason=UNSUPPORTED_REASONS[found.kind],
                )
        for text in paragraph.inline:
            for found, refusal in text.found:
                is_placeholder = found.kind is Kind.PLACEHOLDER
                if is_placeholder and refusal is None:
                    continue
                yield UnsupportedPlace(
                    kind=(found if refusal is None else refusal).kind.value,
                    text=text.written(found)[:MAX_SHOWN_CHARACTERS],
                    paragraph_path=text.text.address,
                    suggestion=None if is_placeholder else suggestions.near(found.name),
                    reason=UNSUPPORTED_REASONS[found.kind] if refusal is None else refusal.reason,
                )
    for place, found in elsewhere.all_found():
        if found.kind is not Kind.PLACEHOLDER:
            yield UnsupportedPlace(
                kind=found.kind.value,
                text=place.text[found.start : found.end][:MAX_SHOWN_CHARACTERS],
                paragraph_path=place.path,
                suggestion=suggestions.near(found.name),
                reason=UNSUPPORTED_REASONS[found.kind],
            )
    for unfillable in elsewhere.unfillable:
        shown = unfillable.shown[:MAX_SHOWN_CHARACTERS]
        yield UnsupportedPlace(UNFILLABLE, shown, unfillable.path, None, unfillable.told)


def _problem_of_fault(fault: UnsupportedPlace) -> Problem:
    meant = "" if fault.suggestion is None else f" Did you mean {fault.suggestion}?"
    message = f"{fault.text} is not filled: {fault.reason}.{meant}"
    return Problem(fault.kind, message, fault.paragraph_path, fault.text, fault.related_place)


def _unaccounted_place(name: UnaccountedName) -> UnsupportedPlace:
    path = f"{name.part}#{name.place}"
    text = name.text[:MAX_SHOWN_CHARACTERS]
    return UnsupportedPlace(UNACCOUNTED, text, path, None, UNACCOUNTED_REASON)


def _unaccounted_problem(name: UnaccountedName) -> Problem:
    shown = name.text[:MAX_SHOWN_CHARACTERS]
    message = f"{shown} stands in {echo(name.part)} at a place that is not filled."
    return Problem("UNACCOUNTED_PLACEHOLDER", message, f"{name.part}#{name.place}", shown)


def _unread_problems(unread: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    for code, place in unread:
        # Few templates have such files, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.run_warnings import warning_of

        yield Problem(code, warning_of(code, place).message, place, "")


def _problems(scan: Scan, elsewhere: PlaceScan, known: Container[str]) -> Iterator[Problem]:
    controls = BoundControls(elsewhere.shown_data)
    if not _field_counts(scan, elsewhere):
        yield Problem(NO_FIELDS, "The template holds no placeholder such as 【MEETING_TITLE】.", "", "")
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            yield from _problems_of(paragraph, found, known, controls)
        for text in paragraph.inline:
            for found, refusal in text.found:
                shown, place = text.written(found)[:MAX_SHOWN_CHARACTERS], text.text.address
                if found.kind is not Kind.PLACEHOLDER or refusal is not None:
                    yield _unsupported_problem(place, shown)
                elif found.name not in known:
                    yield _unknown_field(place, shown)
    yield from _problems_elsewhere(elsewhere, known)
    for paragraph in scan.comments:
        for found in paragraph.found:
            shown = _shown(paragraph, found)
            message = f"{shown} is in a comment; comments are not filled."
            yield Problem("IN_COMMENT", message, paragraph.run_of(found).run_id, shown)


def _problems_elsewhere(elsewhere: PlaceScan, known: Container[str]) -> Iterator[Problem]:
    for place, found in elsewhere.all_found():
        shown = place.text[found.start : found.end][:MAX_SHOWN_CHARACTERS]
        if found.kind is not Kind.PLACEHOLDER:
            yield _unsupported_problem(place.path, shown)
        elif found.name not in known:
            yield _unknown_field(place.path, shown)
    for unfillable in elsewhere.unfillable:
        shown = unfillable.shown[:MAX_SHOWN_CHARACTERS]
        message = f"{shown} cannot be filled where it stands. {unfillable.told}."
        yield Problem("UNSUPPORTED_PLACEHOLDER", message, unfillable.path, shown)


def _unsupported_problem(place: str, shown: str) -> Problem:
    message = f"{shown} looks like a placeholder but cannot be filled."
    return Problem("UNSUPPORTED_PLACEHOLDER", message, place, shown)


def _unknown_field(place: str, shown: str) -> Problem:
    return Problem(UNKNOWN_FIELD, f"No document type has a field for {shown}.", place, shown)


def _problems_of(
    paragraph: BracketedParagraph, found: Found, known: Container[str], controls: BoundControls
) -> Iterator[Problem]:
    run, shown = paragraph.run_of(found), _shown(paragraph, found)
    place = run.run_id
    if found.kind is not Kind.PLACEHOLDER:
        yield _unsupported_problem(place, shown)
        return
    if found.name not in known:
        yield _unknown_field(place, shown)
    if paragraph.in_field_result(found) and not _is_mark(run):
        message = f"{shown} lies in the result of a Word field, which Word may recompute."
        yield Problem(FIELD_RESULT, message, place, shown)
    if controls.contain(run):
        message = f"{shown} lies in a content control bound to data, which Word shows instead."
        yield Problem("BOUND_CONTROL", message, place, shown)


def _is_mark(run: RunPlace) -> bool:
    """Say whether the tag in a run is that of the field whose result it is (docs/analysis/native-marks.md).

    Word keeps what stands in a form field.
    """
    return any(str(name).startswith(MARKER) for name in run.element.attrib)


def _shown(paragraph: BracketedParagraph, found: Found) -> str:
    return paragraph.text[found.start : found.end][:MAX_SHOWN_CHARACTERS]


def _suggested_skill(
    scan: Scan, elsewhere: PlaceScan, skills: Sequence[Skill], known_in: Mapping[str, list[str]]
) -> str | None:
    """Return the skill that knows most of the template's fields; on a tie the one with fewer fields."""
    hits = Counter(skill for name in _field_counts(scan, elsewhere) for skill in known_in.get(name, ()))
    scores = [(-hits[skill.name], len(skill.fields), skill.name) for skill in skills if hits[skill.name]]
    return min(scores)[2] if scores else None
