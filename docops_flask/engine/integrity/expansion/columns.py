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
# Types of width that state none (17.18.90).
_NONE = (b"auto", b"nil")


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


def stated_widths(content: bytes, block: Block) -> Iterator[tuple[int, int]]:
    """Yield where the start tags of w:gridCol and of cells' w:tcW that state a width begin and end."""
    for piece in block.pieces:
        for each in piece.inside() if piece.kind == "tc" else (piece,):
            name = _local(content, each)
            of_cell = each.parent is not None and each.parent.parent is piece
            is_width = name == b"gridCol" or (name == b"tcW" and of_cell and _is_properties(content, each))
            if is_width and divided(content[each.start : each.tag_end], 0, 1) is not None:
                yield each.start, each.tag_end


def divided(tag: bytes, copy: int, count: int) -> bytes | None:
    """Return a start tag with a copy's share of its width, the first ones with what is left over.

    ``None`` where it states no width in numbers, or that there is none.
    """
    values = {name: (value, at) for name, value, at in _attributes(tag)}
    value, at = values.get(b"w", (b"", 0))
    if not 0 < len(value) < 10 or not value.isdigit() or values.get(b"type", (b"", 0))[0] in _NONE:
        return None
    width = int(value)
    return tag[:at] + str((width + count - 1 - copy) // count).encode() + tag[at + len(value) :]


def _attributes(tag: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield local name, value and place of the value of each attribute."""
    for match in re.finditer(rb"([^\s:=<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag):
        number = 2 if match[2] is not None else 3
        yield match[1], match[number], match.start(number)


def _is_properties(content: bytes, element: Element) -> bool:
    return element.parent is not None and _local(content, element.parent) == b"tcPr"


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
