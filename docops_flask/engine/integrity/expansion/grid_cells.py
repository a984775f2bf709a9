"""The cells of tables by grid column (17.4.14, 17.4.17, 17.4.48), as the proof reads them in the bytes."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.expansion.elements import Element

_VALUE = re.compile(rb"[\s:]val\s*=\s*(?:\"\s*(\d{1,4})\s*\"|'\s*(\d{1,4})\s*')")
_LOCAL = re.compile(rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")


class Cell(NamedTuple):
    """A cell of a row, in the grid columns ``first``:``behind``."""

    element: Element
    first: int
    behind: int


class Columns(NamedTuple):
    """The grid columns ``first``:``behind`` of a table.

    ``ranges`` are cells of the row with the start tag, w:gridCol, and cells of other rows; ``over`` are the
    cells over these columns and others.
    """

    first: int
    behind: int
    ranges: Sequence[Sequence[Element]]
    over: Sequence[Cell]


def cells_of(content: bytes, row: Element) -> list[Cell]:
    """Return the cells of a row."""
    column = _number(content, row, b"trPr", b"gridBefore")
    found = []
    for element in row.children:
        if element.kind == "tc":
            behind = column + max(1, _number(content, element, b"tcPr", b"gridSpan"))
            found.append(Cell(element, column, behind))
            column = behind
    return found


def _number(content: bytes, element: Element, properties: bytes, name: bytes) -> int:
    """Return the number that the properties of an element state, 0 for none."""
    found = stated_in(content, element, properties, name)
    value = None if found is None else _VALUE.search(content, found.start, found.tag_end)
    return 0 if value is None else int(value[1] or value[2])


def stated_in(content: bytes, element: Element, properties: bytes, name: bytes) -> Element | None:
    """Return what the properties of a table, row or cell have of a name."""
    own = (each for each in element.children if not each.kind and local_name(content, each) == properties)
    return next(
        (inner for each in own for inner in each.children if local_name(content, inner) == name), None
    )


def local_name(content: bytes, element: Element) -> bytes:
    """Return the name of an element without its prefix."""
    match = _LOCAL.match(content, element.start)
    return b"" if match is None else match[1]


def grid_columns(content: bytes, table: Element) -> Sequence[Element]:
    """Return the w:gridCol of a table."""
    grids = [each for each in table.children if local_name(content, each) == b"tblGrid"]
    return [each for grid in grids for each in grid.children if local_name(content, each) == b"gridCol"]


def attributes_of(tag: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield local name, value and place of the value of each attribute."""
    for match in re.finditer(rb"([^\s:=<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag):
        number = 2 if match[2] is not None else 3
        yield match[1], match[number], match.start(number)
