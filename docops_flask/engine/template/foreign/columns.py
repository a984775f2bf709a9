"""Columns that docxtpl repeats or leaves out row by row ({%tc %}), rewritten as one block of columns of ours.

docxtpl takes the cells of these tags out, and each row has blocks of its own. Where all rows of a table have
the same blocks in the same columns these are one block here: the cells of the tags go, and the tags of the
first row move into paragraphs of their own in the cells beside them.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import CellPlace, ParagraphPlace, TablePlace
from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.oxml.markup import escaped
from docops_flask.engine.template.foreign.pairs import Block, Paired, Placed
from docops_flask.engine.template.foreign.table_cells import TableCells

PREFIX = "tc"


class Columns(NamedTuple):
    """The same block in each row of a table, the first row's first, with the table's cells."""

    blocks: Sequence[Block]
    cells: TableCells


class MovedCells(NamedTuple):
    """What becomes of the cells of tags: edits, and the paragraphs that go with their cells, by address.

    ``moved`` are the paragraphs of tags that stand in other cells then.
    """

    edits: list[Edit]
    dropped: set[str]
    moved: set[str]


def find_columns(paired: Paired, places: Sequence[ParagraphPlace]) -> list[Columns]:
    """Return the blocks of columns; the tags of others get the reason why they are left."""
    by_table: dict[TablePlace, dict[int, list[Block]]] = {}
    for block in paired.blocks:
        cell = block.start.place.cell
        if block.start.tag.prefix == PREFIX and cell is not None:
            by_table.setdefault(cell.table, {}).setdefault(cell.row, []).append(block)
    texts = _texts_of_cells(by_table, places)
    found: list[Columns] = []
    for table, by_row in by_table.items():
        columns = list(_of_table(table, by_row, texts))
        for each in columns:
            for block in each.blocks:
                block.lead = each.blocks[0]
        found += columns
    for placed in paired.tags:
        if placed.tag.prefix == PREFIX and (placed.block is None or placed.block.lead is None):
            placed.why = placed.why or "columns"
            placed.proposed = placed.proposed or "_".join(placed.tag.path)
            if placed.block is not None:
                placed.block.why = placed.block.why or placed.why
    return found


def moved_cells(found: Sequence[Columns]) -> MovedCells:
    """Return what becomes of the cells of the tags of blocks that were rewritten."""
    result = MovedCells([], set(), set())
    for columns in found:
        if not any(block.why for block in columns.blocks):
            _move(columns, result)
    return result


def _texts_of_cells(
    tables: dict[TablePlace, dict[int, list[Block]]], places: Sequence[ParagraphPlace]
) -> dict[CellPlace, str]:
    texts: dict[CellPlace, str] = {}
    for place in places if tables else ():
        if place.cell is not None and place.cell.table in tables:
            texts[place.cell] = texts.get(place.cell, "") + place.reading.text
    return texts


def _of_table(
    table: TablePlace, by_row: dict[int, list[Block]], texts: dict[CellPlace, str]
) -> Iterator[Columns]:
    shapes = {_shape(blocks) for blocks in by_row.values()}
    has_mirrors = any(block.start.place.mirrors for block in by_row[min(by_row)])
    if has_mirrors or len(by_row) != table.row_count or len(shapes) != 1 or None in shapes:
        return
    own = [placed for blocks in by_row.values() for block in blocks for placed in block.tags()]
    if not all(_stands_alone(placed, texts) for placed in own):
        return
    cells = TableCells(table)
    for of_one in zip(*(by_row[number] for number in sorted(by_row)), strict=True):
        covered = {
            tuple(cells.columns(row, _number(placed)) for placed in (block.start, block.end))
            for row, block in enumerate(of_one)
        }
        if len(covered) != 1 or None in next(iter(covered)):
            return
    for of_one in zip(*(by_row[number] for number in sorted(by_row)), strict=True):
        yield Columns(of_one, cells)


def _shape(blocks: Sequence[Block]) -> tuple[object, ...] | None:
    """Return what must be the same in all rows: what the blocks ask for.

    ``None`` where one of them is no block of columns.
    """
    shape: list[object] = []
    for block in blocks:
        start, end = block.start, block.end
        is_sound = (
            end is not None
            and end.tag.prefix == PREFIX
            and not block.dividers
            and not block.why
            and end.place.cell is not None
            and start.place.cell is not None
            and end.place.cell[:2] == start.place.cell[:2]
            and _number(end) > _number(start) + 1
        )
        if not is_sound:
            return None
        shape.append((start.tag.meant, start.tag.path, start.tag.tests))
    return tuple(shape)


def _stands_alone(placed: Placed, texts: dict[CellPlace, str]) -> bool:
    cell = placed.place.cell
    return cell is not None and texts[cell].strip() == placed.written.strip()


def _number(placed: Placed | None) -> int:
    cell = None if placed is None else placed.place.cell
    return -1 if cell is None else cell.number


def _move(columns: Columns, result: MovedCells) -> None:
    lead, table = columns.blocks[0], columns.cells
    start, end = lead.start, lead.end
    assert end is not None
    assert table.rows is not None
    part, first, last = start.place.part, _number(start), _number(end)
    why = ReplaceText(start.place.path, start.tag.start)
    cells = table.rows[0]
    properties = cells[first + 1].child("tcPr")
    before = cells[first + 1].inner if properties is None else properties.end
    behind = cells[last - 1].close
    for at, placed in ((before, start), (behind, end)):
        result.edits.append(Edit(part, at, at, _paragraph(part.text.root_prefix, placed.new), why))
        result.moved.add(placed.place.path)
    grid = table.grid()
    gone = [
        row[_number(placed)]
        for row, block in zip(table.rows, columns.blocks, strict=True)
        for placed in (block.start, block.end)
    ]
    for number in (first, last):
        covered = table.columns(0, number)
        gone += [] if covered is None else grid[slice(*covered)]
    result.edits.extend(Edit(part, each.start, each.end, b"", why) for each in gone)
    for each in gone:
        at = bisect_left(part.paragraphs, each.start, key=_start)
        for place in part.paragraphs[at : bisect_left(part.paragraphs, each.end, key=_start)]:
            if place.path not in result.moved:
                result.dropped.add(place.path)


def _start(place: ParagraphPlace) -> int:
    return place.start


def _paragraph(prefix: bytes, text: str | None) -> bytes:
    """Return a paragraph of a tag, which neither begins nor ends with a blank: w:t needs no xml:space."""
    w = prefix.decode()
    return f"<{w}p><{w}r><{w}t>".encode() + escaped(text or "") + f"</{w}t></{w}r></{w}p>".encode()
