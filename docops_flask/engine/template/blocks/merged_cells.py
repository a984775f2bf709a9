"""Cells merged over rows (17.4.84) where a block repeats some of these rows.

A cell that begins in a block and goes on below it begins once: in later copies it goes on. Where the block
has no copy, it begins below.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.oxml.names import to_integer
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind
from docops_flask.engine.template.elements import elements_in


class _Merged(NamedTuple):
    """A w:vMerge at the bytes ``start``:``end``; ``begins`` says that its cell is the first one merged."""

    start: int
    end: int
    begins: bool


class MergedCells(NamedTuple):
    """The w:vMerge of a part that depend on blocks, by where they begin.

    ``begun`` are those of cells that begin in a block and go on below it, with all such blocks; ``following``
    those that may have to begin in the row behind a block, with where they end.
    """

    begun: Mapping[int, Sequence[FoundBlock]]
    following: Mapping[int, tuple[int, FoundBlock]]


def find_merged(part: StoryPart, blocks: Iterable[FoundBlock], gone: Container[int]) -> MergedCells:
    """Return what depends on the blocks of rows in ``part``; the rows that begin at ``gone`` vanish."""
    begun: dict[int, list[FoundBlock]] = {}
    following: dict[int, tuple[int, FoundBlock]] = {}
    rows = _Rows(part)
    for block in blocks:
        if block.extent != "rows" or not block.pieces:
            continue
        behind = _row_behind(block.pieces[-1], gone)
        if behind is None:
            continue
        is_free = not any(
            each.first <= behind.start < each.last for each in (block.parent.children if block.parent else ())
        )
        around = block.parent
        if around is not None and around.story is block.story:
            # Behind a block around, it depends on the last copy of that.
            is_free = is_free and around.first <= behind.start < around.last
        for column, merged in rows.of(behind).items():
            first = None if merged.begins else _first(rows, block.pieces, column)
            if first is not None:
                begun.setdefault(first.start, []).append(block)
                if is_free:
                    following[merged.start] = merged.end, block
    return MergedCells(begun, following)


def with_value(content: bytes, value: bytes, namespace: bytes = b"") -> bytes:
    """Return a w:vMerge with another value; none means that it goes on.

    ``content`` is the element as it is written, or its start tag; ``namespace`` is that of a value.
    """
    token = TOKEN.match(content)
    assert token is not None
    name, attribute = token[2], b""
    prefix = name.rpartition(b":")[0]
    if value and prefix:
        attribute = b' %b:val="%b"' % (prefix, value)
    elif value:
        # No attribute is in the default namespace.
        attribute = b' xmlns:w="%b" w:val="%b"' % (namespace, value)
    end = b"/>" if token[3].endswith(b"/") else b">"
    return b"<" + name + attribute + end + content[token.end() :]


def _row_behind(row: Piece, gone: Container[int]) -> Piece | None:
    assert row.parent is not None
    siblings, number = row.parent.children, row.number + 1
    while number < len(siblings) and siblings[number].start in gone:
        number += 1
    behind = siblings[number] if number < len(siblings) else None
    return behind if behind is not None and behind.kind is PieceKind.ROW else None


def _first(rows: "_Rows", pieces: Sequence[Piece], column: int) -> _Merged | None:
    """Return the cell of a block's rows that begins what goes on below them in ``column``."""
    for row in reversed(pieces):
        merged = rows.of(row).get(column) if row.kind is PieceKind.ROW else None
        if merged is None or merged.begins:
            return merged
    return None


class _Rows:
    """The w:vMerge of rows by grid column, read when they are first asked for."""

    def __init__(self, part: StoryPart) -> None:
        self._content = part.text.content
        self._w = part.text.namespace
        self._scope = part.text.root_scope
        self._known: dict[int, Mapping[int, _Merged]] = {}

    def of(self, row: Piece) -> Mapping[int, _Merged]:
        """Return what is merged in a row."""
        known = self._known.get(row.start)
        if known is None:
            has_any = self._content.find(b"vMerge", row.start, row.end) >= 0
            known = self._known[row.start] = dict(self._read(row)) if has_any else {}
        return known

    def _read(self, row: Piece) -> Iterator[tuple[int, _Merged]]:
        elements = elements_in(self._content, self._scope, row.start)
        column = 0
        # Of the cell that is read: its number and how many columns it spans.
        cell, span = -1, 1
        merged: _Merged | None = None
        for number, each in enumerate(elements):
            if each.namespace != self._w:
                continue
            around = elements[each.parent] if each.parent >= 0 else None
            if each.local == b"tc" and (cell < 0 or each.start >= elements[cell].end):
                if cell >= 0:
                    if merged is not None:
                        yield column, merged
                    column += span
                cell, span, merged = number, 1, None
            elif around is None or around.namespace != self._w:
                continue
            elif each.local == b"gridBefore" and around.local == b"trPr" and around.parent == 0:
                column = max(0, to_integer(each.attribute(self._w, b"val")) or 0)
            elif around.local == b"tcPr" and around.parent == cell:
                if each.local == b"gridSpan":
                    span = max(1, to_integer(each.attribute(self._w, b"val")) or 1)
                elif each.local == b"vMerge":
                    begins = each.attribute(self._w, b"val") == "restart"
                    merged = _Merged(each.start, each.end, begins)
        if merged is not None:
            yield column, merged
