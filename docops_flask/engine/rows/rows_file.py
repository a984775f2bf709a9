"""A file of rows: which kind it is, its sheets, its columns, and the payloads that it gives to a template."""

import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from unicodedata import normalize

from docops_flask.engine.errors import InvalidMediaType, RowsInvalid, RowsLimitExceeded, echo
from docops_flask.engine.job import RowsAsked
from docops_flask.engine.opc.first_bytes import OLE_MAGIC, ZIP_MAGIC
from docops_flask.engine.rows.columns import Column, ColumnPlan, plan_columns, unknown_headers
from docops_flask.engine.rows.delimited import read_delimited
from docops_flask.engine.rows.errors import RowFault, rows_invalid
from docops_flask.engine.rows.json_lines import read_json_lines
from docops_flask.engine.rows.payloads import ListSheet, PayloadMaker, RowPayload, list_sheet
from docops_flask.engine.rows.row_fields import RowField
from docops_flask.engine.rows.table import Table
from docops_flask.engine.rows.workbook import WorkbookReader

# Returns the fields of a template, given the headers that may be names of theirs.
FieldsOf = Callable[[Collection[str]], Sequence[RowField]]
_JSON_NAMES = (".jsonl", ".ndjson", ".json")
_HEAD = 4096


class RowsFile:
    """An open file of rows. ``close`` it after use.

    ``sheets`` are the names of a workbook's sheets, ``columns`` those of its main sheet, ``faults`` what
    is wrong
    with headers: with any of them there are no payloads. JSON lines have neither. ``is_cut`` says, after
    ``payloads``, that there are rows behind the last one asked for. Raises ``RowsInvalid``,
    ``RowsLimitExceeded`` and, for other kinds of files, ``InvalidMediaType``.
    """

    def __init__(self, path: Path, fields_of: FieldsOf, asked: RowsAsked) -> None:
        self.sheets: Sequence[str] = ()
        self.sheet: str | None = None
        self.columns: Sequence[Column] = ()
        self.faults: Sequence[RowFault] = ()
        self._asked = asked
        self._workbook: WorkbookReader | None = None
        self._maker: PayloadMaker | None = None
        self._table: Table | None = None
        self._lines: Iterator[RowPayload] | None = None
        self.is_cut = False
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
        try:
            self._open(path, head, fields_of)
        except BaseException:
            self.close()
            raise

    def _open(self, path: Path, head: bytes, fields_of: FieldsOf) -> None:
        asked = self._asked
        if head.startswith(OLE_MAGIC):
            raise _other_kind("a workbook of the format before 2007 (.xls, .et)")
        if head.startswith(ZIP_MAGIC):
            self._open_workbook(path, fields_of)
        elif _is_json(head, asked.name):
            self._lines = _payloads(path.read_bytes())
        else:
            table = read_delimited(path.read_bytes(), asked.encoding)
            fields = fields_of(self._names([table.header]))
            self._take(table, plan_columns(table.header, fields, asked.columns), (), [table.header])

    def close(self) -> None:
        """Close the workbook."""
        if self._workbook is not None:
            self._workbook.close()

    def payloads(self) -> Iterator[RowPayload]:
        """Yield the payload of each document, up to the last row that is asked for.

        Raises ``RowsInvalid`` where headers have faults, and ``RowsLimitExceeded``.
        """
        if self.faults:
            raise rows_invalid(self.faults)
        found = self._lines
        if found is None:
            assert self._maker is not None
            assert self._table is not None
            found = self._maker.payloads(self._table.rows)
        most = self._asked.most_rows
        wanted = 0
        for each in found:
            if self._asked.is_behind(each.number):
                self.is_cut = True
                return
            wanted += self._asked.takes(each.number)
            if wanted > most:
                raise RowsLimitExceeded(
                    f"rows: more than {most} rows; divide the file.", limit="rows", maximum=most
                )
            yield each

    def lines_without_row(self) -> Iterator[RowFault]:
        """Yield a fault for each line of a further sheet that belongs to no row; asked after ``payloads``.

        Where rows were left out behind the last one asked for, lines may belong to these, and none is told.
        """
        if self._maker is not None and not self.is_cut:
            yield from self._maker.lines_without_row()

    def _names(self, headers: Sequence[Sequence[str]]) -> list[str]:
        """Return what may be names of fields: headers, and what ``columns`` says they mean."""
        said = [each for each in self._asked.columns.values() if each is not None]
        return [*(name for header in headers for name in header), *said]

    def _open_workbook(self, path: Path, fields_of: FieldsOf) -> None:
        _refuse_other_archives(path)
        asked = self._asked
        # Lines of lists are read too, and blank ones.
        self._workbook = workbook = WorkbookReader(path, max(asked.most_rows * 10, 10_000))
        self.sheets = workbook.sheet_names
        fields = fields_of(self._names([workbook.header(each) for each in self.sheets]))
        lists = _lists_of_sheets(self.sheets, fields)
        self.sheet = asked.sheet or next((each for each in self.sheets if each not in lists), None)
        if self.sheet is None:
            raise rows_invalid(
                [RowFault(0, None, "The workbook has no sheet of rows, only sheets of lists.")]
            )
        table = workbook.table(self.sheet)
        headers = [table.header]
        links: set[str] = set()
        further: list[ListSheet] = []
        faults: list[RowFault] = []
        for name, list_path in sorted(lists.items(), key=lambda each: len(each[1])):
            if name == self.sheet:
                continue
            inner = workbook.table(name)
            plan = plan_columns(
                inner.header,
                fields,
                asked.columns,
                sheet=name,
                inside=list_path,
                links=[header for known in headers for header in known],
            )
            faults += plan.faults
            own = {each.header for each in plan.columns if each.is_link}
            if inner.header and not own:
                fault = "No column says to which row a line belongs; give it a column of the main sheet."
                faults.append(RowFault(0, None, fault, name))
            links |= own
            headers.append(inner.header)
            further.append(list_sheet(inner, list_path, plan.columns))
        plan = plan_columns(table.header, fields, asked.columns)
        kept = [each for each in plan.faults if each.column not in {echo(name) for name in links}]
        self._take(table, ColumnPlan(plan.columns, kept), further, headers, faults)

    def _take(
        self,
        table: Table,
        plan: ColumnPlan,
        further: Sequence[ListSheet],
        headers: Sequence[Sequence[str]],
        faults: Sequence[RowFault] = (),
    ) -> None:
        self.columns = plan.columns
        every = [name for header in headers for name in header]
        self.faults = [*plan.faults, *faults, *unknown_headers(self._asked.columns, every)]
        self._table, self._maker = table, PayloadMaker(plan.columns, further)


