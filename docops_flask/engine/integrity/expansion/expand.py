"""E: the template with its blocks repeated as a log says, from the template's bytes and ``blocks`` alone.

What follows, entries, lines and fixes, is replayed on it. Whatever the log says of what blocks cover, what
goes, ids, notes and lists is worked out again and has to be the same.
"""

from collections.abc import Sequence

from docops_flask.engine.integrity.block_claims import BlockEntry
from docops_flask.engine.integrity.byte_stories import Stories, TemplateEvidence
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.expansion.copied_chunks import CopiedChunks
from docops_flask.engine.integrity.expansion.copied_lists import CopiedLists
from docops_flask.engine.integrity.expansion.emission import Emission, Outcome, WrittenPart
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.layout import Layout
from docops_flask.engine.integrity.expansion.log_blocks import LogBlocks
from docops_flask.engine.integrity.expansion.misfits import Misfit, unaccounted
from docops_flask.engine.integrity.expansion.notes import Notes
from docops_flask.engine.integrity.expansion.paragraphs import PartText, TreePaths
from docops_flask.engine.integrity.expansion.structure import PartBlocks
from docops_flask.engine.integrity.template_parts import Template
from docops_flask.engine.integrity.verdict import Unaccounted


class ExpandedParts:
    """The parts of the expanded template that differ, and what does not fit the template.

    ``written`` are the parts with text by name, ``others`` the bytes of other parts: of the numbering.
    """

    def __init__(self) -> None:
        self.parts: dict[str, PartText] = {}
        self.written: dict[str, WrittenPart] = {}
        self.others: dict[str, bytes] = {}
        self.misfits: list[Unaccounted] = []


class Expansion:
    """Works the expanded template out for one log."""

    def __init__(self, template: Template, claims: Claims) -> None:
        self._claims = claims
        self._log = LogBlocks(claims.entries_of_blocks)
        self._template = template
        stories = Stories(TemplateEvidence(template))
        paths = TreePaths(stories)
        self._texts = [
            PartText(story, stories, paths) for story in stories.all() if story.story.kind != "comments"
        ]
        self.found = ExpandedParts()

    def expanded(self) -> ExpandedParts:
        """Return the parts; where something does not fit, the misfits say what."""
        found = self.found
        for entry, misfit in self._log.wrong:
            self._misfit(entry, misfit)
        blocks = {part.name: PartBlocks(part, self._log) for part in self._texts}
        for of_part in blocks.values():
            for logged, misfit in of_part.misfits:
                self._misfit(logged.first, misfit)
        listed = {block.number for of_part in blocks.values() for block in of_part.blocks}
        for logged in self._log.by_number.values():
            if logged.first.number not in listed:
                self._misfit(logged.first, Misfit("the template has no such block at its place"))
        if found.misfits:
            return found
        notes = Notes(self._texts)
        lists = CopiedLists(self._template, self._texts)
        lists.find({name: of_part.blocks for name, of_part in blocks.items()})
        used: list[Outcome] = []
        for part in self._texts:
            of_part = blocks[part.name]
            notes.take_part(part.name, of_part.blocks)
            if not (of_part.blocks or of_part.tags or notes.in_part(part)):
                continue
            written = self._written(part, of_part, lists, notes)
            if written is None:
                return found
            found.parts[part.name], found.written[part.name] = part, written
            used += written.outcomes
        if lists.added and lists.part is not None:
            found.others[lists.part] = lists.written()
        self._check_order(used)
        self._check_added(lists, notes)
        return found

    def _written(
        self, part: PartText, of_part: PartBlocks, lists: CopiedLists, notes: Notes
    ) -> WrittenPart | None:
        layout = Layout(of_part, notes)
        emission = Emission(self._log, notes)
        try:
            emission.put(layout.items, Frame())
        except Misfit as misfit:
            entry = emission.outcomes[-1].entry if emission.outcomes else self._claims.entries_of_blocks[0]
            self._misfit(entry, misfit)
            return None
        return WrittenPart(emission, CopiedChunks(part, layout, lists, notes))

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
                self.found.misfits.append(Unaccounted("", f"$.added.{name}", "added_part", message))

    def _misfit(self, entry: BlockEntry, misfit: Misfit) -> None:
        self.found.misfits.append(unaccounted(f"$.blocks[{entry.place}]", misfit))
