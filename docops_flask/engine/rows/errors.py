"""Faults of rows, and the error that names them."""

from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.errors import RowsInvalid

# As many faults as one error names.
MAX_FAULTS = 100


class RowFault(NamedTuple):
    """A fault of one row: its number, the header or letter of its column, what is wrong and what to do.

    Row 1 is the first one below the header; 0 is the header itself, or the whole sheet. ``column`` is
    ``None`` where the whole row is meant. ``sheet`` is the sheet's name where a file has several.
    """

    row: int
    column: str | None
    message: str
    sheet: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the fault as JSON members; ``sheet`` only where there is one."""
        told: dict[str, object] = {"row": self.row, "column": self.column, "message": self.message}
        return told if self.sheet is None else {**told, "sheet": self.sheet}


def rows_invalid(faults: Sequence[RowFault]) -> RowsInvalid:
    """Return the error that names ``faults``, at most ``MAX_FAULTS`` of them."""
    first = faults[0]
    more = f" ({len(faults) - 1} more in detail.rows)" if len(faults) > 1 else ""
    sheet = "" if first.sheet is None else f"sheet {first.sheet}, "
    row = "header" if first.row == 0 else f"row {first.row}"
    column = "" if first.column is None else f", column {first.column}"
    told = [each.as_dict() for each in faults[:MAX_FAULTS]]
    return RowsInvalid(f"rows: {sheet}{row}{column}: {first.message}{more}", rows=told)
