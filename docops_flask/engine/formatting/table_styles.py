"""Properties that a table style gives to the text of a cell (17.7.6; docs/analysis/table-styles.md).

A size of 12 pt or left alignment in the default paragraph style does not override the table style, unless
the compatibility setting ``overrideTableStyleFontSizeAndJustification`` is on ([MS-DOCX]). Documents created
by Word 2010 or later have it on.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import CellPlace, TablePlace
from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.document.walk import children_named
from docops_flask.engine.formatting.effective import NOTHING, Layer
from docops_flask.engine.formatting.style_sheet import StyleSheet, StyleValues
from docops_flask.engine.oxml.names import (
    Vocabulary,
    is_wordprocessingml,
    namespace_of,
    to_integer,
    to_switch,
    vocabulary,
)


class CellLayer:
    """The run and paragraph properties of a table style for a cell; equal cells share one object."""

    __slots__ = ("paragraph", "run")

    def __init__(self, run: Layer, paragraph: Layer) -> None:
        self.run = run
        self.paragraph = paragraph


class _TableLook(NamedTuple):
    """Which conditional formats a table uses (w:tblLook, 17.4.56)."""

    first_row: bool
    last_row: bool
    first_column: bool
    last_column: bool
    row_bands: bool
    column_bands: bool


_BANDS_ALONE = _TableLook(False, False, False, False, True, True)
_ROW_BANDS = ("band1Horz", "band2Horz")
# Bits for the position of a row or column, as far as the table's w:tblLook makes use of it.
_FIRST, _LAST, _ODD_BAND, _EVEN_BAND = 1, 2, 4, 8


class _StyledTable:
    """A table with the values that its cells need.

    Without conditional formats (``by_cell`` is false) all cells have ``layer``. With them, ``headers`` is the
    number of rows treated as first row, ``row_band`` and ``column_band`` are the band sizes, and
    ``row_parts``, ``column_parts``, ``cells_in_row`` and ``layers`` are caches.
    """

    def __init__(
        self,
        style: StyleValues,
        layer: CellLayer | None = None,
        *,
        by_cell: bool = False,
        look: _TableLook = _BANDS_ALONE,
        rows: Sequence[_Element] = (),
        headers: int = 1,
        row_band: int = 1,
        column_band: int = 1,
    ) -> None:
        self.style = style
        self.layer = layer
        self.by_cell = by_cell
        self.look = look
        self.rows = rows
        self.headers = headers
        self.row_band = row_band
        self.column_band = column_band
        self.row_parts: dict[int, int] = {}
        self.column_parts: dict[int, int] = {}
        self.cells_in_row: dict[int, int] = {}
        self.layers: dict[int, CellLayer] = {}


class TableStyles:
    """The layers that table styles give to cells; each combination of conditions is resolved once."""

    def __init__(self, styles: StyleSheet) -> None:
        self._styles = styles
        self._tables: dict[TablePlace, _StyledTable] = {}
        self._layers: dict[tuple[StyleValues, tuple[str, ...]], CellLayer] = {}
        self._band_sizes: dict[str, dict[str, int | None]] = {}

    def layer(self, cell: CellPlace) -> CellLayer | None:
        """Return the text properties that the cell's table style specifies, or ``None`` if there are none."""
        place, row, column = cell
        table = self._styled(place)
        if not table.by_cell:
            return table.layer
        row_part = table.row_parts.get(row)
        if row_part is None:
            row_part = table.row_parts[row] = _row_part(row, table)
        column_part = table.column_parts.get(column)
        if column_part is None:
            column_part = _column_part(row, column, table, place.part.w)
            # If the last column is formatted, the result depends on the number of cells in the row too.
            if not table.look.last_column:
                table.column_parts[column] = column_part
        key = row_part << 4 | column_part
        layer = table.layers.get(key)
        if layer is None:
            conditions = tuple(_conditions(row_part, column_part))
            layer = table.layers[key] = self._layer(table.style, conditions)
        return layer

    def differs_by_cell(self, table: TablePlace) -> bool:
        """Say whether cells of ``table`` may have different layers."""
        return self._styled(table).by_cell

    def has_bands(self, table: TablePlace) -> bool:
        """Say whether the style gives properties of text to bands of rows, so that neighbours differ."""
        styled = self._styled(table)
        of_bands = (styled.style.conditional.get(name, (NOTHING, NOTHING)) for name in _ROW_BANDS)
        return styled.by_cell and styled.look.row_bands and any(map(any, of_bands))

    def is_amid(self, cell: CellPlace) -> bool:
        """Say whether the row of a cell counts neither as a first row nor as the last."""
        styled = self._styled(cell.table)
        return not styled.by_cell or not _row_part(cell.row, styled) & (_FIRST | _LAST)

    def _styled(self, place: TablePlace) -> _StyledTable:
        table = self._tables.get(place)
        if table is None:
            table = self._tables[place] = self._table(place)
        return table

    def _table(self, place: TablePlace) -> _StyledTable:
        w = place.part.w
        properties = place.properties
        reference = None if properties is None else properties.find(w.tblStyle)
        style_id = self._styles.applied_id(None if reference is None else reference.get(w.val), "table")
        style = self._styles.table_style(style_id)
        if not style.conditional:
            layer = self._layer(style, ()) if style.run or style.paragraph else None
            return _StyledTable(style, layer)
        look = None if properties is None else properties.find(w.tblLook)
        rows = list(children_named(place.element, w.tr, w))
        return _StyledTable(
            style=style,
            by_cell=True,
            look=_read_look(look, w),
            rows=rows,
            headers=_header_rows(rows, w),
            row_band=self._band_size(style_id, "tblStyleRowBandSize"),
            column_band=self._band_size(style_id, "tblStyleColBandSize"),
        )

    def _band_size(self, style_id: str | None, name: str) -> int:
        """Return the number of rows or columns in a band (17.7.6.5, 17.7.6.7), which styles inherit."""
        known = self._band_sizes.setdefault(name, {})
        size = self._styles.inherited(style_id, known, lambda each: self._own_band_size(each, name))
        return 1 if size is None else size

    def _own_band_size(self, style_id: str, name: str) -> int | None:
        element = self._styles.element(style_id)
        if element is None:
            return None
        w = vocabulary(namespace_of(element.tag))
        size = element.find(f"{w.tblPr}/{{{w.namespace}}}{name}")
        return None if size is None else max(1, to_integer(size.get(w.val)) or 1)

    def _layer(self, style: StyleValues, conditions: tuple[str, ...]) -> CellLayer:
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