def _is_json(head: bytes, name: str) -> bool:
    return name.lower().endswith(_JSON_NAMES) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _payloads(content: bytes) -> Iterator[RowPayload]:
    for line in read_json_lines(content):
        yield RowPayload(line.number, line.payload or {}, () if line.fault is None else (line.fault,))


def _refuse_other_archives(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {each.lower() for each in archive.namelist()}
    except (zipfile.BadZipFile, OSError):
        raise RowsInvalid("rows: the file is damaged or not complete; send it again.", rows=[]) from None
    if "xl/workbook.bin" in names:
        raise _other_kind("a binary workbook (.xlsb)")
    if "xl/workbook.xml" not in names:
        kind = "an OpenDocument file" if "mimetype" in names else "an archive without a workbook"
        raise _other_kind(kind)


def _other_kind(what: str) -> InvalidMediaType:
    return InvalidMediaType(
        f"rows: this is {what}; save it in Excel or WPS as Excel workbook (.xlsx), or as CSV.",
        field="rows",
        allowed=[".csv", ".xlsx", ".jsonl"],
    )


def _lists_of_sheets(sheets: Sequence[str], fields: Sequence[RowField]) -> dict[str, tuple[str, ...]]:
    """Return the sheets that are called as a list of the template, with the list's path."""
    paths = dict.fromkeys(each.path[:length] for each in fields for length in each.lists)
    by_name: dict[str, list[tuple[str, ...]]] = {}
    for path in paths:
        for name in dict.fromkeys((_folded(".".join(path)), _folded(path[-1]))):
            by_name.setdefault(name, []).append(path)
    found = {each: by_name.get(_folded(each), []) for each in sheets}
    return {name: those[0] for name, those in found.items() if len(those) == 1}


def _folded(name: str) -> str:
    return normalize("NFKC", name.strip()).casefold()
