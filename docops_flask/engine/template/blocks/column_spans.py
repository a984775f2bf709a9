"""What cells over repeated columns and others, and their table, state of these: w:gridSpan, w:tcW, w:tblW.

17.4.17, 17.4.71, 17.4.63. A cell over repeated columns spans as many as there come to be. The copies share
the width of their columns, so widths stay as they are; only columns without a copy take theirs away.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.grid_columns import WIDTH, cells_of, grid_of, local_name, property_of
from docops_flask.engine.template.blocks.layout_items import OverColumns
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind

_SPAN = re.compile(rb"[\s:]val\s*=\s*[\"']\s*(\d{1,4})\s*[\"']")
# The type of a width; that of a table in percent is that of the page.
_TYPE = re.compile(rb"[\s:]type\s*=\s*[\"'](\w+)[\"']")


def over_columns(blocks: Iterable[FoundBlock], content: bytes) -> Iterator[OverColumns]:
    """Yield what states something about the columns that some of ``blocks`` repeat."""
    tables: dict[int, tuple[Piece, list[FoundBlock]]] = {}
    for block in blocks:
        if block.extent == "columns" and not block.is_slice:
            table = block.pieces[0].around(PieceKind.TABLE)
            assert table is not None
            tables.setdefault(table.start, (table, []))[1].append(block)
    for table, own in tables.values():
        widths = _widths(table, max(block.columns[2] for block in own), content)
        width = property_of(table, b"tblPr", b"tblW", content)
        if width is not None and _kind(width, content) == b"dxa":
            yield from _stated(width, own, widths, widths, content, None)
        for cell in {cell.start: cell for block in own for cell in block.over}.values():
            assert cell.parent is not None
            first, last = dict(cells_of(cell.parent, content))[cell]
            over = [block for block in own if cell in block.over]
            for name in (b"gridSpan", b"tcW"):
                stated = property_of(cell, b"tcPr", name, content)
                if stated is not None and (name == b"gridSpan" or _kind(stated, content) in (b"dxa", b"pct")):
                    yield from _stated(stated, over, widths, widths[first:last], content, cell.parent)


def _stated(  # noqa: PLR0917, called for the table and for cells
    stated: Piece,
    blocks: Sequence[FoundBlock],
    widths: Sequence[int],
    own: Sequence[int],
    content: bytes,
    row: Piece | None,
) -> Iterator[OverColumns]:
    """Yield what an element states; ``widths`` are of the table's columns, ``own`` of those it is about."""
    token = TOKEN.match(content, stated.start)
    assert token is not None
    is_span = local_name(stated, content) == b"gridSpan"
    if (_SPAN if is_span else WIDTH).search(token[0]):
        columns = [(block, *block.columns[:2]) for block in blocks]
        told = [(block, end - begin, sum(widths[begin:end])) for block, begin, end in columns]
        yield OverColumns(*token.span(), is_span, told, sum(own), row)


def with_counts(tag: bytes, over: OverColumns, counts: Sequence[int]) -> bytes:
    """Return a start tag with its number as it is where the blocks have ``counts`` of copies."""
    match = (_SPAN if over.is_span else WIDTH).search(tag)
    if match is None:
        return tag
    number = int(match[1])
    each = zip(over.blocks, counts, strict=True)
    if over.is_span:
        # A cell over columns of which none is left spans what there is.
        number = max(1, number + sum((count - 1) * columns for (_, columns, _), count in each))
    else:
        left = over.whole - sum(width for (_, _, width), count in each if not count)
        if left == over.whole or left <= 0:
            return tag
        number = number * left // over.whole
    return tag[: match.start(1)] + b"%d" % number + tag[match.end(1) :]


def _widths(table: Piece, count: int, content: bytes) -> list[int]:
    """Return the width of each grid column; 1 for each where the grid does not state all of them."""
    widths = []
    for column in grid_of(table, content):
        token = TOKEN.match(content, column.start)
        match = None if token is None else WIDTH.search(token[0])
        widths.append(0 if match is None else int(match[1]))
    return widths if widths and all(widths) else [1] * count


def _kind(width: Piece, content: bytes) -> bytes:
    """Return the type of a width; a width without one is in twips."""
    token = TOKEN.match(content, width.start)
    match = None if token is None else _TYPE.search(token[0])
    return b"dxa" if match is None else match[1]
