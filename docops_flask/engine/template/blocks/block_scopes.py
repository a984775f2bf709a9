"""The lists around a block or tag: those whose items it may ask for."""

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.blocks.tag_sites import Story, TagSite
from docops_flask.engine.template.tag_kinds import TagKind


class Around(NamedTuple):
    """What a story hangs in: the innermost block, ``None`` for none, and the byte of its anchor."""

    block: FoundBlock | None
    at: int

    def lists(self) -> list[FoundBlock]:
        """Return the ``#`` blocks whose items the story may ask for, the innermost last."""
        if self.block is None:
            return []
        is_other = self.block.part_at(self.at) is self.block.other
        own = [self.block] if self.block.block.opens_scope and not is_other else []
        return lists_around(self.block) + own


def lists_around(block: FoundBlock) -> list[FoundBlock]:
    """Return the ``#`` blocks whose items the start tag of a block may ask for, the innermost last."""
    found = []
    inner, outer = block, block.parent
    while outer is not None:
        if outer.block.opens_scope and outer.part_of(inner) is not outer.other:
            found.append(outer)
        inner, outer = outer, outer.parent
    return found[::-1]


def is_in_scope(site: TagSite, count: int) -> bool:
    """Say whether a tag asks for no more than the ``count`` lists that are around it."""
    tag = site.tag
    if tag.kind in (TagKind.NUMBER, TagKind.ITEM) or tag.copy is not None:
        return count > (0 if tag.path is None else tag.path.up)
    return tag.path is None or tag.path.up <= count


def sites_outside(
    nodes: Iterable[Block | PlacedTag], sites: Sequence[TagSite], lists: int, sound: Container[int]
) -> Iterator[TagSite]:
    """Yield the single tags among ``nodes`` of a story that ask for a list around them that there is not.

    ``lists`` are around the story; ``sound`` are the numbers of the start tags of sound blocks.
    """
    pending: list[tuple[Block | PlacedTag, int]] = [(node, lists) for node in reversed([*nodes])]
    while pending:
        node, count = pending.pop()
        if not isinstance(node, Block):
            if not is_in_scope(sites[node.number], count):
                yield sites[node.number]
        elif node.start.number in sound:
            pending += [(each, count + node.opens_scope) for each in (*node.main, *node.gap)]
            pending += [(each, count) for each in node.other]


def nodes_by_range(
    nodes: Iterable[Block | PlacedTag], sites: Sequence[TagSite], blocks: Mapping[int, FoundBlock]
) -> list[Block | PlacedTag]:
    """Return ``nodes`` with the tags beside a block that lie in what it covers put into it.

    A row that is repeated is so with all its cells, those before the start tag and behind the end tag too.
    ``nodes`` are those of a story in their order, ``sites`` its tags, ``blocks`` the sound blocks by the
    numbers of their start tags.
    """
    found: list[Block | PlacedTag] = []
    # The block that tags behind may lie in.
    last: FoundBlock | None = None
    for node in nodes:
        if not isinstance(node, Block):
            if last is not None and sites[node.number].first < last.last:
                _part(last, sites[node.number]).append(node)
            else:
                found.append(node)
            continue
        last = blocks.get(node.start.number)
        if last is not None and last.block is not node:
            # Repeated columns, in a row that is repeated itself.
            last = None
        if last is None:
            found.append(node)
            continue
        before: list[Block | PlacedTag] = []
        while found and not isinstance(found[-1], Block) and sites[found[-1].number].first >= last.first:
            before.append(found.pop())
        node.main[:0] = before[::-1]
        found.append(node)
    for node in found:
        if isinstance(node, Block):
            for part in (node.main, node.gap, node.other):
                part[:] = nodes_by_range(part, sites, blocks)
    return found


def _part(block: FoundBlock, site: TagSite) -> list[Block | PlacedTag]:
    part = block.part_at(site.first)
    return block.block.other if part is block.other else block.block.main


class BlocksAt:
    """Tells which of the blocks of a part stands around a byte."""

    def __init__(self, blocks: Iterable[FoundBlock]) -> None:
        # From which byte on which block is the innermost.
        self._starts: list[int] = []
        self._owners: list[FoundBlock | None] = []
        opened: list[FoundBlock] = []
        filled = [each for each in blocks if each.first < each.last]
        for block in sorted(filled, key=lambda each: (each.first, -each.last, each.start.first)):
            self._close(opened, block.first)
            opened.append(block)
            self._note(block.first, block)
        self._close(opened, None)

    def _close(self, opened: list[FoundBlock], until: int | None) -> None:
        while opened and (until is None or opened[-1].last <= until):
            ended = opened.pop()
            self._note(ended.last, opened[-1] if opened else None)

    def _note(self, at: int, block: FoundBlock | None) -> None:
        self._starts.append(at)
        self._owners.append(block)

    def around(self, at: int) -> Around:
        """Return what stands around the byte ``at``."""
        number = bisect_right(self._starts, at) - 1
        return Around(self._owners[number] if number >= 0 else None, at)


def blocks_around(stories: Iterable[Story], blocks: Iterable[FoundBlock]) -> dict[int, Around]:
    """Return what each story of a part that has tags hangs in, by the identity of the story.

    ``blocks`` are all those of the part.
    """
    filled = [each for each in blocks if each.first < each.last]
    filled.sort(key=lambda each: (each.first, -each.last, each.start.first))
    tagged = [story for story in stories if story.sites]
    tagged.sort(key=lambda story: story.sites[0].place.start)
    found: dict[int, Around] = {}
    opened: list[FoundBlock] = []
    number = 0
    for story in tagged:
        at = story.sites[0].place.start
        while number < len(filled) and filled[number].first < at:
            while opened and opened[-1].last <= filled[number].first:
                opened.pop()
            opened.append(filled[number])
            number += 1
        while opened and opened[-1].last <= at:
            opened.pop()
        # A block of rows begins before the paragraph of its own start tag.
        block = next((each for each in reversed(opened) if each.story is not story), None)
        found[id(story)] = Around(block, at)
    return found
