"""Fills placeholders: which bytes of the template give way to which values."""

from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.edits import Edit, edits_at
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.text_splices import Filled, Value, fill_paragraph, value_of
from docops_flask.engine.template.values import Values

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.filling import PictureFilling

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


class EmptiedRun(NamedTuple):
    """Run number ``index`` of ``place``, which holds nothing any more; ``edits`` take away its rest."""

    place: ParagraphPlace
    # The method of tuples that the field hides is not used.
    index: int  # type: ignore[assignment]
    edits: list[Edit]


class Filling(NamedTuple):
    """What filling comes to: the edits of each part, the ids of all runs whose text changes, in order.

    ``emptied`` are the runs that hold nothing any more.
    """

    edits: list[Edit]
    touched: dict[str, None]
    emptied: list[EmptiedRun]

    def edits_of_emptied(self, repaired: Collection[tuple[ParagraphPlace, int]]) -> list[Edit]:
        """Return the edits that take the emptied runs out, the last step of writing.

        Runs that were ``repaired`` (paragraph and number) stay.
        """
        return [edit for run in self.emptied if run[:2] not in repaired for edit in run.edits]


def fill(scan: Scan, values: Values, pictures: "PictureFilling | None" = None) -> Filling:
    """Fill ``values`` and ``pictures`` into the scanned paragraphs and their mirrors.

    Each placeholder is filled once; brackets inside a value stay text.
    """
    filling = Filling([], {}, [])
    # What is written, by the texts that paragraphs get.
    written: dict[int, dict[str, Value]] = {}
    # Paragraphs with the same bytes and the same placeholders are filled alike with the same texts: in a
    # block that stays as it is tags are text.
    known: dict[tuple[Paragraph, int, int], Filled] = {}
    for paragraph in scan.paragraphs:
        place = paragraph.place
        reading = place.reading
        texts = values.texts_in(place)
        key = reading, id(texts), id(paragraph.found)
        drawn = {} if pictures is None else pictures.values_in(place, paragraph.found)
        filled = None if drawn else known.get(key)
        if filled is None:
            wanted = [
                each
                for each in zip(paragraph.found, paragraph.pieces, strict=True)
                if each[0].kind is _PLACEHOLDER and each[0].name in texts
            ]
            if key[1] not in written:
                written[key[1]] = {name: value_of(value) for name, value in texts.items()}
            own: Mapping[str, Value] = ChainMap(drawn, written[key[1]]) if drawn else written[key[1]]
            filled = fill_paragraph(reading, wanted, own)
            if not drawn:
                known[key] = filled
        if not filled.splices:
            continue
        _change(place, filled, filling)
        for run_index in filled.runs:
            filling.touched[f"{place.path}:r{run_index}"] = None
        for mirror in place.mirrors:
            own = ChainMap(drawn, written[key[1]]) if drawn else written[key[1]]
            _change(mirror, _filled_mirror(mirror, paragraph.found, own), filling)
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


def _change(place: ParagraphPlace, filled: Filled, filling: Filling) -> None:
    filling.edits.extend(edits_at(place, filled.splices))
    place.fill(filled)
    for index, splices in filled.emptied_runs():
        filling.emptied.append(EmptiedRun(place, index, edits_at(place, splices)))
