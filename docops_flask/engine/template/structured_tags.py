"""Decides which bracketed texts are tags in a template with blocks, and what becomes of each.

Pairs, scopes and faults are those of the template's structure. The tags of sound blocks, remarks and
declarations vanish: nothing is told of them. What stands in a block that is not sound stays as text.
"""

from collections.abc import Callable, Collection, Sequence

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.document.inline_texts import InlineText
from docops_flask.engine.template.blocks.block_scopes import BlocksAt
from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.pairing import PlacedTag
from docops_flask.engine.template.blocks.tag_sites import CONTROL_KINDS, TagSite
from docops_flask.engine.template.blocks.template_structure import Structure
from docops_flask.engine.template.drawn_tags import is_told_in_copies
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.payload_schema import PayloadShape, Scope
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.tag_bytes import byte_of
from docops_flask.engine.template.tag_kinds import TagKind
from docops_flask.engine.template.tag_meaning import (
    Detail,
    Outcomes,
    TagMeanings,
    is_field,
    use_elsewhere,
)

_Spot = tuple[ParagraphPlace, int]
# Paragraph, or address of an alternative text, and first character of tags that are not sound.
Conflicting = Collection[tuple[ParagraphPlace | str, int]]


def decide_structured_tags(
    structure: Callable[[Conflicting], Structure],
    scan: Scan,
    places: PlaceScan,
    known: Collection[str] = (),
) -> TagMeanings:
    """Return what the tags of a template mean; ``known`` are names that are declared elsewhere.

    ``structure`` gives its blocks. Where names of blocks ask for values of different kinds, it is told that
    those stay as text, and asked anew.
    """
    meanings = _Decision(structure(()), scan, places, known).meanings()
    if meanings.conflicting:
        meanings = _Decision(structure(meanings.conflicting), scan, places, known).meanings()
    return meanings


