"""Blocks of a text box that stand in each branch of its mc:AlternateContent: they are one block.

That holds where both branches have the same tags of blocks at the same places. Other branches are told apart:
what reads the same in both may stand in other lists there, and have other values.
"""

from collections.abc import Iterable, Mapping, Sequence

from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.walk import separate_mirrors
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.tag_sites import CONTROL_KINDS, TagSite, find_stories, story_of

# Where a tag stands in its story: the address there, its first character, its text.
_Spot = tuple[str, int, str]


def separate_branches(document: Document) -> None:
    """Make paragraphs of their own of mirrors in text boxes whose branches have other tags of blocks."""
    if not any(place.mirrors for place in document.walk.paragraphs):
        return
    spots: dict[tuple[str, str], list[_Spot]] = {}
    for story in find_stories(document):
        spots[story.part.name, story.key] = [
            (site.place.path.removeprefix(story.key), site.start, site.placed.text)
            for site in story.sites
            if site.tag.kind in CONTROL_KINDS
        ]

    def spots_around(place: ParagraphPlace) -> list[_Spot]:
        return spots.get((place.part.name, story_of(place)), [])

    separate_mirrors(
        document.walk, lambda place, mirror: not spots or spots_around(place) == spots_around(mirror)
    )


def note_mirrors(document: Document, blocks: Iterable[FoundBlock]) -> None:
    """Tell each block which others are its mirrors: their tags stand in paragraphs that mirror each other."""
    originals: dict[ParagraphPlace, ParagraphPlace] = {
        mirror: place for place in document.walk.paragraphs for mirror in place.mirrors
    }
    if not originals:
        return
    known = {_key(block, {}): block for block in blocks if block.start.place not in originals}
    for block in blocks:
        if all(site.place in originals and not site.address for site in _tags_of(block)):
            original = known.get(_key(block, originals))
            if original is not None and original.extent == block.extent:
                original.mirrors.append(block)
                block.original = original


def _key(
    block: FoundBlock, originals: Mapping[ParagraphPlace, ParagraphPlace]
) -> tuple[tuple[ParagraphPlace, int], ...]:
    return tuple((originals.get(site.place, site.place), site.start) for site in _tags_of(block))


def _tags_of(block: FoundBlock) -> Sequence[TagSite]:
    return block.sites or [block.start]
