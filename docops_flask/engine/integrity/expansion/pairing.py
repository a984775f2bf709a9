"""Which tags of a story make a block, told by their order as brackets are (docs/templates.md, *Blocks*)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.paragraphs import Tag
from docops_flask.engine.integrity.expansion.run_ends import RunEnds

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.grid_cells import Columns


class Part:
    """A part of a block, ``main``, ``gap`` or ``other``: its bytes ``start``:``end``.

    ``opens`` and ``closes`` are written at its ends where an inline block parts a run there.
    """

    __slots__ = ("closes", "end", "opens", "start")

    def __init__(self, start: int, end: int, opens: bytes = b"", closes: bytes = b"") -> None:
        self.start = start
        self.end = end
        self.opens = opens
        self.closes = closes


class Block:
    """A block of the template.

    ``number`` is its id in the log, ``pieces`` are the elements it covers without control paragraphs and
    rows at its ends, which are ``leading`` and ``trailing``; ``first``:``last`` are the bytes of all its
    parts. ``before`` and ``behind`` are the cuts around an inline block. ``is_listed`` says that
    the log has it, ``is_mirror`` that it mirrors the block of that number in another branch of
    mc:AlternateContent. ``anchor`` is the byte of the paragraph at which its text box hangs in ``parent``, -1
    where that is a block of its own story. ``slices`` are what a block of columns covers in the grid and in
    other rows: each is a block without tags, ``of`` that one; ``columns`` has what lies over them too.
    """

    __slots__ = (
        "anchor",
        "before",
        "behind",
        "children",
        "columns",
        "end",
        "extent",
        "first",
        "gap",
        "gap_tag",
        "is_listed",
        "is_mirror",
        "last",
        "leading",
        "main",
        "number",
        "of",
        "other",
        "other_tag",
        "parent",
        "pieces",
        "slices",
        "start",
        "story",
        "trailing",
    )  # fmt: skip

    def __init__(self, start: Tag, story: str) -> None:
        self.start = self.end = start
        self.story = story
        self.gap_tag: Tag | None = None
        self.other_tag: Tag | None = None
        self.parent: Block | None = None
        self.children: list[Block] = []
        self.anchor = -1
        self.number = -1
        self.is_listed = False
        self.is_mirror = False
        self.extent = "paragraphs"
        self.first = self.last = start.last
        self.main = Part(self.first, self.last)
        self.gap: Part | None = None
        self.other: Part | None = None
        self.pieces: list[Element] = []
        self.leading: list[Element] = []
        self.trailing: list[Element] = []
        self.before: RunEnds | None = None
        self.behind: RunEnds | None = None
        self.slices: list[Block] = []
        self.columns: Columns | None = None
        self.of: Block | None = None

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture, or a document, that may be absent."""
        return self.start.read.kind in ("picture", "document")

    @property
    def repeats(self) -> bool:
        """Whether it stands once for each item of a list."""
        return self.start.read.kind == "each"

    @property
    def is_inline(self) -> bool:
        """Whether it lies inside one paragraph."""
        return self.extent == "inline"

    @property
    def tags(self) -> list[Tag]:
        """Its tags in their order; that of a picture stays and is none."""
        if self.is_picture or self.of is not None:
            return []
        return [each for each in (self.start, self.gap_tag, self.other_tag, self.end) if each is not None]

    def part_of(self, inner: "Block") -> "Part":
        """Return the part that a block directly inside it stands in."""
        if inner.anchor >= 0:
            return self.part_at(inner.anchor)
        if inner.is_picture or inner.of is not None:
            return self.part_at(inner.first)
        place = _order(inner.start)
        if self.other_tag is not None and self.other is not None and place > _order(self.other_tag):
            return self.other
        if self.gap_tag is not None and self.gap is not None and place > _order(self.gap_tag):
            return self.gap
        return self.main

    def part_at(self, at: int) -> "Part":
        """Return the part that holds the byte ``at``, which lies in the block."""
        for part in (self.other, self.gap):
            if part is not None and part.start <= at < part.end:
                return part
        return self.main

    def and_inner(self) -> "Iterator[Block]":
        """Yield it and all blocks inside, outer ones first."""
        yield self
        for around in (self, *self.slices):
            for child in around.children:
                yield from child.and_inner()


def _order(tag: Tag) -> tuple[int, int]:
    return tag.paragraph.start, tag.start


def paired(tags: Sequence[Tag], story: str, mismatched: list[tuple[int, int]]) -> list[Block]:
    """Return the outermost blocks that ``tags`` make; tags that belong to none are text.

    ``mismatched`` takes the first and last byte of tags that do not match, and of what stands between.
    """
    top: list[Block] = []
    opened: list[Block] = []
    ends_to_come = Counter(tag.read.path for tag in tags if tag.read.kind == "end")

    def give_up() -> None:
        # What it holds belongs to the block around it.
        block = opened.pop()
        (opened[-1].children if opened else top).extend(block.children)

    for tag in tags:
        kind, path = tag.read.kind, tag.read.path
        if tag.read.begins:
            opened.append(Block(tag, story))
        elif kind == "end":
            ends_to_come[path] -= 1
            if path is not None and not any(block.start.read.path == path for block in opened):
                inner = opened[-1].start.read.path if opened else None
                if opened and not ends_to_come[inner] and not ends_to_come[None]:
                    mismatched.append((opened[-1].start.first, tag.last))
                    give_up()
            elif opened:
                while path is not None and opened[-1].start.read.path != path:
                    give_up()
                block = opened.pop()
                block.end = tag
                (opened[-1].children if opened else top).append(block)
        elif kind in ("else", "between") and opened:
            block = opened[-1]
            if block.other_tag is None and kind == "else":
                block.other_tag = tag
            elif block.gap_tag is None and block.other_tag is None and block.repeats:
                # The first divider of a block with copies, unless 否则 came before.
                block.gap_tag = tag
    while opened:
        give_up()
    for block in top:
        _set_parents(block)
    return top


def _set_parents(block: Block) -> None:
    for child in block.children:
        child.parent = block
        _set_parents(child)


def overlapping(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks that neither lie apart nor in the ones around them."""
    every = [each for block in blocks for each in (block, *block.slices)]
    siblings: dict[int | None, list[Block]] = {}
    for block in sorted(every, key=lambda each: (each.story, each.first, each.last)):
        siblings.setdefault(None if block.parent is None else id(block.parent), []).append(block)
    for of_one in siblings.values():
        around: Block | None = None
        for block in of_one:
            if around is not None and around.story == block.story:
                is_crossed = around.first < block.first < around.last
                if is_crossed or around.first == block.first < min(around.last, block.last):
                    yield from (around.of or around, block.of or block)
                if block.last < around.last:
                    continue
            around = block
    for block in every:
        outer = block.parent
        if outer is not None and block.first < block.last:
            part = outer.part_of(block)
            if not part.start <= block.first <= block.last <= part.end:
                yield from (outer.of or outer, block.of or block)
