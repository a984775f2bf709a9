"""A part of the template taken apart: what stands, and what the entries of blocks decide about."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.integrity.expansion.chunks import Chunk, ChunkWriter
from docops_flask.engine.integrity.expansion.control_pieces import SECTION
from docops_flask.engine.integrity.expansion.elements import Element
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
from docops_flask.engine.integrity.expansion.marks import Marks
from docops_flask.engine.integrity.expansion.merged_cells import merged_cells, rewritten
from docops_flask.engine.integrity.expansion.notes import Notes
from docops_flask.engine.integrity.expansion.pairing import Block, Part
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph, Tag, element_end_at
from docops_flask.engine.integrity.expansion.ranges import (
    BesideRange,
    Bytes,
    CellRange,
    ContainerRange,
    EmptiedRange,
    MergeRange,
    NoteRange,
    OverRange,
    Range,
    SpaceRange,
    WidthRange,
    nested,
)
from docops_flask.engine.integrity.expansion.run_ends import STATES_SPACE
from docops_flask.engine.integrity.expansion.structure import SINGLE, PartBlocks, tags_between

_PREFIX = re.compile(rb"<(?:[^\s<>/:]+:)?")

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.merged_copies import MergedCell


class Layout:
    """The items of a part; ``marks`` and ``merged`` are what copies treat apart.

    Raises ``Misfit`` for a tag that merges no cell.
    """

    def __init__(self, found: PartBlocks, notes: Notes) -> None:
        self._found = found
        self._part = found.part
        self._content = found.part.content
        self._control = found.control
        self.notes = notes.in_part(found.part)
        self.marks = Marks(self._content)
        self.merged = merged_cells(found.part, found.blocks, found.control)
        self._owners = self._owners_of_emptied()
        writer = ChunkWriter(self._content)
        tree = nested(self._ranges(), found.blocks, len(self._content))
        self.items = self._items(writer, 0, len(self._content), tree.inner)
        self.items += writer.finished()

    def _ranges(self) -> Iterator[Range]:
        found = self._found
        containers: dict[int, Element] = {}
        tables: dict[int, Element] = {}

        def note(element: Element | None) -> None:
            if element is not None and element.kind != "body" and not element.is_of_table:
                containers[element.start] = element

        for block in found.blocks:
            if block.first < block.last and not (
                block.is_inline and self._control.takes(block.start.paragraph.element)
            ):
                yield Range(block.first, block.last, block)
                note(block.pieces[0].parent if block.pieces else None)
            of_table = block.extent in ("rows", "columns") and block.pieces
            row = block.pieces[0].parent if of_table else None
            if row is not None and row.kind == "tr" and not self._control.takes(row):
                tables[row.start] = row
            table = block.pieces[0].nearest("tbl") if of_table else None
            if table is not None:
                tables[table.start] = table
                note(table.parent)
        for paragraph in found.loose:
            yield Range(paragraph.start, paragraph.element.end, paragraph)
            note(paragraph.element.parent)
        for table in tables.values():
            yield Range(table.start, table.end, table)
        for element in containers.values():
            yield Range(element.tag_end, element.last, ContainerRange(element))
        for start, (end, key) in self.notes.items():
            yield Range(start, end, NoteRange(key))
        for start, (end, block) in self.merged.below.items():
            yield Range(start, end, MergeRange(block))
        yield from self._widths()
        for cell in self._cells():
            yield Range(cell.start, cell.end, CellRange(cell))
        for at in found.spaces():
            yield Range(at, at, SpaceRange())
        yield from self._gone()
        yield from self._tags()

    def _widths(self) -> Iterator[Range]:
        for block in self._found.blocks:
            if block.extent == "columns" and block.repeats:
                # Imported here: few templates repeat columns.
                from docops_flask.engine.integrity.expansion.columns import stated_widths

                for start, end in stated_widths(self._content, block):
                    yield Range(start, end, WidthRange())

        if any(block.columns is not None for block in self._found.blocks):
            from docops_flask.engine.integrity.expansion.column_spans import over_ranges

            for over in over_ranges(self._content, self._found.blocks):
                if over.of.kind == "tbl" or not self._control.is_in_gone_row(over.of):
                    yield Range(over.tag.start, over.tag.tag_end, over)

    def _cells(self) -> "Iterator[MergedCell]":
        """Yield the cells that are merged in copies, each once."""
        found = self._found
        known: set[int | None] = set()
        for tag in found.tags:
            if tag.read.kind == "merge":
                # Imported here: few templates merge cells.
                from docops_flask.engine.integrity.expansion.merged_copies import MergedCell, start_of_cell

                start = start_of_cell(tag)
                if start not in known:
                    known.add(start)
                    yield MergedCell(self._part, tag, found.blocks, found.tags)

    def _gone(self) -> Iterator[Range]:
        for start, (element, _) in self._control.gone.items():
            if start not in self._control.emptied:
                yield Range(start, element.end, None, self.marks.leading_out(start, element.end))
                continue
            owners = self._owners.get(start, [])
            what = EmptiedRange(element, owners) if owners else None
            yield Range(start, element.end, what, self._left_of(element))

    def _tags(self) -> Iterator[Range]:
        beside = {
            id(tag): _outermost_beside(block, tag)
            for block in self._found.blocks
            if not block.is_inline and block.of is None
            for tag in (block.start, block.end)
            if not block.first <= tag.first < block.last
        }
        for tag in self._found.tags:
            if not self._control.takes(tag.paragraph.element):
                block = beside.get(id(tag))
                for start, end in tag.ranges:
                    yield Range(start, end, None if block is None else BesideRange(block))

    def _owners_of_emptied(self) -> dict[int, list[Block]]:
        found: dict[int, list[Block]] = {}
        for block in self._found.blocks:
            for element in (*block.leading, *block.trailing):
                if element.start in self._control.emptied:
                    owners = found.setdefault(element.start, [])
                    has_tag = any(element.start <= tag.first < element.end for tag in block.tags)
                    if has_tag and block.parent not in owners:
                        owners.append(block)
        return found

    def _items(self, writer: ChunkWriter, start: int, end: int, ranges: Sequence[Range]) -> list[Item]:
        """Return the items of the bytes ``start``:``end``; what is not finished stays in ``writer``."""
        items: list[Item] = []
        at = start
        for each in ranges:
            writer.take(at, each.start)
            at = max(at, each.end)
            if each.is_leaf and each.what is None:
                writer.take_all(each.stays)
                continue
            if isinstance(each.what, SpaceRange):
                writer.add(STATES_SPACE)
                continue
            block = each.what if isinstance(each.what, Block) else None
            if block is not None and block.before is not None:
                writer.end_run(block.before.close)
                writer.take_all(self.marks.leading_out(block.before.at, block.main.start))
            items += writer.finished()
            items.append(self._item(each))
            if block is not None and block.behind is not None:
                writer.begin_run(block.behind.open)
        writer.take(at, end)
        return items

    def _all_items(self, each: Range) -> list[Item]:
        writer = ChunkWriter(self._content)
        items = self._items(writer, each.start, each.end, each.inner)
        return items + writer.finished()

    def _as_it_is(self, start: int, end: int) -> Chunk:
        return Chunk(self._content[start:end], [(0, start)])

    def _item(self, each: Range) -> Item:
        what = each.what
        as_it_is = self._as_it_is(each.start, each.end)
        if isinstance(what, Block):
            return self._block(what, each.inner)
        if isinstance(what, BesideRange):
            return TagItem(what.block, as_it_is)
        if isinstance(what, MergeRange):
            begins = rewritten(as_it_is.content, b"restart", self._part.elements.namespace)
            return MergeItem(what.block, as_it_is, Chunk(begins, [(0, -1)]))
        if isinstance(what, CellRange):
            return CellItem(what.cell)
        if isinstance(what, WidthRange):
            return WidthItem(as_it_is.content)
        if isinstance(what, OverRange):
            return OverItem(as_it_is.content, what)
        if isinstance(what, NoteRange):
            return NoteItem(what.key, self._all_items(each), [as_it_is])
        if isinstance(what, EmptiedRange):
            owners = [(block, self._with_tags_of(block, what.element)) for block in what.owners]
            return EmptiedItem(self._emptied(what.element), owners)
        if isinstance(what, Paragraph):
            emptied = self._emptied(what.element) if what.has(SECTION, self._content) else None
            return LooseItem(what.element, self._all_items(each), emptied)
        if isinstance(what, Element):
            return TableItem(what, self._all_items(each))
        assert isinstance(what, ContainerRange)
        return ContainerItem(self._all_items(each), self._last_of(what.element))

    def _block(self, block: Block, inner: Sequence[Range]) -> BlockItem:
        item = BlockItem(block)
        item.main = self._part_items(block, block.main, inner)
        item.main_marks = self._marks_out(block.main)
        if block.gap is not None:
            item.gap = self._part_items(block, block.gap, inner)
        if block.other is not None:
            item.other = self._part_items(block, block.other, inner)
            item.other_marks = self._marks_out(block.other)
        writer = ChunkWriter(self._content)
        if block.before is not None and block.behind is not None:
            writer.add(block.before.open if block.before.close else b"")
            writer.take(block.first, block.last)
            writer.add(block.behind.close if block.behind.open else b"")
        else:
            for element in block.leading:
                self._put_control(writer, block, element)
            self._put_without(writer, block.first, block.last, self._tags_of_rows(block))
            for element in block.trailing:
                self._put_control(writer, block, element)
        item.whole += writer.finished()
        return item

    def _part_items(self, block: Block, part: Part, inner: Sequence[Range]) -> list[Item]:
        own = [
            each
            for each in inner
            if part.start <= each.start
            and each.end <= part.end
            and (
                not isinstance(each.what, Block)
                or each.what.parent is not block
                or block.part_of(each.what) is part
            )
        ]
        writer = ChunkWriter(self._content)
        writer.begin_run(part.opens)
        items = self._items(writer, part.start, part.end, own)
        writer.end_run(part.closes)
        return items + writer.finished()

    def _marks_out(self, part: Part) -> list[Item]:
        return self._chunk(self.marks.leading_out(part.start, part.end))

    def _chunk(self, ranges: Bytes) -> list[Item]:
        writer = ChunkWriter(self._content)
        writer.take_all(ranges)
        return [*writer.finished()]

    def _put_control(self, writer: ChunkWriter, block: Block, element: Element) -> None:
        """Add a control paragraph or row of a block that stays; breaks of sections and marks stand apart."""
        if block in self._owners.get(element.start, ()):
            return
        left_out = self._other_tags(block, element)
        left_out += self.marks.leading_out(element.start, element.end)
        section = SECTION.search(self._content, element.start, element.end)
        if section is not None:
            left_out.append((section.start(), element_end_at(self._content, section.start())))
        self._put_without(writer, element.start, element.end, left_out)

    def _with_tags_of(self, block: Block, element: Element) -> Chunk:
        writer = ChunkWriter(self._content)
        self._put_without(writer, element.start, element.end, self._other_tags(block, element))
        return writer.finished()[0]

    def _other_tags(self, block: Block, element: Element) -> list[tuple[int, int]]:
        """Return the bytes of tags in an element that are neither of a block nor of any inside it."""
        own = {id(tag) for each in block.and_inner() for tag in each.tags}
        tags = tags_between(self._found.tags, element.start, element.end)
        return [each for tag in tags if id(tag) not in own for each in tag.ranges]

    def _tags_of_rows(self, block: Block) -> list[tuple[int, int]]:
        """Return the tags of blocks of rows in the cells of repeated columns across these."""
        if block.of is None or block.parent is block.of.parent:
            return []
        own = {id(tag) for each in (block.of, *block.and_inner()) for tag in each.tags}
        tags = tags_between(self._found.tags, block.first, block.last)
        others = (tag for tag in tags if tag.read.kind not in SINGLE and id(tag) not in own)
        return [each for tag in others for each in tag.ranges]

    @staticmethod
    def _put_without(writer: ChunkWriter, first: int, last: int, left_out: list[tuple[int, int]]) -> None:
        at = first
        for start, end in sorted(left_out):
            writer.take(at, start)
            at = max(at, end)
        writer.take(at, last)

    def _left_of(self, element: Element) -> Bytes:
        """Return what an emptied paragraph keeps: its properties and the marks that lead out of it."""
        if element.last >= element.end:
            return ((element.start, element.end),)
        behind = self._part.paragraphs[element.start].properties_end(self._content)
        marks = self.marks.leading_out(element.start, element.end)
        return ((element.start, behind), *marks, (element.last, element.end))

    def _emptied(self, element: Element) -> Chunk:
        writer = ChunkWriter(self._content)
        writer.take_all(self._left_of(element))
        return writer.finished()[0]

    def _last_of(self, container: Element) -> Chunk:
        """Return the last paragraph of a container, emptied."""
        for element in reversed(container.children):
            if element.kind == "p" and element.start in self._part.paragraphs:
                return self._emptied(element)
        prefix = _PREFIX.match(self._content, self._part.elements.root.start)
        assert prefix is not None
        return Chunk(prefix[0] + b"p/>", [(0, -1)])


def _outermost_beside(block: Block, tag: Tag) -> Block:
    """Return the outermost of the blocks around and ``block`` itself that a tag stands beside."""
    while (
        block.parent is not None
        and block.parent.story == block.story
        and not block.parent.first <= tag.first < block.parent.last
    ):
        block = block.parent
    return block
