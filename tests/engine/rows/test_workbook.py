"""Workbooks are read as their sheets show them; hostile ones are refused before they are unpacked."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import InvalidArgument, RowsInvalid, RowsLimitExceeded
from docops_flask.engine.rows.table import Cell, TableRow
from docops_flask.engine.rows.workbook import WorkbookReader
from tests.engine.rows.workbooks import workbook


@contextmanager
def _sheet(path: Path, name: str = "Sheet1", most: int = 1000) -> Iterator[list[TableRow]]:
    with closing(WorkbookReader(path, most)) as reader:
        yield list(reader.table(name).rows)


def _cells(path: Path) -> list[Cell | None]:
    with _sheet(path) as rows:
        return [cell for row in rows for cell in row.cells]


def _one(tmp_path: Path, value: Any) -> Cell:
    (cell,) = _cells(workbook(tmp_path / "one.xlsx", {"Sheet1": [["A"], [value]]}))
    assert cell is not None
    return cell


@pytest.mark.parametrize(
    ("value", "shown", "stored"),
    [
        (0.1 + 0.2, "0.3", Decimal("0.3")),
        ((0.15, "0%"), "15%", Decimal("0.15")),
        ((1234.5, "¥#,##0.00"), "¥1,234.50", Decimal("1234.5")),
        ((42, "000000"), "000042", Decimal(42)),
        ("000042", "000042", None),
        (True, "TRUE", True),
        ((datetime(2026, 5, 6), 'yyyy"年"m"月"d"日"'), "2026年5月6日", "2026-05-06"),
        ((datetime(2026, 5, 6, 14, 30), "yyyy-mm-dd hh:mm"), "2026-05-06 14:30", "2026-05-06T14:30:00"),
        ((date(2026, 5, 6), "d-mmm-yy"), "6-May-26", "2026-05-06"),
        ((0.75, "h:mm"), "18:00", None),
        ((1.5, "[h]:mm"), "36:00", None),
    ],
)
def test_a_cell_is_what_its_sheet_shows(tmp_path: Path, value: Any, shown: str, stored: object) -> None:
    cell = _one(tmp_path, value)
    assert (cell.shown, cell.stored, cell.fault) == (shown, stored, None)


def test_dates_of_1904_are_the_same_days(tmp_path: Path) -> None:
    rows = [["A"], [(datetime(2026, 5, 6), "yyyy-mm-dd")]]
    (cell,) = _cells(workbook(tmp_path / "mac.xlsx", {"Sheet1": rows}, date_1904=True))
    assert cell is not None
    assert (cell.shown, cell.stored) == ("2026-05-06", "2026-05-06")


def test_a_number_that_excel_has_cut_is_a_fault_that_says_how_to_store_it(tmp_path: Path) -> None:
    cell = _one(tmp_path, 110101199003078515)
    assert "Make the column text" in (cell.fault or "")
    assert _one(tmp_path, 123456789012345).shown == "123456789012345"


def test_errors_and_formulas_without_a_value_are_faults(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, ["A", "B", "C"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 2, "=1+1", None, "")
    book.close()
    _without_values(tmp_path / "f.xlsx", "C2")
    value, error, none = _cells(tmp_path / "f.xlsx")
    assert value is not None
    assert value.shown == "2"
    assert error is not None
    assert "#DIV/0!" in (error.fault or "")
    assert none is not None
    assert "has no value" in (none.fault or "")


def _without_values(path: Path, cell: str) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    pattern = rf'(<c r="{cell}"[^>]*?)(?: t="str")?>(<f>[^<]*</f>)<v></v>'.encode()
    members[name], count = re.subn(pattern, rb"\1>\2", members[name])
    assert count == 1
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)


def test_rows_are_numbered_below_the_header_and_hidden_ones_are_taken(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "rows.xlsx"))
    sheet = book.add_worksheet("Sheet1")
    for row, text in ((1, "A"), (2, "x"), (4, "y")):
        sheet.write_string(row, 0, text)
    sheet.set_row(4, options={"hidden": True})
    book.close()
    with _sheet(tmp_path / "rows.xlsx") as rows:
        assert [(row.number, row.cells[0].shown) for row in rows if row.cells[0]] == [(1, "x"), (3, "y")]


def test_of_merged_cells_the_first_has_the_value(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "merged.xlsx"))
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, ["A", "B"])
    sheet.merge_range(1, 0, 2, 1, "x")
    sheet.write_string(3, 1, "y")
    book.close()
    with _sheet(tmp_path / "merged.xlsx") as rows:
        shown = [[cell and cell.shown for cell in row.cells] for row in rows]
    assert shown == [["x"], [None, "y"]]


def test_a_cell_without_a_header_is_a_fault(tmp_path: Path) -> None:
    path = workbook(tmp_path / "wide.xlsx", {"Sheet1": [["A"], ["x", "y"]]})
    assert "Column B has no header" in (_cells(path)[1] or Cell("")).fault  # type: ignore[operator]


def test_an_unknown_sheet_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", {"甲": [["A"]], "乙": [["B"]]})
    with closing(WorkbookReader(path, 10)) as reader, pytest.raises(InvalidArgument) as caught:
        reader.table("丙")
    assert caught.value.detail["allowed"] == ["甲", "乙"]


def test_more_rows_or_columns_than_allowed_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "long.xlsx", {"Sheet1": [["A"], *(["x"] for _ in range(11))]})
    with pytest.raises(RowsLimitExceeded), _sheet(path, most=10):
        pass
    path = workbook(tmp_path / "wide.xlsx", {"Sheet1": [["A"] * 201]})
    with pytest.raises(RowsLimitExceeded), _sheet(path):
        pass


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 0), (1, 16_383), (1_048_575, 16_383)])
def test_a_cell_at_the_far_end_is_told(tmp_path: Path, row: int, column: int) -> None:
    path = tmp_path / "far.xlsx"

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Sheet1")
    sheet.write_string(0, 0, "A")
    sheet.write_string(row, column, "x")
    book.close()
    with pytest.raises(RowsLimitExceeded), _sheet(path):
        pass


def _packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_a_bomb_of_shared_strings_is_refused_by_its_size(tmp_path: Path, prefix: bytes) -> None:
    bomb = b"<sst>" + b"<%bsi/>" % prefix * 2_100_000 + b"</sst>"
    path = _packed(tmp_path / "bomb.xlsx", {"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": bomb})
    with pytest.raises(RowsLimitExceeded, match="shared_strings"):
        WorkbookReader(path, 10)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="2"', b'<row r="1048577"'),
        (b'<c r="A2"', b'<c r="ZZZZ2"'),
        (b'<c r="A2"', b'<c r="XFE2"'),
        (b"<v>0</v></c></row><row", b"<v>9</v></c></row><row"),
    ],
    ids=["a row beyond the last", "a column of four letters", "a column beyond the last", "no such text"],
)
def test_places_that_no_sheet_has_are_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    workbook(tmp_path / "a.xlsx", {"Sheet1": [["A"], ["x"]]})
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    assert old in sheet
    members["xl/worksheets/sheet1.xml"] = sheet.replace(old, new)
    with pytest.raises((RowsInvalid, RowsLimitExceeded)), _sheet(_packed(tmp_path / "b.xlsx", members)):
        pass


@pytest.mark.parametrize(
    ("content", "limit"),
    [
        (b"<row/>" * 1_500_000, "sheet_rows"),
        (b"<x:row/>" * 1_500_000, "sheet_rows"),
        (b"<row>" + b"<c/>" * 2_500_000 + b"</row>", "row_bytes"),
        (b'<row><c t="inlineStr"><is><t>' + b"a" * 10_000_000 + b"</t></is></c></row>", "row_bytes"),
    ],
    ids=["rows", "rows of a prefix", "cells of a row", "text of a cell"],
)
def test_what_would_take_memory_for_one_sheet_is_refused_before_it_is_read(
    tmp_path: Path, content: bytes, limit: str
) -> None:
    sheet = b"<worksheet><sheetData>" + content + b"</sheetData></worksheet>"
    path = _packed(
        tmp_path / "a.xlsx", {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": sheet}
    )
    with pytest.raises(RowsLimitExceeded, match=limit):
        WorkbookReader(path, 10)


def test_what_stands_behind_the_rows_may_be_long(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"Sheet1": [["A"], ["x"]]})
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    behind = b"</sheetData>" + b" " * 10_000_000
    sheet = members["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", behind)
    members["xl/worksheets/sheet1.xml"] = sheet
    assert [cell and cell.shown for cell in _cells(_packed(tmp_path / "b.xlsx", members))] == ["x"]


def test_a_blank_cell_in_the_last_column_is_no_value(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "wide.xlsx"))
    sheet = book.add_worksheet("Sheet1")
    sheet.write_string(0, 0, "A")
    for row in range(1, 4):
        sheet.write_string(row, 0, "x")
        sheet.write_blank(row, 16_383, None, book.add_format({"bold": True}))
    book.close()
    with _sheet(tmp_path / "wide.xlsx") as rows:
        assert [[cell and cell.shown for cell in row.cells] for row in rows] == [["x"]] * 3


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"no workbook"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(RowsInvalid):
        WorkbookReader(tmp_path / "x.xlsx", 10)


def test_entities_of_a_document_type_are_not_expanded(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"Sheet1": [["A"], ["x"]]})
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    entity = b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    strings = members["xl/sharedStrings.xml"].replace(b"<sst", entity + b"<sst", 1).replace(b">x<", b">&b;<")
    members["xl/sharedStrings.xml"] = strings
    path = _packed(tmp_path / "entity.xlsx", members)
    with pytest.raises(RowsInvalid), _sheet(path):
        pass


_VALUE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=30).filter(
        str.strip
    ),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6)),
    st.booleans(),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    st.none(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_VALUE, min_size=3, max_size=3), min_size=1, max_size=8))
def test_calamine_reads_the_same_values(tmp_path: Path, values: list[list[Any]]) -> None:
    stored = [
        [(each, "yyyy-mm-dd hh:mm:ss") if isinstance(each, datetime) else each for each in row]
        for row in values
        if any(each is not None for each in row)
    ]
    path = workbook(tmp_path / "random.xlsx", {"Sheet1": [["A", "B", "C"], *stored]})
    theirs = python_calamine.load_workbook(str(path)).get_sheet_by_name("Sheet1").to_python()[1:]
    with _sheet(path) as rows:
        ours = [[None if cell is None else cell for cell in row.cells] for row in rows]
    for row, other in zip(ours, theirs, strict=True):
        # Blank cells at a row's end are not given.
        for cell, value in zip_longest(row, other):
            if isinstance(value, datetime | date):
                assert cell is not None
                assert cell.shown == f"{value:%Y-%m-%d %H:%M:%S}"
            elif isinstance(value, bool):
                assert cell is not None
                assert cell.stored is value
            elif isinstance(value, float):
                assert cell is not None
                assert float(str(cell.stored)) == pytest.approx(value, rel=1e-9)
            else:
                assert ("" if cell is None else cell.shown) == str(value).strip()
