"""Blocks with their places, and the faults of those that are not sound, each with the tag it may be about."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.extents import Range
from docops_flask.engine.template.blocks.pairing import MAX_DEPTH, Block, PlacedTag, too_deep
from docops_flask.engine.template.blocks.pieces import Piece
from docops_flask.engine.template.blocks.run_cuts import Cut
from docops_flask.engine.template.blocks.tag_sites import BadSite, Story, TagSite
from docops_flask.engine.template.tag_kinds import Path, TagKind


class Fault(NamedTuple):
    """A tag that is text since its block is not sound: a code of docs/templates.md, where, and why.

    The tag is ``text``, at the characters ``start``:``end`` of ``place``; ``at`` is its first byte in the
    part. ``related`` is the other tag it is about, ``site`` the tag itself where it can be read.
    """

    code: str
    text: str
    place: ParagraphPlace
    start: int
    end: int
    at: int
    reason: str | None = None
    related: TagSite | None = None
    site: TagSite | None = None

    @staticmethod
    def of_site(
        code: str, site: TagSite, related: TagSite | None = None, reason: str | None = None
    ) -> "Fault":
        """Return the fault of a tag."""
        text = site.placed.text
        return Fault(code, text, site.place, site.start, site.end, site.first, reason, related, site)

    @staticmethod
    def of_bad(bad: BadSite) -> "Fault":
        """Return the fault of a text that begins as a tag does."""
        reason = f"accepted: {bad.accepted}"
        return Fault("BAD_TAG", bad.text, bad.place, bad.start, bad.end, bad.place.start, reason)


class Part(NamedTuple):
    """A part of a block: the bytes ``start``:``end``; of an inline block between two cuts."""

    start: int
    end: int
    before: Cut | None = None
    behind: Cut | None = None


class FoundBlock:
    """A sound block with its place in a part.

    ``start``, ``end``, ``gap_tag`` and ``other_tag`` are its tags; ``range`` is what it covers, ``None`` for
    nothing. ``main``, ``gap`` and ``other`` are its parts, ``first``:``last`` are the bytes of all of them,
    ``pieces`` the elements without control paragraphs and rows at its ends, which are ``leading`` and
    ``trailing``. ``before`` and ``behind`` are the
    cuts around an inline block. ``number`` is its number in the document. Where ``parent`` is a block of
    another story, ``anchor`` is the byte there at which the text box or note hangs. ``mirrors`` are the same
    block in other branches of an mc:AlternateContent, whose ``original`` it is.

    ``slices`` are what a block of columns covers in the grid and in other rows, each a block without tags
    whose ``original`` it is; ``columns`` are the first grid column that it covers, the one behind its last,
    and how many its table has. ``over`` are the cells over its columns and others. ``all_slices`` are those
    in rows that go too.

    A picture that may be absent is a block too where its paragraph may go with it: its start and end are its
    tag, which stays in its main part (``optional_pictures``).
    """

    __slots__ = (
        "all_slices", "anchor", "before", "behind", "block", "children", "columns", "end", "first", "gap",
        "gap_tag", "last", "leading", "main", "mirrors", "number", "original", "other", "other_tag",
        "over", "parent", "pieces", "range", "slices", "start", "story", "trailing",
    )  # fmt: skip

    def __init__(
        self, block: Block, story: Story, parent: "FoundBlock | None", picture: TagSite | None = None
    ) -> None:
        """``picture`` is the tag of a picture that is the block."""
        sites = story.sites
        self.block = block
        self.story = story
        self.parent = parent
        self.start = picture or sites[block.start.number]
        self.end = picture or sites[block.end.number]
        self.gap_tag = None if block.gap_tag is None else sites[block.gap_tag.number]
        self.other_tag = None if block.other_tag is None else sites[block.other_tag.number]
        self.children: list[FoundBlock] = []
        self.range: Range | None = None
        self.pieces: list[Piece] = []
        self.leading: list[Piece] = []
        self.trailing: list[Piece] = []
        self.first = self.last = self.start.last
        self.main = Part(self.first, self.last)
        self.gap: Part | None = None
        self.other: Part | None = None
        self.before: Cut | None = None
        self.behind: Cut | None = None
        self.number = -1
        self.anchor = -1
        self.mirrors: list[FoundBlock] = []
        self.original: FoundBlock | None = None
        self.all_slices: Sequence[FoundBlock] = ()
        self.slices: list[FoundBlock] = []
        self.columns = 0, 0, 0
        self.over: Sequence[Piece] = ()

    @property
    def is_mirror(self) -> bool:
        """Whether it is the same block as another, which the log tells of."""
        return self.original is not None

    @property
    def number_in_log(self) -> int:
        """The number that the log has for it."""
        return self.number if self.original is None else self.original.number_in_log

    @property
    def is_slice(self) -> bool:
        """Whether it is what a block of columns covers in the grid or in a row without its tags."""
        return self.original is not None and self.original.start is self.start

    @property
    def crosses(self) -> bool:
        """Whether it is a slice in rows that another block repeats or decides about."""
        return self.is_slice and self.original is not None and self.parent is not self.original.parent

    @property
    def has_own_list(self) -> bool:
        """Whether it is a slice whose cells take the items of a list that the row has (``column_nodes``)."""
        return self.crosses and self.original is not None and self.block is not self.original.block

    def take_bytes(self, first: int, last: int) -> None:
        """Cover the bytes ``first``:``last``, all of them its main part."""
        self.first, self.last = first, last
        self.main = Part(first, last)

    @property
    def kind(self) -> str:
        """The kind of its start tag: each, if or unless; picture."""
        return self.block.start.tag.kind.value

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture, or a document, that may be absent."""
        return self.block.start.tag.kind in (TagKind.PICTURE, TagKind.DOCUMENT)

    @property
    def name(self) -> str:
        """The path of its start tag as written; 首项 or 末项 where it asks for the copy."""
        tag = self.start.tag
        return str(tag.path) if tag.path is not None else {"first": "首项", "last": "末项"}[tag.copy or ""]

    @property
    def extent(self) -> str:
        """What it covers: inline, paragraphs, rows, table or columns."""
        return "paragraphs" if self.range is None else self.range.kind

    @property
    def is_inline(self) -> bool:
        """Whether it lies inside one paragraph."""
        return self.range is not None and self.range.kind == "inline"

    @property
    def is_columns(self) -> bool:
        """Whether it covers columns of a table; a slice is part of such a block."""
        return self.range is not None and self.range.kind == "columns" and not self.is_slice

    @property
    def sites(self) -> list[TagSite]:
        """Its tags; those of blocks are cut out, that of a picture is filled."""
        if self.is_picture or self.is_slice:
            return []
        return [each for each in (self.start, self.gap_tag, self.other_tag, self.end) if each is not None]

    @property
    def dividers(self) -> list[TagSite]:
        """Its dividers in their order."""
        return [each for each in (self.gap_tag, self.other_tag) if each is not None]

    def part_of(self, inner: "FoundBlock") -> Part:
        """Return the part that a block directly inside it stands in."""
        if inner.story is not self.story:
            return self.part_at(inner.anchor)
        if inner.is_picture or inner.is_slice:
            return self.part_at(inner.first)
        for site, part in ((self.other_tag, self.other), (self.gap_tag, self.gap)):
            if site is not None and part is not None and inner.block.start.number > site.placed.number:
                return part
        return self.main

    def part_at(self, at: int) -> Part:
        """Return the part that holds the byte ``at``, which lies in the block."""
        for part in (self.other, self.gap):
            if part is not None and part.start <= at < part.end:
                return part
        return self.main

    def all_inside(self) -> "Iterator[FoundBlock]":
        """Yield it and all blocks inside, outer ones first."""
        yield self
        for around in (self, *self.slices):
            for child in around.children:
                yield from child.all_inside()


