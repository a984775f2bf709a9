"""The blocks of a document: what each covers, what vanishes, and what is no sound block.

Found once for a template, whatever the data. docs/analysis/blocks.md has the rules.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryPart
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.template.blocks.block_parts import divide, fault_of_range
from docops_flask.engine.template.blocks.block_scopes import (
    Around,
    blocks_around,
    is_in_scope,
    lists_around,
    nodes_by_range,
    sites_outside,
)
from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.blocks.control_pieces import ControlPieces, Solids, loose_paragraphs
from docops_flask.engine.template.blocks.copied_notes import NOTES, NoteKey, References
from docops_flask.engine.template.blocks.extents import ExtentFault, TagPlace, extent_of
from docops_flask.engine.template.blocks.found_blocks import (
    Fault,
    FoundBlock,
    found_in,
    outermost,
    overlapping,
    refuse_depth,
    with_nearest,
    with_slices,
)
from docops_flask.engine.template.blocks.mirrored_blocks import note_mirrors
from docops_flask.engine.template.blocks.pairing import pair_tags
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, Pieces, pieces_of
from docops_flask.engine.template.blocks.range_marks import refuse_filled_bookmarks
from docops_flask.engine.template.blocks.run_cuts import RunCuts
from docops_flask.engine.template.blocks.tag_sites import (
    CONTROL_KINDS,
    SINGLE_KINDS,
    Story,
    TagSite,
    find_stories,
    is_optional_picture,
)
from docops_flask.engine.template.blocks.template_structure import PartStructure, StoryNodes, Structure
from docops_flask.engine.template.tag_kinds import TagKind

if TYPE_CHECKING:
    from docops_flask.engine.template.blocks.layout_items import CellMerge
    from docops_flask.engine.template.blocks.optional_pictures import OptionalBox

MAX_BLOCKS = 10_000
# How often what is sound is told anew, since the tags of a faulty block are text to the others.
_ROUNDS = 4
_STARTS = (TagKind.EACH, TagKind.IF, TagKind.UNLESS)


def find_structure(
    document: Document,
    conflicting: Collection[tuple[ParagraphPlace | str, int]] = (),
    boxes: "Sequence[OptionalBox]" = (),
) -> Structure:
    """Return the structure of ``document``; ``boxes`` are its pictures that give way to optional ones.

    ``conflicting`` are paragraph, or address of an alternative text, and first character of start tags that
    name a value of another kind than other tags: their blocks are not sound.

    Raises ``TemplateLimitExceeded`` (``blocks``, ``block_depth``) where there are too many blocks.
    """
    by_part: dict[StoryPart, list[Story]] = {}
    count = 0
    for story in find_stories(document):
        by_part.setdefault(story.part, []).append(story)
        count += sum(site.tag.kind in _STARTS for site in story.sites)
    if count > MAX_BLOCKS:
        raise TemplateLimitExceeded(
            f"A template may have {MAX_BLOCKS} blocks; this one has {count}.",
            limit="blocks",
            maximum=MAX_BLOCKS,
        )
    references = References(document)
    hung: dict[NoteKey, Around] = {}
    readers, parts = [], []
    with_boxes = {box.part for box in boxes}
    for part in document.parts:
        if part not in by_part and part not in with_boxes:
            continue
        # Notes come behind all parts that refer to them.
        own = [box for box in boxes if box.part is part]
        reader = _PartReader(part, by_part.get(part, ()), references, hung, conflicting, own)
        readers.append(reader)
        parts.append(reader.structure())
        hung.update(references.hung(part, parts[-1].blocks))
    blocks = [block for part in parts for block in part.blocks]
    # Slices of columns have no numbers in the log.
    for number, block in enumerate(sorted(blocks, key=lambda each: each.is_slice)):
        block.number = number
    note_mirrors(document, blocks)
    return Structure(
        parts,
        [nodes for reader in readers for nodes in reader.nodes],
        with_nearest(
            [fault for reader in readers for fault in sorted(reader.faults, key=lambda each: each.at)]
        ),
        references,
        hung,
        [site for reader in readers for site in reader.lone],
    )


class _PartReader:
    """Reads the blocks of one part."""

    def __init__(  # noqa: PLR0917, called once
        self,
        part: StoryPart,
        stories: Sequence[Story],
        references: References,
        hung: Mapping[NoteKey, Around],
        conflicting: Collection[tuple[ParagraphPlace | str, int]],
        boxes: "Sequence[OptionalBox]",
    ) -> None:
        self._part = part
        self._references = references
        self._hung = hung
        self._conflicting = conflicting
        self._stories = stories
        # A part without control tags has no blocks, and needs not be taken apart.
        tags = [site.tag for story in stories for site in story.sites]
        self._boxes = boxes
        self._has_pictures = bool(boxes) or any(map(is_optional_picture, tags))
        has_control = self._has_pictures or any(tag.kind in CONTROL_KINDS for tag in tags)
        self._pieces = pieces_of(part) if has_control else Pieces(Piece(PieceKind.OTHER, 0, None), {})
        self._places = {place.start: place for place in part.paragraphs}
        self.faults: list[Fault] = []
        self.nodes: list[StoryNodes] = []
        self.lone: list[TagSite] = []
        self._kept: list[tuple[int, int]] = []
        self._merges: Sequence[CellMerge] = ()
        self._faulty: list[FoundBlock] = []
        # Blocks outside others of their stories, and the tags that are neither text nor of a block.
        self._top: list[FoundBlock] = []
        self._single: list[TagSite] = []
        self._has_columns = False
        self._run_cuts: dict[ParagraphPlace, RunCuts] = {}

    def structure(self) -> PartStructure:
        """Return what its bytes are made of."""
        for story in self._stories:
            self._pair(story)
        solids = Solids(self._control())
        self._leave_out(self._place(block, solids) for block in self._sound())
        for _ in range(_ROUNDS):
            control = ControlPieces(self._pieces, self._places, self._control(), self._sound())
            divided = (divide(block, self._pieces, control) for block in self._sound())
            if self._leave_out(divided):
                continue
            if self._has_columns and self._leave_out(self._crossed(control)):
                continue
            if self._leave_out((*overlapping(self._sound()), *self._outside_scopes())):
                continue
            if not self._leave_merges():
                break
        else:
            self._leave_out(Fault.of_site("BLOCKS_OVERLAP", each.start) for each in self._top)
            self._leave_merges()
            control = ControlPieces(self._pieces, self._places, self._control(), ())
        if self._has_columns:
            from docops_flask.engine.template.blocks.column_nesting import settle

            self._top = settle(self._top)
        self._nest_stories()
        sound, pictures = [*with_slices(self._sound())], self._pictures()
        blocks = sorted((*sound, *pictures), key=lambda block: block.start.first)
        # A text box stands amid the bytes of its paragraph.
        sites = self._control()
        cuts = sorted((site for own in sites.values() for site in own), key=_first)
        refuse_filled_bookmarks(self._part, ((block.first, block.last) for block in blocks))
        return PartStructure(
            self._part,
            self._pieces,
            blocks,
            control.vanished,
            loose_paragraphs(sites, sound, {block.start.place for block in pictures}),
            sorted(self._kept),
            outermost(self._faulty),
            cuts,
            self._merges,
        )

    def _crossed(self, control: ControlPieces) -> Iterator[Fault]:
        """Nest blocks in columns, and those in rows across them; yield what is wrong with these."""
        from docops_flask.engine.template.blocks.column_nesting import crossed, nest_by_columns

        nest_by_columns(self._top, self._pieces.paragraphs, control)
        yield from crossed(self._sound(), self._kept)

    def _leave_merges(self) -> bool:
        """Note the tags whose cells cannot be merged, which are text; return whether there are any."""
        kept = Ranges(self._kept)
        merging = (site for site in self._single if site.tag.kind is TagKind.MERGE)
        sites = [site for site in merging if not kept.contain(site.first)]
        if not sites:
            return False
        # Imported here: few templates have such tags.
        from docops_flask.engine.template.blocks.cell_merges import cell_merges, left_tags

        left = left_tags(sites, self._part, self._pieces, self._sound())
        self._kept += ((site.first, site.last) for site, _ in left)
        self.faults += (fault for _, fault in left if fault is not None)
        self.lone += (site for site, fault in left if fault is None)
        self._merges = () if left else cell_merges(sites, self._part, self._pieces, self._sound())
        return bool(left)

    def _sound(self) -> list[FoundBlock]:
        return [each for top in self._top for each in top.all_inside()]

    def _pictures(self) -> list[FoundBlock]:
        """Return the pictures that may be absent, and whose paragraphs then go."""
        if not self._has_pictures:
            return []
        # Imported here: few templates have such pictures.
        from docops_flask.engine.template.blocks.optional_pictures import OptionalPictures

        arounds = {id(story): around for story, _, around in self.nodes}
        found = OptionalPictures(
            self._part,
            self._pieces,
            [*with_slices(self._sound())],
            self._control(),
            lambda story: arounds.get(id(story), Around(None, -1)),
        )
        kept = Ranges(self._kept)
        found.take_texts(
            self._stories,
            lambda site: kept.contain(site.first) or (site.place, site.start) in self._conflicting,
        )
        found.take_boxes(self._boxes, self._conflicting)
        return found.blocks()

    def _control(self) -> dict[ParagraphPlace, list[TagSite]]:
        """Return the control tags that are not text, by paragraph."""
        found: dict[ParagraphPlace, list[TagSite]] = {}
        kept = Ranges(self._kept)
        for site in self._single:
            if not kept.contain(site.first):
                found.setdefault(site.place, []).append(site)
        for block in self._sound():
            for site in block.sites:
                found.setdefault(site.place, []).append(site)
        for sites in found.values():
            sites.sort(key=lambda site: site.start)
        return found

    def _pair(self, story: Story) -> None:
        paired = pair_tags([site.placed for site in story.sites])
        self.nodes.append(StoryNodes(story, paired.nodes, Around(None, -1)))
        self.lone += (story.sites[each.number] for each in paired.text)
        self.faults += map(Fault.of_bad, story.bad)
        for fault in paired.faults:
            related = None if fault.related is None else story.sites[fault.related.number]
            self.faults.append(Fault.of_site(fault.code, story.sites[fault.tag.number], related))
            if fault.code == "BLOCK_MISMATCH" and related is not None:
                # Whatever the author meant, the values between these tags are those of one item.
                self._kept.append((story.sites[fault.tag.number].first, related.last))
        self._single += [site for site in story.sites if site.tag.kind in SINGLE_KINDS]
        self._top += found_in(paired.nodes, story, None)

    def _leave_out(self, faults: "Iterable[Fault | None]") -> bool:
        """Note ``faults`` of blocks, whose tags they are about; return whether there are any.

        Such a block stays as text with all it contains.
        """
        found = {fault.at: fault for fault in faults if fault is not None}
        if not found:
            return False
        self._top = self._without(self._top, found)
        return True

    def _without(self, blocks: Sequence[FoundBlock], found: dict[int, Fault]) -> list[FoundBlock]:
        left = []
        for block in blocks:
            own = [found[site.first] for site in block.sites if site.first in found]
            if own:
                self.faults += own
                self._kept.append((block.start.first, block.end.last))
                self._faulty.append(block)
            else:
                block.children = self._without(block.children, found)
                left.append(block)
        return left

    def _place(self, block: FoundBlock, solids: Solids) -> Fault | None:
        """Find what a block covers."""
        start, end = block.start, block.end
        if (start.place, start.start) in self._conflicting:
            return Fault.of_site("TYPE_CONFLICT", start)
        stated = start.tag.extent
        found = extent_of(self._tag_place(start, solids), self._tag_place(end, solids), stated)
        if isinstance(found, ExtentFault):
            return Fault.of_site(found.code, start, end, found.reason)
        block.range = found
        if found is None:
            return None
        if found.kind == "columns":
            # Imported here: few templates repeat columns.
            from docops_flask.engine.template.blocks.column_slices import fault_of_columns

            self._has_columns = True
            return fault_of_columns(block, found, self._part, self._places, self._references)
        return fault_of_range(block, found, self._part, self._references, self._run_cuts)

    def _tag_place(self, site: TagSite, solids: Solids) -> TagPlace:
        solid = solids.of(site.place)
        piece = self._pieces.paragraphs[site.place.start]
        return TagPlace(piece, solid.is_before(site), solid.is_behind(site))

    def _arounds(self) -> dict[int, Around]:
        """Return what each story hangs in: a text box in its anchor, a note in what refers to it."""
        found = blocks_around(self._stories, with_slices(self._sound()))
        for story in self._stories if self._part.kind in NOTES else ():
            around = self._hung.get((self._part.kind, story.key.rpartition("/n")[2].removesuffix(".")))
            if around is not None and story.sites:
                found[id(story)] = around
        return found

    def _slices_with_stories(self, arounds: Mapping[int, Around]) -> set[int]:
        """Return the identities of the cells of columns that a text box with tags, or a note, hangs in."""
        slices = [each for block in self._sound() for each in block.slices]
        boxes = (arounds[id(story)] for story in self._stories if story.sites)
        notes = (around for _, around in self._references.hung(self._part, slices))
        return {id(around.block) for around in (*boxes, *notes) if around.block is not None}

    def _outside_scopes(self) -> Iterator[Fault]:
        """Yield a fault for each block whose start tag asks for a list around it that there is not."""
        arounds = self._arounds()
        for top in self._top:
            outer = len(arounds[id(top.story)].lists())
            for block in top.all_inside():
                if not is_in_scope(block.start, outer + len(lists_around(block))):
                    yield Fault.of_site("SCOPE_OUTSIDE", block.start, None, "no list is around it")

    def _nest_stories(self) -> None:
        """Put the blocks of a text box into the block that holds its anchor; check the single tags."""
        arounds = self._arounds()
        nowhere = Around(None, -1)
        kept = Ranges(self._kept)
        by_tag: dict[int, dict[int, FoundBlock]] = {id(story): {} for story in self._stories}
        for block in self._sound():
            by_tag[id(block.story)][block.start.placed.number] = block
        if self._has_columns:
            from docops_flask.engine.template.blocks.column_nodes import put_into_columns

            hung = self._slices_with_stories(arounds)
            for story, nodes, _ in self.nodes:
                put_into_columns(nodes, story.sites, by_tag[id(story)], hung)
        self.nodes = [
            StoryNodes(
                story,
                nodes_by_range(nodes, story.sites, by_tag[id(story)]),
                arounds.get(id(story), nowhere),
            )
            for story, nodes, _ in self.nodes
        ]
        for story, nodes, around in self.nodes:
            for site in sites_outside(nodes, story.sites, len(around.lists()), by_tag[id(story)]):
                if not kept.contain(site.first):
                    self.faults.append(Fault.of_site("SCOPE_OUTSIDE", site, None, "no list is around it"))
                    self._kept.append((site.first, site.last))
        for top in self._top:
            for each in (top, *top.slices):
                if each.parent is None:
                    each.parent, each.anchor = arounds[id(top.story)]
        refuse_depth(self._sound())
        left: list[FoundBlock] = []
        for top in self._top:
            is_apart = top.parent is None or top.parent.story.part is not self._part
            (left if is_apart or top.parent is None else top.parent.children).append(top)
        self._top = left


def _first(site: TagSite) -> int:
    return site.first
