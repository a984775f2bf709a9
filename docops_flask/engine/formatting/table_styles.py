"""What a table's style gives to the text of a cell (17.7.6; docs/analysis/table-styles.md)."""

from dataclasses import dataclass
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.places import CellPlace, TablePlace
from docops_flask.engine.document.walk import children_named
from docops_flask.engine.formatting.effective import NOTHING, Layer
from docops_flask.engine.formatting.style_sheet import StyleSheet, StyleValues
from docops_flask.engine.oxml.names import Vocabulary, namespace_of, vocabulary
from docops_flask.engine.oxml.units import to_integer, to_switch

# Which conditions hold for a cell, in the order in which Word applies them ([MS-OI29500] 2.1.252).
_Conditions = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CellLayer:
    """What a table style states for the runs and paragraphs of cells alike; one object for all of them."""

    run: Layer
    paragraph: Layer


class _Look(NamedTuple):
    """Which conditional formats a table asks for (w:tblLook, 17.4.56)."""

    first_row: bool
    last_row: bool
    first_column: bool
    last_column: bool
    row_bands: bool
    column_bands: bool


@dataclass(slots=True, eq=False)
class _StyledTable:
    """A table with what its cells need to know of it; ``headers`` counts the rows taken as first row."""

    style: StyleValues
    look: _Look
    rows: list[_Element]
    headers: int
    row_band: int
    column_band: int


class TableStyles:
    """The layers that table styles give to cells, each combination of conditions resolved once."""

    def __init__(self, styles: StyleSheet) -> None:
        self._styles = styles
        self._tables: dict[TablePlace, _StyledTable | CellLayer | None] = {}
        self._layers: dict[tuple[StyleValues, _Conditions], CellLayer] = {}

    def layer(self, cell: CellPlace) -> CellLayer | None:
        """Return what the style of the cell's table states for its text; ``None`` for nothing at all."""
        if cell.table in self._tables:
            table = self._tables[cell.table]
        else:
            table = self._tables[cell.table] = self._table(cell.table)
        if not isinstance(table, _StyledTable):
            return table
        return self._layer(table.style, _conditions(cell, table, cell.table.part.w))

    def _table(self, place: TablePlace) -> _StyledTable | CellLayer | None:
        w = place.part.w
        properties = place.element.find(w.tblPr)
        reference = None if properties is None else properties.find(w.tblStyle)
        style_id = self._styles.applied_id(None if reference is None else reference.get(w.val), "table")
        style = self._styles.table_style(style_id)
        if not style.conditional:
            return self._layer(style, ()) if style.run or style.paragraph else None
        look = None if properties is None else properties.find(w.tblLook)
        rows = list(children_named(place.element, w.tr, w))
        return _StyledTable(
            style=style,
            look=_read_look(look, w),
            rows=rows,
            headers=_header_rows(rows, w),
            row_band=self._band(style_id, "tblStyleRowBandSize"),
            column_band=self._band(style_id, "tblStyleColBandSize"),
        )

    def _band(self, style_id: str | None, name: str) -> int:
        """Return how many rows or columns make a band (17.7.6.5, 17.7.6.7); the nearest style decides."""
        for each in self._styles.chain(style_id):
            element = self._styles.element(each)
            size = None if element is None else element.find(f"{{*}}tblPr/{{*}}{name}")
            if size is not None:
                w = vocabulary(namespace_of(size.tag))
                return max(1, to_integer(size.get(w.val)) or 1)
        return 1

    def _layer(self, style: StyleValues, conditions: _Conditions) -> CellLayer:
        key = style, conditions
        layer = self._layers.get(key)
        if layer is None:
            run, paragraph = dict(style.run), dict(style.paragraph)
            for condition in conditions:
                conditional_run, conditional_paragraph = style.conditional.get(condition, (NOTHING, NOTHING))
                run.update(conditional_run)
                paragraph.update(conditional_paragraph)
            layer = self._layers[key] = CellLayer(run, paragraph)
        return layer


def _read_look(element: _Element | None, w: Vocabulary) -> _Look:
    """Return what w:tblLook asks for, by its attributes or its bits; bands alone where there is none."""
    if element is None:
        return _Look(False, False, False, False, True, True)
    bits = _hexadecimal(element.get(w.val))

    def asked(name: str, bit: int) -> bool:
        stated = element.get(name)
        return bool(bits & bit) if stated is None else to_switch(stated)

    return _Look(
        first_row=asked(w.firstRow, 0x20),
        last_row=asked(w.lastRow, 0x40),
        first_column=asked(w.firstColumn, 0x80),
        last_column=asked(w.lastColumn, 0x100),
        row_bands=not asked(w.noHBand, 0x200),
        column_bands=not asked(w.noVBand, 0x400),
    )


def _hexadecimal(text: str | None) -> int:
    try:
        return int(text or "0", 16)
    except ValueError:
        return 0


def _header_rows(rows: list[_Element], w: Vocabulary) -> int:
    """Return how many rows count as the first: with it those that also repeat on each page (17.18.89)."""
    count = 1
    while count < len(rows) and _is_header(rows[count], w) and _is_header(rows[0], w):
        count += 1
    return count


def _is_header(row: _Element, w: Vocabulary) -> bool:
    properties = row.find(w.trPr)
    header = None if properties is None else properties.find(w.tblHeader)
    return header is not None and to_switch(header.get(w.val))


def _conditions(cell: CellPlace, table: _StyledTable, w: Vocabulary) -> _Conditions:
    look, row, index = table.look, cell.row, cell.number
    first_row = look.first_row and row < table.headers
    last_row = look.last_row and row == len(table.rows) - 1
    first_column = look.first_column and index == 0
    last_column = look.last_column and index == _cells(table.rows[row], w) - 1
    found: list[str] = []
    if look.row_bands and not first_row and not last_row:
        band = (row - (table.headers if look.first_row else 0)) // table.row_band
        found.append("band2Horz" if band % 2 else "band1Horz")
    if look.column_bands and not first_column and not last_column:
        band = (index - (1 if look.first_column else 0)) // table.column_band
        found.append("band2Vert" if band % 2 else "band1Vert")
    found.extend(name for name, holds in (("firstCol", first_column), ("lastCol", last_column)) if holds)
    found.extend(name for name, holds in (("firstRow", first_row), ("lastRow", last_row)) if holds)
    corners = (
        ("nwCell", first_row and first_column),
        ("neCell", first_row and last_column),
        ("swCell", last_row and first_column),
        ("seCell", last_row and last_column),
    )
    found.extend(name for name, holds in corners if holds)
    return tuple(found)


def _cells(row: _Element, w: Vocabulary) -> int:
    return sum(1 for _ in children_named(row, w.tc, w))
