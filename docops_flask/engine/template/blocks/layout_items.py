"""What a part of a template is made of: chunks that stay, and what data decides.

Blocks, and what depends on them: tags beside them, paragraphs, tables and containers that may come out empty.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.copied_notes import NoteKey
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pieces import Piece
from docops_flask.engine.template.blocks.scopes import Scope


class BlockItem:
    """A block: the items of its parts, ``whole`` for where it stays as it is."""

    __slots__ = ("found", "gap", "main", "marks", "other", "whole")

    def __init__(self, found: FoundBlock) -> None:
        self.found = found
        self.main: list[Item] = []
        self.gap: list[Item] = []
        self.other: list[Item] = []
        # The block as it is, with its control paragraphs around it.
        self.whole: list[Item] = []
        # By part, the ends of ranges that stay where the part goes.
        self.marks: dict[str, Chunk | None] = {}


class TagItem:
    """A tag in a paragraph beside its block: it is seen where the block stays as it is."""

    __slots__ = ("found", "text")

    def __init__(self, found: FoundBlock, text: Chunk) -> None:
        self.found = found
        self.text = text


class MergeItem:
    """The mark of a merged cell behind a block: where the block has no copy, the cell begins there."""

    __slots__ = ("begins", "found", "goes_on")

    def __init__(self, found: FoundBlock, goes_on: Chunk, begins: Chunk) -> None:
        self.found = found
        self.goes_on = goes_on
        self.begins = begins


class CellMerge(NamedTuple):
    """A cell whose copies are merged: the row of ``block`` that it stands in is all that is repeated.

    ``chunks`` are what stands for the bytes ``start``:``end`` where it is by itself, begins a group and goes
    on.
    """

    block: FoundBlock
    cell: Piece
    start: int
    end: int
    chunks: tuple[Chunk, Chunk, Chunk]


class CellMergeItem:
    """Where a cell that is merged says so."""

    __slots__ = ("merge",)

    def __init__(self, merge: CellMerge) -> None:
        self.merge = merge


class WidthItem:
    """The width of a column or cell that a block of columns repeats: each copy has its share of it."""

    __slots__ = ("_chunks", "_share", "_tag")

    def __init__(self, tag: bytes, share: Callable[[bytes, int, int], bytes]) -> None:
        self._tag = tag
        self._share = share
        self._chunks: dict[bytes, Chunk] = {}

    def chunk(self, copy: int, count: int) -> Chunk:
        """Return what stands in a copy."""
        content = self._share(self._tag, copy, count)
        return self._chunks.setdefault(content, Chunk(content, [(0, -1)]))


class OverColumns(NamedTuple):
    """A start tag at the bytes ``start``:``end``, with a number about columns that blocks repeat.

    ``blocks`` have how many columns each covers and how wide these are; ``whole`` is the width of all that
    the number is about. ``is_span`` says that the number counts columns, else it is a width. ``row`` is the
    row of its cell, ``None`` for what is of the table.
    """

    start: int
    end: int
    is_span: bool
    blocks: Sequence[tuple[FoundBlock, int, int]]
    whole: int
    row: Piece | None


class OverItem:
    """A number of columns or a width that repeated columns and others are in: it goes by their copies."""

    __slots__ = ("_chunks", "_tag", "_written", "over")

    def __init__(
        self,
        tag: bytes,
        over: OverColumns,
        written: Callable[[bytes, OverColumns, Sequence[int]], bytes],
    ) -> None:
        self._tag = tag
        self._written = written
        self._chunks: dict[bytes, Chunk] = {}
        self.over = over

    def chunk(self, counts: Sequence[int]) -> Chunk:
        """Return what stands where the blocks have ``counts`` of copies."""
        content = self._written(self._tag, self.over, counts)
        return self._chunks.setdefault(content, Chunk(content, [(0, -1)]))


class NoteItem:
    """A note that a block refers to: it stands once for each copy of the reference, ``whole`` if kept."""

    __slots__ = ("items", "key", "whole")

    def __init__(self, key: NoteKey, items: "list[Item]", whole: Chunk) -> None:
        self.key = key
        self.items = items
        self.whole = whole


class EmptiedItem:
    """A control paragraph that stays, emptied; with the tags of one of ``owners`` that stays as it is."""

    __slots__ = ("emptied", "owners")

    def __init__(self, emptied: Chunk, owners: "list[tuple[FoundBlock, Chunk]]") -> None:
        self.emptied = emptied
        self.owners = owners


class LooseItem:
    """A paragraph made of inline blocks: it goes where all are empty, or stays as ``emptied``."""

    __slots__ = ("emptied", "items", "piece")

    def __init__(self, piece: Piece, items: "list[Item]", emptied: Chunk | None) -> None:
        self.piece = piece
        self.items = items
        self.emptied = emptied


class TableItem:
    """A table with blocks of rows or columns, or a row of one: it goes where it has no row or cell left."""

    __slots__ = ("items", "piece")

    def __init__(self, piece: Piece, items: "list[Item]") -> None:
        self.piece = piece
        self.items = items


class ContainerItem:
    """The content of a cell, note or text box: it has to end with a paragraph, if need be with ``last``."""

    __slots__ = ("items", "last")

    def __init__(self, items: "list[Item]", last: Chunk) -> None:
        self.items = items
        self.last = last


Item = (
    Chunk
    | BlockItem
    | TagItem
    | MergeItem
    | CellMergeItem
    | WidthItem
    | OverItem
    | NoteItem
    | EmptiedItem
    | LooseItem
    | TableItem
    | ContainerItem
)
# The text of a cell in the scope of a copy, ``None`` where a value is missing or has several lines.
CellTexts = Callable[[CellMerge, Scope], str | None]
