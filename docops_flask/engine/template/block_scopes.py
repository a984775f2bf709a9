"""The lists around a block or tag: those whose items it may ask for."""

from collections.abc import Iterable

from docops_flask.engine.template.found_blocks import FoundBlock
from docops_flask.engine.template.tag_sites import Story, TagSite
from docops_flask.engine.template.tags import TagKind


def scope_count(block: FoundBlock | None, inner: FoundBlock | None) -> int:
    """Return how many lists are around ``inner``, which is in ``block``; or around the main part of it."""
    count = 0
    while block is not None:
        in_other = inner is not None and inner.story is block.story and block.part_of(inner) is block.other
        count += block.block.opens_scope and not in_other
        block, inner = block.parent, block
    return count


def is_in_scope(site: TagSite, count: int) -> bool:
    """Say whether a tag asks for no more than the ``count`` lists that are around it."""
    tag = site.tag
    if tag.kind in (TagKind.NUMBER, TagKind.ITEM) or tag.copy is not None:
        return count > (0 if tag.path is None else tag.path.up)
    return tag.path is None or tag.path.up <= count


def blocks_around(stories: Iterable[Story], blocks: Iterable[FoundBlock]) -> dict[int, FoundBlock | None]:
    """Return the innermost block around each story of a part, by the identity of the story.

    ``blocks`` are all those of the part.
    """
    filled = [each for each in blocks if each.first < each.last]
    filled.sort(key=lambda each: (each.first, -each.last, each.start.first))
    tagged = [story for story in stories if story.sites]
    tagged.sort(key=lambda story: story.sites[0].place.start)
    found: dict[int, FoundBlock | None] = {}
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
        found[id(story)] = next((each for each in reversed(opened) if each.story is not story), None)
    return found
