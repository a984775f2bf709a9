"""合并 in a cell: the cells of neighbouring copies of a row become one where their texts are equal.

A cell that begins such a group gets w:vMerge with restart, those below it go on (17.4.84).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryKind, StoryPart
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.layout_items import CellMerge, CellTexts
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, Pieces
from docops_flask.engine.template.blocks.scopes import decide
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.elements import elements_in
from docops_flask.engine.template.tag_kinds import TagKind

# What follows w:vMerge in w:tcPr (17.4.69).
_BEHIND = frozenset(
    (
        b"tcBorders", b"shd", b"noWrap", b"tcMar", b"textDirection", b"tcFitText", b"vAlign", b"hideMark",
        b"headers", b"cellIns", b"cellDel", b"cellMerge", b"tcPrChange",
    )
)  # fmt: skip


class LeftTag(NamedTuple):
    """A tag whose cell cannot be merged, which is text; ``fault`` says why where a list is around it."""

    site: TagSite
    fault: Fault | None


def left_tags(
    sites: Iterable[TagSite], part: StoryPart, pieces: Pieces, blocks: Sequence[FoundBlock]
) -> list[LeftTag]:
    """Return those of ``sites`` whose cells cannot be merged; ``blocks`` are the sound ones of the part."""
    found = []
    for site in sites:
        reason = _misfit_of(site, part, pieces, blocks)
        if reason is not None:
            lists = (each for each in blocks if each.block.opens_scope)
            is_in_list = any(each.start.first < site.first < each.end.first for each in lists)
            fault = Fault.of_site("MERGE_OUTSIDE", site, None, reason) if is_in_list else None
            found.append(LeftTag(site, fault))
    return found


def _misfit_of(site: TagSite, part: StoryPart, pieces: Pieces, blocks: Sequence[FoundBlock]) -> str | None:
    """Return why the cell of a tag cannot be merged; ``None`` where it can."""
    if site.place.story is StoryKind.TEXTBOX:
        return "it stands in a text box"
    cell = pieces.paragraphs[site.place.start].around(PieceKind.CELL)
    row = None if cell is None else cell.around(PieceKind.ROW)
    block = None if row is None else _innermost(row, blocks)
    if cell is None or row is None or block is None or block.extent != "rows":
        return "it stands in no cell of a row that a list repeats"
    if not block.block.opens_scope or [each.start for each in block.pieces] != [row.start]:
        return "the list repeats more than its row, or a condition is around the row"
    elements = elements_in(part.text.content, part.text.root_scope, cell.start)
    names = {each.local for each in elements}
    if b"tbl" in names or b"vMerge" in names:
        return "its cell holds a table or is merged already"
    columns = (one for each in blocks if each.is_columns for one in (each, *each.slices))
    if any(each.first <= cell.start < each.last for each in columns):
        return "it stands in repeated columns"
    others = (each for each in blocks if each is not block)
    if any(cell.start <= each.first < cell.end and each.first < each.last for each in others):
        return "a block stands in its cell"
    own = (each for each in block.story.sites if cell.start <= each.first < cell.end)
    return "a picture stands in its cell" if any(each.tag.kind is TagKind.PICTURE for each in own) else None


def _innermost(row: Piece, blocks: Iterable[FoundBlock]) -> FoundBlock | None:
    around = [each for each in blocks if not each.is_inline and each.first <= row.start < each.last]
    return max(around, key=lambda each: (each.first, -each.last, each.start.first), default=None)


def cell_merges(
    sites: Iterable[TagSite], part: StoryPart, pieces: Pieces, blocks: Sequence[FoundBlock]
) -> list[CellMerge]:
    """Return the cells of sound tags, each once."""
    found = (_cell_merge(site, part, pieces, blocks) for site in sites)
    return list({each.cell.start: each for each in found}.values())


def _cell_merge(site: TagSite, part: StoryPart, pieces: Pieces, blocks: Sequence[FoundBlock]) -> CellMerge:
    cell = pieces.paragraphs[site.place.start].around(PieceKind.CELL)
    row = None if cell is None else cell.around(PieceKind.ROW)
    block = None if row is None else _innermost(row, blocks)
    assert cell is not None
    assert block is not None
    content = part.text.content
    elements = elements_in(content, part.text.root_scope, cell.start)
    name = content[cell.start + 1 : elements[0].tag_end - 1].split(None, 1)[0]
    w = name[: name.find(b":") + 1]
    properties = next((each for each in elements if each.parent == 0 and each.local == b"tcPr"), None)
    start, end = cell.start, elements[0].tag_end
    head, tail = content[start:end] + b"<%btcPr>" % w, b"</%btcPr>" % w
    if properties is not None and properties.tag_end == properties.end:
        start, end = properties.start, properties.end
        head = b"<%btcPr>" % w
    elif properties is not None:
        number = elements.index(properties)
        following = (each for each in elements if each.parent == number and each.local in _BEHIND)
        start = next((each.start for each in following), content.rindex(b"</", 0, properties.end))
        end = content.index(b">", start) + 1
        head, tail = b"", content[start:end]
    own = content[start:end]
    begins = head + b'<%bvMerge %bval="restart"/>' % (w, w) + tail
    goes_on = head + b"<%bvMerge/>" % w + tail
    chunks = Chunk(own, [(0, start)]), Chunk(begins, [(0, -1)]), Chunk(goes_on, [(0, -1)])
    return CellMerge(block, cell, start, end, chunks)


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
            # The copy around is kept, so that no other gets its identity.
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
    return [each for each in part.paragraphs if merge.cell.start < each.start < merge.cell.end]