def _read_look(element: _Element | None, w: Vocabulary) -> _TableLook:
    """Return the flags of w:tblLook, from its attributes or the bits of w:val; without it, only bands."""
    if element is None:
        return _BANDS_ALONE
    bits = _hexadecimal(element.get(w.val))

    def asked(name: str, bit: int) -> bool:
        stated = element.get(name)
        return bool(bits & bit) if stated is None else to_switch(stated)

    return _TableLook(
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
    """Return the number of rows formatted as first row: it and the header rows after it (17.18.89)."""
    count = 1
    while count < len(rows) and _is_header(rows[count], w) and _is_header(rows[0], w):
        count += 1
    return count


def _is_header(row: _Element, w: Vocabulary) -> bool:
    properties = row.find(w.trPr)
    header = None if properties is None else properties.find(w.tblHeader)
    return header is not None and to_switch(header.get(w.val))


def _row_part(row: int, table: _StyledTable) -> int:
    look = table.look
    part = (_FIRST if look.first_row and row < table.headers else 0) | (
        _LAST if look.last_row and row == len(table.rows) - 1 else 0
    )
    if part or not look.row_bands:
        return part
    return _band(row - (table.headers if look.first_row else 0), table.row_band)


def _column_part(row: int, column: int, table: _StyledTable, w: Vocabulary) -> int:
    look = table.look
    part = _FIRST if look.first_column and column == 0 else 0
    if look.last_column and column == _cells(row, table, w) - 1:
        part |= _LAST
    if part or not look.column_bands:
        return part
    return _band(column - (1 if look.first_column else 0), table.column_band)


def _band(position: int, size: int) -> int:
    return _EVEN_BAND if position // size % 2 else _ODD_BAND


def _conditions(row: int, column: int) -> Iterator[str]:
    """Yield the conditions that apply, in the order in which Word applies them ([MS-OI29500] 2.1.252)."""
    parts = (
        ("band1Horz", row & _ODD_BAND),
        ("band2Horz", row & _EVEN_BAND),
        ("band1Vert", column & _ODD_BAND),
        ("band2Vert", column & _EVEN_BAND),
        ("firstCol", column & _FIRST),
        ("lastCol", column & _LAST),
        ("firstRow", row & _FIRST),
        ("lastRow", row & _LAST),
        ("nwCell", row & _FIRST and column & _FIRST),
        ("neCell", row & _FIRST and column & _LAST),
        ("swCell", row & _LAST and column & _FIRST),
        ("seCell", row & _LAST and column & _LAST),
    )
    yield from (name for name, holds in parts if holds)


def _cells(row: int, table: _StyledTable, w: Vocabulary) -> int:
    count = table.cells_in_row.get(row)
    if count is None:
        count = table.cells_in_row[row] = sum(1 for _ in children_named(table.rows[row], w.tc, w))
    return count


_SETTING = "overrideTableStyleFontSizeAndJustification"
_TWELVE_POINTS = 24
# Values that do not override a table style if the default paragraph style specifies them.
_YIELDING = {
    "size": frozenset({_TWELVE_POINTS}),
    "size_complex": frozenset({_TWELVE_POINTS}),
    "alignment": frozenset({"left", "start"}),
}


class TableStylePriority:
    """Decides which properties of a paragraph style override those of a table style."""

    def __init__(self, styles: StyleSheet, related: RelatedParts) -> None:
        self._styles = styles
        self._related = related
        self._is_set: bool | None = None

    def over_table(self, of_paragraph: Layer, of_table: Layer) -> Layer:
        """Return ``of_paragraph`` without the properties that do not override ``of_table``."""
        if not of_table:
            return of_paragraph
        yielding = [
            name
            for name in _YIELDING.keys() & of_table.keys() & of_paragraph.keys()
            if of_paragraph[name].value in _YIELDING[name] and self._is_of_default_style(of_paragraph, name)
        ]
        if not yielding or self._paragraph_styles_override():
            return of_paragraph
        return {name: value for name, value in of_paragraph.items() if name not in yielding}

    def _is_of_default_style(self, layer: Layer, name: str) -> bool:
        place = layer[name].place
        return place is not None and place.style_id == self._styles.applied_id(None, "paragraph")

    def _paragraph_styles_override(self) -> bool:
        if self._is_set is None:
            self._is_set = _states_setting(self._related.root("settings"))
        return self._is_set


def _states_setting(settings: _Element | None) -> bool:
    if settings is None or not is_wordprocessingml(settings.tag):
        return False
    w = vocabulary(namespace_of(settings.tag))
    stated = [
        element.get(w.val, "0")
        for element in settings.iterfind(f"{w.compat}/{w.compatSetting}")
        if element.get(w.name) == _SETTING
    ]
    return bool(stated) and to_switch(stated[-1])
