"""Tables whose columns are repeated: the result is proved, and a changed one is violated."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import TemplateLimitExceeded
from tests.engine.integrity.finished_job import FinishedJob, finish_open
from tests.factories import docx, p, textbox

WIDTH = '<w:tcW w:w="2000" w:type="dxa"/>'


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{WIDTH}{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str, columns: int = 3) -> str:
    grid = "".join(f'<w:gridCol w:w="{2000 + number}"/>' for number in range(columns))
    inner = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{inner}</w:tbl>"


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
        ["".join(re.findall("<w:t(?: [^>]*)?>([^<]*)", each)) for each in re.findall("<w:tc>.*?</w:tc>", row)]
        for row in rows
    ]


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


def test_copies_share_the_width_of_their_column(job: FinishedJob) -> None:
    grids = [re.findall(r'gridCol w:w="(\d+)"', each) for each in job.part().split("</w:tblGrid>")[:3]]
    halves = ["1001", "1001", "1000", "1001"]
    assert grids == [["2000", "667", "667", "667", "2002"], ["2000", *halves], ["2000", "2002"]]
    widths = [re.findall(r'tcW w:w="(\d+)"', each) for each in re.findall("<w:tr>.*?</w:tr>", job.part())]
    assert widths[0] == ["2000", "667", "667", "666", "2000"]
    assert widths[5] == ["2000", "1000", "1000"]


def test_the_job_itself_is_intact_to_the_byte(job: FinishedJob) -> None:
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")
    told = [(each["extent"], each["copies"], each["from"], each["to"]) for each in job.log["blocks"]]
    assert told[0] == ("columns", 3, "t0.r0.c1.p0", "t0.r0.c1.p0")


def cell_of(job: FinishedJob, text: str) -> str:
    """The cell of the result with ``text``."""
    found: list[str] = re.findall("<w:tc>.*?</w:tc>", job.part())
    return next(each for each in found if f">{text}<" in each)


DOCUMENTS: dict[str, Callable[[FinishedJob], FinishedJob]] = {
    "two copies swapped in a row": lambda job: job.edited(
        cell_of(job, "10") + cell_of(job, "11"), cell_of(job, "11") + cell_of(job, "10")
    ),
    "a copy dropped in a row": lambda job: job.edited(cell_of(job, "11"), ""),
    "a copy more in a row": lambda job: job.edited(cell_of(job, "12"), cell_of(job, "12") * 2),
    "a cell beside repeated": lambda job: job.edited(cell_of(job, "33"), cell_of(job, "33") * 2),
    "another span": lambda job: job.edited('gridSpan w:val="2"', 'gridSpan w:val="3"'),
    "a column of the grid dropped": lambda job: job.edited('<w:gridCol w:w="667"/>', ""),
    "a column of the grid wider": lambda job: job.edited('gridCol w:w="667"', 'gridCol w:w="668"'),
    "a cell that is wider": lambda job: job.edited('tcW w:w="666"', 'tcW w:w="667"'),
    "a merged cell that begins": lambda job: job.edited("<w:vMerge/>", '<w:vMerge w:val="restart"/>'),
    "columns that have no copy": lambda job: job.edited(cell_of(job, "x"), cell_of(job, "x") + cell("w")),
}


@pytest.mark.parametrize("change", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_changed_table_is_violated(job: FinishedJob, change: Callable[[FinishedJob], FinishedJob]) -> None:
    changed = change(job)
    assert (changed.proof().verdict, changed.proof_by_bytes()) == ("violated", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("copies", 2), ("copies", 4), ("extent", "rows"), ("from", "t0.r0.c0.p0"), ("to", "t0.r1.c1.p0"),
     ("result_to", "t0.r0.c4.p0"), ("branch", None)],
)  # fmt: skip
def test_a_log_that_says_otherwise_is_violated(job: FinishedJob, name: str, value: object) -> None:
    job.log["blocks"][0][name] = value
    assert job.proof().verdict == "violated"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_whatever_the_number_of_items_each_row_keeps_its_cells_beside(tmp_path: Path, count: int) -> None:
    payload = {**PAYLOAD, "Q": PAYLOAD["Q"][:count], "L": PAYLOAD["L"][:count], "W": "w"}
    job = finish_open(tmp_path, docx(BODY), payload)
    assert job.proof().verdict == "intact"
    assert [len(each) for each in cells(job)] == [2 + count] * 3 + [1 + 2 * count] * 2 + [1 + count] + [3, 3]


def test_a_list_that_is_not_given_stays_in_all_rows(tmp_path: Path) -> None:
    job = finish_open(tmp_path, docx(BODY), {**PAYLOAD, "Q": None})
    assert job.proof().verdict == "intact"
    assert cells(job)[:3] == [
        ["quarter", "【#Q 列】【N】", "total"], ["sales", "【S】", "33"], ["share", "【P】 %【/Q】", "all"]
    ]  # fmt: skip


def test_the_columns_that_word_takes_are_counted_before_anything_is_copied(tmp_path: Path) -> None:
    items = [{"N": "n", "S": 1, "P": 2}] * 61
    assert finish_open(tmp_path, docx(BODY), {**PAYLOAD, "Q": items}).proof().verdict == "intact"
    with pytest.raises(TemplateLimitExceeded) as refused:
        finish_open(tmp_path, docx(BODY), {**PAYLOAD, "Q": [*items, items[0]]})
    assert refused.value.detail["limit"] == "table_columns"


def test_columns_in_both_branches_of_a_text_box_are_one_block(tmp_path: Path) -> None:
    box = table(cell("a") + cell("【#Q 列】【N】【/Q】"), cell("b") + cell("【S】"), columns=2)
    items = [{"N": "Q1", "S": 10}, {"N": "Q2", "S": 11}]
    job = finish_open(tmp_path, docx(p("x", textbox(box + p("y"))) + p("【T】")), {"Q": items, "T": "t"})
    assert (job.proof().verdict, len(job.log["blocks"])) == ("intact", 1)
    assert cells(job) == [["a", "Q1", "Q2"], ["b", "10", "11"]] * 2
