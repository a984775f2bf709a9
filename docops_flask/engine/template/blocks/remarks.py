"""Remarks, declarations and 合并: tags that vanish and are no blocks, told in the log as without copies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.template.blocks.block_scopes import Around, BlocksAt
from docops_flask.engine.template.blocks.control_pieces import Vanished
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pieces import piece_path
from docops_flask.engine.template.blocks.tag_sites import SINGLE_KINDS, TagSite
from docops_flask.engine.template.blocks.template_structure import PartStructure, Structure


class Remark(NamedTuple):
    """A remark or declaration: what stands around it, and the address of the paragraph that went with it."""

    site: TagSite
    around: Around
    dropped: str | None
    reason: str


def remarks_in(structure: Structure) -> list[Remark]:
    """Return the remarks and declarations that vanish, in the order of parts and bytes.

    Those in other branches of an mc:AlternateContent are left out.
    """
    mirrored = {
        mirror for part in structure.parts for place in part.part.paragraphs for mirror in place.mirrors
    }
    hung = {id(each.story): each.around for each in structure.stories}
    owners = {id(site): nodes for nodes in structure.stories for site in nodes.story.sites}
    found: list[Remark] = []
    for part in structure.parts:
        sites = [site for site in part.cuts if site.tag.kind in SINGLE_KINDS and site.place not in mirrored]
        if not sites:
            continue
        blocks = BlocksAt(part.blocks)
        gone = _Gone(part)
        for site in sorted(sites, key=lambda each: each.first):
            around = blocks.around(site.first)
            if around.block is None:
                around = hung[id(owners[id(site)].story)]
            path, reason = gone.with_site(site)
            found.append(Remark(site, around, path, reason))
    return found


class _Gone:
    """Tells which control paragraph goes with a remark: one in which no block has a tag, with its first."""

    def __init__(self, part: PartStructure) -> None:
        self._places = {place.start: place for place in part.part.paragraphs}
        self._of_blocks = {id(site) for block in part.blocks for site in block.sites}
        self._pieces: dict[int, Vanished] = {
            each.piece.start: each for each in part.vanished if not each.is_emptied
        }
        self._by_place: dict[int, list[TagSite]] = {}
        for site in part.cuts:
            self._by_place.setdefault(site.place.start, []).append(site)

    def with_site(self, site: TagSite) -> tuple[str | None, str]:
        """Return address and rule of the paragraph that goes with ``site``; ``None`` where none does."""
        gone = self._pieces.get(site.place.start)
        sites = self._by_place[site.place.start]
        if gone is None or sites[0] is not site or any(id(each) in self._of_blocks for each in sites):
            return None, ""
        return piece_path(gone.piece, self._places), gone.reason


def copies_around(
    around: Around, entries: Mapping[int, Sequence[tuple[Sequence[Sequence[int]], int, str | None]]]
) -> Iterator[Sequence[Sequence[int]]]:
    """Yield the numbers of blocks and copies around what stands there, once for each time it stands.

    ``entries`` are, by the number of a block, the copies around it, its copies and the part that stands,
    for each time.
    """
    block = around.block
    if block is None:
        yield ()
        return
    for inside, copies, branch in entries.get(block.number_in_log, ()):
        for copy in range(_times(block, around.at, copies, branch)):
            yield (*inside, (block.number_in_log, copy))


def _times(block: FoundBlock, at: int, copies: int, branch: str | None) -> int:
    part = block.part_at(at)
    if part is block.other:
        return int(branch == "other")
    return max(0, copies - 1) if part is block.gap else copies
