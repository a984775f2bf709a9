"""Where blocks lie in the columns and rows of tables whose columns are repeated, whatever the order of their tags.

A block in a cell of these columns lies in them; one beside them does not, even between their tags. Cells in rows
that a block repeats lie in that block.
"""

from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.integrity.expansion.control_pieces import ControlPieces
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.extents import Extent
from docops_flask.engine.integrity.expansion.pairing import Block


def nested_in_columns(
    blocks: Sequence[Block], extents: Mapping[int, Extent], control: ControlPieces
) -> list[Block]:
    """Put ``blocks``, outer ones before those inside as tags pair, into one another by where they lie.

    Columns lose their slices in rows that go. Returns the blocks outside others.
    """
    columns = [block for block in blocks if block.columns is not None]
    for block in columns:
        block.slices = [
            each
            for each in block.slices
            if not (each.pieces[0].kind == "tc" and control.goes(_row_of(each.pieces[0])))
        ]
    around = {id(block): _around(block, columns, extents) for block in blocks}
    top: list[Block] = []
    for block in blocks:
        block.children = []
    for block in blocks:
        block.parent = around[id(block)]
        (top if block.parent is None else block.parent.children).append(block)
    for block in columns:
        rows = [each for each in blocks if _repeats_rows_beside(each, block, extents)]
        for each in block.slices:
            own = [one for one in rows if _holds_row(extents[id(one)], each.pieces[0])]
            own.sort(key=lambda one: len(extents[id(one)].pieces))
            each.parent = own[0] if own else block.parent
    return top


def clashing(blocks: Sequence[Block], extents: Mapping[int, Extent]) -> Iterator[Block]:
    """Yield blocks of columns that begin in rows of a block, or share columns with others."""
    columns = [block for block in blocks if block.columns is not None]
    for block in columns:
        first = extents[id(block)].pieces[0]
        for each in blocks:
            if _repeats_rows_beside(each, block, extents) and _holds_row(extents[id(each)], first):
                yield block
        for other in columns:
            if other is block or _table_of(other, extents) is not _table_of(block, extents):
                continue
            assert block.columns is not None
            assert other.columns is not None
            if max(block.columns.first, other.columns.first) < min(block.columns.behind, other.columns.behind):
                yield block


def bytes_of(block: Block, extent: Extent | None) -> tuple[int, int]:
    """Return the bytes from the first to the last of a block's tags and what it covers."""
    places = [block.start.first, block.end.last]
    if extent is not None and extent.kind != "inline" and extent.pieces:
        places += (extent.pieces[0].start, extent.pieces[-1].end)
    return min(places), max(places)


def _around(block: Block, columns: Sequence[Block], extents: Mapping[int, Extent]) -> Block | None:
    """Return the block or slice of columns that a block lies in; ``parent`` is what its tags stand in."""
    first, last = bytes_of(block, extents[id(block)])
    slices = [
        each
        for of in columns
        for each in of.slices
        if of.story == block.story and each.first <= first and last <= each.last
        if block.columns is None or _table_of(of, extents) is not _table_of(block, extents)
    ]
    outer = block.parent
    if slices:
        inner = max(slices, key=lambda each: each.first)
        if outer is not None:
            begin, end = bytes_of(outer, extents[id(outer)])
            if inner.first <= begin and end <= inner.last:
                return outer
        return inner
    while outer is not None and outer.columns is not None:
        pieces = extents[id(outer)].pieces
        if pieces[0].start <= first and last <= pieces[-1].end:
            break
        outer = outer.parent
    return outer


def _repeats_rows_beside(block: Block, columns: Block, extents: Mapping[int, Extent]) -> bool:
    extent = extents[id(block)]
    return extent.kind == "rows" and extent.pieces[0].parent is _table_of(columns, extents)


def _table_of(columns: Block, extents: Mapping[int, Extent]) -> Element | None:
    return extents[id(columns)].pieces[0].nearest("tbl")


def _holds_row(extent: Extent, cell: Element) -> bool:
    row = cell.parent
    return row is not None and any(each is row for each in extent.pieces)


def _row_of(cell: Element) -> Element:
    assert cell.parent is not None
    return cell.parent
