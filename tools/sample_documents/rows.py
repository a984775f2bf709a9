"""Workbooks of rows for the samples: lists from several lines, and nested lists from further sheets.

The first document of each has the values of its template's sample task.
"""

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

from tools.lib.png import seal
from tools.sample_documents import meeting_minutes, purchase_contract

_DATE, _MONEY, _SHARE, _TEXT = 'yyyy"年"m"月"d"日"', '"¥"#,##0.00', "0%", "@"
_DAY = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
SEAL = "seal.png"
_GOODS = ("名称", "规格", "数量", "单位", "单价", "金额")


def build(folder: Path) -> None:
    """Write the workbooks, and the picture that one of them names, into ``folder``."""
    _write(folder / "purchase_contract.rows.xlsx", {"合同": _contracts()})
    _write(folder / "meeting_minutes.rows.xlsx", _minutes())
    (folder / SEAL).write_bytes(seal())


def _contracts() -> list[list[Any]]:
    """Return a line for each of the goods; the contract's own cells stand in its first line."""
    first = dict(purchase_contract.task()["payload"])
    second = {
        **first,
        "合同编号": "QL-CG-2026-019",
        "乙方": "青岚市墨香文化用品有限公司",
        "项目名称": "办公用纸",
        "货物": [
            {"名称": "复印纸", "规格": "A4 80 克", "数量": 120, "单位": "箱", "单价": 165, "金额": 19800},
            {"名称": "笔记本", "规格": None, "数量": 300, "单位": "本", "单价": 6.5, "金额": 1950},
        ],
        "合计": 21750,
        "质保": {"月数": 12},
        "附件": ["货物清单"],
    }
    own = (
        "合同编号", "甲方", "乙方", "项目名称", "合计", "交货日期", "交货地点", "验收天数", "预付比例",
        "质保.月数", "质保.巡检次数", "份数", "各执份数", "附件", "公章", "签订日期",
    )  # fmt: skip
    lines: list[list[Any]] = [[*own[:4], *(f"货物.{name}" for name in _GOODS), *own[4:]]]
    for contract in (first, second):
        values = [_of_contract(contract, name) for name in own]
        for number, goods in enumerate(contract["货物"]):
            items = [_item(name, goods.get(name)) for name in _GOODS]
            shown = values if number == 0 else [None] * len(own)
            lines.append([*shown[:4], *items, *shown[4:]])
    return lines


def _item(name: str, value: Any) -> Any:
    return (value, _MONEY) if name in ("单价", "金额") else value


def _of_contract(contract: dict[str, Any], name: str) -> Any:
    value: Any = contract
    for part in name.split("."):
        value = value.get(part)
    if name == "公章":
        return SEAL
    if name.endswith("日期"):
        return (date.fromisoformat(value), _DATE)
    if isinstance(value, list):
        return "；".join(value)
    return (value, {"合计": _MONEY, "预付比例": _SHARE}[name]) if name in ("合计", "预付比例") else value


def _minutes() -> dict[str, list[list[Any]]]:
    """Return a sheet of minutes, and one for each list in them, called by its path."""
    first = meeting_minutes.task()["payload"]
    second = {
        **first,
        "期号": 8,
        "会议名称": "安全生产专题会议",
        "日期": "2026-05-13",
        "议题": [
            {
                "标题": "汛期值守",
                "讨论": "会议听取了值守安排的汇报。",
                "决议": [
                    {
                        "内容": "六月一日起实行二十四小时值守。",
                        "责任人": [{"姓名": "高衡", "单位": "办公室"}],
                        "期限": "2026-06-01",
                    }
                ],
            }
        ],
        "请假": [],
        "列席": ["陆川"],
        "印发日期": "2026-05-14",
    }
    own = (
        "期号", "机关", "会议名称", "日期", "地点", "主持人", "出席", "请假", "列席", "印发日期",
    )  # fmt: skip
    sheets: dict[str, list[list[Any]]] = {
        "纪要": [list(own)],
        "议题": [["期号", "标题", "讨论"]],
        "议题.决议": [["期号", "标题", "内容", "期限"]],
        "议题.决议.责任人": [["期号", "标题", "内容", "姓名", "单位"]],
    }
    for minutes in (first, second):
        sheets["纪要"].append([_of_minutes(name, minutes.get(name)) for name in own])
        for topic in minutes["议题"]:
            link = [minutes["期号"], topic["标题"]]
            sheets["议题"].append([*link, topic.get("讨论")])
            for made in topic["决议"]:
                sheets["议题.决议"].append([*link, made["内容"], _of_minutes("期限", made.get("期限"))])
                for person in made.get("责任人", ()):
                    sheets["议题.决议.责任人"].append(
                        [*link, made["内容"], person["姓名"], person.get("单位")]
                    )
    return sheets


def _of_minutes(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(value) or None
    is_date = value is not None and name in ("日期", "印发日期", "期限")
    return (date.fromisoformat(value), _DATE) if is_date else value


def _write(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    """Write a workbook; a cell that is a pair is a value and its number format."""
    # Imported here: with the packages for development it loads one that servers do not have.
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                content, shown = value if isinstance(value, tuple) else (value, None)
                cell = sheet.cell(number, column, content)
                if number == 1:
                    cell.font = Font(bold=True)
                    sheet.column_dimensions[get_column_letter(column)].width = 16
                elif shown is not None or isinstance(content, str):
                    cell.number_format = shown or _TEXT
    packed = io.BytesIO()
    book.save(packed)
    path.write_bytes(_without_times(packed))


def _without_times(packed: io.BytesIO) -> bytes:
    """Return a workbook whose bytes do not depend on when it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>2026-05-06T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
