"""Which cells of a table lie in given grid columns (17.4.14, 17.4.17, 17.4.48), and which lie over them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.template.blocks.extents import ExtentFault, Range
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, piece_path

_VALUE = re.compile(rb"(?:^|[\s:])val\s*=\s*[\"']\s*([^\"']*?)\s*[\"']")
_MOST_DIGITS = 4
# The width that a start tag states, in twips or fiftieths of a percent (17.4.87, 17.18.90).
WIDTH = re.compile(rb"[\s:]w\s*=\s*[\"'](\d{1,9})[\"']")


class Covered(NamedTuple):
    """The grid columns ``begin``:``end`` of a table that has ``total``.

    ``ranges`` are the cells of the row with the start tag, then w:gridCol and the cells of each other row;
    ``over`` are the cells over these columns and others.
    """

    begin: int
    end: int
    total: int
    ranges: Sequence[Range]
    over: Sequence[Piece]


def covered_columns(
    covered: Range, content: bytes, places: Mapping[int, ParagraphPlace]
) -> Covered | ExtentFault:
    """Return what lies in the columns from the first cell of ``covered`` to the last, or why it cannot.

    ``places`` are the paragraphs of the part by where they begin.
    """
    row, last_row = covered.first.parent, covered.last.parent
    table = covered.first.around(PieceKind.TABLE)
    assert row is not None
    assert last_row is not None
    assert table is not None
    begin = dict(cells_of(row, content))[covered.first][0]
    end = dict(cells_of(last_row, content))[covered.last][1]
    if end <= begin:
        return ExtentFault("BLOCK_CROSSES_TABLE", "its end tag stands left of its start tag")
    grid = grid_of(table, content)
    # A grid may state no columns at all.
    if 0 < len(grid) < end:
        return ExtentFault("COLUMN_CUTS_SPAN", f"the grid of the table has {len(grid)} columns")
    found = [Range("columns", grid[begin], grid[end - 1])] if grid else []
    over: list[Piece] = []
    number = 0
    for each in table.children:
        if each.kind is not PieceKind.ROW:
            if _holds(each, PieceKind.ROW):
                return ExtentFault("BLOCK_CUTS_ELEMENT", "a content control stands around rows of the table")
            continue
        number += 1
        cells = _cells(each, begin, end, content)
        if isinstance(cells, Piece):
            if each is row:
                return ExtentFault(
                    "COLUMN_CUTS_SPAN", "its start tag stands in a cell over other columns too"
                )
            over.append(cells)
            continue
        if isinstance(cells, ExtentFault):
            path = piece_path(each, places)
            return cells._replace(reason=f"row {number} of the table ({path}): {cells.reason}")
        found.insert(0 if each is row else len(found), Range("columns", cells[0], cells[-1]))
    rows = (each for each in table.children if each.kind is PieceKind.ROW)
    total = len(grid) or max(last for each in rows for _, (_, last) in cells_of(each, content))
    return Covered(begin, end, total, found, over)


def _cells(row: Piece, begin: int, end: int, content: bytes) -> list[Piece] | Piece | ExtentFault:
    """Return the cells of a row in the grid columns ``begin``:``end``, or the one over these and others."""
    if any(each.kind is PieceKind.OTHER and _holds(each, PieceKind.CELL) for each in row.children):
        return ExtentFault("BLOCK_CUTS_ELEMENT", "a content control stands around cells")
    found = []
    columns = 0
    for cell, (first, last) in cells_of(row, content):
        if first >= begin and last <= end:
            found.append(cell)
            columns += last - first
        elif first <= begin and last >= end:
            return cell
        elif first < end and last > begin:
            return ExtentFault("COLUMN_CUTS_SPAN", "a cell spans some of these columns and others")
    if columns != end - begin:
        return ExtentFault("COLUMN_CUTS_SPAN", "it has no cells in some of these columns")
    for first, last in _merged_sideways(row, content):
        if first < end < last and first >= begin:
            return ExtentFault("COLUMN_CUTS_SPAN", "cells that begin in these columns are merged with others")
        if first < begin < last < end:
            return ExtentFault("COLUMN_CUTS_SPAN", "cells in some of these columns are merged with others")
    return found


def cells_of(row: Piece, content: bytes) -> Iterator[tuple[Piece, tuple[int, int]]]:
    """Yield the cells of a row, each with its first grid column and the one behind its last."""
    column = _number(row, b"trPr", b"gridBefore", content)
    for cell in row.children:
        if cell.kind is PieceKind.CELL:
            span = max(1, _number(cell, b"tcPr", b"gridSpan", content))
            yield cell, (column, column + span)
            column += span


def _merged_sideways(row: Piece, content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the first column of cells that w:hMerge makes one, and the one behind their last (17.4.22)."""
    if content.find(b"hMerge", row.start, row.end) < 0:
        return
    group: tuple[int, int] | None = None
    for cell, (first, last) in cells_of(row, content):
        token = property_of(cell, b"tcPr", b"hMerge", content)
        value = None if token is None else _value(content, token)
        if token is not None and value != b"restart" and group is not None:
            group = group[0], last
            continue
        if group is not None:
            yield group
        group = (first, last) if token is not None else None
    if group is not None:
        yield group


def grid_of(table: Piece, content: bytes) -> list[Piece]:
    """Return the w:gridCol of a table."""
    return [
        column
        for each in table.children
        if local_name(each, content) == b"tblGrid"
        for column in each.children
        if local_name(column, content) == b"gridCol"
    ]


def property_of(piece: Piece, properties: bytes, name: bytes, content: bytes) -> Piece | None:
    """Return what the properties of a table, row or cell have of a name."""
    for own in piece.children:
        if own.kind is PieceKind.OTHER and local_name(own, content) == properties:
            return next((each for each in own.children if local_name(each, content) == name), None)
    return None


def local_name(piece: Piece, content: bytes) -> bytes:
    """Return the name of an element without its prefix."""
    token = TOKEN.match(content, piece.start)
    return b"" if token is None or token[2] is None else token[2].rpartition(b":")[2]


def _number(piece: Piece, properties: bytes, name: bytes, content: bytes) -> int:
    """Return the number that the properties of a row or cell state, 0 for none."""
    found = property_of(piece, properties, name, content)
    value = b"" if found is None else _value(content, found)
    return int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else 0


def _value(content: bytes, piece: Piece) -> bytes:
    token = TOKEN.match(content, piece.start)
    value = None if token is None else _VALUE.search(token[3])
    return b"" if value is None else value[1]


def _holds(piece: Piece, kind: PieceKind) -> bool:
    """Say whether an element that is neither a table nor a part of one stands around some of ``kind``."""
    pending = [each for each in piece.children if piece.kind is PieceKind.OTHER]
    while pending:
        each = pending.pop()
        if each.kind is kind:
            return True
        if each.kind is PieceKind.OTHER:
            pending += each.children
    return False
