"""What stands in a container (body, cell, note, text box): paragraphs and tables, wrappers seen through.

Cells come in thousands and wrappers hardly ever, so nothing looks at each child before there is a reason to.
"""

from collections.abc import Container, Iterator

from lxml.etree import _Element

from docops_flask.engine.integrity.names import ALTERNATE_CONTENT, BRANCHES, Names

_MOST_DIGITS = 9
# As the walk has it.
_MOST_NOTE_ID_CHARACTERS = 16


def children_of(container: _Element, wanted: str, names: Names) -> list[_Element]:
    """Return the children called ``wanted`` (a Clark name), those inside wrappers too, in document order."""
    found = list(container.iterchildren(wanted))
    others = len(container) - len(found)
    # Nothing else, or its properties alone.
    if not others or (others == 1 and container[0].tag in names.properties):
        return found
    return list(_seen_through(container, {wanted}, names))


def blocks_of(container: _Element, names: Names) -> Iterator[_Element]:
    """Yield the paragraphs and tables of a container in document order."""
    return _seen_through(container, names.blocks, names)


def cells_of(row: _Element, names: Names, *, has_spans: bool = True) -> dict[int, _Element]:
    """Return the cells of a w:tr by the grid column they begin in (w:gridBefore, w:gridSpan).

    ``has_spans`` says whether the table has any of the two at all.
    """
    cells = children_of(row, names.tc, names)
    if not has_spans:
        return dict(enumerate(cells))
    column = max(0, _number(row, "trPr", "gridBefore", names, 0))
    by_column = {}
    for cell in cells:
        by_column[column] = cell
        column += max(1, _number(cell, "tcPr", "gridSpan", names, 1))
    return by_column


def paragraphs_of_plain_rows(rows: list[_Element], names: Names) -> list[list[_Element]] | None:
    """Return the paragraphs of a table row by row, one a cell; ``None`` when it is no such table.

    Most great tables are: then a cell's children need not be looked at one by one.
    """
    table = rows[0].getparent()
    if table is None or next(table.iterdescendants(names.tbl, *names.around_blocks), None) is not None:
        return None
    cells, paragraphs = list(table.iter(names.tc)), list(table.iter(names.p))
    if [paragraph.getparent() for paragraph in paragraphs] != cells:
        return None
    by_row: dict[_Element, list[_Element]] = {row: [] for row in rows}
    for cell, paragraph in zip(cells, paragraphs, strict=True):
        row = cell.getparent()
        if row is None or row not in by_row:
            return None
        by_row[row].append(paragraph)
    return list(by_row.values())


def has_spans(table: _Element, names: Names) -> bool:
    """Say whether a cell of the table, or of one in it, does not stand in the column of its number."""
    return next(table.iter(names("gridSpan"), names("gridBefore")), None) is not None


def note_number(note: _Element, names: Names) -> str:
    """Return what stands for a note's id in its addresses: "" for one that is no number's length."""
    stated = note.get(names("id"), "")
    return stated if len(stated) <= _MOST_NOTE_ID_CHARACTERS else ""


def _seen_through(container: _Element, wanted: Container[str], names: Names) -> Iterator[_Element]:
    # One generator however deep the wrappers are: each level of them would cost every block that lies below.
    pending = [iter(container)]
    while pending:
        child = next(pending[-1], None)
        if child is None:
            pending.pop()
        elif child.tag in wanted:
            yield child
        else:
            pending.extend(iter(inner) for inner in reversed([*_contents(child, names)]))


def _contents(element: _Element, names: Names) -> Iterator[_Element]:
    tag = element.tag
    if tag == names.sdt:
        content = element.find(names.sdt_content)
        if content is not None:
            yield content
    elif tag == ALTERNATE_CONTENT:
        yield from element.iterchildren(*BRANCHES)
    elif tag in names.wrappers:
        yield element


def _number(element: _Element, properties: str, name: str, names: Names, absent: int) -> int:
    found = element.find(names(properties))
    value = None if found is None else found.find(names(name))
    text = None if value is None else value.get(names("val"))
    # As Word does with what is no number there: as if it were not said.
    return int(text) if text is not None and _is_integer(text) else absent


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in {"+", "-"} else text
    return digits.isdecimal() and len(digits) <= _MOST_DIGITS
