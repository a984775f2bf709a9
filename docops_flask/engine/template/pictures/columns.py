"""How wide a picture may be where its tag stands: the column of the text, or the cell of a table."""

from lxml.etree import _Element

from docops_flask.engine.document.document import CellPlace, Document, ParagraphPlace
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

    def of(self, place: ParagraphPlace) -> int | None:
        """Return the width of the cell or column that a paragraph stands in; ``None`` if nothing says it."""
        width = None
        if place.cell is not None:
            if place.cell not in self._cells:
                self._cells[place.cell] = _cell_width(place.cell, place.part.w)
            width = self._cells[place.cell]
        if width is None:
            width = _text_width(self._sections.of(place))
        return None if width is None or width <= 0 else width * EMU_PER_TWIP


def _text_width(section: Section) -> int | None:
    if section.page_width is None:
        return None
    width = section.page_width - (section.left or 0) - (section.right or 0) - (section.gutter or 0)
    return (width - (section.columns - 1) * (section.column_space or 0)) // section.columns


def _cell_width(place: CellPlace, w: Vocabulary) -> int | None:
    """Return the width inside a cell's margins: the one that the cell states, else that of its columns."""
    table = place.table.element
    name = f"{{{w.namespace}}}".__add__
    rows = [each for each in table.iter(name("tr")) if _nearest(each, name("tbl")) is table]
    cells = [
        each for each in rows[place.row].iter(name("tc")) if _nearest(each, name("tr")) is rows[place.row]
    ]
    cell = cells[place.number]
    stated = cell.find(f"{name('tcPr')}/{name('tcW')}")
    width = None
    if stated is not None and stated.get(name("type"), "dxa") == "dxa":
        width = to_twips(stated.get(name("w")))
    if not width:
        columns = [
            to_twips(each.get(name("w"))) or 0
            for each in table.iterfind(f"{name('tblGrid')}/{name('gridCol')}")
        ]
        first = _spanned(rows[place.row].find(f"{name('trPr')}/{name('gridBefore')}"), name("val"), 0)
        first += sum(
            _span(each, name("tcPr"), name("gridSpan"), name("val")) for each in cells[: place.number]
        )
        width = sum(columns[first : first + _span(cell, name("tcPr"), name("gridSpan"), name("val"))])
    if not width:
        return None
    margins = table.find(f"{name('tblPr')}/{name('tblCellMar')}")
    return width - sum(_margin(margins, (name(one), name(other)), name("w")) for one, other in _SIDES)


_SIDES = (("left", "start"), ("right", "end"))


def _nearest(element: _Element, tag: str) -> _Element | None:
    return next(element.iterancestors(tag), None)


def _span(cell: _Element, properties: str, span: str, value: str) -> int:
    return max(1, _spanned(cell.find(f"{properties}/{span}"), value, 1))


def _spanned(element: _Element | None, value: str, default: int) -> int:
    return default if element is None else to_integer(element.get(value)) or default


def _margin(margins: _Element | None, sides: tuple[str, str], width: str) -> int:
    for side in sides if margins is not None else ():
        stated = margins.find(side) if margins is not None else None
        if stated is not None:
            return to_twips(stated.get(width)) or 0
    return _CELL_MARGIN
