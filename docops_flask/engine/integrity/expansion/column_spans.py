"""Numbers about repeated columns that stand outside of them: w:gridSpan and w:tcW of cells over them, w:tblW.

What they have to be follows from the copies of the columns that the log tells of.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.grid_cells import (
    Cell,
    attributes_of,
    cells_of,
    grid_columns,
    local_name,
    stated_in,
)
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.ranges import OverRange, Share

_MOST_DIGITS = {b"val": 4, b"w": 9}


def with_counts(tag: bytes, over: OverRange, counts: Sequence[int]) -> bytes:
    """Return what a start tag has to be where the blocks of ``over`` have ``counts`` of copies."""
    shares = [*zip(over.shares, counts, strict=True)]
    for name, value, at in attributes_of(tag):
        if name == b"val":
            columns = int(value) + sum(each.columns * (count - 1) for each, count in shares)
            return _with(tag, value, at, max(columns, 1))
        gone = sum(each.width for each, count in shares if count == 0)
        left = over.width - gone
        if name == b"w" and gone and left > 0:
            return _with(tag, value, at, int(value) * left // over.width)
    return tag


def _with(tag: bytes, value: bytes, at: int, number: int) -> bytes:
    begin = at + len(value) - len(value.lstrip())
    return tag[:begin] + b"%d" % number + tag[begin + len(value.strip()) :]


def over_ranges(content: bytes, blocks: Sequence[Block]) -> Iterator[OverRange]:
    """Yield the numbers about the columns that ``blocks`` of a part repeat."""
    by_table: dict[int, tuple[Element, list[Block]]] = {}
    for block in blocks:
        table = None if block.columns is None else block.pieces[0].nearest("tbl")
        if table is not None:
            by_table.setdefault(table.start, (table, []))[1].append(block)
    for table, own in by_table.values():
        widths = _widths(content, table)
        tag = stated_in(content, table, b"tblPr", b"tblW")
        if tag is not None and _type(content, tag) == b"dxa" and _is_number(content, tag):
            yield OverRange(tag, table, [_share(each, widths) for each in own], sum(widths))
        over: dict[int, tuple[Cell, list[Block]]] = {}
        for block in own:
            for cell in () if block.columns is None else block.columns.over:
                over.setdefault(cell.element.start, (cell, []))[1].append(block)
        for cell, of in over.values():
            shares = [_share(each, widths) for each in of]
            for name, types in ((b"gridSpan", None), (b"tcW", (b"dxa", b"pct"))):
                tag = stated_in(content, cell.element, b"tcPr", name)
                if tag is None or not _is_number(content, tag):
                    continue
                if types is None or _type(content, tag) in types:
                    yield OverRange(tag, cell.element, shares, sum(widths[cell.first : cell.behind]))


def _share(block: Block, widths: Sequence[int]) -> Share:
    assert block.columns is not None
    first, behind = block.columns.first, block.columns.behind
    return Share(block, behind - first, sum(widths[first:behind]))


def _widths(content: bytes, table: Element) -> list[int]:
    """Return the width of each grid column; where one is not stated, all count as the same."""
    found = []
    for column in grid_columns(content, table):
        values = {name: value for name, value, _ in attributes_of(content[column.start : column.tag_end])}
        value = values.get(b"w", b"")
        found.append(int(value) if value.isdigit() and len(value) <= _MOST_DIGITS[b"w"] else 0)
    if found and 0 not in found:
        return found
    rows = (each for each in table.children if each.kind == "tr")
    most = max((cell.behind for row in rows for cell in cells_of(content, row)), default=0)
    return [1] * (len(found) or most)


def _type(content: bytes, tag: Element) -> bytes:
    """Return the type of a width, which is in twips without one."""
    values = {name: value for name, value, _ in attributes_of(content[tag.start : tag.tag_end])}
    return values.get(b"type", b"dxa")


def _is_number(content: bytes, tag: Element) -> bool:
    wanted = b"val" if local_name(content, tag) == b"gridSpan" else b"w"
    for name, value, _ in attributes_of(content[tag.start : tag.tag_end]):
        if name == wanted:
            digits = value.strip() if wanted == b"val" else value
            return digits.isdigit() and len(digits) <= _MOST_DIGITS[wanted]
    return False
