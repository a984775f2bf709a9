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
from docops_flask.engine.template.blocks.grid_columns import WIDTH, covered_columns, local_name
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind

# The types of width that state none (17.4.87, 17.18.90).
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
    found = covered_columns(cells, content, places)
    if isinstance(found, ExtentFault):
        return found
    block.range, *others = found.ranges
    block.columns = found.begin, found.end, found.total
    block.over = found.over
    slices = []
    for covered in others:
        one = FoundBlock(block.block, block.story, block.parent)
        one.original, one.range = block, covered
        one.pieces = covered.pieces
        one.take_bytes(covered.first.start, covered.last.end)
        slices.append(one)
    block.all_slices, block.slices = slices, slices
    return None


def widths_of(block: FoundBlock, content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the bytes of the start tags of w:gridCol and w:tcW in a block of columns or a slice of one."""
    for piece in block.pieces:
        found = [piece]
        if piece.kind is PieceKind.CELL:
            own = (each for each in piece.children if local_name(each, content) == b"tcPr")
            found = [each for properties in own for each in properties.children]
        for each in found:
            if local_name(each, content) in (b"gridCol", b"tcW"):
                token = TOKEN.match(content, each.start)
                assert token is not None
                if WIDTH.search(token[0]) and not _NO_WIDTH.search(token[0]):
                    yield token.span()


def with_share(tag: bytes, copy: int, count: int) -> bytes:
    """Return a start tag with the share that the copy ``copy`` of ``count`` has of its width.

    What a division leaves over is one twip more in the first copies: the shares add up to the width.
    """
    match = WIDTH.search(tag)
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
            if block.is_columns:
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
        more = [(count(each) - 1) * (each.columns[1] - each.columns[0]) for each in blocks]
        if sum(more) > 0 and blocks[0].columns[2] + sum(more) > MAX_GRID_COLUMNS:
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
