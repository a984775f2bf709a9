"""What an inspection says of a template in language 2: schema, sample task, candidates."""

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from docops_flask.engine.document.document import Document
from docops_flask.engine.reports.inspection import (
    MAX_LISTED,
    MAX_SHOWN_CHARACTERS,
    CandidateText,
    OpenFacts,
    Problem,
    UnsupportedPlace,
)
from docops_flask.engine.reports.schema_words import add_words
from docops_flask.engine.reports.tag_faults import fault_of
from docops_flask.engine.template.conditions import is_ordered
from docops_flask.engine.template.field_labels import field_words
from docops_flask.engine.template.grammar import CLOSE, FAULTS, OPEN, Found, Kind, likely_name
from docops_flask.engine.template.inline_scan import BracketedInline
from docops_flask.engine.template.json_schema import DIALECT, json_schema, sample_payload
from docops_flask.engine.template.near_tags import near_tag, word_meant
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_meaning import Detail, TagMeanings, path_of
from docops_flask.engine.template.tags import read_tag

# A longer schema is left out: an answer of an inspection is bounded.
MAX_SCHEMA_CHARACTERS = 1_000_000


def without_slips(meanings: TagMeanings, placeholders: Container[str]) -> TagMeanings:
    """Return ``meanings`` where small letters in one of ``placeholders`` count as a slip of its author.

    【meeting_date】 in a template for a document type with MEETING_DATE does not make it one of language 2.
    """
    needing = [each for each in meanings.needing if likely_name(each[0]) not in placeholders]
    return meanings._replace(needing=needing)


def open_facts(document: Document, meanings: TagMeanings, kinds: dict[str, str]) -> OpenFacts:
    """Return what the tags of ``document`` ask a payload for, with what it says around them.

    ``kinds`` says of each field how the template marks it.
    """
    scope = meanings.shape.root
    plain = [name for each in meanings.candidates if each.accepted is None and "." not in (name := each.name)]
    schema, sample = json_schema(scope, plain), {"payload": sample_payload(scope)}
    add_words(schema, field_words(document))
    if len(json.dumps((schema, sample), ensure_ascii=False)) > MAX_SCHEMA_CHARACTERS:
        schema, sample = {"$schema": DIALECT, "type": "object"}, {"payload": {}}
    structure: tuple[dict[str, Any], ...] = ()
    if meanings.structure is not None:
        # Imported here: few templates have blocks.
        from docops_flask.engine.template.blocks.structure_report import structure_as_list

        structure = tuple(structure_as_list(meanings.structure))
    language = 2 if meanings.needs_language_2 else 1
    return OpenFacts(language, structure, schema, sample, tuple(_candidates(meanings)), kinds)


def _candidates(meanings: TagMeanings) -> Iterator[CandidateText]:
    room = MAX_LISTED
    for each in meanings.candidates[:MAX_LISTED]:
        places = tuple(each.places[:room])
        room -= len(places)
        yield CandidateText(each.text[:MAX_SHOWN_CHARACTERS], len(each.places), places)


def needs_language_2(meanings: TagMeanings) -> tuple[Problem, ...]:
    """Return a problem for each tag that a job in language 1 cannot fill, at most ``MAX_LISTED``."""
    return tuple(
        Problem(
            "NEEDS_LANGUAGE_2",
            f"{shown} is filled in open tasks only: send the task without task_type.",
            address,
            shown,
        )
        for name, address in islice(meanings.needing, MAX_LISTED)
        for shown in (f"{OPEN}{name}{CLOSE}"[:MAX_SHOWN_CHARACTERS],)
    )


def undeclared_names(meanings: TagMeanings) -> tuple[Problem, ...]:
    """Return a hint for each text that would be a field if somebody declared its name, or is nearly a tag."""
    return tuple(_as_text(each.text, each.places[0]) for each in meanings.candidates[:MAX_LISTED])


def _as_text(text: str, place: str) -> Problem:
    shown = text[:MAX_SHOWN_CHARACTERS]
    accepted, meant = near_tag(text[1:-1]), word_meant(text[1:-1])
    did_you_mean = "" if meant is None else f" Did you mean {meant}?"
    if accepted is not None:
        message = f"{shown} is text and is not filled: {accepted}.{did_you_mean}"
        return Problem("NEAR_TAG", message, place, shown)
    name = path_of(text[1:-1]) or text[1:-1].strip()
    message = (
        f"{shown} is text. It is filled where the payload has the key, or the template declares the name: "
        f"【字段：{name[:MAX_SHOWN_CHARACTERS]}】.{did_you_mean}"
    )
    return Problem("UNDECLARED_NAME", message, place, shown)


def undeclared_texts(texts: Iterable[str]) -> tuple[Problem, ...]:
    """Return a hint for each of ``texts``, which are not filled, for the whole template."""
    return tuple(_as_text(text, "") for text in texts)


