"""What vanishes of paragraphs and rows: those that hold nothing but the tags of blocks.

Rules V1 to V3 of docs/analysis/blocks.md. The template alone decides but for V3, paragraphs of inline blocks.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, Pieces
from docops_flask.engine.template.blocks.tag_sites import Solid, TagSite
from docops_flask.engine.template.tag_kinds import TagKind

_OF_BLOCKS = frozenset((TagKind.EACH, TagKind.IF, TagKind.UNLESS, TagKind.END, TagKind.ELSE, TagKind.BETWEEN))
# A table in a content control is another table.
_AROUND_ROWS = (PieceKind.ROW, PieceKind.OTHER)
_SECTION = re.compile(rb"<(?:[^\s<>/:!?]+:)?sectPr[\s/>]")


class Vanished(NamedTuple):
    """A control paragraph or row: the rule, ``V1`` or ``V2``; ``is_emptied`` says that it stays, emptied."""

    piece: Piece
    reason: str
    is_emptied: bool = False


class ControlPieces:
    """The control paragraphs and rows of a part, told from its sound blocks."""

    def __init__(
        self,
        pieces: Pieces,
        places: Mapping[int, ParagraphPlace],
        control: Mapping[ParagraphPlace, Sequence[TagSite]],
        blocks: Sequence[FoundBlock],
    ) -> None:
        """``places`` are the paragraphs by where they begin, ``control`` the control tags in them."""
        self._pieces = pieces
        self._places = places
        self._control = control
        self._is_control: dict[int, bool] = {}
        self.rows = self._control_rows(blocks)
        inline = {id(site) for block in blocks if block.is_inline for site in block.sites}
        self.paragraphs: dict[int, Vanished] = {}
        for place, sites in control.items():
            piece = pieces.paragraphs[place.start]
            is_loose = all(id(site) in inline for site in sites if site.tag.kind in _OF_BLOCKS) and any(
                id(site) in inline for site in sites
            )
            row = piece.around(PieceKind.ROW)
            in_row = row is not None and self._has_row(row)
            if not is_loose and not in_row and self._holds_control_alone(piece):
                self.paragraphs[piece.start] = Vanished(piece, "V1")
        for start, each in self.paragraphs.items():
            if self._must_stay(each.piece):
                self.paragraphs[start] = each._replace(is_emptied=True)

    @property
    def vanished(self) -> list[Vanished]:
        """All of them, in the order of their bytes."""
        return sorted((*self.paragraphs.values(), *self.rows.values()), key=lambda each: each.piece.start)

    def goes(self, piece: Piece) -> bool:
        """Say whether a piece is a control paragraph or row that belongs to no block."""
        return piece.start in self.rows or piece.start in self.paragraphs

    def is_divider(self, piece: Piece) -> bool:
        """Say whether a piece is a paragraph or row that holds control tags alone."""
        if piece.kind is PieceKind.PARAGRAPH:
            return self._holds_control_alone(piece)
        return piece.kind is PieceKind.ROW and self._is_control_row(piece)

    def _has_row(self, row: Piece | None) -> bool:
        while row is not None:
            if row.start in self.rows:
                return True
            row = row.around(PieceKind.ROW)
        return False

    def _control_rows(self, blocks: Sequence[FoundBlock]) -> dict[int, Vanished]:
        found: dict[int, Vanished] = {}
        # Of a row whether it is made of control tags, and of a block whether it has another row.
        for block in blocks:
            if block.range is None or block.range.kind not in ("rows", "table"):
                continue
            rows = {id(row): row for site in block.sites for row in self._rows_of(site)}
            control = {key: row for key, row in rows.items() if self._is_control_row(row)}
            if control and any(
                not self._is_control_row(each) if id(each) in rows else True for each in self._rows_in(block)
            ):
                found |= {row.start: Vanished(row, "V2") for row in control.values()}
        return found

    def _rows_of(self, site: TagSite) -> Iterator[Piece]:
        row = self._pieces.paragraphs[site.place.start].around(PieceKind.ROW)
        if row is not None:
            yield row

    @staticmethod
    def _rows_in(block: FoundBlock) -> Iterator[Piece]:
        assert block.range is not None
        pending = [*reversed(block.range.pieces)]
        while pending:
            piece = pending.pop()
            if piece.kind is PieceKind.ROW:
                yield piece
            elif piece.kind in (PieceKind.TABLE, PieceKind.OTHER):
                # Content controls hold rows too.
                pending += (each for each in reversed(piece.children) if each.kind in _AROUND_ROWS)

    def _is_control_row(self, row: Piece) -> bool:
        known = self._is_control.get(row.start)
        if known is None:
            known = all(
                each.around(PieceKind.ROW) is row and self._holds_control_alone(each, needs_tag=False)
                for each in _paragraphs_in(row)
            ) and any(
                site.tag.kind in _OF_BLOCKS
                for each in _paragraphs_in(row)
                for site in self._control.get(self._places[each.start], ())
            )
            self._is_control[row.start] = known
        return known

    def _holds_control_alone(self, piece: Piece, *, needs_tag: bool = True) -> bool:
        place = self._places.get(piece.start)
        if place is None:
            return False
        sites = self._control.get(place, ())
        return (bool(sites) or not needs_tag) and Solid(place, sites).is_empty

    def _must_stay(self, piece: Piece) -> bool:
        """Say whether a control paragraph ends a section, or is what its container has to end with."""
        if _SECTION.search(self._places[piece.start].own_bytes):
            return True
        assert piece.parent is not None
        if is_body(self._places[piece.start].part, piece.parent):
            return False
        siblings = (each for each in reversed(piece.parent.children) if _is_content(each))
        if next(siblings) is not piece:
            return False
        before = next((each for each in siblings if not self.goes(each)), None)
        return before is None or before.kind is PieceKind.TABLE


def is_body(part: StoryPart, piece: Piece) -> bool:
    """Say whether a piece is the body of a document: Word adds the paragraph that may be lacking there."""
    tag = TOKEN.match(part.text.content, piece.start)
    return tag is not None and tag[2] is not None and tag[2].rpartition(b":")[2] == b"body"


def _is_content(piece: Piece) -> bool:
    return piece.kind is not PieceKind.OTHER or next(_paragraphs_in(piece), None) is not None


def _paragraphs_in(piece: Piece) -> Iterator[Piece]:
    pending = [piece]
    while pending:
        each = pending.pop()
        if each.kind is PieceKind.PARAGRAPH:
            yield each
        pending.extend(reversed(each.children))


class Solids:
    """What counts in paragraphs beside their control tags, found when it is first asked for."""

    def __init__(self, control: Mapping[ParagraphPlace, Sequence[TagSite]]) -> None:
        self._control = control
        self._known: dict[ParagraphPlace, Solid] = {}

    def of(self, place: ParagraphPlace) -> Solid:
        """Return what counts in a paragraph."""
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = Solid(place, self._control.get(place, ()))
        return known


def loose_paragraphs(
    control: Mapping[ParagraphPlace, Sequence[TagSite]],
    blocks: Sequence[FoundBlock],
    of_pictures: Collection[ParagraphPlace] = (),
) -> list[ParagraphPlace]:
    """Return the paragraphs that are made of inline blocks, remarks and white space alone.

    Those with pictures that are blocks, ``of_pictures``, are made of such too.
    """
    outermost: dict[ParagraphPlace, list[FoundBlock]] = {}
    for block in blocks:
        around = block.parent
        is_inner = around is not None and around.is_inline and around.story is block.story
        if block.is_inline and not is_inner:
            outermost.setdefault(block.start.place, []).append(block)
    found = [*of_pictures]
    for place, own in outermost.items():
        if place in of_pictures:
            continue
        solid = Solid(place, control[place])
        bounds: list[TagSite | None] = [None]
        for block in own:
            bounds += [block.start, block.end]
        bounds.append(None)
        if not any(
            solid.is_between(first, last) for first, last in zip(bounds[::2], bounds[1::2], strict=True)
        ):
            found.append(place)
    return sorted(found, key=lambda each: each.start)
