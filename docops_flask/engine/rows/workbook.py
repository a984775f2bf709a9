"""Reads Excel workbooks (.xlsx) with openpyxl, one row after the other, each cell as its sheet shows it.

Sizes are looked at in the ZIP's directory before anything is unpacked; ``zipfile`` reads no more of a member
than the directory says. Runs in the caged renderer only: a workbook comes from strangers.

Source: ECMA-376 part 1, 18.3 (sheets), 18.4 (shared strings), 18.8.30 (number formats), 18.17.4 (dates).
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import compress, count, repeat
from operator import is_not
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from docops_flask.engine.errors import DocopsError, InvalidArgument, RowsLimitExceeded, echo
from docops_flask.engine.rows.format_sections import is_date_format
from docops_flask.engine.rows.number_format import (
    CHINESE_BUILT_IN,
    GENERAL,
    general,
    shown_number,
    shown_text,
)
from docops_flask.engine.rows.shown_dates import shown_date
from docops_flask.engine.rows.table import (
    MAX_COLUMNS,
    MAX_SHEETS,
    Cell,
    Table,
    TableRow,
    column_letters,
    text_cell,
)
from docops_flask.engine.rows.workbook_sizes import (
    MAX_SHEET_ROWS,
    has_formulas,
    no_workbook,
    workbook_stream,
)

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

# Of numbers with more digits Excel stores zeros in their place.
_MOST_DIGITS = Decimal(10) ** 15
_EPOCH_1904 = datetime(1904, 1, 1)
_EPOCH = datetime(1899, 12, 30)
_ERRORS = {
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
}


class WorkbookReader:
    """An open workbook. ``close`` it after use.

    ``most_rows`` is how many rows of a sheet are read at most, blank ones among them. Raises ``RowsInvalid``
    for what is no workbook and ``RowsLimitExceeded`` for one that unpacks to too much.
    """

    def __init__(self, path: Path, most_rows: int) -> None:
        self._path = path
        self._most_rows = most_rows
        self._stream = workbook_stream(path)
        try:
            self._shown = _opened(self._stream, data_only=True)
        except BaseException:
            self._stream.close()
            raise
        # Opened only where a sheet has formulas: tells which of the empty cells are formulas without a value.
        self._formulas: Workbook | None = None
        self.sheet_names = tuple(self._shown.sheetnames)

    def close(self) -> None:
        """Close the files."""
        self._shown.close()
        if self._formulas is not None:
            self._formulas.close()
        self._stream.close()

    def header(self, name: str) -> Sequence[str]:
        """Return the texts of the header of a sheet."""
        return self.table(name).header

    def table(self, name: str) -> Table:
        """Return a sheet.

        Raises ``InvalidArgument`` for a name that there is not, or of a sheet of charts.
        """
        if name not in self.sheet_names:
            allowed = [echo(each) for each in self.sheet_names[:MAX_SHEETS]]
            raise InvalidArgument(
                f"sheet: there is no sheet of this name; use one of {', '.join(allowed)}.",
                field="sheet",
                value=echo(name),
                allowed=allowed,
            )
        rows = _guarded(self._rows(name))
        # Blank rows above the header are no data.
        at, cells = next(rows, (0, []))
        names = ["" if each is None else each.shown for each in cells]
        while names and not names[-1]:
            names.pop()
        width = len(names)
        numbered = (TableRow(index - at, _to_width(row, width)) for index, row in rows)
        return Table(name, names, numbered)

    def _rows(self, name: str) -> Iterator[tuple[int, list[Cell | None]]]:
        """Yield each row that holds something, with its number in the sheet, from 0 on."""
        sheet = self._shown[name]
        if not hasattr(sheet, "iter_rows"):
            return
        sheet.reset_dimensions()
        formulas = self._formula_rows(name)
        blank: object = None
        for index, row in enumerate(sheet.iter_rows()):
            if index == MAX_SHEET_ROWS:
                raise no_workbook()
            beside = next(formulas, ()) if formulas is not None else ()
            if row is blank and formulas is None:
                # openpyxl gives the same row for each that the file does not have: there may be a million.
                continue
            epoch = self._shown.epoch
            cells = [
                None if _is_empty(cell, beside, column) else _cell(cell, epoch, _is_formula(beside, column))
                for column, cell in enumerate(row[:MAX_COLUMNS])
            ]
            is_wide = len(row) > MAX_COLUMNS and _holds_more(row, beside)
            if not is_wide and not any(cells):
                blank = row
                continue
            self._refuse_beyond(name, index, is_wide=is_wide)
            yield index, cells

    def _refuse_beyond(self, name: str, index: int, *, is_wide: bool) -> None:
        if index > self._most_rows:
            raise RowsLimitExceeded(
                f"rows: sheet {echo(name)} holds something in row {index + 1}, beyond row {self._most_rows}; "
                "clear it, or divide the sheet.",
                limit="rows",
                maximum=self._most_rows,
            )
        if is_wide:
            raise RowsLimitExceeded(
                f"rows: sheet {echo(name)} has more than {MAX_COLUMNS} columns.",
                limit="columns",
                maximum=MAX_COLUMNS,
            )

    @cached_property
    def _has_formulas(self) -> bool:
        return has_formulas(self._path)

    def _formula_rows(self, name: str) -> Iterator[Sequence[Any]] | None:
        if not self._has_formulas:
            return None
        if self._formulas is None:
            self._formulas = _opened(self._stream, data_only=False)
        sheet = self._formulas[name]
        sheet.reset_dimensions()
        rows: Iterator[Sequence[Any]] = iter(sheet.iter_rows())
        return rows


def _opened(stream: BinaryIO, *, data_only: bool) -> "Workbook":
    # Imported here: few jobs read a workbook. openpyxl needs media types, whose usual files no renderer
    # may read;
    # those that it needs it adds itself.
    import mimetypes

    if not mimetypes.inited:
        mimetypes.knownfiles.clear()
    from openpyxl import load_workbook

    try:
        return load_workbook(stream, read_only=True, data_only=data_only, keep_links=False)
    except (DocopsError, MemoryError):
        raise
    except Exception:  # openpyxl raises whatever its XML leads to
        raise no_workbook() from None


def _guarded(rows: Iterator[tuple[int, list[Cell | None]]]) -> Iterator[tuple[int, list[Cell | None]]]:
    try:
        with closing(rows):  # type: ignore[type-var]
            yield from rows
    except (DocopsError, MemoryError):
        raise
    except Exception:  # As above
        raise no_workbook() from None


def _to_width(cells: list[Cell | None], width: int) -> list[Cell | None]:
    beyond = [index for index, each in enumerate(cells[width:], width) if each is not None]
    if not beyond:
        return cells[:width]
    letters = column_letters(beyond[0])
    return [
        *cells[:width],
        Cell("", fault=f"Column {letters} has no header; write one, or clear the column."),
    ]


def _is_formula(beside: Sequence[Any], column: int) -> bool:
    return column < len(beside) and beside[column].data_type == "f"


def _is_empty(cell: Any, beside: Sequence[Any], column: int) -> bool:
    return cell.value is None and not _is_formula(beside, column)


def _holds_more(row: Sequence[Any], beside: Sequence[Any]) -> bool:
    """Say whether a row has something beyond the columns that are read."""
    from openpyxl.cell.read_only import EMPTY_CELL

    # A cell in the last column of all has sixteen thousand of these before it.
    held = map(is_not, row[MAX_COLUMNS:], repeat(EMPTY_CELL))
    columns = {*compress(count(MAX_COLUMNS), held), *range(MAX_COLUMNS, len(beside))}
    return any(not _is_empty(row[column], beside, column) for column in columns)


def _cell(cell: Any, epoch: datetime, is_formula: bool) -> Cell | None:
    value = cell.value
    if value is None:
        return Cell(
            "", fault="The formula has no value in the file; open the workbook in Excel or WPS and save it."
        )
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE", value)
    code = _format_of(cell)
    if isinstance(value, str):
        if cell.data_type == "e" or (is_formula and value in _ERRORS):
            return Cell("", fault=f"The cell shows the error {echo(value)}; correct its formula.")
        shown = text_cell(value)
        return (
            shown
            if shown is None or code in (GENERAL, "@")
            else shown._replace(shown=shown_text(code, shown.shown))
        )
    if isinstance(value, date | time | timedelta):
        return _date_cell(value, code, epoch)
    return _number_cell(value, code, epoch)


def _format_of(cell: Any) -> str:
    number = cell.style_array.numFmtId
    code: str = CHINESE_BUILT_IN.get(number) or cell.number_format or GENERAL
    return code


def _number_cell(value: float, code: str, epoch: datetime) -> Cell:
    # The shortest text that is this number, which is what was typed.
    number = Decimal(repr(value))
    if abs(number) >= _MOST_DIGITS:
        fault = (
            "A number of more than 15 digits: Excel has already replaced the last ones by zeros. "
            "Make the column text (format cells, text), then type the number again."
        )
        return Cell("", fault=fault)
    if is_date_format(code):
        try:
            return _date_cell(epoch_of(epoch) + timedelta(days=float(value)), code, epoch)
        except OverflowError:
            return Cell("", fault="The number is beyond all dates; correct it, or change the cell's format.")
    return Cell(shown_number(code, number), Decimal(general(number)) if code == GENERAL else number)


def epoch_of(epoch: datetime) -> datetime:
    """Return the day of which a workbook counts its dates."""
    return _EPOCH_1904 if epoch.year == _EPOCH_1904.year else _EPOCH


def _date_cell(value: date | time | timedelta, code: str, epoch: datetime) -> Cell:
    start = epoch_of(epoch)
    if isinstance(value, timedelta):
        at = start + value
    elif isinstance(value, time):
        at = datetime.combine(start, value)
    else:
        at = value if isinstance(value, datetime) else datetime.combine(value, time())
    # A serial number is not exact to the microsecond; Excel shows whole seconds rounded.
    at = _rounded(at)
    stored = f"{at:%Y-%m-%d}" if at.time() == time() else f"{at:%Y-%m-%dT%H:%M:%S}"
    # A date that is stored as ISO 8601 may have the format of a number.
    shown = shown_date(code, at, at - start) if is_date_format(code) else stored
    if isinstance(value, time | timedelta):
        return Cell(shown)
    return Cell(shown, stored, is_date=True)


def _rounded(at: datetime) -> datetime:
    off = at.microsecond % 1000
    at += timedelta(microseconds=-off if off < 500 else 1000 - off)
    return at