def hints(meanings: TagMeanings) -> Iterator[Problem]:
    """Yield what an author should know of the tags of a template beside their faults."""
    yield from needs_language_2(meanings)
    yield from undeclared_names(meanings)
    yield from comparisons_with_words(meanings)
    yield from blocks_in_one_cell(meanings)


def comparisons_with_words(meanings: TagMeanings) -> Iterator[Problem]:
    """Yield a hint for each tag that asks what is more or less than a word: that never holds."""
    for each, address in meanings.comparisons:
        tag = read_tag(each)
        assert isinstance(tag, Tag)
        word = next(literal for literal in tag.literals if not is_ordered(literal))
        shown = f"{OPEN}{each}{CLOSE}"[:MAX_SHOWN_CHARACTERS]
        message = (
            f"{shown} compares with {word[:MAX_SHOWN_CHARACTERS]}, which is neither a number nor a date: "
            f"{tag.operator} never holds. Write a number, a date such as 2026-05-06, or =."
        )
        yield Problem("NEVER_HOLDS", message, address, shown)


def blocks_in_one_cell(meanings: TagMeanings) -> Iterator[Problem]:
    """Yield a hint for each block in one cell of a table whose extent is not written."""
    if meanings.structure is not None:
        # Imported here: few templates have blocks.
        from docops_flask.engine.template.blocks import structure_report

        for block in structure_report.blocks_in_one_cell(meanings.structure):
            shown = block.start.placed.text[:MAX_SHOWN_CHARACTERS]
            message = (
                f"{shown} covers what lies in its cell: write 行 behind the name to cover the row, "
                "内 to say that the cell is meant."
            )
            yield Problem("BLOCK_IN_ONE_CELL", message, structure_report.run_of(block.start), shown)


def tag_faults(meanings: TagMeanings) -> list[UnsupportedPlace]:
    """Return the tags of language 2 that are not filled, in document order; those outside paragraphs last."""
    found: list[UnsupportedPlace] = []
    for paragraph in meanings.scan.paragraphs:
        place, text = paragraph.place, paragraph.text
        for each in paragraph.found:
            if each.kind in FAULTS:
                detail = meanings.details.get((place, each.start))
                found.append(_fault(each, text, place.path, detail))
        for inside in paragraph.inline:
            for own, _ in inside.found:
                if own.kind in FAULTS:
                    found.append(_fault(own, inside.text.reading.text, inside.text.address))
    for elsewhere, each in meanings.places.all_found():
        if each.kind in FAULTS:
            found.append(_fault(each, elsewhere.text, elsewhere.path))
    return found


def _fault(found: Found, text: str, path: str, detail: Detail | None = None) -> UnsupportedPlace:
    written = text[found.start : found.end]
    reason, suggestion = fault_of(found.kind, written, None, detail)
    related = None if detail is None else detail.related_place
    return UnsupportedPlace(
        found.kind.value, written[:MAX_SHOWN_CHARACTERS], path, suggestion, reason, related
    )


def with_paths(meanings: TagMeanings) -> tuple[Scan, PlaceScan]:
    """Return the fields that were found, with their paths as names, and what looks like fields.

    Numbers and items are no fields; ``tag_faults`` has the tags that are not filled.
    """
    paragraphs = []
    for paragraph in meanings.scan.paragraphs:
        pairs = [
            (each._replace(name=_name(each)), piece)
            for each, piece in zip(paragraph.found, paragraph.pieces, strict=True)
            if _is_listed(each)
        ]
        own, pieces = [each for each, _ in pairs], [piece for _, piece in pairs]
        inline = _inline_with_paths(paragraph.inline)
        if own or inline:
            paragraphs.append(BracketedParagraph(paragraph.place, own, pieces, inline))
    places = [
        each._replace(found=[found._replace(name=_name(found)) for found in each.found if _is_listed(found)])
        for each in meanings.places.places
    ]
    return meanings.scan._replace(paragraphs=paragraphs), meanings.places._replace(places=places)


def _inline_with_paths(texts: Sequence[BracketedInline]) -> list[BracketedInline]:
    listed = (
        text._replace(
            found=[
                each._replace(found=each.found._replace(name=_name(each.found)))
                for each in text.found
                if _is_listed(each.found)
            ]
        )
        for text in texts
    )
    return [text for text in listed if text.found]


def _is_listed(found: Found) -> bool:
    """Say whether what was found is a field or looks like one."""
    if found.kind is not Kind.PLACEHOLDER:
        return found.kind not in FAULTS
    tag = read_tag(found.name)
    return not isinstance(tag, Tag) or tag.kind in (
        TagKind.FIELD,
        TagKind.PICTURE,
        TagKind.CHECK,
        TagKind.DOCUMENT,
    )


def _name(found: Found) -> str:
    name = found.name
    return path_of(name) if found.kind is Kind.PLACEHOLDER and read_tag(name) is not None else name
