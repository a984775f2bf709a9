"""E: the template with its blocks repeated as a log says, from the template's bytes and ``blocks`` alone.

What follows, entries and fixes, is replayed on it. Whatever the log says of what blocks cover, what goes,
ids, notes and lists is worked out again and has to be the same.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.integrity.block_claims import Block, BlockEntry
from docops_flask.engine.integrity.byte_stories import Stories, TemplateEvidence
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.expansion.addresses import StoryAddresses
from docops_flask.engine.integrity.expansion.copied_chunks import CopiedChunks
from docops_flask.engine.integrity.expansion.copied_lists import CopiedLists
from docops_flask.engine.integrity.expansion.emission import Emission, Fold, Outcome, WrittenPart
from docops_flask.engine.integrity.expansion.expanded import Expanded, ExpandedTemplate
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.layout import Layout
from docops_flask.engine.integrity.expansion.log_blocks import Copies, LogBlocks
from docops_flask.engine.integrity.expansion.misfits import Misfit, unaccounted
from docops_flask.engine.integrity.expansion.notes import Notes
from docops_flask.engine.integrity.expansion.paragraphs import PartText
from docops_flask.engine.integrity.expansion.placing import PlacedClaims, Placing
from docops_flask.engine.integrity.expansion.remarks import check_remarks
from docops_flask.engine.integrity.expansion.standing import check_standing
from docops_flask.engine.integrity.expansion.structure import PartBlocks
from docops_flask.engine.integrity.verdict import Unaccounted
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.xml_part import encoded

_WRONG_NUMBER = Misfit("its id is not the number of its block in the template")
_OUT_OF_ORDER = Misfit("blocks come first, then remarks and declarations, then lines")
_NO_SUCH_BLOCK = Misfit("the template has no such block at its place")


def expand(evidence: TemplateEvidence, claims: Claims, limits: Limits) -> Expanded:
    """Return the template of ``evidence`` with the blocks of ``claims`` repeated, lines last.

    Raises ``TemplateLimitExceeded`` where the copies are more than ``limits`` allow (``block_copies``) or
    more bytes than a job may write (``output_bytes``).
    """
    lines: Sequence[Block] = claims.blocks
    changed: tuple[str, ...] = ()
    if claims.entries_of_blocks:
        copies = sum(max(0, each.copies) for each in claims.entries_of_blocks)
        copies += sum(max(0, each.copies) for each in claims.blocks)
        if copies > limits.block_copies:
            raise _too_large("block_copies", limits.block_copies)
        expanded = Expansion(evidence, claims, limits).expanded()
        if expanded.misfits or not expanded.claims.blocks:
            return expanded
        _, claims, _, evidence, changed, _ = expanded
    else:
        for block in lines:
            if block.number != block.place or block.inside:
                misfit = unaccounted(
                    f"$.blocks[{block.place}]", Misfit("its id or inside is none of a block")
                )
                return Expanded(evidence.package, claims._replace(blocks=()), (misfit,), evidence)
    from docops_flask.engine.integrity.expansion.lines import expand_lines

    expanded = expand_lines(evidence, claims, limits)
    return expanded._replace(changed=tuple(dict.fromkeys((*changed, *expanded.changed))))


def _too_large(limit: str, maximum: int) -> TemplateLimitExceeded:
    return TemplateLimitExceeded(
        f"replace_log: its blocks come to more copies than the limit {limit} ({maximum}) allows.",
        limit=limit,
        maximum=maximum,
    )


def _wrong_numbers(parts: Iterable[PartBlocks]) -> Iterator[int]:
    """Yield the ids that are not the numbers of their blocks, in the order of parts and start tags.

    Blocks that are nowhere in the result, and that the log does not call faulty, may have numbers or not.
    """
    least = most = 0
    for part in parts:
        for block in part.blocks:
            if not block.is_listed:
                continue
            before = most + bisect_left(part.starts, block.start.first)
            if not block.is_mirror and not least <= block.number <= before:
                yield block.number
            least = (least if block.is_mirror else block.number) + 1
        most += len(part.starts)


class Expansion:
    """Works the expanded template out for one log."""

    def __init__(self, evidence: TemplateEvidence, claims: Claims, limits: Limits) -> None:
        self._claims = claims
        self._log = LogBlocks(claims.entries_of_blocks)
        self._evidence = evidence
        self._template = evidence.package
        self._limits = limits
        addresses = StoryAddresses(Stories(evidence))
        every = [*addresses.stories.all()]
        stories = [story for story in every if story.story.kind != "comments"]
        self._comments = [story.content for story in every if story.story.kind == "comments"]
        self._texts = [PartText(story, addresses) for story in stories]
        self._encodings = {story.story.part: story.encoding for story in stories}
        self._misfits: list[Unaccounted] = []
        # The parts that differ: those with text by name, the bytes of others.
        self.written: dict[str, WrittenPart] = {}
        self.others: dict[str, bytes] = {}

    def expanded(self) -> Expanded:
        """Return the expanded template; the claims that are left are those of lines."""
        blocks = self._expand()
        if self._misfits:
            return Expanded(self._template, self._claims, self._misfits, self._evidence)
        parts = {name: encoded(each.content, self._encodings[name]) for name, each in self.written.items()}
        template = ExpandedTemplate(self._template, parts | self.others)
        evidence = TemplateEvidence(template).with_parts_of(self._evidence, self.written)
        placing = Placing(self._texts, self.written, blocks, evidence)
        folded = []
        for name, part in self.written.items():
            if part.folds is not None:
                read = placing.parts[name]
                part.folds.address(part.starts, read.starts, read.paths)
                folded.append(part.folds)
        placed = PlacedClaims(self._claims, placing)
        for entry, misfit in check_standing(blocks, self.written, placing, placed.claims.blocks):
            self._misfit(entry, misfit)
        misfits = (*self._misfits, *placed.misfits)
        changed = (*self.written, *self.others)
        return Expanded(template, placed.claims, misfits, evidence, changed, folded)

    def _expand(self) -> dict[str, PartBlocks]:
        blocks = {part.name: PartBlocks(part, self._log) for part in self._texts}
        wrong = (
            *self._log.wrong,
            *self._wrong_blocks(blocks),
            *self._wrong_faulty(blocks),
            *self._out_of_order(),
        )
        for entry, misfit in wrong:
            self._misfit(entry, misfit)
        if self._misfits:
            return blocks
        notes = Notes(self._texts)
        lists = CopiedLists(self._template, self._texts, self._comments)
        lists.find({name: of_part.blocks for name, of_part in blocks.items()})
        used: list[Outcome] = []
        for part in self._texts:
            of_part = blocks[part.name]
            notes.take_part(part.name, of_part.blocks)
            if not (of_part.blocks or of_part.tags or notes.in_part(part)):
                continue
            written = self._written(part, of_part, lists, notes)
            if written is None:
                return blocks
            self.written[part.name] = written
            used += written.outcomes
        if lists.added and lists.part is not None:
            self.others[lists.part] = lists.written()
        self._check_order(used)
        self._check_added(lists, notes)
        entries = self._claims.entries_of_blocks
        for entry, misfit in check_remarks(blocks, self._log, entries, notes):
            self._misfit(entry, misfit)
        return blocks

    def _wrong_blocks(self, blocks: Mapping[str, PartBlocks]) -> Iterator[tuple[BlockEntry, Misfit]]:
        """Yield the entries that say of a block what it is not in the template."""
        for of_part in blocks.values():
            yield from ((logged.first, misfit) for logged, misfit in of_part.misfits)
        for number in _wrong_numbers(blocks.values()):
            yield self._log.by_number[number].first, _WRONG_NUMBER
        listed = {block.number for of_part in blocks.values() for block in of_part.blocks}
        for logged in self._log.by_number.values():
            if logged.first.number not in listed:
                yield logged.first, _NO_SUCH_BLOCK

    def _wrong_faulty(self, blocks: Mapping[str, PartBlocks]) -> Iterator[tuple[BlockEntry, Misfit]]:
        """Yield the entries of blocks that are not sound that the template has not, or not at the end.

        They stand behind all others, and so do their numbers.
        """
        for place, entry in self._log.faulty.items():
            if place not in self._log.text:
                yield entry, _NO_SUCH_BLOCK
        faulty = [*self._log.faulty.values()]
        if not faulty:
            return
        lines = [each.number for each in self._claims.blocks]
        others = [each.number for each in self._claims.entries_of_blocks if not each.is_faulty] + lines
        # Blocks and remarks that are nowhere in the result have numbers too.
        most = sum(len(part.starts) + part.remark_count for part in blocks.values()) + len(set(lines))
        first = min(max(faulty[0].number, max(others, default=-1) + 1), most)
        for index, entry in enumerate(faulty):
            if (entry.place, entry.number) != (len(others) + index, first + index):
                yield entry, _WRONG_NUMBER

    def _out_of_order(self) -> Iterator[tuple[BlockEntry, Misfit]]:
        """Yield the first entry that stands behind one of a later kind: blocks, remarks, lines."""
        lines = min((each.place for each in self._claims.blocks), default=len(self._claims.entries_of_blocks))
        remarks = lines
        for entry in self._claims.entries_of_blocks:
            if not (entry.is_block or entry.is_faulty):
                remarks = min(remarks, entry.place)
            if not entry.is_faulty and entry.place > (remarks if entry.is_block else lines):
                yield entry, _OUT_OF_ORDER
                return

    def _written(
        self, part: PartText, of_part: PartBlocks, lists: CopiedLists, notes: Notes
    ) -> WrittenPart | None:
        emission = Emission(self._log, notes, self._limits.output_bytes, self._entries_of)
        try:
            layout = Layout(of_part, notes)
            emission.put(layout.items, Frame())
        except Misfit as misfit:
            entry = emission.outcomes[-1].entry if emission.outcomes else self._claims.entries_of_blocks[0]
            self._misfit(entry, misfit)
            return None
        return WrittenPart(emission, CopiedChunks(part, layout, lists, notes), self._fold_of(part))

    def _fold_of(self, part: PartText) -> Fold | None:
        """Return what finds the copies of a part that groups of entries tell of; ``None`` for none."""
        if not self._claims.groups:
            return None
        # Few documents have long lists, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.expansion.folds import PartFolds

        paths = {each.path for each in part.paragraphs.values()}
        groups = [each for each in self._claims.groups if each.entries[0].paragraph_path in paths]
        if not groups:
            return None
        entries = self._entries_by_copy
        return lambda spans, pieces, edits: PartFolds(part, groups, spans, pieces, edits, entries)

    def _entries_of(self, copies: Copies) -> Mapping[tuple[str, int], Replacement]:
        return self._entries_by_copy.get(copies, {})

    @cached_property
    def _entries_by_copy(self) -> Mapping[Copies, Mapping[tuple[str, int], Replacement]]:
        found: dict[Copies, dict[tuple[str, int], Replacement]] = {}
        for entry in self._claims.replacements:
            of_copy = found.setdefault(entry.copy, {})
            for path in (entry.paragraph_path, *entry.mirrored_at):
                of_copy[path, entry.start] = entry
        return found

    def _check_order(self, used: Sequence[Outcome]) -> None:
        """Hold the entries against those that were used: each once, in the order of the result."""
        own = [outcome.entry for outcome in used if not outcome.block.is_mirror]
        entries = [entry for entry in self._claims.entries_of_blocks if entry.is_block]
        if own == entries:
            return
        places = {entry.place for entry in own}
        left = [entry for entry in entries if entry.place not in places]
        for entry in left:
            self._misfit(entry, Misfit("its copy is none of those that the blocks around have", "copy_count"))
        if not left:
            self._misfit(entries[0], Misfit("the entries are not in the order of the result"))

    def _check_added(self, lists: CopiedLists, notes: Notes) -> None:
        added = self._claims.added
        for name, own in (("numbering", lists.added), ("notes", notes.added)):
            if added.get(name, []) != own:
                message = f"What the log says was added ({name}) is not what its blocks add."
                self._misfits.append(Unaccounted("", f"$.added.{name}", "added_part", message))

    def _misfit(self, entry: BlockEntry, misfit: Misfit) -> None:
        self._misfits.append(unaccounted(f"$.blocks[{entry.place}]", misfit))
