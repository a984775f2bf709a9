"""A sheet as its reader gives it: a header, and rows of cells, each as it is shown and as it is stored."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

# What is read at most of a sheet.
MAX_COLUMNS = 200
MAX_CELL_CHARACTERS = 100_000
MAX_SHEETS = 50


class Cell(NamedTuple):
    """A cell that holds something.

    ``shown`` is its text as the sheet shows it. ``stored`` is what is behind it where that is no text: a
    number, a truth value, or a date or time in ISO 8601 (``is_date``). ``fault`` says why it has no value and
    what to do.
    """

    shown: str
    stored: Decimal | bool | str | None = None
    is_date: bool = False
    fault: str | None = None


class TableRow(NamedTuple):
    """A row with its number: 1 is the first below the header. An empty cell is ``None``."""

    number: int
    cells: Sequence[Cell | None]


class Table(NamedTuple):
    """A sheet: its name (``None`` in a CSV file), the texts of its header, and its rows but blank ones."""

    name: str | None
    header: Sequence[str]
    rows: Iterator[TableRow]


def text_cell(text: str) -> Cell | None:
    """Return the cell of a text; ``None`` for an empty one. White space at its ends is no part of a value."""
    text = text.strip()
    if len(text) > MAX_CELL_CHARACTERS:
        return Cell("", fault=f"The text is longer than {MAX_CELL_CHARACTERS:,} characters; shorten it.")
    return Cell(text) if text else None


def column_letters(index: int) -> str:
    """Return the letters of a column, from 0 on: A, B … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
