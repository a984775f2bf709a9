"""A part of a template as it is expanded: chunks of bytes that stay, and between them what data decides.

Made once for a template. Each block is a list of the same: its copies are put together from it.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import element_end
from docops_flask.engine.template.blocks.chunks import Chunk, ChunkBuilder
from docops_flask.engine.template.blocks.copied_notes import NoteKey
from docops_flask.engine.template.blocks.found_blocks import FoundBlock, Part
from docops_flask.engine.template.blocks.layout_items import (
    BlockItem,
    CellMerge,
    CellMergeItem,
    ContainerItem,
    EmptiedItem,
    Item,
    LooseItem,
    MergeItem,
    NoteItem,
    OverColumns,
    OverItem,
    TableItem,
    TagItem,
    WidthItem,
)
from docops_flask.engine.template.blocks.layout_tree import (
    CUT,
    EmptiedNode,
    LayoutTree,
    MergeNode,
    Node,
    NoteNode,
    TagNode,
    WidthNode,
)
from docops_flask.engine.template.blocks.merged_cells import with_value
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind
from docops_flask.engine.template.blocks.tag_sites import SINGLE_KINDS, TagSite
from docops_flask.engine.template.blocks.template_structure import PartStructure

_SECTION = re.compile(rb"<(?:[^\s<>/:!?]+:)?sectPr[\s/>]")
_PROPERTIES = re.compile(rb"<(?:[^\s<>/:!?]+:)?pPr[\s/>]")


class Layout:
    """The items of a part, made when they are first asked for."""

    def __init__(self, structure: PartStructure, notes: Collection[NoteKey]) -> None:
        """``notes`` are those that blocks refer to."""
        tree = self._tree = LayoutTree(structure, notes)
        self.notes, self.marks, self.merged = tree.notes, tree.marks, tree.merged
        self._structure = structure
        self._part = structure.part
        self._content = structure.part.text.content
        self._places = {place.start: place for place in structure.part.paragraphs}
        self._items: list[Item] | None = None

    @property
    def items(self) -> "list[Item]":
        """What the part is made of."""
        if self._items is None:
            root = self._tree.root()
            builder = ChunkBuilder(self._content)
            self._items = self._compiled(builder, 0, len(self._content), root.children)
            self._finish(builder, self._items)
        return self._items

    def _compiled(
        self, builder: ChunkBuilder, start: int, end: int, children: Sequence[Node]
    ) -> "list[Item]":
        """Return the items of the bytes ``start``:``end``; what is not finished stays in ``builder``."""
        items: list[Item] = []
        at = start
        for node in children:
            builder.take(at, node.start)
            at = max(at, node.end)
            if node.rank == CUT and node.of is None:
                builder.add(node.new, node.start)
                builder.take_all(node.kept)
                continue
            found = node.of
            if isinstance(found, FoundBlock) and found.before is not None:
                builder.close(found.before.close)
                builder.take_all(self.marks.outward(found.before.at, found.main.start))
            self._finish(builder, items)
            items.append(self._item(node))
            if isinstance(found, FoundBlock) and found.behind is not None:
                builder.open(found.behind.open)
        builder.take(at, end)
        return items

    @staticmethod
    def _finish(builder: ChunkBuilder, items: "list[Item]") -> None:
        chunk = builder.finish()
        if chunk is not None:
            items.append(chunk)

    def _whole(self, node: Node) -> "list[Item]":
        builder = ChunkBuilder(self._content)
        items = self._compiled(builder, node.start, node.end, node.children)
        self._finish(builder, items)
        return items

    def _item(self, node: Node) -> Item:
        if isinstance(node.of, FoundBlock):
            return self._block(node.of, node.children)
        if isinstance(node.of, TagNode):
            text = Chunk(self._content[node.start : node.end], [(0, node.start)])
            return TagItem(node.of.found, text)
        if isinstance(node.of, NoteNode):
            whole = Chunk(self._content[node.start : node.end], [(0, node.start)])
            return NoteItem(node.of.key, self._whole(node), whole)
        if isinstance(node.of, EmptiedNode):
            return EmptiedItem(
                self._emptied_chunk(node.of.piece),
                [(each, self._control(each, node.of.piece)) for each in node.of.owners],
            )
        if isinstance(node.of, CellMerge):
            return CellMergeItem(node.of)
        if isinstance(node.of, WidthNode):
            from docops_flask.engine.template.blocks.column_slices import with_share

            return WidthItem(self._content[node.start : node.end], with_share)
        if isinstance(node.of, OverColumns):
            from docops_flask.engine.template.blocks.column_spans import with_counts

            return OverItem(self._content[node.start : node.end], node.of, with_counts)
        if isinstance(node.of, MergeNode):
            own = self._content[node.start : node.end]
            goes_on = Chunk(own, [(0, node.start)])
            begins = with_value(own, b"restart", self._part.text.namespace)
            return MergeItem(node.of.found, goes_on, Chunk(begins, [(0, -1)]))
        if isinstance(node.of, ParagraphPlace):
            piece = self._structure.pieces.paragraphs[node.of.start]
            is_section = _SECTION.search(node.of.own_bytes) is not None
            emptied = self._emptied_chunk(piece) if is_section else None
            return LooseItem(piece, self._whole(node), emptied)
        assert isinstance(node.of, Piece)
        if node.of.kind in (PieceKind.TABLE, PieceKind.ROW):
            return TableItem(node.of, self._whole(node))
        return ContainerItem(self._whole(node), self._last_paragraph(node.of))

    def _block(self, found: FoundBlock, children: Sequence[Node]) -> BlockItem:
        item = BlockItem(found)
        item.main = self._part_items(found, found.main, children)
        item.marks["main"] = self._outward(found.main)
        if found.gap is not None:
            item.gap = self._part_items(found, found.gap, children)
        if found.other is not None:
            item.other = self._part_items(found, found.other, children)
            item.marks["other"] = self._outward(found.other)
        builder = ChunkBuilder(self._content)
        if found.before is not None and found.behind is not None:
            if found.before.close:
                builder.add(found.before.open)
            builder.take(found.first, found.last)
            if found.behind.open:
                builder.add(found.behind.close)
        else:
            for piece in found.leading:
                self._take_control(builder, found, piece)
            self._take_without(builder, found.first, found.last, self._tags_of_rows(found))
            for piece in found.trailing:
                self._take_control(builder, found, piece)
        self._finish(builder, item.whole)
        return item

    def _part_items(self, found: FoundBlock, part: Part, children: Sequence[Node]) -> "list[Item]":
        own = [
            each
            for each in children
            if part.start <= each.start
            and each.end <= part.end
            and (
                not isinstance(each.of, FoundBlock)
                or each.of.parent is not found
                or found.part_of(each.of) is part
            )
        ]
        builder = ChunkBuilder(self._content)
        if part.before is not None:
            builder.open(part.before.open)
        items = self._compiled(builder, part.start, part.end, own)
        if part.behind is not None:
            builder.close(part.behind.close)
        self._finish(builder, items)
        return items

    def _take_control(self, builder: ChunkBuilder, found: FoundBlock, piece: Piece) -> None:
        """Add a control paragraph or row that vanished; section breaks and ends of ranges stay there."""
        if found in self._tree.owners.get(piece.start, ()):
            return
        gone = self._foreign_tags(found, piece)
        gone += self.marks.outward(piece.start, piece.end)
        section = _SECTION.search(self._content, piece.start, piece.end)
        if section is not None:
            gone.append((section.start(), element_end(self._content, section.start())))
        self._take_without(builder, piece.start, piece.end, gone)

    def _control(self, found: FoundBlock, piece: Piece) -> Chunk:
        """Return a control paragraph with no tags but those of a block and of those inside it."""
        builder = ChunkBuilder(self._content)
        self._take_without(builder, piece.start, piece.end, self._foreign_tags(found, piece))
        chunk = builder.finish()
        assert chunk is not None
        return chunk

    def _foreign_tags(self, found: FoundBlock, piece: Piece) -> list[tuple[int, int]]:
        own = {id(site) for block in found.all_inside() for site in block.sites}
        sites = self._structure.cuts
        first, last = (bisect_left(sites, at, key=_first) for at in (piece.start, piece.end))
        return [each for site in sites[first:last] if id(site) not in own for each in site.ranges]

    def _tags_of_rows(self, found: FoundBlock) -> list[tuple[int, int]]:
        """Return the tags, in cells of repeated columns, of blocks of rows across these."""
        if found.original is None or not found.crosses:
            return []
        own = {id(site) for block in (found.original, *found.all_inside()) for site in block.sites}
        sites = self._structure.cuts
        first, last = (bisect_left(sites, at, key=_first) for at in (found.first, found.last))
        others = (
            site for site in sites[first:last] if id(site) not in own and site.tag.kind not in SINGLE_KINDS
        )
        return [each for site in others for each in site.ranges]

    @staticmethod
    def _take_without(builder: ChunkBuilder, first: int, last: int, gone: list[tuple[int, int]]) -> None:
        at = first
        for start, end in sorted(gone):
            builder.take(at, start)
            at = max(at, end)
        builder.take(at, last)

    def _outward(self, part: Part) -> Chunk | None:
        builder = ChunkBuilder(self._content)
        builder.take_all(self.marks.outward(part.start, part.end))
        return builder.finish()

    def _emptied_chunk(self, piece: Piece) -> Chunk:
        builder = ChunkBuilder(self._content)
        builder.take_all(self._tree.emptied(piece))
        chunk = builder.finish()
        assert chunk is not None
        return chunk

    def _last_paragraph(self, container: Piece) -> Chunk:
        """Return the last paragraph of a container, emptied."""
        for piece in reversed(container.children):
            if piece.kind is PieceKind.PARAGRAPH and piece.start in self._places:
                return self._emptied_chunk(piece)
        return Chunk(b"<" + self._part.text.root_prefix + b"p/>", [(0, -1)])


def _first(site: TagSite) -> int:
    return site.first
