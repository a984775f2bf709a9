"""A part of a template as it is expanded: chunks of bytes that stay, and between them what data decides.

Made once for a template. Each block is a list of the same: its copies are put together from it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import element_end, tag_end
from docops_flask.engine.template.blocks.block_parts import spaces_of
from docops_flask.engine.template.blocks.chunks import Chunk, ChunkBuilder
from docops_flask.engine.template.blocks.control_pieces import is_body
from docops_flask.engine.template.blocks.copied_notes import NOTES, NoteKey, notes_in
from docops_flask.engine.template.blocks.found_blocks import FoundBlock, Part
from docops_flask.engine.template.blocks.layout_items import (
    BlockItem,
    ContainerItem,
    EmptiedItem,
    Item,
    LooseItem,
    MergeItem,
    NoteItem,
    TableItem,
    TagItem,
)
from docops_flask.engine.template.blocks.layout_nodes import (
    AROUND,
    BLOCK,
    CONTAINER,
    CUT,
    EmptiedNode,
    MergeNode,
    Node,
    NoteNode,
    TagNode,
)
from docops_flask.engine.template.blocks.merged_cells import find_merged, with_value
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind
from docops_flask.engine.template.blocks.range_marks import RangeMarks
from docops_flask.engine.template.blocks.run_cuts import SPACE
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.blocks.template_structure import PartStructure

_SECTION = re.compile(rb"<(?:[^\s<>/:!?]+:)?sectPr[\s/>]")
_PROPERTIES = re.compile(rb"<(?:[^\s<>/:!?]+:)?pPr[\s/>]")


class Layout:
    """The items of a part, made when they are first asked for."""

    def __init__(self, structure: PartStructure, notes: Collection[NoteKey]) -> None:
        """``notes`` are those that blocks refer to."""
        self.notes = notes_in(structure.part, notes) if structure.part.kind in NOTES else {}
        self._structure = structure
        self._part = structure.part
        self._content = structure.part.text.content
        self.marks = RangeMarks(structure.part)
        self._places = {place.start: place for place in structure.part.paragraphs}
        self._vanished = {each.piece.start: each for each in structure.vanished}
        self.merged = find_merged(structure.part, structure.blocks, self._vanished)
        self._owners = self._outermost_owners()
        self._items: list[Item] | None = None

    @property
    def items(self) -> "list[Item]":
        """What the part is made of."""
        if self._items is None:
            root = self._tree()
            builder = ChunkBuilder(self._content)
            self._items = self._compiled(builder, 0, len(self._content), root.children)
            self._finish(builder, self._items)
        return self._items

    def _tree(self) -> Node:
        nodes = [*self._nodes()]
        nodes.sort(key=lambda each: (each.start, -each.end, each.rank))
        root = Node(0, len(self._content), CONTAINER, None)
        opened = [root]
        for node in nodes:
            while opened[-1].end <= node.start and len(opened) > 1:
                opened.pop()
            opened[-1].children.append(node)
            if node.rank != CUT:
                opened.append(node)
        of_blocks = {id(node.of): node for node in nodes if node.rank == BLOCK}
        for block in self._structure.blocks:
            if block.first == block.last:
                of_blocks[id(block)] = self._put_empty(root, block, of_blocks)
        return root

    @staticmethod
    def _put_empty(root: Node, block: FoundBlock, of_blocks: dict[int, Node]) -> Node:
        """Put a block that covers nothing behind the paragraph of its start tag, in the block around it."""
        around, at = root, block.first
        if block.parent is not None and id(block.parent) in of_blocks:
            around = of_blocks[id(block.parent)]
            part = block.parent.part_of(block)
            at = min(max(at, part.start), part.end)
        children = around.children
        while True:
            number = bisect_right(children, at, key=_end)
            inner = children[number] if number < len(children) else None
            if inner is None or inner.rank in (BLOCK, CUT) or inner.start >= at:
                break
            children = inner.children
        if inner is not None and inner.start < at:
            # It stands in something that goes as a whole.
            number, at = number + 1, inner.end
        node = Node(at, at, BLOCK, block)
        children.insert(number, node)
        return node

    def _nodes(self) -> Iterator[Node]:
        structure = self._structure
        around: dict[tuple[int, int], Node] = {}
        for block in structure.blocks:
            if block.first < block.last and not self._is_gone(block.start.place, block):
                yield Node(block.first, block.last, BLOCK, block)
                self._note_container(block.pieces[0].parent if block.pieces else None, around)
            if block.extent == "rows" and block.pieces:
                table = block.pieces[0].around(PieceKind.TABLE)
                if table is not None and (AROUND, table.start) not in around:
                    around[AROUND, table.start] = Node(table.start, table.end, AROUND, table)
                    self._note_container(table.parent, around)
        for place in structure.loose:
            piece = structure.pieces.paragraphs[place.start]
            yield Node(piece.start, piece.end, AROUND, place)
            self._note_container(piece.parent, around)
        yield from around.values()
        for start, (end, key) in self.notes.items():
            yield Node(start, end, CONTAINER, NoteNode(key))
        for start, (end, block) in self.merged.following.items():
            yield Node(start, end, CUT, MergeNode(block))
        yield from self._vanished_nodes()
        stay = (each for each in structure.blocks if not self._is_in_vanished(each.start.place))
        for at in {at for block in stay for at in spaces_of(block)}:
            yield Node(at, at, CUT, None, SPACE)
        beside = {
            id(site): _outermost_beside(block, site)
            for block in structure.blocks
            if not block.is_inline
            for site in (block.start, block.end)
            if not block.first <= site.first < block.last
        }
        for site in structure.cuts:
            if not self._is_in_vanished(site.place):
                found = beside.get(id(site))
                for first, last in site.ranges:
                    yield Node(first, last, CUT, None if found is None else TagNode(found))

    def _vanished_nodes(self) -> Iterator[Node]:
        for vanished in self._structure.vanished:
            piece = vanished.piece
            if vanished.is_emptied:
                owners = self._owners.get(piece.start, [])
                of = EmptiedNode(piece, owners) if owners else None
                yield Node(piece.start, piece.end, CUT, of, kept=self._emptied(piece))
            else:
                kept = self.marks.outward(piece.start, piece.end)
                yield Node(piece.start, piece.end, CUT, None, kept=kept)

    def _outermost_owners(self) -> dict[int, list[FoundBlock]]:
        """Return the outermost blocks with tags in control paragraphs beside them that stay."""
        found: dict[int, list[FoundBlock]] = {}
        for block in self._structure.blocks:
            for piece in (*block.leading, *block.trailing):
                vanished = self._vanished.get(piece.start)
                if vanished is not None and vanished.is_emptied:
                    owners = found.setdefault(piece.start, [])
                    has_own = any(piece.start <= site.first < piece.end for site in block.sites)
                    if has_own and block.parent not in owners:
                        owners.append(block)
        return found

    def _is_gone(self, place: ParagraphPlace, block: FoundBlock) -> bool:
        """Say whether an inline block lies in a control paragraph of other blocks."""
        return block.is_inline and self._is_in_vanished(place)

    def _is_in_vanished(self, place: ParagraphPlace) -> bool:
        if place.start in self._vanished:
            return True
        row = self._structure.pieces.paragraphs[place.start].around(PieceKind.ROW)
        while row is not None:
            if row.start in self._vanished:
                return True
            row = row.around(PieceKind.ROW)
        return False

    def _note_container(self, piece: Piece | None, around: dict[tuple[int, int], Node]) -> None:
        """Note the container ``piece``, unless it is a body, a table or a row."""
        if piece is None or piece.kind in (PieceKind.TABLE, PieceKind.ROW) or is_body(self._part, piece):
            return
        begin = self._part.text.root_end if piece.parent is None else tag_end(self._content, piece.start)
        if (CONTAINER, begin) not in around:
            end = self._content.rindex(b"</", begin, piece.end)
            around[CONTAINER, begin] = Node(begin, end, CONTAINER, piece)

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
        if isinstance(node.of, MergeNode):
            own = self._content[node.start : node.end]
            goes_on = Chunk(own, [(0, node.start)])
            return MergeItem(node.of.found, goes_on, Chunk(with_value(own, b"restart"), [(0, -1)]))
        if isinstance(node.of, ParagraphPlace):
            piece = self._structure.pieces.paragraphs[node.of.start]
            is_section = _SECTION.search(node.of.own_bytes) is not None
            emptied = self._emptied_chunk(piece) if is_section else None
            return LooseItem(piece, self._whole(node), emptied)
        assert isinstance(node.of, Piece)
        if node.of.kind is PieceKind.TABLE:
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
            builder.take(found.first, found.last)
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
        if found in self._owners.get(piece.start, ()):
            return
        gone = self._foreign_tags(found, piece)
        gone += self.marks.outward(piece.start, piece.end)
        section = _SECTION.search(self._content, piece.start, piece.end)
        if section is not None:
            gone.append((section.start(), element_end(self._content, section.start())))
        self._take_without(builder, piece, gone)

    def _control(self, found: FoundBlock, piece: Piece) -> Chunk:
        """Return a control paragraph with no tags but those of a block and of those inside it."""
        builder = ChunkBuilder(self._content)
        self._take_without(builder, piece, self._foreign_tags(found, piece))
        chunk = builder.finish()
        assert chunk is not None
        return chunk

    def _foreign_tags(self, found: FoundBlock, piece: Piece) -> list[tuple[int, int]]:
        own = {id(site) for block in found.all_inside() for site in block.sites}
        sites = self._structure.cuts
        first, last = (bisect_left(sites, at, key=_first) for at in (piece.start, piece.end))
        return [each for site in sites[first:last] if id(site) not in own for each in site.ranges]

    @staticmethod
    def _take_without(builder: ChunkBuilder, piece: Piece, gone: list[tuple[int, int]]) -> None:
        at = piece.start
        for start, end in sorted(gone):
            builder.take(at, start)
            at = max(at, end)
        builder.take(at, piece.end)

    def _outward(self, part: Part) -> Chunk | None:
        builder = ChunkBuilder(self._content)
        builder.take_all(self.marks.outward(part.start, part.end))
        return builder.finish()

    def _properties_end(self, place: ParagraphPlace) -> int:
        """Return where the properties of a paragraph end."""
        match = _PROPERTIES.match(self._content, place.content, place.end)
        return place.content if match is None else element_end(self._content, match.start())

    def _emptied(self, piece: Piece) -> list[tuple[int, int]]:
        """Return the bytes of a paragraph that are its properties and the ends of ranges."""
        place = self._places[piece.start]
        if place.end >= piece.end:
            return [(piece.start, piece.end)]
        marks = self.marks.outward(piece.start, piece.end)
        return [(piece.start, self._properties_end(place)), *marks, (place.end, piece.end)]

    def _emptied_chunk(self, piece: Piece) -> Chunk:
        builder = ChunkBuilder(self._content)
        builder.take_all(self._emptied(piece))
        chunk = builder.finish()
        assert chunk is not None
        return chunk

    def _last_paragraph(self, container: Piece) -> Chunk:
        """Return the last paragraph of a container, emptied."""
        for piece in reversed(container.children):
            if piece.kind is PieceKind.PARAGRAPH and piece.start in self._places:
                return self._emptied_chunk(piece)
        prefix = self._part.text.prefix
        return Chunk(b"<" + prefix + b":p/>" if prefix else b"", [(0, -1)])


def _outermost_beside(block: FoundBlock, site: TagSite) -> FoundBlock:
    """Return the outermost of the blocks around and ``block`` itself that a tag stands beside.

    It is decided in the copy that holds the tag; the others are decided in copies of it.
    """
    around = block.parent
    while around is not None and around.story is block.story and not around.first <= site.first < around.last:
        block, around = around, around.parent
    return block


def _end(node: Node) -> int:
    return node.end


def _first(site: TagSite) -> int:
    return site.first
