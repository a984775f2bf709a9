"""Pairs the tags of a story to blocks (docs/templates.md, chapter *Blocks*).

Tags pair by their order, as brackets do. What does not pair is a fault; the tags of it stay as text.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind

MAX_DEPTH = 8

_STARTS = (TagKind.EACH, TagKind.IF, TagKind.UNLESS)
_DIVIDERS = (TagKind.ELSE, TagKind.BETWEEN)


class PlacedTag(NamedTuple):
    """A tag with its text, brackets and all, and its place: the how-many-eth tag of its story it is."""

    tag: Tag
    text: str
    number: int


class Block:
    """A block: its start tag, its end tag, its dividers, and what lies in each of its parts.

    ``main`` is repeated or decided about, ``gap`` follows every copy but the last, ``other`` stands once
    where there is no copy. ``parent`` is the block around it; ``depth`` counts those around it and itself.
    """

    __slots__ = ("depth", "end", "gap", "gap_tag", "main", "other", "other_tag", "parent", "start")

    def __init__(self, start: PlacedTag, parent: "Block | None") -> None:
        self.start = start
        self.parent = parent
        self.depth: int = 1 if parent is None else parent.depth + 1
        self.end = start
        self.gap_tag: PlacedTag | None = None
        self.other_tag: PlacedTag | None = None
        self.main: list[Block | PlacedTag] = []
        self.gap: list[Block | PlacedTag] = []
        self.other: list[Block | PlacedTag] = []

    @property
    def last_part(self) -> "list[Block | PlacedTag]":
        """The part that a tag behind all tags so far stands in."""
        if self.other_tag is not None:
            return self.other
        return self.main if self.gap_tag is None else self.gap

    @property
    def path(self) -> Path | None:
        """The path of its start tag."""
        return self.start.tag.path

    @property
    def opens_scope(self) -> bool:
        """Whether names in its main part are looked up in an item."""
        return self.start.tag.kind is TagKind.EACH


class BlockFault(NamedTuple):
    """A tag that is no part of a sound block: a code of docs/templates.md, and the tag it may belong to."""

    code: str
    tag: PlacedTag
    related: PlacedTag | None = None


class Paired(NamedTuple):
    """What the tags of a story make: blocks and other tags outside blocks, faults, tags that are text."""

    nodes: Sequence[Block | PlacedTag]
    faults: Sequence[BlockFault]
    text: Sequence[PlacedTag]


def pair_tags(tags: Sequence[PlacedTag]) -> Paired:
    """Return the blocks that ``tags``, those of a story in their order, make.

    Raises ``TemplateLimitExceeded`` where blocks nest deeper than ``MAX_DEPTH``.
    """
    return _Pairing(tags).paired()


class _Pairing:
    def __init__(self, tags: Sequence[PlacedTag]) -> None:
        self._tags = tags
        self._top: list[Block | PlacedTag] = []
        self._open: list[Block] = []
        self._faults: list[BlockFault] = []
        self._text: list[PlacedTag] = []
        # Ends that are still to come, by their paths.
        self._ends = Counter(each.tag.path for each in tags if each.tag.kind is TagKind.END)

    def paired(self) -> Paired:
        for placed in self._tags:
            kind = placed.tag.kind
            if kind in _STARTS:
                self._begin(placed)
            elif kind is TagKind.END:
                self._ends[placed.tag.path] -= 1
                self._close(placed)
            elif kind in _DIVIDERS:
                self._divide(placed)
            else:
                self._here().append(placed)
        while self._open:
            self._give_up("BLOCK_UNCLOSED")
        self._faults.sort(key=lambda fault: fault.tag.number)
        return Paired(self._top, self._faults, self._text)

    def _begin(self, start: PlacedTag) -> None:
        block = Block(start, self._open[-1] if self._open else None)
        if block.depth > MAX_DEPTH:
            raise too_deep(start)
        self._open.append(block)

    def _here(self) -> list[Block | PlacedTag]:
        return self._open[-1].last_part if self._open else self._top

    def _close(self, end: PlacedTag) -> None:
        path = end.tag.path
        if path is None and not self._open:
            self._text.append(end)
        elif path is None or any(block.path == path for block in self._open):
            while path is not None and self._open[-1].path != path:
                self._give_up("BLOCK_UNCLOSED")
            block = self._open.pop()
            block.end = end
            self._here().append(block)
        elif self._open and not self._ends[self._open[-1].path] and not self._ends[None]:
            self._give_up("BLOCK_MISMATCH", end)
        else:
            self._faults.append(BlockFault("BLOCK_UNOPENED", end))

    def _divide(self, divider: PlacedTag) -> None:
        block = self._open[-1] if self._open else None
        if block is None:
            self._faults.append(BlockFault("DIVIDER_OUTSIDE", divider))
        elif block.other_tag is None and divider.tag.kind is TagKind.ELSE:
            block.other_tag = divider
        elif block.gap_tag is None and block.other_tag is None and block.opens_scope:
            block.gap_tag = divider
        else:
            self._faults.append(BlockFault("DIVIDER_OUTSIDE", divider, block.start))

    def _give_up(self, code: str, related: PlacedTag | None = None) -> None:
        """Drop the innermost open block; what it holds belongs to the block around it."""
        block = self._open.pop()
        self._faults.append(BlockFault(code, block.start, related))
        here = self._here()
        for node in (*block.main, *block.gap, *block.other):
            if isinstance(node, Block):
                node.parent = block.parent
                for inside in blocks_in([node]):
                    inside.depth -= 1
            here.append(node)


def too_deep(start: PlacedTag) -> TemplateLimitExceeded:
    """Return the error for a block, by its start tag, that nests too deep."""
    return TemplateLimitExceeded(
        f"Blocks may nest {MAX_DEPTH} deep. {start.text} begins one more.",
        limit="block_depth",
        maximum=MAX_DEPTH,
    )


def blocks_in(nodes: Iterable[Block | PlacedTag]) -> Iterator[Block]:
    """Yield all blocks, outer ones before those inside, in the order of their start tags."""
    for node in nodes:
        if isinstance(node, Block):
            yield node
            for part in (node.main, node.gap, node.other):
                yield from blocks_in(part)
