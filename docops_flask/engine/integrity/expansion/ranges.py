"""Bytes of a part that do not simply stand, nested as they lie in one another."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.notes import NoteKey
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.merged_copies import MergedCell


class ContainerRange:
    """The content of an element that has to end with a paragraph."""

    def __init__(self, element: Element) -> None:
        self.element = element


class EmptiedRange:
    """A control paragraph that stays, with the outermost blocks that have tags in it."""

    def __init__(self, element: Element, owners: list[Block]) -> None:
        self.element = element
        self.owners = owners


class BesideRange:
    """A tag in a paragraph beside its block."""

    def __init__(self, block: Block) -> None:
        self.block = block


class MergeRange:
    """The w:vMerge below a block."""

    def __init__(self, block: Block) -> None:
        self.block = block


class CellRange:
    """What says of a cell that it is merged."""

    def __init__(self, cell: "MergedCell") -> None:
        self.cell = cell


class WidthRange:
    """The width of a column or cell that is repeated."""


class Share(NamedTuple):
    """How many grid columns a block covers, and how wide they are."""

    block: Block
    columns: int
    width: int


class OverRange:
    """The start tag ``tag`` of a w:gridSpan, w:tcW or w:tblW: its number changes with the copies of columns.

    ``of`` is the cell or table that it belongs to, ``width`` that of all grid columns of this, of which the
    blocks of ``shares`` repeat some.
    """

    def __init__(self, tag: Element, of: Element, shares: Sequence[Share], width: int) -> None:
        self.tag = tag
        self.of = of
        self.shares = shares
        self.width = width


class SpaceRange:
    """Where a w:t that is cut states xml:space: no bytes of the template."""


class NoteRange:
    """A note that blocks refer to."""

    def __init__(self, key: NoteKey) -> None:
        self.key = key


What = (
    ContainerRange
    | EmptiedRange
    | BesideRange
    | MergeRange
    | CellRange
    | WidthRange
    | OverRange
    | SpaceRange
    | NoteRange
    | Block
    | Paragraph
    | Element
    | None
)


# The rank of a range that no other lies in, and that of a block: those outside come first.
_LEAF, _BLOCK = 3, 1
# Ranges of the template's bytes.
Bytes = Sequence[tuple[int, int]]


class Range:
    """Bytes that do not simply stand: of them ``stays`` is left where ``what`` is ``None``."""

    __slots__ = ("end", "inner", "rank", "start", "stays", "what")

    def __init__(self, start: int, end: int, what: What, stays: Bytes = ()) -> None:
        self.start = start
        self.end = end
        self.what = what
        self.stays = stays
        self.inner: list[Range] = []
        if isinstance(what, (ContainerRange, NoteRange)):
            self.rank = 0
        elif isinstance(what, Block):
            self.rank = _BLOCK
        else:
            self.rank = 2 if isinstance(what, (Paragraph, Element)) else _LEAF

    @property
    def is_leaf(self) -> bool:
        """Whether no other range lies in it."""
        return self.rank == _LEAF


def nested(ranges: Iterable[Range], blocks: Sequence[Block], end: int) -> Range:
    """Return the whole part, which ends at ``end``, with ``ranges`` in it as they lie in one another.

    Of ``blocks``, those that cover nothing have no range yet.
    """
    ordered = sorted(ranges, key=lambda each: (each.start, -each.end, each.rank))
    root = Range(0, end, None)
    opened = [root]
    for each in ordered:
        while len(opened) > 1 and opened[-1].end <= each.start:
            opened.pop()
        opened[-1].inner.append(each)
        if not each.is_leaf:
            opened.append(each)
    of_block = {id(each.what): each for each in ordered if isinstance(each.what, Block)}
    for block in blocks:
        if block.first == block.last:
            of_block[id(block)] = _put_in(root, block, of_block)
    return root


def _put_in(root: Range, block: Block, of_block: dict[int, Range]) -> Range:
    """Put a block that covers nothing behind the paragraph of its start tag, in the block around it."""
    around, at = root, block.first
    outer = of_block.get(id(block.parent)) if block.parent is not None else None
    if outer is not None and block.parent is not None:
        around = outer
        part = block.parent.part_of(block)
        at = min(max(at, part.start), part.end)
    while True:
        inner = around.inner
        number = bisect_right(inner, at, key=_end)
        following = inner[number] if number < len(inner) else None
        is_inside = following is not None and following.start < at
        if following is None or not is_inside or following.rank in (_BLOCK, _LEAF):
            break
        around = following
    if is_inside and following is not None:
        # It stands in something that goes as a whole.
        number, at = number + 1, following.end
    own = Range(at, at, block)
    inner.insert(number, own)
    return own


def _end(each: Range) -> int:
    return each.end
