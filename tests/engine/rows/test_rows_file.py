"""A file of rows gives payloads: objects, lists of several lines or of further sheets, values by kind."""

import zipfile
from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidMediaType, RowsInvalid, RowsLimitExceeded
from docops_flask.engine.job import RowsAsked
from docops_flask.engine.rows.payloads import RowPayload
from docops_flask.engine.rows.row_fields import RowField
from docops_flask.engine.rows.rows_file import RowsFile
from docops_flask.engine.template.payload_schema import ValueKind
from tests.engine.rows.workbooks import workbook

FIELDS = (
    RowField(("编号",), ValueKind.TEXT),
    RowField(("甲方", "名称"), ValueKind.TEXT),
    RowField(("日期",), ValueKind.DATE),
    RowField(("金额",), ValueKind.NUMBER),
    RowField(("参会人",), ValueKind.TEXTS),
    RowField(("加急",), ValueKind.BOOL),
    RowField(("公章",), ValueKind.IMAGE),
    RowField(("采购项", "品名"), ValueKind.TEXT, (1,)),
    RowField(("采购项", "数量"), ValueKind.NUMBER, (1,)),
    RowField(("采购项", "明细", "型号"), ValueKind.TEXT, (1, 2)),
)


def _fields(_headers: Collection[str]) -> Sequence[RowField]:
    return FIELDS


def _payloads(path: Path, **asked: Any) -> list[RowPayload]:
    question = RowsAsked(path.name, path.name, asked.pop("columns", {}), asked.pop("most_rows", 100), **asked)
    with closing(RowsFile(path, _fields, question)) as rows:
        return list(rows.payloads())


def _csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "cell", "value"),
    [
        ("编号", "007", "007"),
        ("金额", '"¥1,234.50"', "1234.50"),
        ("金额", "(3)", "-3"),
        ("金额", "15%", "0.15"),
        ("金额", "soon", "soon"),
        ("日期", "2026/5/6", "2026-05-06"),
        ("日期", "2026年5月6日", "2026-05-06"),
        ("日期", "2026-05-06 9:30", "2026-05-06T09:30:00"),
        ("日期", "soon", "soon"),
        ("参会人", "张三、李四；王五;赵六", ["张三", "李四", "王五", "赵六"]),
        ("参会人", '"张三\n李四"', ["张三", "李四"]),
        ("加急", "是", True),
        ("加急", "FALSE", False),
        ("公章", "seal.png", {"file": "seal.png"}),
        ("编号", "", None),
    ],
)
def test_a_cell_gives_a_value_of_its_fields_kind(
    tmp_path: Path, header: str, cell: str, value: object
) -> None:
    (row,) = _payloads(_csv(tmp_path, f"{header},甲方.名称\n{cell},x\n"))
    assert row.payload[header] == value
    assert row.payload["甲方"] == {"名称": "x"}


def test_values_behind_a_format_go_to_numbers_and_dates(tmp_path: Path) -> None:
    rows = [["日期", "金额", "编号"], [(datetime(2026, 5, 6), "m/d/yy"), (1234.5, "¥#,##0.00"), (7, "000")]]
    (row,) = _payloads(workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert row.payload == {"日期": "2026-05-06", "金额": "1234.5", "编号": "007"}


def test_lines_that_go_on_add_items_to_the_lists_of_a_row(tmp_path: Path) -> None:
    text = "编号,品名,数量,型号\nA,纸,3,A4\n,,,A3\n,笔,5,\nB,墨,1,\nB,印泥,2,\nC,,,\n"
    first, second, third = _payloads(_csv(tmp_path, text))
    paper = {"品名": "纸", "数量": "3", "明细": [{"型号": "A4"}, {"型号": "A3"}]}
    assert first.payload == {"编号": "A", "采购项": [paper, {"品名": "笔", "数量": "5"}]}
    assert second.payload["采购项"] == [{"品名": "墨", "数量": "1"}, {"品名": "印泥", "数量": "2"}]
    assert third.payload == {"编号": "C", "采购项": None}
    assert [(each.number, each.lines) for each in (first, second, third)] == [(1, 3), (4, 2), (6, 1)]


def test_further_sheets_have_the_items_of_lists(tmp_path: Path) -> None:
    sheets = {
        "合同": [["序号", "编号"], [1, "A"], [2, "B"]],
        "采购项": [["编号", "品名", "数量"], ["A", "纸", 3], ["A", "笔", 5], ["C", "墨", 1]],
        "采购项.明细": [["编号", "品名", "型号"], ["A", "纸", "A4"], ["A", "纸", "A3"]],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    question = RowsAsked("a.xlsx", "a.xlsx", {"序号": None}, 100)
    with closing(RowsFile(path, _fields, question)) as rows:
        first, second = rows.payloads()
        (fault,) = rows.lines_without_row()
    models = [{"型号": "A4"}, {"型号": "A3"}]
    assert first.payload["采购项"] == [
        {"品名": "纸", "数量": "3", "明细": models},
        {"品名": "笔", "数量": "5", "明细": []},
    ]
    assert second.payload["采购项"] == []
    assert (fault.sheet, fault.row) == ("采购项", 3)
    assert "No row has 编号 C" in fault.message


def test_a_sheet_of_a_list_needs_a_column_of_the_main_sheet(tmp_path: Path) -> None:
    sheets = {"合同": [["编号"], ["A"]], "采购项": [["品名"], ["纸"]]}
    with pytest.raises(RowsInvalid, match="give it a column of the main sheet"):
        _payloads(workbook(tmp_path / "a.xlsx", sheets))


def test_another_sheet_may_be_the_main_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"一": [["x"]], "二": [["编号"], ["B"]]})
    (row,) = _payloads(path, sheet="二")
    assert row.payload == {"编号": "B"}


