"""Entries of the replace log about placeholders outside the paragraphs of stories."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from docops_flask.engine.reports.log_entry import (
    MAX_CONTEXT_CHARACTERS,
    UNSUPPORTED_REASONS,
    LogEntry,
    missing_reason,
    note_of_name,
)
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Kind, Suggestions, ignored_characters
from docops_flask.engine.template.places.filling import Outcome, PlaceFilling
from docops_flask.engine.template.places.found import UNFILLABLE, BoundNode, PlaceScan, Unfillable

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.filling import ShownPicture


def place_entries(
    scan: PlaceScan,
    filling: PlaceFilling,
    skill: Skill,
    suggestions: Suggestions,
    pictures: "Mapping[tuple[str, int], ShownPicture] | None" = None,
) -> Iterator[LogEntry]:
    """Yield an entry for each placeholder of ``scan``: filled or missing ones, then those only reported.

    ``pictures`` are those that were put into drawings, by address and first character of their tags.
    """
    for outcome in filling.outcomes:
        entry = _entry(outcome, skill, suggestions)
        yield (
            entry
            if pictures is None
            else entry.with_picture(pictures.get((entry.paragraph_path, entry.start)))
        )
    for node, text in filling.bound:
        yield _of_bound_node(node, text)
    for unfillable in (*scan.unfillable, *filling.refused):
        yield _reported(unfillable)


def _entry(outcome: Outcome, skill: Skill, suggestions: Suggestions) -> LogEntry:
    place, found = outcome.place, outcome.found
    rule = place.rule
    entry = LogEntry(
        "replaced",
        None,
        place.path,
        found.start,
        found.end,
        place.text[found.start : found.end],
        place.text[max(0, found.start - MAX_CONTEXT_CHARACTERS) : found.start],
        place.text[found.end : found.end + MAX_CONTEXT_CHARACTERS],
        (),
        part=place.part.name,
        place=rule.place,
    )
    if found.kind is not Kind.PLACEHOLDER:
        return entry._replace(
            status="unsupported",
            reason=UNSUPPORTED_REASONS[found.kind],
            kind=found.kind.value,
            suggestion=suggestions.near(found.name),
        )
    if outcome.refusal is not None:
        reason = f"{rule.place}: {outcome.refusal}"
        return entry._replace(status="unsupported", reason=reason, kind=UNFILLABLE)
    if outcome.text is not None:
        return entry._replace(
            field_name=found.name, new_text=outcome.text, note=_note(outcome, entry.original_text)
        )
    field = skill.placeholders().get(found.name)
    reason = missing_reason(skill, field is not None, bool(field and field.required))
    return entry._replace(status="missing", field_name=found.name, reason=reason)


def _note(outcome: Outcome, original: str) -> str | None:
    notes = [note_of_name(original)] if ignored_characters(original) else []
    return "; ".join([*notes, outcome.note] if outcome.note else notes) or None


def _of_bound_node(node: BoundNode, text: str) -> LogEntry:
    return LogEntry(
        "replaced",
        None,
        f"{node.part.name}#{node.address}",
        0,
        len(node.text),
        node.text,
        "",
        "",
        (),
        node.found[0].name,
        text,
        part=node.part.name,
        place="data that a content control shows",
        bound_control=node.control,
    )


def _reported(unfillable: Unfillable) -> LogEntry:
    text, start, end = unfillable.text, unfillable.start, unfillable.end
    return LogEntry(
        "unsupported",
        None,
        unfillable.path,
        start,
        end,
        unfillable.shown,
        text[max(0, start - MAX_CONTEXT_CHARACTERS) : start],
        text[end : end + MAX_CONTEXT_CHARACTERS],
        (),
        reason=unfillable.told,
        kind=UNFILLABLE,
        part=unfillable.part,
        place=unfillable.place,
    )
