"""Fills placeholders: which bytes of the template give way to which values.

The values are what the payload of a task gives to each placeholder, as text.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.edits import Edit
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.job import Payload
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.text_splices import Filled, Value, fill_paragraph, value_of


def build_values(skill: Skill, payload: Payload) -> dict[str, str]:
    r"""Return the text for each placeholder name whose field the payload gives.

    A field is not given if its key is absent, its value is ``null`` or, for a required field, only white
    space. An optional field with the value "" or [] becomes "". A list is joined with the field's separator.
    Line ends become ``\n``.
    """
    values = {}
    for placeholder, field in skill.placeholders().items():
        given = payload.get(field.key)
        if given is None:
            continue
        text = _as_text(field, given)
        if text.strip() or not field.required:
            values[placeholder] = text
    return values


def _as_text(field: Field, given: str | list[str]) -> str:
    text = given if isinstance(given, str) else field.separator.join(given)
    return text.replace("\r\n", "\n").replace("\r", "\n")


# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


class Filling(NamedTuple):
    """What filling comes to: the edits of each part, the ids of all runs whose text changes, in order."""

    edits: list[Edit]
    touched: dict[str, None]


def fill(scan: Scan, values: Mapping[str, str]) -> Filling:
    """Fill ``values`` (placeholder name to text) into the scanned paragraphs and their mirrors.

    Each placeholder is filled once; brackets inside a value stay text.
    """
    written = {name: value_of(value) for name, value in values.items()}
    filling = Filling([], {})
    # Paragraphs with the same bytes hold the same placeholders and are filled alike.
    known: dict[Paragraph, Filled] = {}
    for paragraph in scan.paragraphs:
        place = paragraph.place
        reading = place.reading
        filled = known.get(reading)
        if filled is None:
            wanted = [
                each
                for each in zip(paragraph.found, paragraph.pieces, strict=True)
                if each[0].kind is _PLACEHOLDER and each[0].name in values
            ]
            filled = known[reading] = fill_paragraph(reading, wanted, written)
        if not filled.splices:
            continue
        _change(place, filled, filling.edits)
        for run_index in filled.runs:
            filling.touched[f"{place.path}:r{run_index}"] = None
        for mirror in place.mirrors:
            _change(mirror, _filled_mirror(mirror, paragraph.found, written), filling.edits)
    return filling


def _filled_mirror(mirror: ParagraphPlace, found: Sequence[Found], values: Mapping[str, Value]) -> Filled:
    """Fill a paragraph that shows the same text, put together in its own way."""
    reading = mirror.reading
    wanted = [
        (each, reading.piece_at(each.start))
        for each in found
        if each.kind is _PLACEHOLDER and each.name in values
    ]
    return fill_paragraph(reading, wanted, values)


def _change(place: ParagraphPlace, filled: Filled, edits: list[Edit]) -> None:
    part = place.part
    if place.boxes:
        position = place.position
        edits += [Edit(part, position(start), position(end), new) for start, end, new in filled.splices]
    else:
        at = place.content
        edits += [Edit(part, at + start, at + end, new) for start, end, new in filled.splices]
    place.fill(filled)
