"""Where blocks lie in tables whose columns are repeated, whatever the order of their tags.

A block in a cell of these columns lies in them; one beside them does not, even between their tags. Cells in
rows that a block repeats lie in that block.
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
    in_row: dict[int, list[Block]] = {}
    for block in columns:
        block.slices = [each for each in block.slices if not control.goes(_holder(each))]
        for each in block.slices:
            in_row.setdefault(_holder(each).start, []).append(each)
    around = {id(block): _around(block, in_row, extents) for block in blocks}
    top: list[Block] = []
    for block in blocks:
        block.children = []
    for block in blocks:
        block.parent = around[id(block)]
        (top if block.parent is None else block.parent.children).append(block)
    owners = _owners_of_rows(blocks, extents)
    for block in columns:
        for each in block.slices:
            each.parent = owners.get(_holder(each).start, block.parent)
    return top


def clashing(blocks: Sequence[Block], extents: Mapping[int, Extent]) -> Iterator[Block]:
    """Yield blocks of columns that begin in rows of a block, or share columns with others."""
    owners = _owners_of_rows(blocks, extents)
    taken: dict[tuple[int, int], Block] = {}
    for block in blocks:
        if block.columns is None:
            continue
        cell = extents[id(block)].pieces[0]
        table = cell.nearest("tbl")
        if _parent_of(cell).start in owners:
            yield block
        for column in range(block.columns.first, block.columns.behind):
            other = taken.setdefault((0 if table is None else table.start, column), block)
            if other is not block:
                yield from (other, block)


def _owners_of_rows(blocks: Sequence[Block], extents: Mapping[int, Extent]) -> dict[int, Block]:
    """Return the innermost block of rows by where each row of it begins."""
    found: dict[int, tuple[int, Block]] = {}
    for block in blocks:
        extent = extents[id(block)]
        for row in extent.pieces if extent.kind == "rows" else ():
            count = len(extent.pieces)
            if row.start not in found or count < found[row.start][0]:
                found[row.start] = count, block
    return {start: block for start, (_, block) in found.items()}


def blocks_in_cells(
    columns: Sequence[Block], blocks: Sequence[Block], extents: Mapping[int, Extent | None]
) -> dict[int, Block]:
    """Return the columns that ``blocks`` lie in, but for those in the row of the start tag, by identity."""
    cells: dict[int, list[tuple[int, int, Block]]] = {}
    for block in columns:
        extent = extents[id(block)]
        for pieces in () if extent is None or extent.columns is None else extent.columns.ranges[1:]:
            range_of = pieces[0].start, pieces[-1].end, block
            cells.setdefault(_parent_of(pieces[0]).start, []).append(range_of)
    found: dict[int, Block] = {}
    for block in blocks:
        first, last = bytes_of(block, extents[id(block)])
        row = block.start.paragraph.element.nearest("tr")
        while row is not None and id(block) not in found:
            for begin, end, around in cells.get(row.start, ()):
                if begin <= first and last <= end:
                    found[id(block)] = around
            row = row.nearest("tr")
    return found


def bytes_of(block: Block, extent: Extent | None) -> tuple[int, int]:
    """Return the bytes from the first to the last of a block's tags and what it covers."""
    places = [block.start.first, block.end.last]
    if extent is not None and extent.kind != "inline" and extent.pieces:
        places += (extent.pieces[0].start, extent.pieces[-1].end)
    return min(places), max(places)


def _around(
    block: Block, in_row: Mapping[int, Sequence[Block]], extents: Mapping[int, Extent]
) -> Block | None:
    """Return the block or slice of columns that a block lies in; ``parent`` is what its tags stand in."""
    first, last = bytes_of(block, extents[id(block)])
    outer = block.parent
    row = block.start.paragraph.element.nearest("tr")
    while row is not None:
        for each in in_row.get(row.start, ()):
            is_inside = each.first <= first and last <= each.last
            if not is_inside or (
                block.columns is not None and row is _parent_of(extents[id(block)].pieces[0])
            ):
                continue
            begin, end = (-1, -1) if outer is None else bytes_of(outer, extents[id(outer)])
            return outer if each.first <= begin and end <= each.last else each
        row = row.nearest("tr")
    while outer is not None and outer.columns is not None:
        pieces = extents[id(outer)].pieces
        if pieces[0].start <= first and last <= pieces[-1].end:
            break
        outer = outer.parent
    return outer


def _holder(columns: Block) -> Element:
    """Return the row, or w:tblGrid, that a slice of columns lies in."""
    return _parent_of(columns.pieces[0])


def _parent_of(element: Element) -> Element:
    assert element.parent is not None
    return element.parent
