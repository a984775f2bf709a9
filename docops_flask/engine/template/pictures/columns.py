"""How wide a picture may be where its tag stands: the column of the text, or the cell of a table."""

from lxml.etree import _Element

from docops_flask.engine.document.document import CellPlace, Document, ParagraphPlace, TablePlace
from docops_flask.engine.formatting.sections import Section, Sections
from docops_flask.engine.oxml.names import Vocabulary, to_integer, to_twips

EMU_PER_TWIP = 635
# Word's cell margin where none is stated (17.4.42).
_CELL_MARGIN = 108


class ColumnWidths:
    """The widths in EMU that there are for pictures in the paragraphs of ``document``."""

    def __init__(self, document: Document) -> None:
        self._sections = Sections(document)
        self._cells: dict[CellPlace, int | None] = {}
        self._tables: dict[TablePlace, _Table] = {}

    def of(self, place: ParagraphPlace) -> int | None:
        """Return the width of the cell or column that a paragraph stands in; ``None`` if nothing says it."""
        width = None
        cell = place.cell
        if cell is not None:
            if cell not in self._cells:
                if cell.table not in self._tables:
                    self._tables[cell.table] = _Table(cell.table, place.part.w)
                self._cells[cell] = self._tables[cell.table].width(cell)
            width = self._cells[cell]
        if width is None:
            width = _text_width(self._sections.of(place))
        return None if width is None or width <= 0 else width * EMU_PER_TWIP


def _text_width(section: Section) -> int | None:
    if section.page_width is None:
        return None
    width = section.page_width - (section.left or 0) - (section.right or 0) - (section.gutter or 0)
    return (width - (section.columns - 1) * (section.column_space or 0)) // section.columns


class _Table:
    """A table, its rows and the widths of its grid's columns, found once for all its cells."""

    def __init__(self, place: TablePlace, w: Vocabulary) -> None:
        self._namespace = w.namespace
        table = place.element
        self._rows = [each for each in table.iter(self._name("tr")) if self._is_in(each, "tbl", table)]
        grid = table.iterfind(f"{self._name('tblGrid')}/{self._name('gridCol')}")
        self._columns = [to_twips(each.get(self._name("w"))) or 0 for each in grid]
        margins = table.find(f"{self._name('tblPr')}/{self._name('tblCellMar')}")
        self._margins = sum(self._margin(margins, sides) for sides in _SIDES)

    def width(self, place: CellPlace) -> int | None:
        """Return the width inside a cell's margins: the one that it states, else that of its columns."""
        if place.row >= len(self._rows):
            return None
        row = self._rows[place.row]
        cells = [each for each in row.iter(self._name("tc")) if self._is_in(each, "tr", row)]
        if place.number >= len(cells):
            return None
        cell = cells[place.number]
        stated = cell.find(f"{self._name('tcPr')}/{self._name('tcW')}")
        width = None
        if stated is not None and stated.get(self._name("type"), "dxa") == "dxa":
            width = to_twips(stated.get(self._name("w")))
        if not width:
            first = self._value(row, "trPr", "gridBefore", 0)
            first += sum(self._value(each, "tcPr", "gridSpan", 1) for each in cells[: place.number])
            width = sum(self._columns[first : first + self._value(cell, "tcPr", "gridSpan", 1)])
        return width - self._margins if width else None

    def _name(self, local: str) -> str:
        return f"{{{self._namespace}}}{local}"

    def _is_in(self, element: _Element, local: str, holder: _Element) -> bool:
        return next(element.iterancestors(self._name(local)), None) is holder

    def _value(self, owner: _Element, properties: str, local: str, least: int) -> int:
        found = owner.find(f"{self._name(properties)}/{self._name(local)}")
        return max(least, least if found is None else to_integer(found.get(self._name("val"))) or least)

    def _margin(self, margins: _Element | None, sides: tuple[str, str]) -> int:
        for side in sides if margins is not None else ():
            stated = None if margins is None else margins.find(self._name(side))
            if stated is not None:
                return to_twips(stated.get(self._name("w"))) or 0
        return _CELL_MARGIN


_SIDES = (("left", "start"), ("right", "end"))
