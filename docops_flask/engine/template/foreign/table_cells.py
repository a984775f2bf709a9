"""The cells of a table as byte ranges, and the columns of its grid that they cover (ECMA-376 17.4.16)."""

from collections.abc import Sequence

from docops_flask.engine.document.document import TablePlace
from docops_flask.engine.template.native.byte_tree import Node, read_nodes


class TableCells:
    """A table: its element and the cells of its rows.

    ``rows`` is ``None`` where a content control or the like stands around rows or cells.
    """

    __slots__ = ("element", "rows")

    def __init__(self, table: TablePlace) -> None:
        part = table.part
        content = part.text.content
        end = content.index(b">", table.end) + 1
        scope = part.text.root_scope if table.scope is None else table.scope
        [self.element] = read_nodes(content, table.start, end, part.text.namespace, scope)
        rows = [each for each in self.element.children if each.local == "tr"]
        cells = [[each for each in row.children if each.local == "tc"] for row in rows]
        is_plain = len(rows) == table.row_count and not any(
            each.local in ("sdt", "customXml") for row in (self.element, *rows) for each in row.children
        )
        self.rows: list[list[Node]] | None = cells if is_plain else None

    def grid(self) -> list[Node]:
        """Return its w:gridCol elements."""
        grid = self.element.child("tblGrid")
        return [] if grid is None else [each for each in grid.children if each.local == "gridCol"]

    def columns(self, row: int, number: int) -> tuple[int, int] | None:
        """Return the first column of the grid that a cell covers and the one behind its last.

        ``None`` where that is not told.
        """
        if self.rows is None or len(self.rows[row]) <= number:
            return None
        cells = self.rows[row]
        first = _skipped(cells) + sum(map(_span, cells[:number]))
        return first, first + _span(cells[number])


def _span(cell: Node) -> int:
    return max(1, _value(cell.child("tcPr"), "gridSpan", 1))


def _skipped(cells: Sequence[Node]) -> int:
    """Return the columns of the grid that a row leaves out before its first cell."""
    row = cells[0].parent if cells else None
    return 0 if row is None else _value(row.child("trPr"), "gridBefore", 0)


def _value(properties: Node | None, local: str, otherwise: int) -> int:
    found = None if properties is None else properties.child(local)
    value = None if found is None else found.attribute("val")
    return int(value) if value is not None and value.isdecimal() and len(value) < 5 else otherwise
