"""Blocks of a text box that stand in each branch of its mc:AlternateContent: they are one block."""

from collections.abc import Iterable, Mapping

from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.template.blocks.found_blocks import FoundBlock


def note_mirrors(document: Document, blocks: Iterable[FoundBlock]) -> None:
    """Tell each block which others are its mirrors: their tags stand in paragraphs that mirror each other."""
    originals: dict[ParagraphPlace, ParagraphPlace] = {
        mirror: place for place in document.walk.paragraphs for mirror in place.mirrors
    }
    if not originals:
        return
    known = {_key(block, {}): block for block in blocks if block.start.place not in originals}
    for block in blocks:
        if all(site.place in originals for site in block.sites):
            original = known.get(_key(block, originals))
            if original is not None and original.extent == block.extent:
                original.mirrors.append(block)
                block.is_mirror = True


def _key(
    block: FoundBlock, originals: Mapping[ParagraphPlace, ParagraphPlace]
) -> tuple[tuple[ParagraphPlace, int], ...]:
    return tuple((originals.get(site.place, site.place), site.start) for site in block.sites)
