"""A part of the expanded template: its items in their order, as often as the entries of blocks say."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, repeat
from typing import TYPE_CHECKING

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.integrity.block_claims import BlockEntry
from docops_flask.engine.integrity.expansion.chunks import Chunk
from docops_flask.engine.integrity.expansion.copied_chunks import CopiedChunks
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.items import (
    BlockItem,
    CellItem,
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
from docops_flask.engine.integrity.expansion.log_blocks import LogBlocks
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.notes import Notes
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import SOLID

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.folds import PartFolds
    from docops_flask.engine.integrity.expansion.merged_copies import Entries

Edits = Sequence[tuple[int, int, bytes]]
Fold = Callable[[Sequence[tuple[Chunk, Frame]], Sequence[bytes], Mapping[int, Edits]], "PartFolds"]
_CELL = re.compile(rb"<(?:[^\s<>/:!?]+:)?tc[\s/>]")
_ROW = re.compile(rb"<(?:[^\s<>/:!?]+:)?tr[\s/>]")
_ANY_MARKUP = re.compile(rb"<[^<>]*>")
# Behind the last paragraph, ends of controls, marks of ranges, comments and instructions are no content.
_MARK = rb"(?:[^\s<>/:]+:)?(?:bookmark|commentRange|perm)(?:Start|End)"
_NO_CONTENT = (
    rb"(?:\s|</(?:[^\s<>/:]+:)?(?:sdtContent|sdt|customXml)\s*>|<"
    + _MARK
    + rb"(?:\s[^<>]*+|/)?>|</"
    + _MARK
    + rb"\s*>|<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>)*+"
)
_ENDS_WITH_PARAGRAPH = re.compile(
    rb"(?:</(?:[^\s<>/:]+:)?p\s*>|<(?:[^\s<>/:]+:)?p(?:\s[^<>]*)?/>)" + _NO_CONTENT + rb"\Z", re.DOTALL
)
# What ends with nothing else says nothing of what it ends with inside.
_WITHOUT_CONTENT = re.compile(_NO_CONTENT, re.DOTALL)


class Outcome:
    """A block in one copy of those around: its entry, what went with it, its spans ``first``:``last``."""

    __slots__ = ("block", "dropped", "entry", "first", "last")

    def __init__(self, block: Block, entry: BlockEntry, first: int) -> None:
        self.block = block
        self.entry = entry
        self.dropped: list[tuple[Element, str]] = []
        self.first = self.last = first


class Emission:
    """The spans of a part: chunks one after the other, each with the copy that it belongs to."""

    def __init__(self, log: LogBlocks, notes: Notes, most_bytes: int, entries: "Entries") -> None:
        """``most_bytes`` are allowed; ``entries`` are those of the log by copy."""
        self._entries = entries
        self._log = log
        self._left = self._most = most_bytes
        self._notes = notes
        self.spans: list[tuple[Chunk, Frame]] = []
        self.outcomes: list[Outcome] = []
        # By chunk, whether anything that counts, a row, a cell is in it.
        self._has_something: dict[int, bool] = {}
        self._has_row: dict[int, bool] = {}
        self._has_cell: dict[int, bool] = {}

    def put(self, items: Sequence[Item], frame: Frame) -> None:
        """Add what ``items`` are in a copy; raise ``Misfit`` where the log has no entry for it."""
        for item in items:
            if isinstance(item, Chunk):
                self._add(item, frame)
            elif isinstance(item, BlockItem):
                self._block(item, frame)
            elif isinstance(item, TagItem):
                if self._is_kept(item.block, frame):
                    self.spans.append((item.chunk, frame.kept()))
            elif isinstance(item, (MergeItem, CellItem, WidthItem, OverItem)):
                self._add(self._of_copy(item, frame), frame)
            elif isinstance(item, EmptiedItem):
                shown = next((chunk for block, chunk in item.owners if self._is_kept(block, frame)), None)
                self.spans.append((item.emptied, frame) if shown is None else (shown, frame.kept()))
            elif isinstance(item, NoteItem):
                for copy in self._notes.frames(item.key):
                    self.put(item.whole if copy.is_kept else item.items, copy)
            elif isinstance(item, LooseItem):
                self._loose(item, frame)
            elif isinstance(item, TableItem):
                self._table(item, frame)
            else:
                self._container(item, frame)

    def _of_copy(self, item: MergeItem | CellItem | WidthItem | OverItem, frame: Frame) -> Chunk:
        if isinstance(item, OverItem):
            return item.chunk(tuple(self._columns_of(each.block, frame) for each in item.over.shares))
        if isinstance(item, WidthItem):
            return item.chunk(frame.copy, frame.count)
        if isinstance(item, CellItem):
            return item.cell.chunk(frame, self._entries)
        entry = self._entry(item.block, _decided_in(item.block, frame))
        stands = entry.status == "missing" or entry.copies > 0
        return item.goes_on if stands else item.begins

    def _add(self, chunk: Chunk, frame: Frame) -> None:
        self._spend(len(chunk.content))
        self.spans.append((chunk, frame))

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TemplateLimitExceeded(
                "replace_log: its blocks come to more bytes than the limit output_bytes allows "
                f"({self._most}).",
                limit="output_bytes",
                maximum=self._most,
            )

    def _entry(self, block: Block, frame: Frame) -> BlockEntry:
        if block.of is not None:
            # The columns are the same in all rows.
            frame = _decided_in(block.of, frame)
        logged = self._log.by_number.get(block.number)
        entry = None if logged is None else logged.entries.get(frame.copies)
        if entry is None:
            raise Misfit(
                f"there is no entry for the copy {[list(each) for each in frame.copies]} of a block with "
                f"{block.start.text} in it",
                "copy_count",
            )
        return entry

    def _columns_of(self, block: Block, frame: Frame) -> int:
        """Return how often the columns of a block stand, for a copy of one beside it or around."""
        entry = self._entry(block, _decided_in(block, frame))
        return 1 if entry.status == "missing" else entry.copies

    def _is_kept(self, block: Block, frame: Frame) -> bool:
        """Say whether a block stays as it is; a tag of it stands in a copy of one beside it or around."""
        frame = _decided_in(block, frame)
        logged = self._log.by_number.get(block.number)
        entry = None if logged is None else logged.entries.get(frame.copies)
        return entry is not None and entry.status == "missing"

    def _block(self, item: BlockItem, frame: Frame) -> None:
        block = item.block
        entry = self._entry(block, frame)
        outcome = Outcome(block, entry, len(self.spans))
        self.outcomes.append(outcome)
        if entry.status == "missing":
            self.put(item.whole, frame.kept())
        else:
            self._expand(item, outcome, frame)
        outcome.last = len(self.spans)

    def _expand(self, item: BlockItem, outcome: Outcome, frame: Frame) -> None:
        block, count = outcome.block, outcome.entry.copies
        if count > 1 and not block.repeats:
            raise Misfit("a condition has one copy at the most", "copy_count")
        branch = "main" if count else "other" if block.other is not None else None
        if outcome.entry.branch != branch:
            raise Misfit("its branch is not that which its copies leave", "branch")
        if count and len(item.main) == 1 and not item.gap and type(item.main[0]) is Chunk:
            # Most blocks are one chunk.
            frames = frame.copies_of(block, count)
            self._spend(count * len(item.main[0].content))
            self.spans += zip(repeat(item.main[0]), frames, strict=False)
            if item.other_marks or block.other is not None:
                self._leave(outcome, item.other_marks, "other", frame)
            return
        for copy in range(count):
            self.put(item.main, Frame(frame, block, copy, count))
            if copy < count - 1 and item.gap:
                self.put(item.gap, Frame(frame, block, copy, count - 1, part="gap"))
        if count:
            self._leave(outcome, item.other_marks, "other", frame)
            return
        self._leave(outcome, item.main_marks, "main", frame)
        if block.other is not None:
            self.put(item.other, Frame(frame, block, part="other"))

    def _leave(self, outcome: Outcome, marks: Sequence[Item], name: str, frame: Frame) -> None:
        """Leave a part of a block out, but for marks that lead out of it."""
        block = outcome.block
        self.put(marks, frame)
        part = block.main if name == "main" else block.other
        if part is None or block.is_inline:
            return
        reason = "no_copy" if name == "main" and block.repeats else "branch"
        outcome.dropped += ((piece, reason) for piece in block.pieces if part.start <= piece.start < part.end)

    def _loose(self, item: LooseItem, frame: Frame) -> None:
        first, number = len(self.spans), len(self.outcomes)
        self.put(item.items, frame)
        if any(self._counts(chunk) for chunk, _ in self.spans[first:]):
            return
        del self.spans[first:]
        if item.emptied is not None:
            self.spans.append((item.emptied, frame))
        else:
            self._note_gone(number, item.element, "V3")

    def _table(self, item: TableItem, frame: Frame) -> None:
        first, number = len(self.spans), len(self.outcomes)
        self.put(item.items, frame)
        known, begins = (self._has_cell, _CELL) if item.element.kind == "tr" else (self._has_row, _ROW)
        for chunk, _ in self.spans[first:]:
            has_any = known.get(id(chunk))
            if has_any is None:
                has_any = known[id(chunk)] = begins.search(chunk.content) is not None
            if has_any:
                return
        del self.spans[first:]
        self._note_gone(number, item.element, "V4")

    def _container(self, item: ContainerItem, frame: Frame) -> None:
        first = len(self.spans)
        self.put(item.items, frame)
        end = b""
        for chunk, _ in reversed(self.spans[first:]):
            end = chunk.content + end
            if not _WITHOUT_CONTENT.fullmatch(end):
                break
        if not _ENDS_WITH_PARAGRAPH.search(end):
            self.spans.append((item.last, frame))

    def _counts(self, chunk: Chunk) -> bool:
        known = self._has_something.get(id(chunk))
        if known is None:
            text = _ANY_MARKUP.sub(b"", chunk.content).decode()
            known = bool(text.strip()) or SOLID.search(chunk.content) is not None
            self._has_something[id(chunk)] = known
        return known

    def _note_gone(self, number: int, element: Element, reason: str) -> None:
        # It is told of with the first block in it that has entries, which slices have not.
        told = [each for each in self.outcomes[number:] if each.block.of is None]
        if told:
            told[0].dropped.append((element, reason))
        for outcome in self.outcomes[number:]:
            outcome.first = min(outcome.first, len(self.spans))
            outcome.last = len(self.spans)


def _decided_in(block: Block, frame: Frame) -> Frame:
    """Return the copy of what is around a block, for a copy ``frame`` of one beside it or around."""
    around: Frame | None = frame
    while around is not None and around.block is not None and around.block is not block.parent:
        around = around.outer
    return around or frame


class WrittenPart:
    """A part of the expanded template: its bytes, and where they come from."""

    def __init__(
        self,
        emission: Emission,
        copied: CopiedChunks,
        fold: "Fold | None" = None,
    ) -> None:
        """Put the spans together; the copies get their ids in the order of the document.

        What ``fold`` makes of spans, their bytes and their edits says which are left out.
        """
        self.spans = emission.spans
        self.outcomes = emission.outcomes
        self._edits: dict[int, Sequence[tuple[int, int, bytes]]] = {}
        pieces = [chunk.content for chunk, _ in emission.spans]
        last: Chunk | None = None
        is_alike = False
        for number, (chunk, frame) in enumerate(emission.spans):
            if chunk is not last:
                last, is_alike = chunk, copied.is_alike(chunk)
            if not is_alike:
                pieces[number], edits = copied.written(chunk, frame)
                if edits:
                    self._edits[number] = edits
        self.folds = None if fold is None else fold(self.spans, pieces, self._edits)
        for number in () if self.folds is None else self.folds.left_out:
            pieces[number] = b""
        self.starts = [*accumulate(map(len, pieces), initial=0)]
        self.content = b"".join(pieces)

    def span_at(self, at: int) -> int:
        """Return the number of the span that holds a byte."""
        return bisect_right(self.starts, at) - 1

    def position(self, number: int, offset: int) -> int:
        """Return where the byte at an offset of a span's chunk stands."""
        edits = self._edits.get(number)
        if edits is None:
            return self.starts[number] + offset
        moved = sum(len(new) - (end - start) for start, end, new in edits if end <= offset)
        return self.starts[number] + offset + moved

    def place_at(self, at: int) -> int:
        """Return the byte of the template that a byte of the result is, which no copy has changed."""
        number = self.span_at(at)
        offset = at - self.starts[number]
        for start, end, new in self._edits.get(number, ()):
            if start + len(new) > offset:
                break
            offset -= len(new) - (end - start)
        return self.spans[number][0].place_of(offset)
