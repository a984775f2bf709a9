"""Cells merged over rows (17.4.84 w:vMerge) where a block repeats some of these rows.

A cell that begins in a block of rows and goes on in the row below it begins in the first copy and goes on in
later ones; where the block has no copy, the cell below begins it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from docops_flask.engine.integrity.byte_tags import ANY_MARKUP
from docops_flask.engine.integrity.expansion.control_pieces import ControlPieces
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.pairing import Block

_MARKUP = re.compile(ANY_MARKUP, re.DOTALL)
_VALUE = re.compile(rb"\s[^\s=\"':]+:val\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_MOST_DIGITS = 9


class _Mark(NamedTuple):
    start: int
    end: int
    begins: bool


class MergedCells(NamedTuple):
    """The w:vMerge that blocks change, by where they begin.

    ``begun`` begin in the blocks given and go on below; ``below`` are those in the row below a block, with
    where they end.
    """

    begun: Mapping[int, list[Block]]
    below: Mapping[int, tuple[int, Block]]


def merged_cells(content: bytes, blocks: Iterable[Block], control: ControlPieces) -> MergedCells:
    """Return what blocks of rows change."""
    begun: dict[int, list[Block]] = {}
    below: dict[int, tuple[int, Block]] = {}
    if b"vMerge" not in content:
        return MergedCells(begun, below)
    rows = _Rows(content)
    for block in blocks:
        row = _row_below(block, control) if block.extent == "rows" and block.pieces else None
        if row is None:
            continue
        around = block.parent
        siblings = () if around is None else around.children
        is_sure = not any(each.first <= row.start < each.last for each in siblings)
        if around is not None and around.story == block.story:
            # Below a block around, it depends on the last copy of that.
            is_sure = is_sure and around.first <= row.start < around.last
        for column, mark in rows.of(row).items():
            start = None if mark.begins else _begin_in(rows, block.pieces, column)
            if start is not None:
                begun.setdefault(start, []).append(block)
                if is_sure:
                    below[mark.start] = mark.end, block
    return MergedCells(begun, below)


def rewritten(mark: bytes, value: bytes) -> bytes:
    """Return the w:vMerge ``mark`` with another value, none for one that goes on."""
    name = re.match(rb"<([^\s/>]+)", mark)
    assert name is not None
    prefix, colon, _ = name[1].rpartition(b":")
    return b"<" + name[1] + (b" " + prefix + colon + b'val="' + value + b'"' if value else b"") + b"/>"


def _row_below(block: Block, control: ControlPieces) -> Element | None:
    last = block.pieces[-1]
    assert last.parent is not None
    for each in last.parent.children[last.number + 1 :]:
        if not control.goes(each):
            return each if each.kind == "tr" else None
    return None


def _begin_in(rows: "_Rows", pieces: Iterable[Element], column: int) -> int | None:
    for row in reversed([*pieces]):
        mark = rows.of(row).get(column) if row.kind == "tr" else None
        if mark is None:
            return None
        if mark.begins:
            return mark.start
    return None


class _Rows:
    """The w:vMerge of rows by grid column."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._known: dict[int, dict[int, _Mark]] = {}

    def of(self, row: Element) -> dict[int, _Mark]:
        if row.start not in self._known:
            self._known[row.start] = self._read(row)
        return self._known[row.start]

    def _read(self, row: Element) -> dict[int, _Mark]:
        found: dict[int, _Mark] = {}
        if self._content.find(b"vMerge", row.start, row.end) < 0:
            return found
        cells = [each for each in row.inside() if each.kind == "tc" and each.nearest("tr") is row]
        first = cells[0].start if cells else row.end
        column = 0
        for name, match in self._properties(row, row.tag_end, first):
            column = _number(match) if name == b"gridBefore" else column
        for cell in cells:
            span = 1
            for name, match in self._properties(cell, cell.tag_end, cell.last):
                if name == b"gridSpan":
                    span = max(1, _number(match) or 1)
                elif name == b"vMerge":
                    found[column] = _Mark(*match.span(), _value(match) == b"restart")
            column += span
        return found

    def _properties(self, holder: Element, start: int, end: int) -> "Iterable[tuple[bytes, re.Match[bytes]]]":
        """Yield what stands directly in the first element in ``holder``, its properties."""
        depth = 0
        for match in _MARKUP.finditer(self._content, start, end):
            if match[3] is None:
                continue
            if match[2]:
                depth -= 1
            else:
                if depth == 1:
                    yield match[3].rpartition(b":")[2], match
                depth += not match[4].endswith(b"/")
            if depth <= 0:
                return


def _value(match: "re.Match[bytes]") -> bytes:
    value = _VALUE.search(match[4])
    return b"" if value is None else value[1] or value[2] or b""


def _number(match: "re.Match[bytes]") -> int:
    value = _value(match)
    return int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else 0