def found_in(
    nodes: Iterable[Block | PlacedTag], story: Story, parent: FoundBlock | None
) -> Iterator[FoundBlock]:
    """Yield the blocks among ``nodes`` of a story, each with those inside it; ``parent`` is around them."""
    for node in nodes:
        if isinstance(node, Block):
            block = FoundBlock(node, story, parent)
            block.children += found_in((*node.main, *node.gap, *node.other), story, block)
            yield block


def with_slices(blocks: Iterable[FoundBlock]) -> Iterator[FoundBlock]:
    """Yield ``blocks``, each followed by its slices."""
    for block in blocks:
        yield block
        yield from block.slices


def overlapping(blocks: Iterable[FoundBlock]) -> Iterator[Fault]:
    """Yield a fault for each of two blocks that share bytes and do not nest as their tags do."""
    by_parent: dict[int, list[FoundBlock]] = {}
    for block in with_slices(blocks):
        by_parent.setdefault(id(block.parent), []).append(block)
    for siblings in by_parent.values():
        by_place = sorted(siblings, key=lambda each: (each.story.key, each.first, each.last))
        around: FoundBlock | None = None
        for block in by_place:
            if around is None or around.story is not block.story:
                around = block
            elif around.first < block.first < around.last or around.first == block.first < min(
                around.last, block.last
            ):
                yield from _both("BLOCKS_OVERLAP", around, block)
            if block.last >= around.last:
                around = block
        for block in siblings:
            outer = block.parent
            if outer is not None and block.first < block.last:
                part = outer.part_of(block)
                if not part.start <= block.first <= block.last <= part.end:
                    yield from _both("BLOCKS_OVERLAP", outer, block)