class _Decision:
    def __init__(self, structure: Structure, scan: Scan, places: PlaceScan, known: Collection[str]) -> None:
        self._structure = structure
        self._places = {each.place.path: each.place for each in places.places}
        self._outcomes = Outcomes(scan, places, known)
        declared = self._outcomes.declared
        self._shape = PayloadShape(lambda tag: is_field(tag, declared))
        self._kept = {each.part: Ranges(each.kept) for each in structure.parts}
        # The tags of the paragraphs' own texts: their numbers by their places.
        self._numbers: dict[_Spot, int] = {
            (spot, found.start): number
            for number, (found, _, spot) in enumerate(self._outcomes.found)
            if isinstance(spot, ParagraphPlace)
        }
        # All sites by the identities of their tags.
        self._sites: dict[int, TagSite] = {
            id(site.placed): site for story in structure.stories for site in story.story.sites
        }
        self._details: dict[_Spot, Detail] = {}
        self._faulty: set[str] = set()
        self._conflicting: set[tuple[ParagraphPlace | str, int]] = set()

    def meanings(self) -> TagMeanings:
        """Return what the tags mean."""
        self._note_faults()
        self._note_lone()
        self._leave_text()
        self._use_stories()
        self._use_others()
        self._note_conflicts()
        meanings = self._outcomes.meanings(self._shape)
        return meanings._replace(
            structure=self._structure,
            details=self._details,
            faulty=meanings.faulty | self._faulty,
            conflicting=frozenset(self._conflicting),
        )

    def _note_faults(self) -> None:
        for fault in self._structure.faults:
            self._note_names(fault.site)
            number = self._numbers.get((fault.place, fault.start))
            if number is not None:
                self._outcomes.kinds[number] = Kind(fault.code)
                related = None if fault.related is None else _address(fault.related)
                self._details[fault.place, fault.start] = Detail(fault.reason, related)
                if fault.code == "BLOCK_MISMATCH" and fault.related is not None:
                    self._note_mismatch(fault, fault.related)

    def _note_mismatch(self, fault: Fault, end: TagSite) -> None:
        self._note_names(end)
        number = self._numbers.get((end.place, end.start))
        if number is not None and fault.site is not None:
            self._outcomes.kinds[number] = Kind.BLOCK_MISMATCH
            self._details[end.place, end.start] = Detail(None, _address(fault.site))

    def _note_names(self, site: TagSite | None) -> None:
        path = None if site is None else site.tag.path
        if path is not None:
            self._faulty.update((*path.names[:1], *path.names[-1:]))

    def _note_lone(self) -> None:
        """Tell of end tags that end nothing where the template has blocks; elsewhere 【完】 is a word."""
        structure = self._structure
        has_blocks = structure.blocks or structure.faults
        for site in structure.lone:
            if not has_blocks and site.tag.kind is not TagKind.MERGE:
                continue
            number = self._numbers.get((site.place, site.start))
            if number is not None:
                self._outcomes.near.setdefault(site.placed.text, []).append(
                    self._outcomes.found[number].address
                )

    def _leave_text(self) -> None:
        """Drop what vanishes or stays as text: control tags without a fault, tags in blocks not sound."""
        kinds = self._outcomes.kinds
        for number, placed in self._outcomes.tags.items():
            found, _, spot = self._outcomes.found[number]
            if spot is None or number not in kinds:
                continue
            is_own = isinstance(spot, ParagraphPlace)
            if is_own and (spot, found.start) in self._details:
                continue
            if (is_own and placed.tag.kind in CONTROL_KINDS) or self._is_kept(spot, found.start):
                del kinds[number]

    def _is_kept(self, spot: ParagraphPlace | InlineText, start: int) -> bool:
        part = spot.part if isinstance(spot, ParagraphPlace) else spot.place.part
        kept = self._kept.get(part)
        return kept is not None and kept.contain(byte_of(spot, start))

    def _use_stories(self) -> None:
        """Take the tags of the stories into the shape, those of text boxes and notes after their blocks."""
        by_story = {id(each.story): each for each in self._structure.stories}
        pending = list(reversed(self._structure.stories))
        done: set[int] = set()
        while pending:
            nodes = pending[-1]
            lists = nodes.around.lists()
            before = [
                by_story[id(block.story)]
                for block in lists
                if id(block.story) not in done and block.story is not nodes.story
            ]
            if id(nodes.story) in done:
                pending.pop()
            elif before:
                pending += before
            else:
                done.add(id(nodes.story))
                self._shape.use(nodes.nodes, self._scopes(lists))

    def _scopes(self, lists: Sequence[FoundBlock]) -> list[Scope]:
        items = self._shape.items
        return [items[id(each.block)] for each in lists if id(each.block) in items]

    def _use_others(self) -> None:
        """Take the tags in texts inside paragraphs, and outside paragraphs, into the shape."""
        outcomes = self._outcomes
        blocks = {each.part: each.blocks for each in self._structure.parts}
        around: dict[StoryPart, BlocksAt] = {}
        before = len(self._shape.faults)
        for number, placed in outcomes.tags.items():
            found, address, spot = outcomes.found[number]
            if isinstance(spot, ParagraphPlace) or number not in outcomes.kinds:
                continue
            lists: list[FoundBlock] = []
            at = self._byte(spot, found.start, address, placed)
            if at is not None:
                part, byte = at
                if part not in around:
                    around[part] = BlocksAt(blocks.get(part, ()))
                lists = around[part].around(byte).lists()
            self._shape.use(use_elsewhere([placed]), self._scopes(lists))
        for fault in self._shape.faults[before:]:
            outcomes.mark(fault.tag.number, Kind.SCOPE_OUTSIDE)

    def _byte(
        self, spot: InlineText | None, start: int, address: str, placed: PlacedTag
    ) -> tuple[StoryPart, int] | None:
        """Return the story and the byte that a tag outside a paragraph's own text has the scope of."""
        if spot is not None:
            return spot.place.part, byte_of(spot, start)
        place = self._places.get(address)
        # Other places have the scope of the payload.
        if place is None or not isinstance(place.part, StoryPart):
            return None
        if not is_told_in_copies(placed.tag, address):
            return None
        return place.part, place.segments[0].first

    def _note_conflicts(self) -> None:
        for conflict in self._shape.conflicts():
            self._note_conflict(conflict.first, conflict.second)

    def _note_conflict(self, placed: PlacedTag, other: PlacedTag) -> None:
        site = self._sites.get(id(placed))
        if site is None:
            self._outcomes.mark(placed.number, Kind.TYPE_CONFLICT)
            # A picture that may be absent stays.
            self._conflicting.add((self._address(placed), 0))
            return
        spot = site.place, site.start
        number = self._numbers.get(spot)
        known = self._details.get(spot)
        if number is None:
            return
        # A control tag that is known for another conflict has no kind.
        if (
            known is not None
            and self._outcomes.kinds.get(number, Kind.TYPE_CONFLICT) is not Kind.TYPE_CONFLICT
        ):
            return
        related = self._sites.get(id(other))
        self._details[spot] = Detail(None, self._address(other) if related is None else _address(related))
        if known is not None:
            return
        if site.tag.kind.value in ("each", "if", "unless"):
            # The same block in the other branch of an mc:AlternateContent stays too.
            self._conflicting.update((place, site.start) for place in (site.place, *site.place.mirrors))
        elif number in self._outcomes.kinds:
            self._outcomes.mark(number, Kind.TYPE_CONFLICT)
            if site.tag.kind in (TagKind.PICTURE, TagKind.DOCUMENT):
                self._conflicting.update((place, site.start) for place in (site.place, *site.place.mirrors))

    def _address(self, placed: PlacedTag) -> str:
        return self._outcomes.found[placed.number].address


def _address(site: TagSite) -> str:
    return site.place.run(site.place.reading.piece_at(site.start).shown.run_index).run_id
