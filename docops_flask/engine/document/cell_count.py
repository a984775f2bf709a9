"""The limit for table cells."""

from docops_flask.engine.errors import TemplateLimitExceeded

MAX_GRID_COLUMNS = 63


class CellCount:
    """How many table cells a document has so far, in all its parts, and how many it may have."""

    __slots__ = ("cells", "most_cells")

    def __init__(self, most_cells: int) -> None:
        self.cells = 0
        self.most_cells = most_cells

    def count_cells(self, span: int, more: int) -> None:
        """Count ``more`` cells, of one that spans so many grid columns.

        Raises ``TemplateLimitExceeded`` beyond the limit.
        """
        self.cells += more
        if self.cells > self.most_cells or span > MAX_GRID_COLUMNS:
            raise TemplateLimitExceeded(
                "template: its tables have too many cells, or a cell spans more than "
                f"{MAX_GRID_COLUMNS} columns; {self.most_cells} cells are allowed.",
                limit="table_cells",
                maximum=self.most_cells,
            )
