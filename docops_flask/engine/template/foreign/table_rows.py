"""Rows with tags that go with their row ({%tr %} of docxtpl)."""

from collections.abc import Mapping, Sequence

from docops_flask.engine.document.document import CellPlace, ParagraphPlace, TablePlace
from docops_flask.engine.template.foreign.pairs import Paired


def fault_of_rows(start: CellPlace | None, end: CellPlace | None) -> str:
    """Return what is wrong with a block of rows whose tags stand in these cells; "" for nothing."""
    is_sound = start is not None and end is not None and start.table is end.table and start.row != end.row
    return "" if is_sound else "apart"


def texts_of_rows(places: Sequence[ParagraphPlace], paired: Paired) -> Mapping[tuple[TablePlace, int], int]:
    """Return how many paragraphs with a text each row has, of the rows with tags that go with their row."""
    rows = {
        (placed.place.cell.table, placed.place.cell.row): 0
        for placed in paired.tags
        if placed.tag.prefix == "tr" and placed.place.cell is not None
    }
    if rows:
        for place in places:
            cell = place.cell
            if cell is not None and (cell.table, cell.row) in rows and place.reading.text.strip():
                rows[cell.table, cell.row] += 1
    return rows
