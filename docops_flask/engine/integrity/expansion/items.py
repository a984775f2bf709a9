"""What a part of the template is made of: chunks that stand, and what the entries of blocks decide about."""

from typing import TYPE_CHECKING

from docops_flask.engine.integrity.expansion.chunks import Chunk
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.notes import NoteKey
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.ranges import OverRange

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.merged_copies import MergedCell


class BlockItem:
    """A block: the items of its parts, ``whole`` where it stays as it is; the marks that parts leave."""

    __slots__ = ("block", "gap", "main", "main_marks", "other", "other_marks", "whole")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.main: list[Item] = []
        self.gap: list[Item] = []
        self.other: list[Item] = []
        self.whole: list[Item] = []
        self.main_marks: list[Item] = []
        self.other_marks: list[Item] = []


class TagItem:
    """A tag in a paragraph beside its block, which is seen where the block stays as it is."""

    __slots__ = ("block", "chunk")

    def __init__(self, block: Block, chunk: Chunk) -> None:
        self.block = block
        self.chunk = chunk


class MergeItem:
    """The w:vMerge of a cell below a block: ``begins`` stands where the block has no copy."""

    __slots__ = ("begins", "block", "goes_on")

    def __init__(self, block: Block, goes_on: Chunk, begins: Chunk) -> None:
        self.block = block
        self.goes_on = goes_on
        self.begins = begins


class CellItem:
    """What says of a cell that it is merged with those of neighbouring copies."""

    __slots__ = ("cell",)

    def __init__(self, cell: "MergedCell") -> None:
        self.cell = cell


class WidthItem:
    """The start tag with the width of a column or cell, of which each copy has a share."""

    __slots__ = ("_known", "tag")

    def __init__(self, tag: bytes) -> None:
        self.tag = tag
        self._known: dict[bytes, Chunk] = {}

    def chunk(self, copy: int, count: int) -> Chunk:
        """Return what a copy has in place of it."""
        # Imported here: few templates repeat columns.
        from docops_flask.engine.integrity.expansion.columns import divided

        own = divided(self.tag, copy, count) or self.tag
        if own not in self._known:
            self._known[own] = Chunk(own, [(0, -1)])
        return self._known[own]


class OverItem:
    """A number of columns or a width outside of repeated columns that goes by how often these stand."""

    __slots__ = ("_known", "over", "tag")

    def __init__(self, tag: bytes, over: OverRange) -> None:
        self.tag = tag
        self.over = over
        self._known: dict[tuple[int, ...], Chunk] = {}

    def chunk(self, counts: tuple[int, ...]) -> Chunk:
        """Return what stands where the blocks of ``over`` have ``counts`` of copies."""
        # Imported here: few templates repeat columns.
        from docops_flask.engine.integrity.expansion.column_spans import with_counts

        if counts not in self._known:
            self._known[counts] = Chunk(with_counts(self.tag, self.over, counts), [(0, -1)])
        return self._known[counts]


class NoteItem:
    """A note that a block refers to: it stands once for each copy of its reference."""

    __slots__ = ("items", "key", "whole")

    def __init__(self, key: NoteKey, items: "list[Item]", whole: "list[Item]") -> None:
        self.key = key
        self.items = items
        self.whole = whole


class EmptiedItem:
    """A control paragraph that stays, without what was in it but the tags of a block that stays as it is."""

    __slots__ = ("emptied", "owners")

    def __init__(self, emptied: Chunk, owners: list[tuple[Block, Chunk]]) -> None:
        self.emptied = emptied
        self.owners = owners


class LooseItem:
    """A paragraph of inline blocks: it goes where nothing comes out of these, or stays as ``emptied``."""

    __slots__ = ("element", "emptied", "items")

    def __init__(self, element: Element, items: "list[Item]", emptied: Chunk | None) -> None:
        self.element = element
        self.items = items
        self.emptied = emptied


class TableItem:
    """A table with blocks of rows or columns, or a row of one: it goes where no row or cell of it is left."""

    __slots__ = ("element", "items")

    def __init__(self, element: Element, items: "list[Item]") -> None:
        self.element = element
        self.items = items


class ContainerItem:
    """The content of a cell, note or text box, which ends with a paragraph: with ``last`` if need be."""

    __slots__ = ("items", "last")

    def __init__(self, items: "list[Item]", last: Chunk) -> None:
        self.items = items
        self.last = last


Item = (
    Chunk
    | BlockItem
    | TagItem
    | MergeItem
    | CellItem
    | WidthItem
    | OverItem
    | NoteItem
    | EmptiedItem
    | LooseItem
    | TableItem
    | ContainerItem
)
