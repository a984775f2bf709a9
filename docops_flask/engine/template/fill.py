"""Fills placeholders: which bytes of the template give way to which values."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.edits import Edit, RemoveRun, ReplaceText, edits_at
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.template.alike import AlikeParagraphs, EmptiedRun, Filling, fill_alike
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.text_splices import (
    Filled,
    Spot,
    Value,
    fill_paragraph,
    fill_spot,
    spot_of,
    value_of,
)
from docops_flask.engine.template.values import Values

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.filling import PictureFilling

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


def fill(
    scan: Scan,
    values: Values,
    pictures: "PictureFilling | None" = None,
    alike: AlikeParagraphs | None = None,
) -> Filling:
    """Fill ``values`` and ``pictures`` into the scanned paragraphs and their mirrors.

    Each placeholder is filled once; brackets inside a value stay text. ``alike`` are the paragraphs by kinds
    where each kind is to be filled once.
    """
    if alike is not None:
        return fill_alike(alike, values)
    filling = Filling([], {}, [], [])
    # What is written, by the texts that paragraphs get.
    written: dict[int, dict[str, Value]] = {}
    # Paragraphs with the same bytes and the same placeholders are filled alike with the same texts: in a
    # block that stays as it is tags are text.
    known: dict[tuple[Paragraph, int, int], Filled] = {}
    # Those in copies get texts of their own, but in the same place.
    spots: dict[tuple[Paragraph, int], Spot | None] = {}
    for paragraph in scan.paragraphs:
        place = paragraph.place
        reading = place.reading
        texts = values.texts_in(place)
        key = reading, id(texts), id(paragraph.found)
        drawn = {} if pictures is None else pictures.values_in(place, paragraph.found, texts)
        filled = None if drawn else known.get(key)
        if filled is None and place in values.of_copies and not drawn and not place.mirrors:
            filled = _filled_copy(paragraph, texts, spots)
        if filled is None:
            wanted = [
                (found, piece)
                for found, piece in zip(paragraph.found, paragraph.pieces, strict=True)
                if found.kind is _PLACEHOLDER and found.name in texts
            ]
            of_texts = written.get(key[1])
            if of_texts is None:
                of_texts = written[key[1]] = {name: value_of(value) for name, value in texts.items()}
            own: Mapping[str, Value] = ChainMap(drawn, of_texts) if drawn else of_texts
            filled = fill_paragraph(reading, wanted, own)
            if not drawn:
                known[key] = filled
        if not filled.splices:
            continue
        _change(place, filled, filling)
        path = place.path
        for run_index in filled.runs:
            filling.touched[f"{path}:r{run_index}"] = None
        for mirror in place.mirrors:
            own = ChainMap(drawn, written[key[1]]) if drawn else written[key[1]]
            _change(mirror, _filled_mirror(mirror, paragraph.found, own), filling)
    return filling


def _filled_copy(
    paragraph: BracketedParagraph,
    texts: Mapping[str, str],
    spots: dict[tuple[Paragraph, int], Spot | None],
) -> Filled | None:
    """Fill a paragraph whose only placeholder is in one w:t; ``None`` for others, and for several lines."""
    if len(paragraph.found) != 1:
        return None
    [found] = paragraph.found
    text = texts.get(found.name) if found.kind is _PLACEHOLDER else None
    if text is None:
        return None
    reading = paragraph.place.reading
    key = reading, id(paragraph.found)
    if key not in spots:
        spots[key] = spot_of(reading, found, paragraph.pieces[0])
    spot = spots[key]
    return None if spot is None else fill_spot(reading, spot, value_of(text))


def _filled_mirror(mirror: ParagraphPlace, found: Sequence[Found], values: Mapping[str, Value]) -> Filled:
    """Fill a paragraph that shows the same text, put together in its own way."""
    reading = mirror.reading
    wanted = [
        (each, reading.piece_at(each.start))
        for each in found
        if each.kind is _PLACEHOLDER and each.name in values
    ]
    return fill_paragraph(reading, wanted, values)


def _change(place: ParagraphPlace, filled: Filled, filling: Filling) -> None:
    path = place.path
    splices = filled.splices
    if len(splices) == 1 and not place.boxes:
        at, [(start, end, new)] = place.content, splices
        why = ReplaceText(path, filled.by_placeholder[0][0])
        filling.edits.append(Edit(place.part, at + start, at + end, new, why))
    else:
        for placeholder, of_placeholder in filled.by_placeholder:
            filling.edits.extend(edits_at(place, of_placeholder, ReplaceText(path, placeholder)))
    place.fill(filled)
    for index, splices in filled.emptied_runs():
        edits = edits_at(place, splices, RemoveRun(f"{path}:r{index}"))
        filling.emptied.append(EmptiedRun(place, index, edits))
