"""The cells of each row, and the w:gridCol, that a block of columns covers (17.4.16, 17.4.48).

They do not lie beside one another in the bytes: the block is a *slice* for each row and one for the grid, all
of which stand as often.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from docops_flask.engine.document.cell_count import MAX_GRID_COLUMNS
from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.template.blocks.block_parts import fault_of_range
from docops_flask.engine.template.blocks.copied_notes import References
from docops_flask.engine.template.blocks.extents import ExtentFault, Range
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, piece_path
from docops_flask.engine.template.blocks.tag_sites import TagSite

_NUMBER = re.compile(rb"(?:^|[\s:])val\s*=\s*[\"']\s*(\d{1,4})\s*[\"']")
# A width in twips or fiftieths of a percent, and the types of width that state none (17.4.87, 17.18.90).
_WIDTH = re.compile(rb"[\s:]w\s*=\s*[\"'](\d{1,9})[\"']")
_NO_WIDTH = re.compile(rb"type\s*=\s*[\"'](?:auto|nil)[\"']")


def fault_of_columns(
    block: FoundBlock,
    cells: Range,
    part: StoryPart,
    places: Mapping[int, ParagraphPlace],
    references: References,
) -> Fault | None:
    """Give a block of columns what it covers; return what is wrong with it. ``cells`` are as below."""
    fault = give_columns(block, cells, part.text.content, places)
    if fault is not None:
        return Fault.of_site(fault.code, block.start, block.end, fault.reason)
    ranges = (each.range for each in (block, *block.slices) if each.range is not None)
    faults = (fault_of_range(block, each, part, references, {}) for each in ranges)
    return next((each for each in faults if each is not None), None)


def give_columns(
    block: FoundBlock, cells: Range, content: bytes, places: Mapping[int, ParagraphPlace]
) -> ExtentFault | None:
    """Give a block of columns its range and its slices; return why it has none.

    ``cells`` are those that its tags stand in, ``places`` the paragraphs of the part by where they begin.
    """
    ranges = _ranges_of(cells, content, places)
    if isinstance(ranges, ExtentFault):
        return ranges
    block.range, *others = ranges
    row = block.range.first.parent
    assert row is not None
    placed = dict(_placed(row, content))
    width = placed[block.range.last.start][1] - placed[block.range.first.start][0]
    assert row.parent is not None
    rows = (each for each in row.parent.children if each.kind is PieceKind.ROW)
    block.columns = width, max(last for each in rows for _, (_, last) in _placed(each, content))
    block.slices = []
    for covered in others:
        one = FoundBlock(block.block, block.story, block.parent)
        one.original, one.range = block, covered
        one.pieces = covered.pieces
        one.take_bytes(covered.first.start, covered.last.end)
        block.slices.append(one)
    return None


def widths_of(block: FoundBlock, content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the bytes of the start tags of w:gridCol and w:tcW in a block of columns or a slice of one."""
    for piece in block.pieces:
        found = [piece]
        if piece.kind is PieceKind.CELL:
            own = (each for each in piece.children if _name(each, content) == b"tcPr")
            found = [each for properties in own for each in properties.children]
        for each in found:
            if _name(each, content) in (b"gridCol", b"tcW"):
                token = TOKEN.match(content, each.start)
                assert token is not None
                if _WIDTH.search(token[0]) and not _NO_WIDTH.search(token[0]):
                    yield token.span()


def with_share(tag: bytes, copy: int, count: int) -> bytes:
    """Return a start tag with the share that the copy ``copy`` of ``count`` has of its width.

    What a division leaves over is one twip more in the first copies: the shares add up to the width.
    """
    match = _WIDTH.search(tag)
    if match is None:
        return tag
    share, more = divmod(int(match[1]), count)
    return tag[: match.start(1)] + b"%d" % (share + (copy < more)) + tag[match.end(1) :]


class TableColumns:
    """How many grid columns the tables of one result get."""

    def __init__(self, blocks: Iterable[FoundBlock]) -> None:
        """``blocks`` are those of the part."""
        self._blocks: dict[int, list[FoundBlock]] = {}
        for block in blocks:
            if block.extent == "columns" and not block.is_slice:
                self._blocks.setdefault(_table_of(block).start, []).append(block)
        # The tables that were checked, with the copies around them.
        self._checked: set[tuple[int, str]] = set()

    def check(
        self, block: FoundBlock, copies: Sequence[Sequence[int]], count: Callable[[FoundBlock], int]
    ) -> None:
        """Check the table of a block of columns, or of a slice of one, before anything of it is copied.

        ``copies`` are those around the table; ``count`` returns how often a block of it stands there.
        Raises ``TemplateLimitExceeded`` (``table_columns``): Word takes no table with more than 63 columns.
        """
        key = _table_of(block).start, str(copies)
        if key in self._checked:
            return
        self._checked.add(key)
        blocks = self._blocks[key[0]]
        more = [(count(each) - 1) * each.columns[0] for each in blocks]
        if sum(more) > 0 and blocks[0].columns[1] + sum(more) > MAX_GRID_COLUMNS:
            _, widest = max(zip(more, range(len(blocks)), strict=True))
            raise TemplateLimitExceeded(
                f"template: {blocks[widest].start.placed.text} makes a table of more than "
                f"{MAX_GRID_COLUMNS} columns, which Word does not take. Send fewer items.",
                limit="table_columns",
                maximum=MAX_GRID_COLUMNS,
            )


def _table_of(block: FoundBlock) -> Piece:
    table = block.pieces[0].around(PieceKind.TABLE)
    assert table is not None
    return table


