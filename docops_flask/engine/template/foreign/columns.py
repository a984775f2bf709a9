"""Columns that docxtpl repeats or leaves out row by row ({%tc %}), rewritten as one block of columns of ours.

docxtpl takes the cells of these tags out, and each row has blocks of its own. Where all rows of a table have
the same blocks in the same cells these are one block here: the cells of the tags go, and the tags of the first
row move into paragraphs of their own in the cells beside them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import CellPlace, ParagraphPlace, TablePlace
from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.oxml.markup import escaped
from docops_flask.engine.template.foreign.pairs import Block, Paired, Placed
from docops_flask.engine.template.native.byte_tree import Node, read_nodes

PREFIX = "tc"


class Columns(NamedTuple):
    """The same block in each row of a table, the first row's first, with its rows: their cells."""

    blocks: Sequence[Block]
    table: Node
    rows: Sequence[Sequence[Node]]


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
            if placed.block is not None:
                placed.block.why = placed.block.why or placed.why
    return found


def moved_cells(found: Sequence[Columns], places: Sequence[ParagraphPlace]) -> MovedCells:
    """Return what becomes of the cells of the tags of blocks that were rewritten."""
    result = MovedCells([], set(), set())
    for columns in found:
        if not any(block.why for block in columns.blocks):
            _move(columns, places, result)
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
    part = table.part
    content = part.text.content
    end = content.index(b">", table.end) + 1
    scope = part.text.root_scope if table.scope is None else table.scope
    [element] = read_nodes(content, table.start, end, part.text.namespace, scope)
    rows = [_cells(each) for each in element.children if each.local == "tr"]
    has_all = len(rows) == table.row_count and sorted(by_row) == list(range(len(rows)))
    has_mirrors = any(block.start.place.mirrors for block in by_row[min(by_row)])
    shapes = {_shape(blocks) for blocks in by_row.values()}
    if not has_all or has_mirrors or len(shapes) != 1 or None in shapes:
        return
    if not all(
        _stands_alone(placed, texts) for blocks in by_row.values() for b in blocks for placed in b.tags()
    ):
        return
    last = max(_number(block.end) for block in by_row[0])
    spans = {tuple(_span(cell) for cell in row[: last + 1]) for row in rows}
    if len(spans) == 1 and not any(_begins_late(each) for each in element.children):
        for of_one in zip(*(by_row[number] for number in range(len(rows))), strict=True):
            yield Columns(of_one, element, rows)


def _shape(blocks: Sequence[Block]) -> tuple[object, ...] | None:
    """Return what must be the same in all rows: what the blocks ask for, and in which cells they stand.

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
        shape.append((start.tag.meant, start.tag.path, start.tag.tests, _number(start), _number(end)))
    return tuple(shape)


def _stands_alone(placed: Placed, texts: dict[CellPlace, str]) -> bool:
    cell = placed.place.cell
    return cell is not None and texts[cell].strip() == placed.written.strip()


def _number(placed: Placed | None) -> int:
    cell = None if placed is None else placed.place.cell
    return -1 if cell is None else cell.number


def _cells(row: Node) -> list[Node]:
    return [each for each in row.children if each.local == "tc"]


def _span(cell: Node) -> int:
    properties = cell.child("tcPr")
    span = None if properties is None else properties.child("gridSpan")
    value = "1" if span is None else span.attribute("val") or "1"
    return int(value) if value.isdecimal() else 1


def _begins_late(row: Node) -> bool:
    properties = row.child("trPr")
    return properties is not None and properties.child("gridBefore") is not None


def _move(columns: Columns, places: Sequence[ParagraphPlace], result: MovedCells) -> None:
    lead = columns.blocks[0]
    part = lead.start.place.part
    first, last = _number(lead.start), _number(lead.end)
    why = ReplaceText(lead.start.place.path, lead.start.tag.start)
    cells = columns.rows[0]
    opened = cells[first + 1].child("tcPr")
    at = cells[first + 1].inner if opened is None else opened.end
    prefix = part.text.prefix
    assert lead.end is not None
    result.edits.append(Edit(part, at, at, _paragraph(prefix, lead.start.new), why))
    at = cells[last - 1].close
    result.edits.append(Edit(part, at, at, _paragraph(prefix, lead.end.new), why))
    result.moved.update((lead.start.place.path, lead.end.place.path))
    gone = [row[number] for row in columns.rows for number in (first, last)]
    gone += _grid_columns(columns, (first, last))
    result.edits.extend(Edit(part, each.start, each.end, b"", why) for each in gone)
    for place in places:
        is_gone = place.part is part and any(each.start <= place.start < each.end for each in gone)
        if is_gone and place.path not in result.moved:
            result.dropped.add(place.path)


def _grid_columns(columns: Columns, numbers: Sequence[int]) -> list[Node]:
    grid = columns.table.child("tblGrid")
    found = [] if grid is None else [each for each in grid.children if each.local == "gridCol"]
    spans = [_span(cell) for cell in columns.rows[0]]
    return [each for number in numbers for each in found[sum(spans[:number]) : sum(spans[: number + 1])]]


def _paragraph(prefix: bytes, text: str | None) -> bytes:
    w = (prefix + b":" if prefix else b"").decode()
    return f"<{w}p><{w}r><{w}t>".encode() + escaped(text or "") + f"</{w}t></{w}r></{w}p>".encode()
