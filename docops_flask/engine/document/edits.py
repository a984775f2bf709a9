"""Edits: which bytes of which part give way to which and why, and the parts written with them.

Addresses in the reasons are those of the document that is filled: where blocks are repeated that is the
expanded template, whose addresses are the result's.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeAlias

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.errors import DocopsError
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


class ReplaceText(NamedTuple):
    """A placeholder gives way to its value: an entry of the replace log.

    It begins at the character ``start`` of the text at the address ``path``, which is the entry's own or one
    of its mirrors.
    """

    path: str
    start: int


class RemoveRun(NamedTuple):
    """What values leave of the run at the address ``run_id`` goes: it holds no character any more."""

    run_id: str


class SetAttributes(NamedTuple):
    """Repairs of the format check: the entries of ``fix_changes`` about a paragraph and the runs in it."""

    path: str


class RepeatBlock(NamedTuple):
    """A block stands as often as the data asks: the entry of ``blocks`` with this number."""

    number: int


class AddLists(NamedTuple):
    """Copies of blocks get lists of their own in ``part``: the entries of ``added.numbering``."""

    part: str


class LeaveOut(NamedTuple):
    """An option leaves something out: the entry of ``removed`` with these members."""

    what: str
    part: str
    id: str


Why: TypeAlias = ReplaceText | RemoveRun | SetAttributes | RepeatBlock | AddLists | LeaveOut


class Edit(NamedTuple):
    """The bytes ``start``:``end`` of a part, as UTF-8, give way to ``new``; ``why`` says what for."""

    part: EditedPart
    start: int
    end: int
    new: bytes
    why: Why


def edits_at(place: ParagraphPlace, splices: Sequence[Splice], why: Why) -> list[Edit]:
    """Return ``splices`` of a paragraph's own bytes as edits of its part, all for the same reason."""
    part = place.part
    if place.boxes:
        position = place.position
        return [Edit(part, position(start), position(end), new, why) for start, end, new in splices]
    at = place.content
    return [Edit(part, at + start, at + end, new, why) for start, end, new in splices]


_position = itemgetter(1, 2)
_bounds = itemgetter(0, 1)


# Edits of parts without their reasons, where one and the same reason is known for all.
Texts: TypeAlias = Iterable[tuple[EditedPart, Sequence[tuple[int, int, bytes]]]]


def written_parts(edits: Iterable[Edit], texts: Texts = ()) -> dict[str, bytes]:
    """Return the parts that ``edits`` change, by name: the template's bytes with the edits in.

    ``texts`` are edits as well: bytes that give way to the values of placeholders.
    """
    return {part.name: encoded(text, part.encoding) for part, text in edited_texts(edits, texts).items()}


def edited_texts(edits: Iterable[Edit], texts: Texts = ()) -> dict[EditedPart, bytes]:
    """Return the parts that ``edits`` and ``texts`` change, as UTF-8.

    Raises ``DocopsError`` where two edits are about the same bytes.
    """
    by_part: dict[EditedPart, list[Edit]] = {}
    for edit in edits:
        by_part.setdefault(edit.part, []).append(edit)
    written = {}
    for part, of_texts in texts:
        splices = [*of_texts, *(edit[1:4] for edit in by_part.pop(part, ()))]
        try:
            written[part] = spliced(part.content, sorted(splices, key=_bounds))
        except ValueError:
            raise DocopsError(f"Two edits of the same bytes of {part.name}.") from None
    return written | {
        part: _edited(part, sorted(of_part, key=_position)) for part, of_part in by_part.items()
    }


def _edited(part: EditedPart, edits: Sequence[Edit]) -> bytes:
    try:
        return spliced(part.content, [edit[1:4] for edit in edits])
    except ValueError:
        one, other = next(each for each in pairwise(edits) if each[1].start < each[0].end)
        message = f"Two edits of the same bytes of {part.name}: {one.why}, {other.why}."
        raise DocopsError(message) from None