def nodes_by_columns(
    nodes: Sequence[Block | PlacedTag], sites: Sequence[TagSite], blocks: Mapping[int, FoundBlock]
) -> None:
    """Put the tags in the slices of a block of columns into it, wherever they stand beside it.

    Tags between its own that stand in other columns are put behind it. ``nodes`` are those of a story; the
    lists in them are changed, and so are they.
    """
    assert isinstance(nodes, list)
    for node in [each for each in nodes if isinstance(each, Block)]:
        for part in (node.main, node.gap, node.other):
            nodes_by_columns(part, sites, blocks)
        found = blocks.get(node.start.number)
        if found is None or not found.slices:
            continue
        every = (found, *found.slices)

        def is_inside(each: Block | PlacedTag, every: Sequence[FoundBlock] = every) -> bool:
            at = sites[each.start.number if isinstance(each, Block) else each.number].first
            return any(one.first <= at < one.last for one in every)

        beside = [each for each in nodes if not isinstance(each, Block) and is_inside(each)]
        taken = set(map(id, beside))
        left = [each for each in nodes if id(each) not in taken]
        outside = [each for each in node.main if not is_inside(each)]
        number = next(index for index, each in enumerate(left) if each is node)
        nodes[:] = [*left[: number + 1], *outside, *left[number + 1 :]]
        before = [each for each in beside if each.number < node.start.number]
        own = (each for each in node.main if is_inside(each))
        node.main[:] = [*before, *own, *beside[len(before) :]]


def _ranges_of(
    covered: Range, content: bytes, places: Mapping[int, ParagraphPlace]
) -> list[Range] | ExtentFault:
    """Return the cells of the row with the start tag, the grid's columns, the cells of other rows."""
    row, last_row = covered.first.parent, covered.last.parent
    table = covered.first.around(PieceKind.TABLE)
    assert row is not None
    assert last_row is not None
    assert table is not None
    begin = dict(_placed(row, content))[covered.first.start][0]
    end = dict(_placed(last_row, content))[covered.last.start][1]
    if end <= begin:
        return ExtentFault("BLOCK_CROSSES_TABLE", "its end tag stands left of its start tag")
    grid = [
        column
        for each in table.children
        if _name(each, content) == b"tblGrid"
        for column in each.children
        if _name(column, content) == b"gridCol"
    ]
    # A grid may state no columns at all.
    if 0 < len(grid) < end:
        return ExtentFault("COLUMN_CUTS_SPAN", f"the grid of the table has {len(grid)} columns")
    found = [Range("columns", grid[begin], grid[end - 1])] if grid else []
    number = 0
    for each in table.children:
        if each.kind is not PieceKind.ROW:
            if _holds(each, PieceKind.ROW):
                return ExtentFault("BLOCK_CUTS_ELEMENT", "a content control stands around rows of the table")
            continue
        number += 1
        cells = _cells(each, begin, end, content)
        if isinstance(cells, ExtentFault):
            path = piece_path(each, places)
            return cells._replace(reason=f"row {number} of the table ({path}): {cells.reason}")
        found.insert(0 if each is row else len(found), Range("columns", cells[0], cells[-1]))
    return found


def _cells(row: Piece, begin: int, end: int, content: bytes) -> list[Piece] | ExtentFault:
    """Return the cells of a row in the grid columns ``begin``:``end``."""
    if any(each.kind is PieceKind.OTHER and _holds(each, PieceKind.CELL) for each in row.children):
        return ExtentFault("BLOCK_CUTS_ELEMENT", "a content control stands around cells")
    placed = dict(_placed(row, content))
    cells = [each for each in row.children if each.kind is PieceKind.CELL]
    found = []
    for cell in cells:
        first, last = placed[cell.start]
        if first >= begin and last <= end:
            found.append(cell)
        elif first < end and last > begin:
            return ExtentFault("COLUMN_CUTS_SPAN", "a cell spans these columns and others")
    columns = sum(placed[cell.start][1] - placed[cell.start][0] for cell in found)
    if columns != end - begin:
        return ExtentFault("COLUMN_CUTS_SPAN", "it has no cells in some of these columns")
    if len(found) == len(cells):
        return ExtentFault("COLUMN_CUTS_SPAN", "it has no cell beside these columns")
    return found


def _placed(row: Piece, content: bytes) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield where each cell of a row begins, with its first grid column and the one behind its last."""
    column = _property(row, b"trPr", b"gridBefore", content)
    for cell in row.children:
        if cell.kind is PieceKind.CELL:
            span = max(1, _property(cell, b"tcPr", b"gridSpan", content))
            yield cell.start, (column, column + span)
            column += span


def _property(piece: Piece, properties: bytes, name: bytes, content: bytes) -> int:
    """Return the number that the properties of a row or cell state, 0 for none."""
    for own in piece.children:
        if own.kind is PieceKind.OTHER and _name(own, content) == properties:
            for each in own.children:
                if _name(each, content) == name:
                    token = TOKEN.match(content, each.start)
                    value = None if token is None else _NUMBER.search(token[3])
                    return 0 if value is None else int(value[1])
    return 0


def _name(piece: Piece, content: bytes) -> bytes:
    token = TOKEN.match(content, piece.start)
    return b"" if token is None or token[2] is None else token[2].rpartition(b":")[2]


def _holds(piece: Piece, kind: PieceKind) -> bool:
    """Say whether an element that is neither a table nor a part of one stands around some of ``kind``."""
    pending = [each for each in piece.children if piece.kind is PieceKind.OTHER]
    while pending:
        each = pending.pop()
        if each.kind is kind:
            return True
        if each.kind is PieceKind.OTHER:
            pending += each.children
    return False
