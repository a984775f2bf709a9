"""Which blocks lie in repeated columns, and which rows that are repeated cross these.

Tags pair by their order, and so does a block get those inside it. The cells of a column do not follow one another:
a block in a row below lies in the columns all the same, and one that stands beside them, between their tags, does
not. Where rows are repeated that cross the columns, their cells in these are repeated in each row.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.template.blocks.control_pieces import ControlPieces
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind

# The bytes from the first to the last of what a block covers, with its tags.
_Bytes = tuple[int, int]


def nest_by_columns(top: Sequence[FoundBlock], control: ControlPieces) -> None:
    """Give each block the one around it by where it lies, and blocks of columns their slices in rows that stay.

    ``top`` are the outermost as their tags pair, ``control`` the rows that go.
    """
    blocks = [each for block in top for each in block.all_inside()]
    for block in top:
        block.parent = None
    for block in blocks:
        for child in block.children:
            child.parent = block
    columns = [block for block in blocks if block.is_columns]
    for block in columns:
        rows = ((each, each.pieces[0].parent) for each in block.all_slices)
        block.slices = [each for each, row in rows if row is None or not control.goes(row)]
    for block in blocks if columns else ():
        _put_into_columns(block, columns)
    for block in columns:
        of_table = [each for each in blocks if _is_of_rows(each, block)]
        for each in block.slices:
            row = each.pieces[0].parent
            around = [one for one in of_table if row is not None and _covers(one, row)]
            # The innermost covers the fewest rows.
            each.parent = min(around, key=_row_count) if around else block.parent


def _put_into_columns(block: FoundBlock, columns: Sequence[FoundBlock]) -> None:
    own = _bytes_of(block)
    around = [
        each
        for of in columns
        for each in of.slices
        if of.story is block.story and not _is_beside(of, block) and _lies_in(own, (each.first, each.last))
    ]
    if around:
        innermost = min(around, key=lambda each: each.last - each.first)
        if block.parent is None or not _lies_in(_bytes_of(block.parent), (innermost.first, innermost.last)):
            block.parent = innermost
        return
    while block.parent is not None and block.parent.is_columns and not _is_amid(own, block.parent):
        block.parent = block.parent.parent


def _is_beside(columns: FoundBlock, block: FoundBlock) -> bool:
    """Say whether a block is of columns of the same table."""
    if columns.range is None or block.range is None or not block.is_columns:
        return False
    return columns.range.first.around(PieceKind.TABLE) is block.range.first.around(PieceKind.TABLE)


def _is_amid(own: _Bytes, columns: FoundBlock) -> bool:
    """Say whether something lies in the columns in the row with their start tag."""
    assert columns.range is not None
    return _lies_in(own, (columns.range.first.start, columns.range.last.end))


def _bytes_of(block: FoundBlock) -> _Bytes:
    first, last = block.start.first, block.end.last
    if block.range is not None and not block.is_inline:
        first, last = min(first, block.range.first.start), max(last, block.range.last.end)
    return first, last


def _lies_in(own: _Bytes, around: _Bytes) -> bool:
    return around[0] <= own[0] and own[1] <= around[1]


def _is_of_rows(block: FoundBlock, columns: FoundBlock) -> bool:
    """Say whether a block covers rows of the table in which columns are repeated."""
    if block.range is None or columns.range is None or block.range.kind != "rows":
        return False
    return block.range.first.parent is columns.range.first.around(PieceKind.TABLE)


def _covers(block: FoundBlock, row: Piece) -> bool:
    assert block.range is not None
    return block.range.first.start <= row.start < block.range.last.end


def _row_count(block: FoundBlock) -> int:
    assert block.range is not None
    return block.range.last.number - block.range.first.number


def crossed(blocks: Sequence[FoundBlock], texts: Sequence[_Bytes]) -> Iterator[Fault]:
    """Yield a fault for each block of columns that begins in a row of a block, or shares columns with another.

    So does one that cuts a block that is no sound one: ``texts`` are the bytes of such, which stay together.
    """
    columns = [block for block in blocks if block.is_columns]
    for number, block in enumerate(columns):
        assert block.range is not None
        row = block.range.first.parent
        for each in blocks if row is not None else ():
            if _is_of_rows(each, block) and _covers(each, row):
                yield Fault.of_site(
                    "BLOCKS_OVERLAP",
                    block.start,
                    each.start,
                    f"it begins in a row of {each.start.placed.text}: begin it in a row that stands once, "
                    "that of the headings",
                )
        own = [(each.first, each.last) for each in block.slices]
        own.append((block.range.first.start, block.range.last.end))
        if any(_cuts(each, text) for text in texts for each in own):
            yield Fault.of_site("BLOCKS_OVERLAP", block.start, None, "it cuts a block that stays as text")
        for other in columns[:number]:
            if _is_beside(other, block) and block.columns[0] < other.columns[1] and other.columns[0] < block.columns[1]:
                for one, two in ((other, block), (block, other)):
                    reason = f"it shares columns with {two.start.placed.text}"
                    yield Fault.of_site("BLOCKS_OVERLAP", one.start, two.start, reason)


def _cuts(one: _Bytes, other: _Bytes) -> bool:
    """Say whether some bytes of the one lie in the other, but neither in the other as a whole."""
    is_apart = one[1] <= other[0] or other[1] <= one[0]
    return not (is_apart or _lies_in(one, other) or _lies_in(other, one))


def settle(top: Sequence[FoundBlock]) -> list[FoundBlock]:
    """Give each block and slice those that lie in it; return the outermost blocks."""
    blocks = [each for block in top for each in block.all_inside()]
    for block in blocks:
        for each in (block, *block.all_slices):
            each.children = []
    found = []
    for block in blocks:
        (found if block.parent is None else block.parent.children).append(block)
    return found