def _both(code: str, one: FoundBlock, other: FoundBlock) -> Iterator[Fault]:
    yield Fault.of_site(
        code, other.start, one.start, f"it shares a paragraph or row with {one.start.placed.text}"
    )
    yield Fault.of_site(
        code, one.start, other.start, f"it shares a paragraph or row with {other.start.placed.text}"
    )


def refuse_depth(blocks: Iterable[FoundBlock]) -> None:
    """Raise ``TemplateLimitExceeded`` where blocks nest too deep, those of text boxes and notes too."""
    for block in blocks:
        depth = 0
        around: FoundBlock | None = block
        while around is not None:
            depth += 1
            around = around.parent
            if depth > MAX_DEPTH:
                raise too_deep(block.start.placed)


def outermost(blocks: Sequence[FoundBlock]) -> list[FoundBlock]:
    """Return ``blocks`` in their order, but for those inside others of them in the same story."""
    known = set(map(id, blocks))

    def is_inside(block: FoundBlock) -> bool:
        around = block.parent
        while around is not None and around.story is block.story:
            if id(around) in known:
                return True
            around = around.parent
        return False

    left = [block for block in blocks if not is_inside(block)]
    return sorted(left, key=lambda block: block.start.first)


_STARTS = frozenset(("BLOCK_UNCLOSED", "BLOCK_MISMATCH"))


def with_nearest(faults: Sequence[Fault]) -> list[Fault]:
    """Return ``faults``, in document order, each of a lone tag with the nearest lone tag that may be its own.

    It may stand in another story: a block cannot begin in one and end in another.
    """
    lone: dict[tuple[Path | None, bool], list[tuple[int, TagSite]]] = {}
    for number, fault in enumerate(faults):
        if fault.site is not None and (fault.code in _STARTS or fault.code == "BLOCK_UNOPENED"):
            is_end = fault.site.tag.kind is TagKind.END
            lone.setdefault((fault.site.tag.path, is_end), []).append((number, fault.site))
    found = []
    for number, fault in enumerate(faults):
        if fault.site is None or fault.related is not None:
            found.append(fault)
            continue
        is_start = fault.code in _STARTS
        if is_start or fault.code == "BLOCK_UNOPENED":
            own = _nearest(lone.get((fault.site.tag.path, is_start), ()), number)
            fault = fault._replace(related=own)  # noqa: PLW2901
        found.append(fault)
    return found


def _nearest(sites: Sequence[tuple[int, TagSite]], number: int) -> TagSite | None:
    at = bisect_left(sites, number, key=lambda each: each[0])
    near = sorted(sites[max(0, at - 1) : at + 1], key=lambda each: abs(each[0] - number))
    return near[0][1] if near else None
