"""The blocks of a part as the proof finds them in the template, held against those that the log tells of.

Which tags make a block, what it covers and what goes is told from the template alone. Of the blocks so found
those count that the log has. One that it does not have counts all the same where it stands in what is nowhere
in the result, for then no entry can be about it. The tags of all others are text, since they are faulty.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from docops_flask.engine.integrity.expansion.control_pieces import (
    ControlPieces,
    divide,
    give_inline_parts,
    loose_paragraphs,
)
from docops_flask.engine.integrity.expansion.extents import Beside, Extent, extent_of
from docops_flask.engine.integrity.expansion.log_blocks import LogBlocks, LoggedBlock, check_tags
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.pairing import Block, Part, overlapping, paired
from docops_flask.engine.integrity.expansion.paragraphs import PartText, Tag
from docops_flask.engine.integrity.expansion.run_ends import RunEnds, Runs

# How deep blocks nest at the most.
MOST_DEPTH = 8
# Tags that go by themselves.
SINGLE = ("remark", "declare", "merge")
# How often what goes is told anew.
_MOST_ROUNDS = 4


class PartBlocks:
    """The blocks of a part, outer ones before those inside, and all of its bytes that do not simply stand.

    ``tags`` are those that go from paragraphs, ``control`` has the paragraphs and rows that go, ``loose`` are
    the paragraphs made of inline blocks.
    """

    def __init__(self, part: PartText, log: LogBlocks) -> None:
        """Raise ``Misfit`` (``misfits`` by the number of the block) where the log says otherwise."""
        self.part = part
        self._log = log
        self.misfits: list[tuple[LoggedBlock, Misfit]] = []
        self._extents: dict[int, Extent] = {}
        self._runs: dict[int, Runs] = {}
        self._spaces: dict[int, list[int]] = {}
        self._pictures: Sequence[Block] = ()
        self._stories = dict(part.tags())
        self._mismatched: list[tuple[int, int]] = []
        top = [
            block for story, tags in self._stories.items() for block in paired(tags, story, self._mismatched)
        ]
        every = [each for block in top for each in block.and_inner()]
        single = [tag for tags in self._stories.values() for tag in tags if tag.read.kind in SINGLE]
        self._no_merges: set[int] = set()
        self._beside = Beside(
            part.content, _by_paragraph((*single, *(tag for each in every for tag in each.tags)))
        )
        # By blocks in cells of columns, the block of these.
        self._columns_around: dict[int, Block] = {}
        self._take_columns(every)
        # Inline blocks without entries that turned out not to go with a control paragraph.
        self._faulty: set[int] = set()
        self._children = {id(block): block.children for block in every}
        # Blocks that are text because the log says so: nothing in them has a number in the log.
        self._texts: list[Block] = []
        rounds = 0
        while not self._settle(top, single):
            rounds += 1
            if rounds == _MOST_ROUNDS:
                self._faulty.update(map(id, every))
        ranges = sorted((block.start.first, block.end.last) for block in self._texts)
        texts = [start for start, _ in ranges], [*accumulate((end for _, end in ranges), max)]
        self.remark_count = sum(not _lies_in(tag.first, *texts) for tag in single)
        # Where the start tags of all blocks begin that may be sound.
        in_texts = {id(each) for block in self._texts for each in (block, *self._inside(block))}
        self.starts = sorted(block.start.first for block in every if id(block) not in in_texts)
        self.loose = loose_paragraphs(Beside(part.content, _by_paragraph(self.tags)), self.blocks)
        self._check_extents()
        self.blocks += [each for block in self.blocks for each in block.slices]
        self._take_pictures()
        # By story, the block that its text box hangs in, and the byte of its anchor.
        self.hung: dict[str, tuple[Block, int]] = {}
        self._hang_boxes()
        self._put_pictures()
        self.blocks.sort(key=lambda block: block.start.first)

    def _take_pictures(self) -> None:
        """Take the pictures that may be absent and that the log tells of; each has to be such a block."""
        if not self.part.may_have_pictures:
            return
        # Few templates have such pictures, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.expansion.optional_pictures import pictures_of

        found = pictures_of(self.part, self._log, self.blocks, self.tags)
        self.starts = sorted((*self.starts, *found.starts))
        self._pictures = found.blocks
        self.misfits += found.misfits
        loose = {paragraph.start: paragraph for paragraph in (*self.loose, *found.paragraphs)}
        self.loose = [*loose.values()]

    def _take_columns(self, blocks: Sequence[Block]) -> None:
        """Note which of ``blocks`` lie in cells of columns in other rows than that of the start tag."""
        columns = [block for block in blocks if block.start.read.extent == "columns"]
        if not columns:
            return
        from docops_flask.engine.integrity.expansion.column_nesting import blocks_in_cells

        extents = {id(block): extent_of(block, self._beside) for block in blocks}
        self._columns_around = blocks_in_cells(columns, blocks, extents)

    def _inside(self, block: Block) -> Iterator[Block]:
        """Yield the blocks whose tags lie between those of a block, at any depth."""
        for each in self._children[id(block)]:
            yield each
            yield from self._inside(each)

    def spaces(self) -> set[int]:
        """Return where a w:t that an inline block cuts has to state xml:space."""
        stand = (each for each in self.blocks if not self.control.takes(each.start.paragraph.element))
        return {at for block in stand for at in self._spaces.get(id(block), ())}

    def _settle(self, top: Sequence[Block], single: Sequence[Tag]) -> bool:
        """Find what counts and what goes; return whether it holds together, else it is to be told anew."""
        self.misfits = []
        self._texts.clear()
        self._kept = [*self._mismatched]
        self._unsure: list[Block] = []
        self._top = [each for block in top for each in self._sound([block], _lists_around(self.part, block))]
        for block in self._top:
            block.parent = None
        self.blocks = [each for block in self._top for each in block.and_inner()]
        self._kept.sort()
        kept = [start for start, _ in self._kept], [*accumulate((end for _, end in self._kept), max)]
        tags = [tag for tag in single if not (_lies_in(tag.first, *kept) or id(tag) in self._no_merges)]
        self.tags = sorted((*tags, *(tag for each in self.blocks for tag in each.tags)), key=_first)
        beside = Beside(self.part.content, _by_paragraph(self.tags))
        covered = [(block, self._extents[id(block)]) for block in self.blocks]
        self.control = control = ControlPieces(self.part, beside, covered)
        doubted_from = len(self._unsure)
        for block, extent in covered:
            if block.extent == "inline" or divide(block, extent, self.part, control):
                continue
            self._doubt(block, "a divider of it does not stand alone")
        if any(block.columns is not None for block in self.blocks):
            # Imported here: few templates repeat columns.
            from docops_flask.engine.integrity.expansion.column_nesting import clashing, nested_in_columns

            self._top = nested_in_columns(self.blocks, self._extents, control)
            for block in clashing(self.blocks, self._extents):
                self._doubt(block, "its columns begin in rows that are repeated, or are those of another")
        for block in overlapping(self.blocks):
            self._doubt(block, "it shares bytes with another and does not lie in it")
        doubted = set(map(id, self._unsure[doubted_from:]))
        stays = [
            block
            for block in self._unsure
            if id(block) in doubted or not control.takes(block.start.paragraph.element)
        ]
        self._faulty.update(map(id, stays))
        return not stays and not self._leave_merges()

    def _leave_merges(self) -> bool:
        """Note the tags whose cells cannot be merged; return whether there are any."""
        if all(tag.read.kind != "merge" for tag in self.tags):
            return False
        from docops_flask.engine.integrity.expansion.merged_copies import left_tags

        before = len(self._no_merges)
        self._no_merges.update(map(id, left_tags(self.part, self.tags, self.blocks)))
        return len(self._no_merges) > before

    def _doubt(self, block: Block, reason: str) -> None:
        """Note that the rules give no block; one that is in the log is refused, another is text."""
        if block.is_listed:
            self._refuse(block, Misfit(reason, "extent_mismatch"))
        else:
            self._unsure.append(block)

    def _refuse(self, block: Block, misfit: Misfit) -> None:
        found = self._log.of(block.start)
        if found is not None:
            self.misfits.append((found[0], misfit))

    def _sound(self, blocks: Sequence[Block], lists: int, *, parent_stands: bool = True) -> list[Block]:
        """Return the blocks that count among ``blocks``, which ``lists`` blocks with items are around."""
        sound = []
        for block in blocks:
            if self._log.stays_text(block):
                self._kept.append((block.start.first, block.end.last))
                self._texts.append(block)
                continue
            found = self._log.of(block.start)
            extent = extent_of(block, self._beside)
            if id(block) in self._columns_around:
                parent_stands = parent_stands and self._stands(self._columns_around[id(block)])
            runs = None if extent is None or extent.kind != "inline" else self._cut(block)
            is_whole = extent is not None and (extent.kind != "inline" or runs is not None)
            if found is None:
                is_faulty = not is_whole or id(block) in self._faulty or _asks_for(block) > lists
                if is_faulty or (parent_stands and runs is None):
                    self._kept.append((block.start.first, block.end.last))
                    # It may hang in a block that stands nowhere: then the log tells of those inside.
                    self._texts += filter(self._log.stays_text, self._inside(block))
                    continue
                if parent_stands:
                    # It has no entry where it goes with a control paragraph of others.
                    self._unsure.append(block)
            elif not is_whole:
                self._refuse(block, Misfit("its tags do not give it an extent", "extent_mismatch"))
                self._kept.append((block.start.first, block.end.last))
                continue
            assert extent is not None
            block.extent = extent.kind
            block.columns, block.slices = None, []
            self._extents[id(block)] = extent
            if found is not None:
                self._match(block, *found)
            if extent.columns is not None:
                # Imported here: few templates repeat columns.
                from docops_flask.engine.integrity.expansion.columns import slice_of

                block.columns = extent.columns
                block.slices = [slice_of(block, pieces) for pieces in extent.columns.ranges[1:]]
            block.children = [
                each
                for name, children in _by_part(block, self._children[id(block)])
                for each in self._sound(
                    children,
                    lists + (block.repeats and name != "other"),
                    parent_stands=found is not None and found[0].stands(name),
                )
            ]
            for child in block.children:
                child.parent = block
            sound.append(block)
        return sound

    def _stands(self, columns: Block) -> bool:
        """Say whether columns stand anywhere in the result, if only as text."""
        found = self._log.of(columns.start)
        return self._log.stays_text(columns) or (found is not None and found[0].stands("main"))

    def _match(self, block: Block, logged: LoggedBlock, is_mirror: bool) -> None:
        block.is_listed = True
        block.number = logged.first.number
        block.is_mirror = is_mirror
        if not is_mirror:
            try:
                check_tags(block, logged)
            except Misfit as misfit:
                self.misfits.append((logged, misfit))

    def _cut(self, block: Block) -> list[RunEnds] | None:
        """Cut an inline block out of its paragraph; return ``None`` where that cannot be."""
        paragraph = block.start.paragraph
        runs = self._runs.get(paragraph.start)
        if runs is None:
            runs = self._runs[paragraph.start] = Runs(self.part.content, paragraph)
        cuts: list[RunEnds] = []
        for tag in block.tags:
            for cut in (runs.before(tag), runs.behind(tag)):
                if cut is None:
                    return None
                cuts.append(cut)
        if any(cut.parent != cuts[0].parent for cut in cuts):
            return None
        block.before, block.behind = cuts[0], cuts[-1]
        block.first, block.last = cuts[0].at, cuts[-1].at
        self._spaces[id(block)] = [cut.states_space for cut in cuts if cut.states_space >= 0]
        inner = zip(cuts[1:-1:2], cuts[2:-1:2], strict=True)
        give_inline_parts(block, [Part(one.at, two.at, one.open, two.close) for one, two in inner])
        return cuts

    def _check_extents(self) -> None:
        """Hold what blocks cover against what the log says."""
        part = self.part
        for block in self.blocks:
            found = self._log.of(block.start)
            if found is None or found[1]:
                continue
            entry, first = found[0].first, block.start.paragraph.path
            last = first
            if block.pieces:
                first = part.address(block.pieces[0]) or first
                last = part.address(block.pieces[-1]) or first
            if (entry.extent, entry.first, entry.last) != (block.extent, first, last):
                misfit = Misfit("it covers something else by the rules of the template", "extent_mismatch")
                self.misfits.append((found[0], misfit))

    def _put_pictures(self) -> None:
        """Put the pictures into the blocks around."""
        filled = sorted(
            (block for block in self.blocks if block.first < block.last),
            key=lambda block: (block.first, -block.last, block.start.first),
        )
        opened: list[Block] = []
        number = 0
        for block in sorted(self._pictures, key=lambda each: each.first):
            while number < len(filled) and filled[number].first <= block.first:
                while opened and opened[-1].last <= filled[number].first:
                    opened.pop()
                opened.append(filled[number])
                number += 1
            while opened and opened[-1].last <= block.first:
                opened.pop()
            innermost = opened[-1] if opened else None
            if innermost is None and block.story in self.hung:
                innermost, block.anchor = self.hung[block.story]
            elif innermost is not None and innermost.story != block.story:
                block.anchor = block.first
            block.parent = innermost
        self.blocks += self._pictures

    def _hang_boxes(self) -> None:
        """Put the blocks of text boxes into those that hold what the box hangs at."""
        filled = sorted(
            (block for block in self.blocks if block.first < block.last),
            key=lambda block: (block.first, -block.last, block.start.first),
        )
        top_of: dict[str, list[Block]] = {}
        for block in self._top:
            top_of.setdefault(block.story, []).append(block)
        opened: list[Block] = []
        number = 0
        for story, tags in sorted(self._stories.items(), key=lambda each: each[1][0].paragraph.start):
            at = tags[0].paragraph.start
            while number < len(filled) and filled[number].first < at:
                while opened and opened[-1].last <= filled[number].first:
                    opened.pop()
                opened.append(filled[number])
                number += 1
            while opened and opened[-1].last <= at:
                opened.pop()
            around = next((each for each in reversed(opened) if each.story != story), None)
            if around is None:
                continue
            self.hung[story] = around, at
            for block in top_of.get(story, ()):
                for each in (block, *block.slices):
                    if each.parent is None:
                        each.parent, each.anchor = around, at
                around.children.append(block)


def _by_part(block: Block, children: Iterable[Block]) -> list[tuple[str, list[Block]]]:
    """Return ``children`` of a block by the part they stand in, told by its dividers."""
    found: dict[str, list[Block]] = {"main": [], "gap": [], "other": []}
    for child in children:
        at = child.start.paragraph.start, child.start.start
        name = "main"
        for tag, own in ((block.gap_tag, "gap"), (block.other_tag, "other")):
            if tag is not None and at > (tag.paragraph.start, tag.start):
                name = own
        found[name].append(child)
    return [*found.items()]


def _asks_for(block: Block) -> int:
    """Return how many blocks with items have to be around a block."""
    read = block.start.read
    return int(read.copy is not None) if read.path is None else read.path.up


def _lists_around(part: PartText, block: Block) -> int:
    """Return how many blocks with items are around a block outside others in its story, at the most."""
    return 0 if block.story == part.prefix and part.kind not in ("footnotes", "endnotes") else MOST_DEPTH


def _by_paragraph(tags: Iterable[Tag]) -> dict[int, list[Tag]]:
    found: dict[int, list[Tag]] = {}
    for tag in sorted(tags, key=lambda each: (each.paragraph.start, each.start)):
        found.setdefault(tag.paragraph.start, []).append(tag)
    return found


def _lies_in(at: int, starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Say whether a byte lies in one of the ranges that begin at ``starts``, whose ``ends`` ascend."""
    number = bisect_right(starts, at)
    return number > 0 and at < ends[number - 1]


def _first(tag: Tag) -> int:
    return tag.first


def tags_between(tags: Sequence[Tag], start: int, end: int) -> Sequence[Tag]:
    """Return those of ``tags``, which are in their order, that begin in the bytes ``start``:``end``."""
    first, last = bisect_left(tags, start, key=_first), bisect_left(tags, end, key=_first)
    return tags[first:last]
