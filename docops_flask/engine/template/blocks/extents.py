"""What a block repeats or decides about, by the places of its tags (docs/templates.md, chapter *Extents*).

The template alone decides, never the data. The first rule that fits holds; an explicit word comes before.
"""

from typing import NamedTuple

from docops_flask.engine.template.blocks.pieces import Piece, PieceKind
from docops_flask.engine.template.tag_kinds import Extent


class TagPlace(NamedTuple):
    """Where a tag stands: its paragraph, and whether there is anything before and behind it there.

    *Anything* is, control tags apart, a character other than white space, or what can be seen or counts
    otherwise: drawings, objects, page breaks, note references, symbols, tracked deletions.
    """

    paragraph: Piece
    is_after_something: bool
    is_before_something: bool


class Range(NamedTuple):
    """What a block covers: ``kind`` is inline, paragraphs, rows, table or columns.

    For all but ``inline`` it is the siblings ``first`` to ``last``.
    """

    kind: str
    first: Piece
    last: Piece

    @property
    def pieces(self) -> list[Piece]:
        """The elements that are covered."""
        parent = self.first.parent
        assert parent is not None
        return parent.children[self.first.number : self.last.number + 1]


class ExtentFault(NamedTuple):
    """A block that has no extent: a code of docs/templates.md, and why."""

    code: str
    reason: str


def extent_of(start: TagPlace, end: TagPlace, stated: Extent | None) -> Range | ExtentFault | None:
    """Return what the block from ``start`` to ``end`` covers; ``None`` where it covers nothing."""
    first, last = start.paragraph, end.paragraph
    if stated in (Extent.ROWS, Extent.TABLE, Extent.COLUMNS):
        return _in_table(first, last, stated)
    if stated is Extent.PARAGRAPHS:
        if first.parent is not last.parent:
            return _apart(first, last)
        return Range("paragraphs", first, last)
    if first is last:
        return Range("inline", first, last)
    if first.parent is last.parent:
        return _paragraphs(start, end)
    table = first.around(PieceKind.TABLE)
    cells = first.around(PieceKind.CELL), last.around(PieceKind.CELL)
    if table is not None and table is last.around(PieceKind.TABLE) and cells[0] is not cells[1]:
        if stated is Extent.CONTENT:
            return ExtentFault("BLOCK_CROSSES_TABLE", "its tags stand in two cells")
        return _rows(first, last)
    return _apart(first, last)


def _apart(first: Piece, last: Piece) -> ExtentFault:
    """Return the fault of a block whose tags have no parent in common."""
    if first.around(PieceKind.CELL) is last.around(PieceKind.CELL):
        return ExtentFault("BLOCK_CUTS_ELEMENT", "one of its tags stands in a content control, the other not")
    return ExtentFault("BLOCK_CROSSES_TABLE", "its tags stand in a table and outside of it, or in two cells")


def _paragraphs(start: TagPlace, end: TagPlace) -> Range | ExtentFault | None:
    if start.is_after_something and start.is_before_something:
        return ExtentFault("BLOCK_CUTS_PARAGRAPH", "there is text on both sides of its start tag")
    if end.is_after_something and end.is_before_something:
        return ExtentFault("BLOCK_CUTS_PARAGRAPH", "there is text on both sides of its end tag")
    parent = start.paragraph.parent
    assert parent is not None
    first = start.paragraph.number + start.is_after_something
    last = end.paragraph.number - end.is_before_something
    if first > last:
        return None
    return Range("paragraphs", parent.children[first], parent.children[last])


def _in_table(first: Piece, last: Piece, stated: Extent) -> Range | ExtentFault:
    table = first.around(PieceKind.TABLE)
    if table is None or last.around(PieceKind.TABLE) is None:
        return ExtentFault("BLOCK_NOT_IN_TABLE", "its tags do not stand in a table")
    if last.around(PieceKind.TABLE) is not table:
        return ExtentFault("BLOCK_CROSSES_TABLE", "its tags stand in two tables")
    if stated is Extent.COLUMNS:
        return _columns(first, last)
    return Range("table", table, table) if stated is Extent.TABLE else _rows(first, last)


def _columns(first: Piece, last: Piece) -> Range | ExtentFault:
    """Return the cells of the two tags, which say which columns are covered."""
    begin, end = first.around(PieceKind.CELL), last.around(PieceKind.CELL)
    if begin is None or end is None:
        return ExtentFault("BLOCK_NOT_IN_TABLE", "its tags do not stand in cells")
    for cell in (begin, end):
        row = cell.parent
        if row is None or row.kind is not PieceKind.ROW or row.parent is not cell.around(PieceKind.TABLE):
            return ExtentFault("BLOCK_CUTS_ELEMENT", "a content control stands around cells or rows")
    return Range("columns", begin, end)


def _rows(first: Piece, last: Piece) -> Range | ExtentFault:
    rows = first.around(PieceKind.ROW), last.around(PieceKind.ROW)
    if rows[0] is None or rows[1] is None or rows[0].parent is not rows[1].parent:
        return ExtentFault("BLOCK_CROSSES_TABLE", "its rows do not stand beside one another")
    return Range("rows", rows[0], rows[1])
