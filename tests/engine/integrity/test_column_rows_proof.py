"""Rows and headings across repeated columns: the result is proved, and a changed one is violated."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.values import value_faults
from docops_flask.engine.options import Options
from tests.engine.integrity.finished_job import FinishedJob, finish_open
from tests.factories import docx, p, textbox

UNUSED = Options(unused="allow")
WIDTH = '<w:tcW w:w="{}" w:type="dxa"/>'


def cell(text: str, span: int = 1, width: int = 2000) -> str:
    own = WIDTH.format(width * span) + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
    return f"<w:tc><w:tcPr>{own}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str, columns: int = 3) -> str:
    grid = '<w:gridCol w:w="2000"/>' * columns
    inner = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    width = f'<w:tblPr><w:tblW w:w="{2000 * columns}" w:type="dxa"/></w:tblPr>'
    return f"<w:tbl>{width}<w:tblGrid>{grid}</w:tblGrid>{inner}</w:tbl>"


BODY = (
    table(
        cell("item") + cell("months and sum", 2),
        cell("") + cell("【#M 列】【N】【/M】") + cell("sum"),
        cell("【#R】【T】") + cell("【V】【?X】*【/X】") + cell("【S】【/R】"),
        cell("mean") + cell("【A】【#L】【.】【间隔】,【/L】") + cell("【全文.A】"),
    )
    + p("between")
    + table(cell("all", 2) + cell("z"), cell("a") + cell("【?W 列】w【/W】") + cell("b"))
    + p("between")
    + table(cell("【#E 列】【.】【/E】"), columns=1)
    + p("end")
)
PAYLOAD: dict[str, Any] = {
    "A": "5",
    "M": [{"N": "m1", "A": "2", "L": ["x", "y"]}, {"N": "m2", "A": "3", "L": []}],
    "R": [
        {"T": "a", "S": "30", "M": [{"V": "11"}, {"V": "12", "X": "x"}]},
        {"T": "b", "S": "70", "M": [{"V": "21"}, {"V": "22"}]},
    ],
    "E": [],
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


def test_each_row_has_a_cell_for_each_column(job: FinishedJob) -> None:
    assert cells(job) == [
        ["item", "months and sum"],
        ["", "m1", "m2", "sum"],
        ["a", "11", "12*", "30"],
        ["b", "21", "22", "70"],
        ["mean", "2x,y", "3", "5"],
        ["all", "z"],
        ["a", "b"],
    ]


def test_headings_and_tables_are_as_wide_as_what_is_left(job: FinishedJob) -> None:
    assert re.findall('gridSpan w:val="([0-9]+)"', job.part()) == ["3", "1"]
    assert re.findall('tblW w:w="([0-9]+)"', job.part()) == ["6000", "4000"]
    assert 'tcW w:w="2000" w:type="dxa"/><w:gridSpan w:val="1"' in job.part()


def test_the_job_itself_is_intact_to_the_byte(job: FinishedJob) -> None:
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")


def test_the_log_tells_the_copy_and_the_item_of_each_value(job: FinishedJob) -> None:
    number = {each["name"]: each["id"] for each in job.log["blocks"]}
    found = {each["new_text"]: each for each in job.log["entries"] if each["status"] == "replaced"}
    assert found["21"]["copy"] == [[number["R"], 1], [number["M"], 0]]
    assert found["21"]["payload_path"] == "$.R[1].M[0].V"
    told = [(each["name"], each["inside"], each["copies"]) for each in job.log["blocks"]]
    assert ("M", [], 2) in told
    assert ("L", [[number["M"], 0]], 2) in told
    gone = next(each for each in job.log["blocks"] if each["name"] == "E")
    assert {"path": "t2", "reason": "V4"} in gone["dropped"]


def cell_of(job: FinishedJob, text: str) -> str:
    """The cell of the result with ``text``."""
    found: list[str] = re.findall("<w:tc>.*?</w:tc>", job.part())
    return next(each for each in found if f">{text}<" in each)


DOCUMENTS: dict[str, Callable[[FinishedJob], FinishedJob]] = {
    "cells of two rows swapped": lambda job: (
        job.edited(">11<", ">x<").edited(">21<", ">11<").edited(">x<", ">21<")
    ),
    "a cell dropped in a row": lambda job: job.edited(cell_of(job, "22"), ""),
    "a cell more in a row": lambda job: job.edited(cell_of(job, "22"), cell_of(job, "22") * 2),
    "a heading over fewer columns": lambda job: job.edited('gridSpan w:val="3"', 'gridSpan w:val="2"'),
    "a heading that did not shrink": lambda job: job.edited('gridSpan w:val="1"', 'gridSpan w:val="2"'),
    "a table that did not shrink": lambda job: job.edited('tblW w:w="4000"', 'tblW w:w="6000"'),
    "a table that should have gone": lambda job: job.edited(p("end"), table(cell("x"), columns=1) + p("end")),
}


@pytest.mark.parametrize("change", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_changed_table_is_violated(job: FinishedJob, change: Callable[[FinishedJob], FinishedJob]) -> None:
    changed = change(job)
    assert (changed.proof().verdict, changed.proof_by_bytes()) == ("violated", None)


def test_values_of_two_rows_exchanged_in_document_and_log_are_violated_with_the_task(
    job: FinishedJob,
) -> None:
    entries = {each["new_text"]: each for each in job.log["entries"]}
    entries["11"]["new_text"], entries["21"]["new_text"] = "21", "11"
    changed = job.edited(">11<", ">x<").edited(">21<", ">11<").edited(">x<", ">21<")
    assert changed.proof().verdict == "intact"
    assert task_faults(changed, PAYLOAD) == {"value"}


def test_a_row_whose_list_is_longer_than_the_columns_is_violated_with_the_task(job: FinishedJob) -> None:
    longer = {**PAYLOAD["R"][1], "M": [*PAYLOAD["R"][1]["M"], {"V": "23"}]}
    assert task_faults(job, PAYLOAD) == set()
    assert task_faults(job, {**PAYLOAD, "R": [PAYLOAD["R"][0], longer]})


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("M", {"copies": 1}),
        ("M", {"copies": 3}),
        ("R", {"copies": 3}),
        ("L", {"inside": []}),
        ("E", {"dropped": []}),
    ],
)
def test_a_log_that_says_otherwise_is_violated(
    job: FinishedJob, name: str, change: dict[str, object]
) -> None:
    next(each for each in job.log["blocks"] if each["name"] == name).update(change)
    assert job.proof().verdict == "violated"


@pytest.mark.parametrize("months", [0, 1, 3])
@pytest.mark.parametrize("rows", [0, 2])
def test_any_number_of_rows_and_columns_is_proved(tmp_path: Path, months: int, rows: int) -> None:
    items = [{"V": str(number)} for number in range(months)]
    payload = {
        **PAYLOAD,
        "M": [{"N": "n", "A": "1", "L": ["z"]}] * months,
        "R": [{"T": "t", "S": "s", "M": items}] * rows,
        "E": ["e"] * months,
        "W": "w" if rows else None,
    }
    job = finish_open(tmp_path, docx(BODY), payload)
    assert job.proof().verdict == "intact"
    assert [len(each) for each in cells(job)[: 3 + rows]] == [2, *[2 + months] * (2 + rows)]


def test_a_row_without_a_list_for_the_columns_is_missing(tmp_path: Path) -> None:
    payload = {**PAYLOAD, "R": [PAYLOAD["R"][0], {"T": "b", "S": "70"}]}
    job = finish_open(tmp_path, docx(BODY), payload)
    assert job.proof().verdict == "intact"
    assert cells(job)[3] == ["b", "【V】", "【V】", "70"]
    missing = [each["payload_path"] for each in job.log["entries"] if each["status"] == "missing"]
    assert missing == ["$.R[1].M[0].V", "$.R[1].M[1].V"]


def task_faults(job: FinishedJob, payload: dict[str, Any]) -> set[str]:
    """What is not as the task says."""
    return {each.what for each in value_faults(read_claims(job.log, job.report), payload)}


BLANK = cell("") + cell("")
DIVIDED = table(
    cell("h") + cell("【#M 列】【N】【/M】") + cell("z"),
    cell("【#R】") + BLANK,
    cell("【T】") + cell("【V】") + cell("z"),
    cell("【间隔】") + BLANK,
    cell("then") + cell("【?末项】last【/】") + cell("z"),
    cell("【否则】") + BLANK,
    cell("none", 3),
    cell("all") + cell("【N】") + cell("z"),
    cell("【/R】") + BLANK,
) + p("end")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (PAYLOAD["R"], [["a", "11", "12", "z"], ["then", "", "last", "z"], ["b", "21", "22", "z"]]),
        ([], [["none"], ["all", "m1", "m2", "z"]]),
    ],
    ids=["rows", "none"],
)
def test_rows_between_copies_and_in_place_of_them_have_the_columns_too(
    tmp_path: Path, rows: list[object], expected: list[list[str]]
) -> None:
    job = finish_open(tmp_path, docx(DIVIDED), {"M": [{"N": "m1"}, {"N": "m2"}], "R": rows}, UNUSED)
    assert job.proof().verdict == "intact"
    assert cells(job) == [["h", "m1", "m2", "z"], *expected]
    assert job.part().count('<w:gridSpan w:val="4"/>') == (not rows)


def test_rows_across_columns_in_both_branches_of_a_text_box_are_one_block(tmp_path: Path) -> None:
    inner = table(
        cell("h") + cell("【#M 列】【N】【/M】"), cell("【#R】【T】") + cell("【V】【/R】"), columns=2
    )
    job = finish_open(tmp_path, docx(p("x", textbox(inner + p("y")))), PAYLOAD, UNUSED)
    assert (job.proof().verdict, len(job.log["blocks"])) == ("intact", 2)
    assert cells(job) == [["h", "m1", "m2"], ["a", "11", "12"], ["b", "21", "22"]] * 2


_NOTE = f'<w:footnote w:id="2">{p("n【N】")}</w:footnote>'


@pytest.mark.parametrize(
    ("hung", "stories"),
    [
        (textbox(p("n【N】")), {}),
        ('<w:r><w:footnoteReference w:id="2"/></w:r>', {"footnotes": _NOTE}),
    ],
)
@pytest.mark.parametrize("row", [{"C": [{"N": "r1"}, {"N": "r2"}]}, {"N": "none of the item"}])
def test_what_hangs_in_a_cell_without_tags_is_of_the_list_of_the_row(
    tmp_path: Path, hung: str, stories: dict[str, str], row: dict[str, Any]
) -> None:
    crossing = f"<w:tc>{p('【#R】', hung)}</w:tc>" + cell("z【/R】")
    body = table(cell("【#C 列】【N】【/C】") + cell("z"), crossing, columns=2)
    payload = {"C": [{"N": "c1"}, {"N": "c2"}], "R": [row]}
    done = finish_open(tmp_path, docx(body, stories=stories), payload, UNUSED)
    assert done.proof().verdict == "intact"
    told = {each["payload_path"]: each["new_text"] for each in done.log["entries"]}
    items = row.get("C", [{}, {}])
    assert told == {
        **{f"$.C[{number}].N": f"c{number + 1}" for number in (0, 1)},
        **{f"$.R[0].C[{number}].N": items[number].get("N") for number in (0, 1)},
    }