def test_a_fault_of_a_cell_is_told_with_row_and_column_and_does_not_stop_the_others(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Sheet1": [["编号", "金额"], ["A", 110101199003078515], ["B", 2]]})
    first, second = _payloads(path)
    assert [(each.row, each.column) for each in first.faults] == [(1, "金额")]
    assert second.payload == {"编号": "B", "金额": "2"}
    assert second.faults == []


def test_a_column_that_is_left_out_may_hold_anything(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Sheet1": [["编号", "身份证"], ["A", 110101199003078515]]})
    (row,) = _payloads(path, columns={"身份证": None})
    assert row.faults == []


def test_a_value_below_no_header_is_a_fault(tmp_path: Path) -> None:
    (row,) = _payloads(_csv(tmp_path, "编号,,金额\nA,x,1\n"))
    assert ["has no header" in each.message for each in row.faults] == [True]


def test_json_lines_are_payloads(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"编号": "A"}\n[]\n{"编号": "B"}\n', encoding="utf-8")
    rows = _payloads(path)
    assert [each.payload for each in rows] == [{"编号": "A"}, {}, {"编号": "B"}]
    assert [each.row for each in rows[1].faults] == [2]


def test_more_rows_than_allowed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RowsLimitExceeded):
        _payloads(_csv(tmp_path, "编号\n" + "A\n" * 4), most_rows=3)


def test_rows_that_are_not_asked_for_are_not_counted_and_those_behind_not_read(tmp_path: Path) -> None:
    path = _csv(tmp_path, "编号\n" + "A\n" * 6)
    rows = _payloads(path, most_rows=2, numbers=((1, 1), (5, 5)))
    assert [each.number for each in rows] == [1, 2, 3, 4, 5]
    with pytest.raises(RowsLimitExceeded):
        _payloads(path, most_rows=2, numbers=((2, 4),))


def test_lines_of_rows_that_were_left_out_are_no_faults(tmp_path: Path) -> None:
    sheets = {"合同": [["编号"], ["A"], ["B"]], "采购项": [["编号", "品名"], ["A", "纸"], ["B", "笔"]]}
    path = workbook(tmp_path / "a.xlsx", sheets)
    question = RowsAsked("a.xlsx", "a.xlsx", {}, 1, numbers=((1, 1),))
    with closing(RowsFile(path, _fields, question)) as rows:
        assert len(list(rows.payloads())) == 1
        assert list(rows.lines_without_row()) == []


def test_old_workbooks_are_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InvalidMediaType, match="before 2007") as caught:
        _payloads(path)
    assert ".xlsx" in caught.value.message


def test_a_binary_workbook_and_other_archives_are_refused(tmp_path: Path) -> None:
    for member, told in (
        ("xl/workbook.bin", "xlsb"),
        ("mimetype", "OpenDocument"),
        ("a.txt", "without a workbook"),
    ):
        path = tmp_path / "rows.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(InvalidMediaType, match=told):
            _payloads(path)
