"""Expands the blocks of a template: its bytes with each block as often as the data asks.

Nothing is copied before the number of copies and their bytes are known to be allowed.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import Document, StoryPart
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.copied_chunks import CopiedChunks, NotesOfPart, Restarts
from docops_flask.engine.template.blocks.copied_lists import CopiedLists, NewLists
from docops_flask.engine.template.blocks.copied_notes import NewNotes, NoteKey, highest_ids
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.layout import Layout
from docops_flask.engine.template.blocks.layout_items import (
    BlockItem,
    CellMergeItem,
    CellTexts,
    ContainerItem,
    EmptiedItem,
    Item,
    LooseItem,
    MergeItem,
    NoteItem,
    OverItem,
    TableItem,
    TagItem,
    WidthItem,
)
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind
from docops_flask.engine.template.blocks.scopes import Decision, Scope, decide
from docops_flask.engine.template.blocks.template_structure import PartStructure, Structure
from docops_flask.engine.template.conditions import Value, is_list

if TYPE_CHECKING:
    from docops_flask.engine.template.blocks.cell_merges import Merging
    from docops_flask.engine.template.blocks.column_slices import TableColumns

# What an element may end with behind its last block: ends of what stands around, marks of ranges, and what
# says nothing (XML 1.0, 2.5 and 2.6).
_TAIL = (
    rb"(?:\s|<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>"
    rb"|</(?:[^\s<>/:]+:)?(?:sdtContent|sdt|customXml|(?:bookmark|commentRange|perm)(?:Start|End))\s*>"
    rb"|<(?:[^\s<>/:]+:)?(?:bookmark|commentRange|perm)(?:Start|End)(?=[\s/>])[^<>]*+>)*+"
)
_ENDS_WITH_PARAGRAPH = re.compile(
    rb"(?:</(?:[^\s<>/:]+:)?p\s*>|<(?:[^\s<>/:]+:)?p(?:\s[^<>]*)?/>)" + _TAIL + rb"\Z", re.DOTALL
)
_IS_TAIL = re.compile(_TAIL, re.DOTALL)


class Span(NamedTuple):
    """A chunk in the result, with the copy that it belongs to."""

    chunk: Chunk
    frame: Frame


class Drop(NamedTuple):
    """What is not in the result, and why: V3, V4, branch or no_copy."""

    piece: Piece
    reason: str


class BlockOutcome:
    """What became of a block in one copy of those around it.

    ``frame`` is that copy. ``status`` is expanded or missing; ``branch`` is the part that stands, main or
    other, ``None`` for none; ``first``:``last`` are its spans in the result.
    """

    __slots__ = ("branch", "copies", "decision", "dropped", "first", "found", "frame", "last", "status")

    def __init__(self, found: FoundBlock, frame: Frame, decision: Decision) -> None:
        self.found = found
        self.frame = frame
        self.decision = decision
        self.status = "missing" if decision.is_kept else "expanded"
        self.branch: str | None = None
        self.copies = 0
        self.dropped: list[Drop] = []
        self.first = self.last = 0


class ExpandedPart(NamedTuple):
    """A part of the result: its spans one after the other, what became of its blocks."""

    part: StoryPart
    spans: Sequence[Span]
    outcomes: Sequence[BlockOutcome]


class ExpandedParts(NamedTuple):
    """The parts of the result that differ, the lists that copies count anew, the notes of copies."""

    parts: Sequence[ExpandedPart]
    lists: NewLists
    notes: NewNotes


class BlockLayouts:
    """The layouts of all parts with blocks, made once for a template."""

    def __init__(self, document: Document, structure: Structure) -> None:
        self.structure = structure
        self._lists = CopiedLists(document, structure)
        self._highest = highest_ids(document) if structure.hung else {}
        known = {each.part: each for each in structure.parts}
        self.layouts: list[tuple[PartStructure, Layout]] = []
        for part in document.parts:
            each = known.get(part) or PartStructure.without_blocks(part)
            layout = Layout(each, structure.hung)
            if _is_changed(each) or layout.notes:
                self.layouts.append((each, layout))

    def _references(self, part: StoryPart) -> Mapping[int, NoteKey]:
        hung = self.structure.hung
        return {at: key for at, key in self.structure.references.of_part(part).items() if key in hung}

    def expanded(
        self, payload: Mapping[str, Value], limits: Limits, texts: CellTexts | None = None
    ) -> "ExpandedParts":
        """Return the parts that differ from the template, which ``payload`` was checked against.

        ``texts`` tells the texts of cells that are merged; without it none are.
        Raises ``TemplateLimitExceeded`` (``block_copies``, ``output_bytes``).
        """
        budget, merging = _Budget(limits), None
        if texts is not None:
            # Imported here: few templates merge cells.
            from docops_flask.engine.template.blocks.cell_merges import Merging

            merging = Merging(texts)
        lists, notes = self._lists.of_job(), NewNotes(self._highest)
        root = Frame(Scope(payload))
        parts = []
        for structure, layout in self.layouts:
            restarts = self._lists.restarts.get(structure.part.name, {})
            copied = CopiedChunks(
                structure.part,
                layout,
                Restarts(restarts, lists),
                NotesOfPart(self._references(structure.part), layout.notes, notes),
            )
            run = _Run(copied, structure.blocks, notes, budget, merging)
            run.emit(layout.items, root)
            parts.append(ExpandedPart(structure.part, run.finished(), run.outcomes))
        return ExpandedParts(parts, lists, notes)


def _is_changed(part: PartStructure) -> bool:
    return bool(part.blocks or part.vanished or part.cuts)


class _Budget:
    def __init__(self, limits: Limits) -> None:
        self._most = limits.block_copies
        self._copies = 0
        self._bytes = OutputBudget(limits.output_bytes)

    def copies(self, count: int) -> None:
        self._copies += count
        if self._copies > self._most:
            raise TemplateLimitExceeded(
                f"template: the lists of the payload make {self._copies} copies of blocks or more; "
                f"{self._most} are allowed. Send fewer items.",
                limit="block_copies",
                maximum=self._most,
            )

    def spend(self, size: int) -> None:
        self._bytes.spend(size)


class _Run:
    """Expands one part with one payload."""

    def __init__(
        self,
        copied: CopiedChunks,
        blocks: Sequence[FoundBlock],
        notes: NewNotes,
        budget: _Budget,
        merging: "Merging | None",
    ) -> None:
        """``blocks`` are those of the part."""
        self._blocks = blocks
        self._merging = merging
        self._budget = budget
        self._notes = notes
        self._copied = copied
        self._columns: TableColumns | None = None
        self._spans: list[Span] = []
        self.outcomes: list[BlockOutcome] = []

    def finished(self) -> list[Span]:
        """Return the spans with the ids of copies in."""
        chunks = self._copied.numbered(self._spans)
        if chunks is None:
            return self._spans
        return [Span(chunk, frame) for chunk, (_, frame) in zip(chunks, self._spans, strict=True)]

    def emit(self, items: Sequence[Item], frame: Frame) -> None:
        """Add what ``items`` become in ``frame`` to the result."""
        for item in items:
            if isinstance(item, Chunk):
                self._add(item, frame)
            elif isinstance(item, BlockItem):
                self._block(item, frame)
            elif isinstance(item, TagItem):
                if self._decide(item.found, _copy_around(item.found, frame)).is_kept:
                    self._add(item.text, frame.kept())
            elif isinstance(item, (MergeItem, CellMergeItem, WidthItem, OverItem)):
                self._add(self._of_copy(item, frame), frame)
            elif isinstance(item, EmptiedItem):
                kept = (
                    text
                    for found, text in item.owners
                    if self._decide(found, _copy_around(found, frame)).is_kept
                )
                text = next(kept, None)
                self._add(text or item.emptied, frame.kept() if text else frame)
            elif isinstance(item, NoteItem):
                for copy in self._notes.frames(item.key):
                    self.emit([item.whole] if copy.is_kept else item.items, copy)
            elif isinstance(item, LooseItem):
                self._loose(item, frame)
            elif isinstance(item, TableItem):
                self._table(item, frame)
            else:
                self._container(item, frame)

    def _add(self, chunk: Chunk, frame: Frame) -> None:
        copied = self._copied.variant(chunk, frame)
        self._budget.spend(len(copied.content))
        self._spans.append(Span(copied, frame))

    def _of_copy(self, item: MergeItem | CellMergeItem | WidthItem | OverItem, frame: Frame) -> Chunk:
        """Return what says of a cell that it is merged, or not, or how wide it is."""
        if isinstance(item, OverItem):
            return item.chunk([self._columns_of(found, frame) for found, _, _ in item.over.blocks])
        if isinstance(item, WidthItem):
            return item.chunk(frame.copy, frame.count)
        if isinstance(item, MergeItem):
            decision = self._decide(item.found, _copy_around(item.found, frame))
            stands = decision.is_kept or _count(item.found, decision)
            return item.goes_on if stands else item.begins
        return item.merge.chunks[0] if self._merging is None else self._merging.chunk(item.merge, frame)

    def _columns_of(self, found: FoundBlock, frame: Frame) -> int:
        """Return how often the columns of a block stand around or beside a copy of another."""
        decision = self._decide(found, _copy_around(found, frame))
        return 1 if decision.is_kept else _count(found, decision)

    def _decide(self, found: FoundBlock, frame: Frame) -> Decision:
        known = frame.decisions.get(found.number)
        if known is None and found.is_slice and found.original is not None:
            known = self._decide(found.original, _copy_around(found.original, frame))
            if found.crosses:
                # Imported here: few templates repeat columns.
                from docops_flask.engine.template.blocks.column_rows import decision_in_row

                known = decision_in_row(found, known, frame.scope)
            frame.decisions[found.number] = known
        if known is None:
            has_other = found.other is not None
            known = frame.decisions[found.number] = decide(found.start.tag, frame.scope, has_other=has_other)
        return known

    def _block(self, item: BlockItem, frame: Frame) -> None:
        found = item.found
        decision = self._decide(found, frame)
        outcome = BlockOutcome(found, frame, decision)
        self.outcomes.append(outcome)
        outcome.first = len(self._spans)
        if decision.is_kept:
            self.emit(item.whole, frame.kept())
        else:
            self._branch(item, outcome)
        outcome.last = len(self._spans)

    def _branch(self, item: BlockItem, outcome: BlockOutcome) -> None:
        found, frame, decision = outcome.found, outcome.frame, outcome.decision
        if found.extent == "columns":
            self._check_columns(found, frame)
        self._budget.copies(_count(found, decision))
        scopes = _scopes(found, frame.scope, decision)
        count = outcome.copies = len(scopes)
        if len(item.main) == 1 and not item.gap and type(item.main[0]) is Chunk:
            self._add_copies(item.main[0], outcome, scopes)
        else:
            for number, scope in enumerate(scopes):
                self.emit(item.main, Frame(scope, frame, found, number, count))
                if number < count - 1 and item.gap:
                    self.emit(item.gap, Frame(scope, frame, found, number, count - 1))
        if scopes:
            outcome.branch = "main"
            if found.other is not None or "other" in item.marks:
                self._leave(item, outcome, "other", "branch")
        else:
            self._leave(item, outcome, "main", "no_copy" if found.block.opens_scope else "branch")
            if found.other is not None:
                outcome.branch = "other"
                self.emit(item.other, Frame(frame.scope, frame, found, 0, 1))

    def _check_columns(self, found: FoundBlock, frame: Frame) -> None:
        if self._columns is None:
            # Imported here: few templates repeat columns.
            from docops_flask.engine.template.blocks.column_slices import TableColumns

            self._columns = TableColumns(self._blocks)

        # A slice in rows that are repeated belongs to the columns of the whole table.
        around = _copy_around(found.original or found, frame)
        self._columns.check(found, around.copies, lambda each: self._columns_of(each, frame))

    def _add_copies(self, chunk: Chunk, outcome: BlockOutcome, scopes: Sequence[Scope]) -> None:
        """Add the copies of a block that is one chunk, as most are."""
        frames = outcome.frame.copies_of(outcome.found, scopes)
        if self._copied.is_alike(chunk):
            self._budget.spend(len(chunk.content) * len(frames))
            self._spans += map(Span, repeat(chunk), frames)
        else:
            for each in frames:
                self._add(chunk, each)

    def _leave(self, item: BlockItem, outcome: BlockOutcome, name: str, reason: str) -> None:
        """Leave out a part of a block, but for the ends of ranges."""
        found = outcome.found
        part = found.main if name == "main" else found.other
        marks = item.marks.get(name)
        if marks is not None:
            self._add(marks, outcome.frame)
        if part is not None and not found.is_inline:
            outcome.dropped += (
                Drop(piece, reason) for piece in found.pieces if part.start <= piece.start < part.end
            )

    def _loose(self, item: LooseItem, frame: Frame) -> None:
        first, number = len(self._spans), len(self.outcomes)
        self.emit(item.items, frame)
        if any(span.chunk.has_something for span in self._spans[first:]):
            return
        del self._spans[first:]
        if item.emptied is not None:
            self._add(item.emptied, frame)
        else:
            self._note_drop(number, item.piece, "V3")

    def _table(self, item: TableItem, frame: Frame) -> None:
        first, number = len(self._spans), len(self.outcomes)
        self.emit(item.items, frame)
        is_row = item.piece.kind is PieceKind.ROW
        spans = (span.chunk for span in self._spans[first:])
        if not any(chunk.has_cell if is_row else chunk.has_row for chunk in spans):
            del self._spans[first:]
            self._note_drop(number, item.piece, "V4")

    def _container(self, item: ContainerItem, frame: Frame) -> None:
        first = len(self._spans)
        self.emit(item.items, frame)
        end = b""
        for span in reversed(self._spans[first:]):
            end = span.chunk.content + end
            if not _IS_TAIL.fullmatch(end):
                break
        if not _ENDS_WITH_PARAGRAPH.search(end):
            self._add(item.last, frame)

    def _note_drop(self, number: int, piece: Piece, reason: str) -> None:
        # The log has no entries of slices.
        told = (each for each in self.outcomes[number:] if not each.found.is_slice)
        first = next(told, None)
        if first is not None:
            first.dropped.append(Drop(piece, reason))
        for outcome in self.outcomes[number:]:
            outcome.first, outcome.last = min(outcome.first, len(self._spans)), len(self._spans)


def _copy_around(found: FoundBlock, frame: Frame) -> Frame:
    """Return the copy that a block is decided in, for a tag of it that stands in the copy ``frame``.

    That may be a copy of a block beside it, whose first or last paragraph holds the tag.
    """
    around: Frame | None = frame
    while around is not None and around.found is not None and around.found is not found.parent:
        around = around.outer
    return around or frame


def _count(found: FoundBlock, decision: Decision) -> int:
    """Return how many copies a block has."""
    if not found.block.opens_scope:
        return int(decision.is_taken)
    value = None if decision.resolved is None else decision.resolved.value
    return len(value) if is_list(value) else 0


def _scopes(found: FoundBlock, scope: Scope, decision: Decision) -> list[Scope]:
    if not found.block.opens_scope:
        return [scope] if decision.is_taken else []
    return [] if decision.resolved is None else scope.items(decision.resolved)
