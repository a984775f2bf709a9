"""Workbooks of Strict Open XML are read as those of the usual form, or refused: never as empty."""

import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
import python_calamine

from docops_flask.engine.errors import RowsInvalid
from docops_flask.engine.rows.table import Cell
from docops_flask.engine.rows.workbook import WorkbookReader
from tests.engine.rows.workbooks import workbook

_NAMES = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}
_SHEET = "xl/worksheets/sheet1.xml"


def _strict(path: Path, *changes: Callable[[dict[str, bytes]], None]) -> Path:
    """Turn a workbook into the form that Excel writes as "Strict Open XML Spreadsheet"."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    for transitional, strict in _NAMES.items():
        members = {name: content.replace(transitional, strict) for name, content in members.items()}
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(
        b"<workbook ", b'<workbook conformance="strict" '
    )
    for change in changes:
        change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _cells(path: Path, sheet: str = "表1") -> list[Cell | None]:
    with closing(WorkbookReader(path, 100)) as reader:
        return [cell for row in reader.table(sheet).rows for cell in row.cells]


def _dates_as_texts(members: dict[str, bytes]) -> None:
    members[_SHEET], count = re.subn(
        rb'<c r="B2" s="1"><v>46148</v>', rb'<c r="B2" s="1" t="d"><v>2026-05-06</v>', members[_SHEET]
    )
    assert count == 1


ROWS = [["甲方", "日期", "金额"], ["青岚市", (datetime(2026, 5, 6), 'yyyy"年"m"月"d"日"'), (0.5, "0%")]]


def test_a_strict_workbook_gives_the_cells_of_the_usual_form(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"表1": ROWS, "表2": [["x"], ["y"]]})
    usual = _cells(path)
    assert _cells(_strict(path)) == usual
    assert [each and each.shown for each in usual] == ["青岚市", "2026年5月6日", "50%"]
    assert [each and each.shown for each in _cells(path, "表2")] == ["y"]


def test_dates_of_iso_8601_are_dates(tmp_path: Path) -> None:
    usual = workbook(tmp_path / "a.xlsx", {"表1": ROWS})
    expected = _cells(usual)
    assert _cells(_strict(usual, _dates_as_texts)) == expected
    plain = workbook(tmp_path / "b.xlsx", {"表1": [["甲方", "日期"], ["x", 46148]]})

    def without_format(members: dict[str, bytes]) -> None:
        number = b'<c r="B2"><v>46148</v>'
        assert number in members[_SHEET]
        members[_SHEET] = members[_SHEET].replace(number, b'<c r="B2" t="d"><v>2026-05-06T14:30:00</v>')

    cell = _cells(_strict(plain, without_format))[1]
    assert cell is not None
    assert cell.shown == cell.stored == "2026-05-06T14:30:00"


def test_calamine_reads_the_same(tmp_path: Path) -> None:
    path = _strict(workbook(tmp_path / "a.xlsx", {"表1": [["甲"], ["青岚市"], [12.5]]}))
    theirs = python_calamine.load_workbook(str(path)).get_sheet_by_name("表1").to_python()[1:]
    assert [[each and each.shown] for each in _cells(path)] == [[str(value)] for (value,) in theirs]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        # A namespace that is declared again below the root: openpyxl would see no such cells.
        (_SHEET, b"<sheetData>", b'<sheetData xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main">'),
        (_SHEET, b"<worksheet ", b"<!-- <worksheet> --><worksheet "),
        (_SHEET, b"<sheetData>", b"<sheetData>" + b" " * 1_048_570 + b"http://purl.oclc.org/ooxml/"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused(tmp_path: Path, part: str, old: bytes, new: bytes) -> None:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[part]
        members[part] = members[part].replace(old, new)

    path = _strict(workbook(tmp_path / "a.xlsx", {"表1": ROWS}), change)
    with pytest.raises(RowsInvalid, match="Strict"):
        WorkbookReader(path, 100)


def test_an_address_of_strict_in_a_text_is_refused_and_not_changed(tmp_path: Path) -> None:
    text = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    path = workbook(tmp_path / "a.xlsx", {"表1": [["甲"], [text]]})
    assert [each and each.shown for each in _cells(path)] == [text]
    with pytest.raises(RowsInvalid, match="Strict"):
        WorkbookReader(_strict(path), 100)
