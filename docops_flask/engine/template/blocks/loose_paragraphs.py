"""What counts in the paragraphs of a part, and which of them are made of inline blocks alone (rule V3)."""

from collections.abc import Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.tag_sites import Solid, TagSite


class Solids:
    """What counts in paragraphs beside their control tags, found when it is first asked for."""

    def __init__(self, control: Mapping[ParagraphPlace, Sequence[TagSite]]) -> None:
        self._control = control
        self._known: dict[ParagraphPlace, Solid] = {}

    def of(self, place: ParagraphPlace) -> Solid:
        """Return what counts in a paragraph."""
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = Solid(place, self._control.get(place, ()))
        return known


def loose_paragraphs(
    control: Mapping[ParagraphPlace, Sequence[TagSite]], blocks: Sequence[FoundBlock]
) -> list[ParagraphPlace]:
    """Return the paragraphs that are made of inline blocks, remarks and white space alone."""
    outermost: dict[ParagraphPlace, list[FoundBlock]] = {}
    for block in blocks:
        around = block.parent
        is_inner = around is not None and around.is_inline and around.story is block.story
        if block.is_inline and not is_inner:
            outermost.setdefault(block.start.place, []).append(block)
    found = []
    for place, own in outermost.items():
        solid = Solid(place, control[place])
        bounds: list[TagSite | None] = [None]
        for block in own:
            bounds += [block.start, block.end]
        bounds.append(None)
        if not any(
            solid.is_between(first, last) for first, last in zip(bounds[::2], bounds[1::2], strict=True)
        ):
            found.append(place)
    return sorted(found, key=lambda each: each.start)
