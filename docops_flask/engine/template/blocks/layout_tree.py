"""The ranges of a part's bytes that are not copied as they are, nested as they lie in one another."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import element_end, tag_end
from docops_flask.engine.template.blocks.block_parts import spaces_of
from docops_flask.engine.template.blocks.control_pieces import is_body
from docops_flask.engine.template.blocks.copied_notes import NOTES, NoteKey, notes_in
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.merged_cells import find_merged
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind
from docops_flask.engine.template.blocks.range_marks import RangeMarks
from docops_flask.engine.template.blocks.run_cuts import SPACE
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.blocks.template_structure import PartStructure

_PROPERTIES = re.compile(rb"<(?:[^\s<>/:!?]+:)?pPr[\s/>]")


class Node:
    """A range of bytes that is not copied as it is."""

    __slots__ = ("children", "end", "kept", "new", "of", "rank", "start")

    def __init__(  # noqa: PLR0917, all are positions or what stands there
        self,
        start: int,
        end: int,
        rank: int,
        of: object,
        new: bytes = b"",
        kept: Sequence[tuple[int, int]] = (),
    ) -> None:
        """``new``, then the template's bytes ``kept``, stand in place of it."""
        self.start = start
        self.end = end
        self.rank = rank
        self.of = of
        self.new = new
        self.kept = kept
        self.children: list[Node] = []


# What a node is: the content of a container, a block, a paragraph or table around some, what gives way.
CONTAINER, BLOCK, AROUND, CUT = range(4)


class MergeNode:
    """The mark of a merged cell behind a block."""

    __slots__ = ("found",)

    def __init__(self, found: FoundBlock) -> None:
        self.found = found


class WidthNode:
    """The width of a column or cell that a block of columns repeats."""

    __slots__ = ()


class NoteNode:
    """A note that a block refers to."""

    __slots__ = ("key",)

    def __init__(self, key: NoteKey) -> None:
        self.key = key


class EmptiedNode:
    """A control paragraph that stays, with the outermost blocks beside it that have tags in it."""

    __slots__ = ("owners", "piece")

    def __init__(self, piece: Piece, owners: list[FoundBlock]) -> None:
        self.piece = piece
        self.owners = owners


class TagNode:
    """A tag in a paragraph beside its block."""

    __slots__ = ("found",)

    def __init__(self, found: FoundBlock) -> None:
        self.found = found


class LayoutTree:
    """What of a part is not copied as it is.

    ``notes`` are those that blocks refer to, by where they begin; ``marks`` the marks of ranges, ``merged``
    the marks of merged cells behind blocks; ``owners`` the outermost blocks with tags in a control paragraph
    beside them that stays, by where it begins.
    """

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
        self.owners = self._outermost_owners()

    def root(self) -> Node:
        """Return the whole part with all nodes in it."""
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
            if block.extent in ("rows", "columns") and block.pieces:
                self._note_table(block.pieces[0], around)
        for place in structure.loose:
            piece = structure.pieces.paragraphs[place.start]
            yield Node(piece.start, piece.end, AROUND, place)
            self._note_container(piece.parent, around)
        yield from around.values()
        for start, (end, key) in self.notes.items():
            yield Node(start, end, CONTAINER, NoteNode(key))
        for start, (end, block) in self.merged.following.items():
            yield Node(start, end, CUT, MergeNode(block))
        yield from self._width_nodes()
        for merge in structure.merges:
            yield Node(merge.start, merge.end, CUT, merge)
        yield from self._vanished_nodes()
        stay = (each for each in structure.blocks if not self._is_in_vanished(each.start.place))
        for at in {at for block in stay for at in spaces_of(block)}:
            yield Node(at, at, CUT, None, SPACE)
        beside = {
            id(site): _outermost_beside(block, site)
            for block in structure.blocks
            if not (block.is_inline or block.is_slice)
            for site in (block.start, block.end)
            if not block.first <= site.first < block.last
        }
        for site in structure.cuts:
            if not self._is_in_vanished(site.place):
                found = beside.get(id(site))
                for first, last in site.ranges:
                    yield Node(first, last, CUT, None if found is None else TagNode(found))

    def _width_nodes(self) -> Iterator[Node]:
        for block in self._structure.blocks:
            if block.extent == "columns" and block.block.opens_scope:
                # Imported here: few templates repeat columns.
                from docops_flask.engine.template.blocks.column_slices import widths_of

                for start, end in widths_of(block, self._content):
                    yield Node(start, end, CUT, WidthNode())
        if any(block.extent == "columns" for block in self._structure.blocks):
            from docops_flask.engine.template.blocks.column_spans import over_columns

            for over in over_columns(self._structure.blocks, self._content):
                if over.row is None or not self._is_row_gone(over.row):
                    yield Node(over.start, over.end, CUT, over)

    def _vanished_nodes(self) -> Iterator[Node]:
        for vanished in self._structure.vanished:
            piece = vanished.piece
            if vanished.is_emptied:
                owners = self.owners.get(piece.start, [])
                of = EmptiedNode(piece, owners) if owners else None
                yield Node(piece.start, piece.end, CUT, of, kept=self.emptied(piece))
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
        return self._is_row_gone(self._structure.pieces.paragraphs[place.start].around(PieceKind.ROW))

    def _is_row_gone(self, row: Piece | None) -> bool:
        """Say whether a row, or one around it, is a control row."""
        while row is not None:
            if row.start in self._vanished:
                return True
            row = row.around(PieceKind.ROW)
        return False

    def _note_table(self, piece: Piece, around: dict[tuple[int, int], Node]) -> None:
        """Note the table, and of a cell the row, that may be left without any of its parts."""
        row, table = piece.parent, piece.around(PieceKind.TABLE)
        if row is not None and row.kind is PieceKind.ROW and not self._is_row_gone(row):
            around[AROUND, row.start] = Node(row.start, row.end, AROUND, row)
        if table is not None and (AROUND, table.start) not in around:
            around[AROUND, table.start] = Node(table.start, table.end, AROUND, table)
            self._note_container(table.parent, around)

    def _note_container(self, piece: Piece | None, around: dict[tuple[int, int], Node]) -> None:
        """Note the container ``piece``, unless it is a body, or holds rows or cells."""
        if piece is None or piece.holds_rows_or_cells or is_body(self._part, piece):
            return
        begin = self._part.text.root_end if piece.parent is None else tag_end(self._content, piece.start)
        if (CONTAINER, begin) not in around:
            end = self._content.rindex(b"</", begin, piece.end)
            around[CONTAINER, begin] = Node(begin, end, CONTAINER, piece)

    def _properties_end(self, place: ParagraphPlace) -> int:
        """Return where the properties of a paragraph end."""
        match = _PROPERTIES.match(self._content, place.content, place.end)
        return place.content if match is None else element_end(self._content, match.start())

    def emptied(self, piece: Piece) -> list[tuple[int, int]]:
        """Return the bytes of a paragraph that are its properties and the ends of ranges."""
        place = self._places[piece.start]
        if place.end >= piece.end:
            return [(piece.start, piece.end)]
        marks = self.marks.outward(piece.start, piece.end)
        return [(piece.start, self._properties_end(place)), *marks, (place.end, piece.end)]


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
