"""Edits: which bytes of which part give way to which, and the parts written with them."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple, Protocol

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.opc.xml_part import Encoding, encoded
from docops_flask.engine.oxml.markup import Splice, spliced


class EditedPart(Protocol):
    """A part that can be written with edits: its name, its bytes as UTF-8, how the package has them."""

    @property
    def name(self) -> str:
        """Its name without leading slash."""

    @property
    def content(self) -> bytes:
        """Its bytes as UTF-8."""

    @property
    def encoding(self) -> Encoding | None:
        """Its encoding in the package, ``None`` for UTF-8."""


class Edit(NamedTuple):
    """The bytes ``start``:``end`` of a part, as UTF-8, give way to ``new``."""

    part: EditedPart
    start: int
    end: int
    new: bytes


def edits_at(place: ParagraphPlace, splices: Sequence[Splice]) -> list[Edit]:
    """Return ``splices`` of a paragraph's own bytes as edits of its part."""
    part = place.part
    if place.boxes:
        position = place.position
        return [Edit(part, position(start), position(end), new) for start, end, new in splices]
    at = place.content
    return [Edit(part, at + start, at + end, new) for start, end, new in splices]


_position = itemgetter(1, 2)


def written_parts(edits: Iterable[Edit]) -> dict[str, bytes]:
    """Return the parts that ``edits`` change, by name: the template's bytes with the edits in."""
    return {part.name: encoded(text, part.encoding) for part, text in edited_texts(edits).items()}


def edited_texts(edits: Iterable[Edit]) -> dict[EditedPart, bytes]:
    """Return the parts that ``edits`` change, as UTF-8."""
    by_part: dict[EditedPart, list[Edit]] = {}
    for edit in edits:
        by_part.setdefault(edit.part, []).append(edit)
    return {
        part: spliced(part.content, [edit[1:] for edit in sorted(of_part, key=_position)])
        for part, of_part in by_part.items()
    }
