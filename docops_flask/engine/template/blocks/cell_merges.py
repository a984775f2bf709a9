"""合并 in a cell: the cells of neighbouring copies of a row become one where their texts are equal.

A cell that begins such a group gets w:vMerge with restart, those below it go on (17.4.84).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryKind, StoryPart
from docops_flask.engine.oxml.markup import TOKEN, Scope, inner_scope
from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.layout_items import CellMerge, CellTexts
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, Pieces
from docops_flask.engine.template.blocks.scopes import decide
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.elements import elements_in
from docops_flask.engine.template.tag_kinds import TagKind

# What stands before w:vMerge in w:tcPr (17.4.69).
_BEFORE = frozenset((b"cnfStyle", b"tcW", b"gridSpan", b"hMerge"))
_REFERENCES = frozenset((b"footnoteReference", b"endnoteReference"))
_BRACKET = re.compile("【|&#0*12304;|&#[xX]0*3010;".encode())


_NO_CELL = "it stands in no cell of a row that a list repeats"


class LeftTag(NamedTuple):
    """A tag whose cell cannot be merged, which is text; ``fault`` says why where a list is around it."""

    site: TagSite
    fault: Fault | None


def left_tags(
    sites: Iterable[TagSite], part: StoryPart, pieces: Pieces, blocks: Sequence[FoundBlock]
) -> list[LeftTag]:
    """Return those of ``sites`` whose cells cannot be merged; ``blocks`` are the sound ones of the part."""
    found = []
    # By where a cell begins: many tags may stand in one.
    known: dict[int, str | None] = {}
    for site in sites:
        cell = _cell_of(site, pieces)
        at = -1 if cell is None else cell.start
        if at not in known:
            known[at] = _NO_CELL if cell is None else _misfit_of(cell, part, blocks)
        reason = "it stands in a text box" if site.place.story is StoryKind.TEXTBOX else known[at]
        if reason is not None:
            lists = (each for each in blocks if each.block.opens_scope)
            is_in_list = any(each.start.first < site.first < each.end.first for each in lists)
            fault = Fault.of_site("MERGE_OUTSIDE", site, None, reason) if is_in_list else None
            found.append(LeftTag(site, fault))
    return found


def _cell_of(site: TagSite, pieces: Pieces) -> Piece | None:
    return pieces.paragraphs[site.place.start].around(PieceKind.CELL)


def _misfit_of(cell: Piece, part: StoryPart, blocks: Sequence[FoundBlock]) -> str | None:
    """Return why a cell cannot be merged; ``None`` where it can."""
    row = cell.around(PieceKind.ROW)
    block = None if row is None else _innermost(row, blocks)
    if row is None or block is None or block.extent != "rows":
        return _NO_CELL
    if not block.block.opens_scope or [each.start for each in block.pieces] != [row.start]:
        return "the list repeats more than its row, or a condition is around the row"
    own = _Cell(part, cell)
    if own.holds(b"tbl") or own.is_merged:
        return "its cell holds a table or is merged already"
    columns = (one for each in blocks if each.is_columns for one in (each, *each.slices))
    if any(each.first <= cell.start < each.last for each in columns):
        return "it stands in repeated columns"
    others = (each for each in blocks if each is not block)
    if any(cell.start <= each.first < cell.end and each.first < each.last for each in others):
        return "a block stands in its cell"
    sites = (each for each in block.story.sites if cell.start <= each.first < cell.end)
    if any(each.tag.kind in (TagKind.PICTURE, TagKind.DOCUMENT) for each in sites):
        return "a picture or a document stands in its cell"
    return own.hidden


def _innermost(row: Piece, blocks: Iterable[FoundBlock]) -> FoundBlock | None:
    around = [each for each in blocks if not each.is_inline and each.first <= row.start < each.last]
    return max(around, key=lambda each: (each.first, -each.last, each.start.first), default=None)


def cell_merges(
    sites: Iterable[TagSite], part: StoryPart, pieces: Pieces, blocks: Sequence[FoundBlock]
) -> list[CellMerge]:
    """Return the cells of sound tags, each once."""
    cells = (_cell_of(site, pieces) for site in sites)
    once = {cell.start: cell for cell in cells if cell is not None}
    return [_cell_merge(cell, part, blocks) for cell in once.values()]


def _cell_merge(cell: Piece, part: StoryPart, blocks: Sequence[FoundBlock]) -> CellMerge:
    row = cell.around(PieceKind.ROW)
    block = None if row is None else _innermost(row, blocks)
    assert block is not None
    own_cell = _Cell(part, cell)
    start, end, head, tail = own_cell.place
    own = part.text.content[start:end]
    prefix = own_cell.prefix
    mark = b"<%bvMerge" % prefix
    if not prefix:
        # No attribute is in the default namespace.
        prefix, mark = b"w:", b'<w:vMerge xmlns:w="%b"' % part.text.namespace
    begins = head + b'%b %bval="restart"/>' % (mark, prefix) + tail
    goes_on = head + mark + b"/>" + tail
    chunks = Chunk(own, [(0, start)]), Chunk(begins, [(0, -1)]), Chunk(goes_on, [(0, -1)])
    return CellMerge(block, cell, start, end, chunks)


class _Cell:
    """The elements of a cell, as far as merging asks for them."""

    def __init__(self, part: StoryPart, cell: Piece) -> None:
        self._part = part
        self._cell = cell
        self._elements = elements_in(part.text.content, _scope_around(part, cell), cell.start)
        numbers = (number for number, each in enumerate(self._elements) if each.parent == 0)
        self._properties = next((number for number in numbers if self._is_word(number, b"tcPr")), None)

    def holds(self, *names: bytes) -> bool:
        """Say whether an element of one of ``names`` is in it."""
        return any(self._is_word(number, *names) for number in range(1, len(self._elements)))

    @property
    def is_merged(self) -> bool:
        """Whether its properties merge it; what they were before a tracked change does not."""
        marks = (number for number in range(len(self._elements)) if self._is_word(number, b"vMerge"))
        return any(self._is_own_property(number) for number in marks)

    @property
    def hidden(self) -> str | None:
        """What in it may differ in cells with one text, which merging would hide."""
        if self.holds(*_REFERENCES):
            return "a note hangs on its cell"
        inside = _paragraphs_in(self._part, self._cell)
        if self._brackets() != sum(each.reading.text.count("【") for each in inside):
            return "a tag stands in a field, an equation, ruby or the description of a picture in its cell"
        return None

    @property
    def prefix(self) -> bytes:
        """The prefix of WordprocessingML with its colon, empty where it is the default namespace."""
        cell = self._elements[0]
        name = self._part.text.content[cell.start + 1 : cell.tag_end - 1].split(None, 1)[0]
        return name[: name.find(b":") + 1]

    @property
    def place(self) -> tuple[int, int, bytes, bytes]:
        """The tag that w:vMerge is written behind, ``start``:``end``, and what goes around it there."""
        content, cell = self._part.text.content, self._elements[0]
        if self._properties is None:
            name = self.prefix + b"tcPr"
            head = content[cell.start : cell.tag_end] + b"<%b>" % name
            return cell.start, cell.tag_end, head, b"</%b>" % name
        properties = self._elements[self._properties]
        if properties.tag_end == properties.end:
            tag = content[properties.start + 1 : properties.end - 2].rstrip()
            return properties.start, properties.end, b"<%b>" % tag, b"</%b>" % tag.split(None, 1)[0]
        before = [
            each
            for number, each in enumerate(self._elements)
            if each.parent == self._properties and self._is_word(number, *_BEFORE)
        ]
        start, end = (before[-1].start, before[-1].end) if before else (properties.start, properties.tag_end)
        return start, end, content[start:end], b""

    def _is_word(self, number: int, *names: bytes) -> bool:
        element = self._elements[number]
        return element.local in names and element.namespace == self._part.text.namespace

    def _is_own_property(self, number: int) -> bool:
        while number >= 0 and number != self._properties:
            if self._is_word(number, b"tcPrChange"):
                return False
            number = self._elements[number].parent
        return number >= 0

    def _brackets(self) -> int:
        """Count the brackets of tags; those in the properties of content controls are names of these."""
        content = self._part.text.content
        named = (each for number, each in enumerate(self._elements) if self._is_word(number, b"sdtPr"))
        left_out = Ranges([(each.start, each.end) for each in named])
        found = _BRACKET.finditer(content, self._cell.start, self._cell.end)
        return sum(not left_out.contain(match.start()) for match in found)


def _scope_around(part: StoryPart, cell: Piece) -> Scope:
    """Return the namespaces in scope around a cell."""
    around: list[Piece] = []
    piece = cell.parent
    while piece is not None:
        around.append(piece)
        piece = piece.parent
    scope = part.text.root_scope
    for each in reversed(around):
        token = TOKEN.match(part.text.content, each.start)
        if token is not None and token[3] and b"xmlns" in token[3]:
            scope = inner_scope(scope, token[3])
    return scope


def _paragraphs_in(part: StoryPart, cell: Piece) -> Sequence[ParagraphPlace]:
    paragraphs = part.paragraphs
    first, last = (bisect_left(paragraphs, at, key=lambda each: each.start) for at in (cell.start, cell.end))
    return paragraphs[first:last]


class Merging:
    """Says of copies of a cell whether they begin a group or go on with one."""

    def __init__(self, texts: CellTexts) -> None:
        self._texts = texts
        # By cell and copy around, the texts of all copies.
        self._known: dict[tuple[int, int], tuple[Frame, Sequence[str | None]]] = {}

    def chunk(self, merge: CellMerge, frame: Frame) -> Chunk:
        """Return what stands in a copy of a cell."""
        copy = next((each.copy for each in frame.around() if each.found is merge.block), 0)
        outer = next((each.outer for each in frame.around() if each.found is merge.block), None)
        if outer is None:
            return merge.chunks[0]
        key = id(merge), id(outer)
        if key not in self._known:
            decision = decide(merge.block.start.tag, outer.scope, has_other=merge.block.other is not None)
            scopes = [] if decision.resolved is None else outer.scope.items(decision.resolved)
            # The copy around is kept alive, so that no other object gets the same id().
            self._known[key] = outer, [self._texts(merge, each) for each in scopes]
        texts = self._known[key][1]
        own = texts[copy]
        if own is None or not own.strip():
            return merge.chunks[0]
        if copy and texts[copy - 1] == own:
            return merge.chunks[2]
        return merge.chunks[1] if copy + 1 < len(texts) and texts[copy + 1] == own else merge.chunks[0]


def paragraphs_of(merge: CellMerge, part: StoryPart) -> Sequence[ParagraphPlace]:
    """Return the paragraphs of a cell."""
    return _paragraphs_in(part, merge.cell)
