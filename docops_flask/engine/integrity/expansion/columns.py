"""The grid columns that a block of columns covers, row by row, as the proof finds them in the bytes.

w:gridCol of w:tblGrid (17.4.16, 17.4.48), and in each row the cells that lie in these columns.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.pairing import Block, Part

_VALUE = re.compile(rb"[\s:]val\s*=\s*(?:\"\s*(\d{1,4})\s*\"|'\s*(\d{1,4})\s*')")
_LOCAL = re.compile(rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")


class _Cell(NamedTuple):
    element: Element
    first: int
    behind: int


def covered_columns(content: bytes, block: Block) -> list[Sequence[Element]] | None:
    """Return what ``block`` covers: cells of the row with its start tag, w:gridCol, cells of other rows.

    ``None`` where its columns cut a cell, or leave a row without one.
    """
    begin_cell = block.start.paragraph.element.nearest("tc")
    end_cell = block.end.paragraph.element.nearest("tc")
    table = block.start.paragraph.element.nearest("tbl")
    if begin_cell is None or end_cell is None or table is None:
        return None
    rows = [each for each in table.children if each.kind == "tr"]
    if begin_cell.parent not in rows or end_cell.parent not in rows or _any_wrapped(table, "tr"):
        return None
    by_row = [_cells_of(content, row) for row in rows]
    places = {cell.element.start: cell for cells in by_row for cell in cells}
    first, behind = places[begin_cell.start].first, places[end_cell.start].behind
    grid = [
        column
        for each in table.children
        if _local(content, each) == b"tblGrid"
        for column in each.children
        if _local(content, column) == b"gridCol"
    ]
    if first >= behind or 0 < len(grid) < behind:
        return None
    found: list[Sequence[Element]] = [grid[first:behind]] if grid else []
    for row, cells in zip(rows, by_row, strict=True):
        own = [cell for cell in cells if cell.first < behind and cell.behind > first]
        is_whole = bool(own) and own[0].first == first and own[-1].behind == behind
        if not is_whole or len(own) == len(cells) or _any_wrapped(row, "tc"):
            return None
        pieces = row.children[own[0].element.number : own[-1].element.number + 1]
        found.insert(0 if row is begin_cell.parent else len(found), pieces)
    return found


def slice_of(block: Block, pieces: Sequence[Element]) -> Block:
    """Return a block for what ``block`` covers in another row or in the grid; it stands as often."""
    found = Block(block.start, block.story)
    found.end, found.of = block.end, block
    found.extent, found.is_mirror, found.number = block.extent, True, block.number
    found.parent, found.anchor = block.parent, block.anchor
    found.pieces = [*pieces]
    found.first, found.last = pieces[0].start, pieces[-1].end
    found.main = Part(found.first, found.last)
    return found


def _cells_of(content: bytes, row: Element) -> list[_Cell]:
    column = _number(content, row, b"trPr", b"gridBefore")
    found = []
    for element in row.children:
        if element.kind == "tc":
            behind = column + max(1, _number(content, element, b"tcPr", b"gridSpan"))
            found.append(_Cell(element, column, behind))
            column = behind
    return found


def _number(content: bytes, element: Element, properties: bytes, name: bytes) -> int:
    """Return the number that the properties of an element state, 0 for none."""
    own = (each for each in element.children if not each.kind and _local(content, each) == properties)
    stated = (inner for each in own for inner in each.children if _local(content, inner) == name)
    found = next(stated, None)
    value = None if found is None else _VALUE.search(content, found.start, found.tag_end)
    return 0 if value is None else int(value[1] or value[2])


def _local(content: bytes, element: Element) -> bytes:
    match = _LOCAL.match(content, element.start)
    return b"" if match is None else match[1]


def _any_wrapped(element: Element, kind: str) -> bool:
    """Say whether something that is no part of a table stands between an element and parts of it."""
    return any(each.kind == kind for child in element.children if not child.kind for each in _plain(child))


def _plain(element: Element) -> Iterator[Element]:
    """Yield what is in an element, down to the parts of tables and paragraphs."""
    for child in element.children:
        yield child
        if not child.kind:
            yield from _plain(child)
