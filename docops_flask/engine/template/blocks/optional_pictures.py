"""Optional pictures in paragraphs made of such and of inline blocks: each is a block that its value decides.

A picture that may be absent (``|可空``) and is not given goes, and the paragraph with it where nothing is
left (rule V3 of docs/analysis/blocks.md). Others are fields that come out empty.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.blocks.block_scopes import Around, BlocksAt, is_in_scope
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.extents import Range
from docops_flask.engine.template.blocks.found_blocks import FoundBlock, Part
from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.blocks.pieces import Pieces
from docops_flask.engine.template.blocks.run_cuts import Cut, RunCuts
from docops_flask.engine.template.blocks.tag_sites import (
    PROPERTIES_END,
    Story,
    TagSite,
    is_optional_picture,
    story_of,
)
from docops_flask.engine.template.tag_kinds import Tag


class OptionalBox(NamedTuple):
    """A picture of the template that gives way to one that may be absent.

    ``address`` is that of its alternative text, which is the tag ``text``, at the bytes ``first``:``last``;
    ``start``:``end`` are what goes with it.
    """

    part: StoryPart
    address: str
    tag: Tag
    text: str
    first: int
    last: int
    start: int
    end: int


class _Candidate(NamedTuple):
    """A tag of an optional picture, and the cuts around what it stands for."""

    site: TagSite
    before: Cut
    behind: Cut


class OptionalPictures:
    """The optional pictures of a part that are blocks, and the paragraphs that they are in."""

    def __init__(
        self,
        part: StoryPart,
        pieces: Pieces,
        blocks: Sequence[FoundBlock],
        control: Mapping[ParagraphPlace, Sequence[TagSite]],
        arounds: Callable[[Story], Around],
    ) -> None:
        """``blocks`` are the sound ones, ``control`` their tags and remarks, by paragraph."""
        self._part = part
        self._pieces = pieces
        self._blocks = BlocksAt(blocks)
        self._inline: dict[ParagraphPlace, list[FoundBlock]] = {}
        for block in blocks:
            if block.is_inline:
                self._inline.setdefault(block.start.place, []).append(block)
        self._control = control
        self._arounds = arounds
        self._stories: dict[str, Story] = {}
        self._found: dict[ParagraphPlace, list[_Candidate]] = {}

    def take_texts(self, stories: Iterable[Story], is_text: Callable[[TagSite], bool]) -> None:
        """Take the tags in paragraphs, but for those of which ``is_text`` says that they stay as text."""
        cuts: dict[ParagraphPlace, RunCuts] = {}
        for story in stories:
            self._stories[story.key] = story
            for site in story.sites:
                if not is_optional_picture(site.tag) or is_text(site):
                    continue
                of_place = cuts.get(site.place)
                if of_place is None:
                    of_place = cuts[site.place] = RunCuts(site.place)
                before, behind = of_place.before(site), of_place.behind(site)
                if before is not None and behind is not None and before.parent == behind.parent:
                    self._found.setdefault(site.place, []).append(_Candidate(site, before, behind))

    def take_boxes(self, boxes: Iterable[OptionalBox], conflicting: Collection[tuple[object, int]]) -> None:
        """Take pictures of the template, but for those whose address is ``conflicting``."""
        starts = [place.start for place in self._part.paragraphs]
        for box in boxes:
            place = self._paragraph_of(box, starts)
            if box.part is not self._part or place is None or (box.address, 0) in conflicting:
                continue
            placed = PlacedTag(box.tag, box.text, -1)
            site = TagSite(placed, place, 0, len(box.text), ((box.first, box.last),), box.address)
            cuts = (Cut(at, b"", b"", -1, b"", ()) for at in (box.start, box.end))
            self._found.setdefault(place, []).append(_Candidate(site, *cuts))

    def _paragraph_of(self, box: OptionalBox, starts: Sequence[int]) -> ParagraphPlace | None:
        """Return the innermost paragraph that holds all that goes with a picture."""
        number = bisect_right(starts, box.start) - 1
        while number >= 0:
            place = self._part.paragraphs[number]
            if box.end <= place.end:
                return place
            number -= 1
        return None

    def blocks(self) -> list[FoundBlock]:
        """Return the pictures that are blocks: those of paragraphs with nothing beside such and blocks."""
        found = []
        for place, candidates in self._found.items():
            if place.start in self._pieces.paragraphs and self._is_all(place, candidates):
                found += [block for each in candidates if (block := self._block(each)) is not None]
        return found

    def _is_all(self, place: ParagraphPlace, candidates: Sequence[_Candidate]) -> bool:
        """Say whether a paragraph holds nothing that counts but ``candidates``, blocks and remarks."""
        if place.boxes:
            # A text box counts.
            return False
        gone = [
            (each.before.at, each.behind.at) if each.site.address else (each.site.first, each.site.last)
            for each in candidates
        ]
        gone += [(block.start.first, block.end.last) for block in self._inline.get(place, ())]
        gone += [span for site in self._control.get(place, ()) for span in site.ranges]
        content = self._part.text.content
        properties = PROPERTIES_END.search(content, place.content, place.end)
        at = place.content if properties is None else properties.end()
        left = []
        for start, end in sorted(gone):
            left.append(content[at : max(at, start)])
            at = max(at, end)
        left.append(content[at : place.end])
        return not Chunk(b"".join(left), [(0, -1)]).has_something

    def _block(self, candidate: _Candidate) -> FoundBlock | None:
        site, before, behind = candidate
        key = story_of(site.place)
        story = self._stories.get(key) or self._stories.setdefault(key, Story(key, self._part))
        around = self._blocks.around(before.at)
        if around.block is None:
            around = self._arounds(story)
        if not is_in_scope(site, len(around.lists())):
            return None
        block = FoundBlock(Block(site.placed, None), story, around.block, site)
        piece = self._pieces.paragraphs[site.place.start]
        block.range = Range("inline", piece, piece)
        block.before, block.behind = before, behind
        block.first, block.last = before.at, behind.at
        block.main = Part(before.at, behind.at, before, behind)
        if around.block is not None and around.block.story is not story:
            block.anchor = around.at
        return block
