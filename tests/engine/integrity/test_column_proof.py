"""Tables whose columns are repeated: the result is proved, and a changed one is violated."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.integrity.finished_job import FinishedJob, finish_open
from tests.factories import docx, p

WIDTH = '<w:tcW w:w="2000" w:type="dxa"/>'


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{WIDTH}{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str, columns: int = 3) -> str:
    grid = "".join(f'<w:gridCol w:w="{2000 + number}"/>' for number in range(columns))
    inner = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{inner}</w:tbl>'


BODY = (
    table(
        cell("quarter") + cell("【#Q 列】【N】") + cell("total"),
        cell("sales") + cell("【S】") + cell("【T】"),
        cell("share") + cell("【P】 %【/Q】") + cell("all"),
    )
    + p("【?V】")
    + table(
        cell("a") + cell("【#L 列】【N】", '<w:vMerge w:val="restart"/>') + cell("【/L】"),
        cell("b") + cell("", "<w:vMerge/>") + cell("【#】"),
        cell("c") + cell("both 【N】", '<w:gridSpan w:val="2"/>'),
    )
    + p("【/V】")
    + table(cell("x") + cell("【?W 列】w【/W】") + cell("y"), cell("1") + cell("2") + cell("【T】"))
    + p("end")
)
PAYLOAD: dict[str, Any] = {
    "Q": [{"N": "Q1", "S": 10, "P": 20}, {"N": "Q2", "S": 11, "P": 30}, {"N": "Q3", "S": 12, "P": 50}],
    "T": "33",
    "V": "v",
    "L": [{"N": "one"}, {"N": "two"}],
}


@pytest.fixture(name="job")
def finished(tmp_path: Path) -> FinishedJob:
    return finish_open(tmp_path, docx(BODY), PAYLOAD)


def cells(job: FinishedJob) -> list[list[str]]:
    """The texts of each row's cells."""
    rows = re.findall("<w:tr>.*?</w:tr>", job.part())
    return [
        ["".join(re.findall("<w:t[ >][^<]*", each)).replace('<w:t xml:space="preserve">', "").replace("<w:t>", "")
         for each in re.findall("<w:tc>.*?</w:tc>", row)]
        for row in rows
    ]  # fmt: skip


def test_columns_stand_once_for_each_item_in_every_row(job: FinishedJob) -> None:
    assert cells(job) == [
        ["quarter", "Q1", "Q2", "Q3", "total"],
        ["sales", "10", "11", "12", "33"],
        ["share", "20 %", "30 %", "50 %", "all"],
        ["a", "one", "", "two", ""],
        ["b", "", "1", "", "2"],
        ["c", "both one", "both two"],
        ["x", "y"],
        ["1", "33"],
    ]
    grids = [re.findall(r'gridCol w:w="(\d+)"', each) for each in job.part().split("</w:tblGrid>")[:3]]
    assert grids == [["2000", "2001", "2001", "2001", "2002"], ["2000", *["2001", "2002"] * 2], ["2000", "2002"]]


def test_the_job_itself_is_intact_to_the_byte(job: FinishedJob) -> None:
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")
    told = [(each["extent"], each["copies"], each["from"], each["to"]) for each in job.log["blocks"]]
    assert told[0] == ("columns", 3, "t0.r0.c1.p0", "t0.r0.c1.p0")
