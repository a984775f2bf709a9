"""Cells merged over rows (17.4.84 w:vMerge) where a block repeats some of these rows.

A cell that begins in a block of rows and goes on in the row below it begins in the first copy and goes on in
later ones; where the block has no copy, the cell below begins it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from docops_flask.engine.integrity.expansion.control_pieces import ControlPieces
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import PartText
from docops_flask.engine.integrity.expansion.word_names import WordNames


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


def merged_cells(part: PartText, blocks: Iterable[Block], control: ControlPieces) -> MergedCells:
    """Return what blocks of rows change."""
    begun: dict[int, list[Block]] = {}
    below: dict[int, tuple[int, Block]] = {}
    if b"vMerge" not in part.content:
        return MergedCells(begun, below)
    rows = _Rows(part)
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


def rewritten(mark: bytes, value: bytes, namespace: bytes = b"") -> bytes:
    """Return the w:vMerge ``mark`` with another value, none for one that goes on.

    ``mark`` is the element or its start tag, ``namespace`` that of the value.
    """
    tag = re.match(rb"<(?:([^\s/>:]+):)?vMerge[^>]*?(/?)>", mark)
    assert tag is not None
    name = b"%b:vMerge" % tag[1] if tag[1] else b"vMerge"
    # The default namespace is that of no attribute.
    declared = b"" if tag[1] else b' xmlns:w="%b"' % namespace
    stated = b'%b %b:val="%b"' % (declared, tag[1] or b"w", value) if value else b""
    return b"<%b%b%b>" % (name, stated, tag[2]) + mark[tag.end() :]


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

    def __init__(self, part: PartText) -> None:
        self._content = part.content
        self._names = WordNames(part.elements)
        self._known: dict[int, dict[int, _Mark]] = {}

    def of(self, row: Element) -> dict[int, _Mark]:
        if row.start not in self._known:
            self._known[row.start] = self._read(row)
        return self._known[row.start]

    def _read(self, row: Element) -> dict[int, _Mark]:
        found: dict[int, _Mark] = {}
        if self._content.find(b"vMerge", row.start, row.end) < 0:
            return found
        column = 0
        for name, each in self._properties(row, b"trPr"):
            column = self._number(each) if name == b"gridBefore" else column
        for cell in row.inside():
            if cell.kind != "tc" or cell.nearest("tr") is not row:
                continue
            span = 1
            for name, each in self._properties(cell, b"tcPr"):
                if name == b"gridSpan":
                    span = max(1, self._number(each))
                elif name == b"vMerge":
                    found[column] = _Mark(each.start, each.end, self._names.value(each) == "restart")
            column += span
        return found

    def _properties(self, holder: Element, kind: bytes) -> Iterator[tuple[bytes, Element]]:
        """Yield the properties of a row or cell with their names, not those before a tracked change."""
        for each in holder.children:
            if self._names.local(each) == kind:
                yield from ((self._names.local(inner), inner) for inner in each.children)

    def _number(self, element: Element) -> int:
        digits = re.fullmatch(r"\+?([0-9]{1,9})", self._names.value(element) or "")
        return 0 if digits is None else int(digits[1])
