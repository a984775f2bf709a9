"""Which blocks lie in repeated columns, and which rows that are repeated cross these.

Tags pair by their order, and so does a block get those inside it. The cells of a column do not follow one
another: a block in a row below lies in the columns all the same, and one that stands beside them, between
their tags, does not. Where rows are repeated that cross the columns, their cells in these are repeated in
each row.
"""

from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.blocks.control_pieces import ControlPieces
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind

# The bytes from the first to the last of what a block covers, with its tags.
_Bytes = tuple[int, int]


def nest_by_columns(
    top: Sequence[FoundBlock], paragraphs: Mapping[int, Piece], control: ControlPieces
) -> None:
    """Give each block the one around it by where it lies; leave out the slices of columns in rows that go.

    ``top`` are the outermost as their tags pair, ``paragraphs`` those of the part by where they begin,
    ``control`` the rows that go.
    """
    blocks = [each for block in top for each in block.all_inside()]
    for block in top:
        block.parent = None
    for block in blocks:
        for child in block.children:
            child.parent = block
    columns = [block for block in blocks if block.is_columns]
    by_row: dict[int, list[FoundBlock]] = {}
    for block in columns:
        rows = ((each, each.pieces[0].parent) for each in block.all_slices)
        block.slices = [each for each, row in rows if row is None or not control.goes(row)]
        for each in block.slices:
            row = each.pieces[0].parent
            if row is not None:
                by_row.setdefault(row.start, []).append(each)
    for block in blocks if columns else ():
        _put_into_columns(block, paragraphs[block.start.place.start], by_row)
    around = _blocks_by_row(blocks)
    for block in columns:
        for each in block.slices:
            row = each.pieces[0].parent
            each.parent = block.parent if row is None else around.get(row.start, block.parent)


def _blocks_by_row(blocks: Sequence[FoundBlock]) -> dict[int, FoundBlock]:
    """Return the innermost block of rows by where each row begins that it covers."""
    of_rows = (block for block in blocks if block.range is not None and block.range.kind == "rows")
    found: dict[int, FoundBlock] = {}
    # The innermost covers the fewest rows.
    for block in sorted(of_rows, key=lambda each: -len(each.range.pieces if each.range else ())):
        for row in block.range.pieces if block.range is not None else ():
            found[row.start] = block
    return found


def _put_into_columns(
    block: FoundBlock, paragraph: Piece, by_row: Mapping[int, Sequence[FoundBlock]]
) -> None:
    own = _bytes_of(block)
    row = paragraph.around(PieceKind.ROW)
    while row is not None:
        for each in by_row.get(row.start, ()):
            is_beside = block.is_columns and each.original is not None and _is_beside(each.original, block)
            if not is_beside and _lies_in(own, (each.first, each.last)):
                if block.parent is None or not _lies_in(_bytes_of(block.parent), (each.first, each.last)):
                    block.parent = each
                return
        row = row.around(PieceKind.ROW)
    while block.parent is not None and block.parent.is_columns and not _is_amid(own, block.parent):
        block.parent = block.parent.parent


def _is_beside(columns: FoundBlock, block: FoundBlock) -> bool:
    """Say whether two blocks of columns are of the same table."""
    return _table_of(columns) is _table_of(block)


def _table_of(columns: FoundBlock) -> Piece | None:
    assert columns.range is not None
    return columns.range.first.around(PieceKind.TABLE)


def _is_amid(own: _Bytes, columns: FoundBlock) -> bool:
    """Say whether the bytes ``own`` lie in the columns, in the row that holds the start tag of these."""
    assert columns.range is not None
    return _lies_in(own, (columns.range.first.start, columns.range.last.end))


def _bytes_of(block: FoundBlock) -> _Bytes:
    first, last = block.start.first, block.end.last
    if block.range is not None and not block.is_inline:
        first, last = min(first, block.range.first.start), max(last, block.range.last.end)
    return first, last


def _lies_in(own: _Bytes, around: _Bytes) -> bool:
    return around[0] <= own[0] and own[1] <= around[1]


def crossed(blocks: Sequence[FoundBlock], texts: Sequence[_Bytes]) -> Iterator[Fault]:
    """Yield the faults of blocks of columns that overlap other blocks.

    A block of columns has one where it begins in a row that is repeated, where another block of columns
    covers some of its columns, and where it covers a part of an unsound block: such a block stays as a whole.
    ``texts`` are the bytes of the unsound blocks.
    """
    columns = [block for block in blocks if block.is_columns]
    around, kept = _blocks_by_row(blocks), Ranges(texts)
    by_table: dict[int, list[FoundBlock]] = {}
    for block in columns:
        assert block.range is not None
        row = block.range.first.parent
        of_rows = None if row is None else around.get(row.start)
        if of_rows is not None:
            yield Fault.of_site(
                "BLOCKS_OVERLAP",
                block.start,
                of_rows.start,
                f"it begins in a row of {of_rows.start.placed.text}: begin it in a row that stands once, "
                "that of the headings",
            )
        own = [(each.first, each.last) for each in block.slices]
        own.append((block.range.first.start, block.range.last.end))
        if any(kept.contain(first) != kept.contain(last - 1) for first, last in own):
            yield Fault.of_site("BLOCKS_OVERLAP", block.start, None, "it cuts a block that stays as text")
        table = _table_of(block)
        for other in by_table.setdefault(-1 if table is None else table.start, []):
            if block.columns[0] < other.columns[1] and other.columns[0] < block.columns[1]:
                for one, two in ((other, block), (block, other)):
                    reason = f"it shares columns with {two.start.placed.text}"
                    yield Fault.of_site("BLOCKS_OVERLAP", one.start, two.start, reason)
        by_table[-1 if table is None else table.start].append(block)


def settle(top: Sequence[FoundBlock]) -> list[FoundBlock]:
    """Give each block and slice those that lie in it; return the outermost blocks."""
    blocks = [each for block in top for each in block.all_inside()]
    for block in blocks:
        for each in (block, *block.all_slices):
            each.children = []
    found: list[FoundBlock] = []
    for block in blocks:
        (found if block.parent is None else block.parent.children).append(block)
    return found
