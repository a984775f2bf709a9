"""The grid columns that a block of columns covers, row by row, as the proof finds them in the bytes.

w:gridCol of w:tblGrid (17.4.16, 17.4.48), and in each row the cells that lie in these columns.
"""

import re
from collections.abc import Iterator, Sequence

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.grid_cells import (
    Cell,
    Columns,
    attributes_of,
    cells_of,
    grid_columns,
    local_name,
    stated_in,
)
from docops_flask.engine.integrity.expansion.pairing import Block, Part

_TEXT_VALUE = re.compile(rb"[\s:]val\s*=\s*[\"']\s*restart\s*[\"']")
# Types of width that state none (17.18.90).
_NONE = (b"auto", b"nil")


def covered_columns(content: bytes, block: Block) -> Columns | None:
    """Return what ``block`` covers; ``None`` where its columns cut a cell or a row has none in them."""
    begin_cell = block.start.paragraph.element.nearest("tc")
    end_cell = block.end.paragraph.element.nearest("tc")
    table = block.start.paragraph.element.nearest("tbl")
    if begin_cell is None or end_cell is None or table is None:
        return None
    rows = [each for each in table.children if each.kind == "tr"]
    if begin_cell.parent not in rows or end_cell.parent not in rows or _any_wrapped(table, "tr"):
        return None
    by_row = [cells_of(content, row) for row in rows]
    places = {cell.element.start: cell for cells in by_row for cell in cells}
    first, behind = places[begin_cell.start].first, places[end_cell.start].behind
    grid = grid_columns(content, table)
    if first >= behind or 0 < len(grid) < behind:
        return None
    found: list[Sequence[Element]] = [grid[first:behind]] if grid else []
    over: list[Cell] = []
    for row, cells in zip(rows, by_row, strict=True):
        own = [cell for cell in cells if cell.first < behind and cell.behind > first]
        if not own or _any_wrapped(row, "tc"):
            return None
        has_start = row is begin_cell.parent
        is_exact = own[0].first == first and own[-1].behind == behind
        if len(own) == 1 and not is_exact and not has_start and _is_over(own[0], first, behind):
            over += own
            continue
        if not is_exact or _cuts_merged(content, cells, first, behind):
            return None
        pieces = row.children[own[0].element.number : own[-1].element.number + 1]
        found.insert(0 if has_start else len(found), pieces)
    return Columns(first, behind, found, over)


def _is_over(cell: Cell, first: int, behind: int) -> bool:
    return cell.first <= first and behind <= cell.behind


def _cuts_merged(content: bytes, cells: Sequence[Cell], first: int, behind: int) -> bool:
    """Say whether cells that w:hMerge makes one begin or end amid the grid columns ``first``:``behind``.

    Those that begin before them and go on to their end or behind it do not.
    """
    begin = -1
    for number, cell in enumerate(cells):
        mark = stated_in(content, cell.element, b"tcPr", b"hMerge")
        if mark is None:
            begin = -1
            continue
        if begin < 0 or _TEXT_VALUE.search(content[mark.start : mark.tag_end]):
            begin = cell.first
        following = cells[number + 1] if number + 1 < len(cells) else None
        after = None if following is None else stated_in(content, following.element, b"tcPr", b"hMerge")
        if after is not None and not _TEXT_VALUE.search(content[after.start : after.tag_end]):
            continue
        if first <= begin < behind < cell.behind or begin < first < cell.behind < behind:
            return True
    return False


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
            name = local_name(content, each)
            of_cell = each.parent is not None and each.parent.parent is piece
            is_width = name == b"gridCol" or (name == b"tcW" and of_cell and _is_properties(content, each))
            if is_width and divided(content[each.start : each.tag_end], 0, 1) is not None:
                yield each.start, each.tag_end


def divided(tag: bytes, copy: int, count: int) -> bytes | None:
    """Return a start tag with a copy's share of its width, the first ones with what is left over.

    ``None`` where it states no width in numbers, or that there is none.
    """
    values = {name: (value, at) for name, value, at in attributes_of(tag)}
    value, at = values.get(b"w", (b"", 0))
    if not 0 < len(value) < 10 or not value.isdigit() or values.get(b"type", (b"", 0))[0] in _NONE:
        return None
    width = int(value)
    return tag[:at] + str((width + count - 1 - copy) // count).encode() + tag[at + len(value) :]


def _is_properties(content: bytes, element: Element) -> bool:
    return element.parent is not None and local_name(content, element.parent) == b"tcPr"


def _any_wrapped(element: Element, kind: str) -> bool:
    """Say whether something that is no part of a table stands between an element and parts of it."""
    return any(each.kind == kind for child in element.children if not child.kind for each in _plain(child))


def _plain(element: Element) -> Iterator[Element]:
    """Yield what is in an element, down to the parts of tables and paragraphs."""
    for child in element.children:
        yield child
        if not child.kind:
            yield from _plain(child)
