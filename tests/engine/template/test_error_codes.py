"""Each code of a fault in a template of language 2, shown once: the tag, its place, the other tag, words."""

from pathlib import Path
from typing import NamedTuple

import pytest

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from docops_flask.engine.reports.log_entry import UNSUPPORTED_REASONS
from docops_flask.engine.template.blocks.structure_report import blocks_in_one_cell
from docops_flask.engine.template.grammar import Kind
from tests.engine.open_jobs import run_open
from tests.engine.template.blocks.block_documents import structure
from tests.factories import docx, p, r, tbl, tc, tr

END = p("end")


class Told(NamedTuple):
    """What is told of a fault: its tag and place, the tag it is about beside, and words of the message."""

    text: str
    place: str
    related: str | None = None
    words: str = ""


class Shown(NamedTuple):
    """A body with one fault, and what is told of it."""

    body: str
    told: tuple[Told, ...]


# Found with the blocks of a template, whatever the payload.
STRUCTURAL = {
    "BAD_TAG": Shown(p("【#ITEMS ROWS】"), (Told("【#ITEMS ROWS】", "p0", words="【#NAME】, with 段, 行"),)),
    "BLOCK_UNCLOSED": Shown(p("x") + p("【#A】x"), (Told("【#A】", "p1"),)),
    "BLOCK_UNOPENED": Shown(p("x【/A】"), (Told("【/A】", "p0"),)),
    "BLOCK_MISMATCH": Shown(p("【#A】x【/B】"), (Told("【#A】", "p0", "【/B】"),)),
    "BLOCKS_OVERLAP": Shown(
        tbl(tr(tc("【#A】x"), tc("【/A】【#B】")), tr(tc("y"), tc("【/B】"))),
        (Told("【#A】", "t0.r0.c0.p0", "【#B】"), Told("【#B】", "t0.r0.c1.p0", "【#A】")),
    ),
    "BLOCK_CUTS_PARAGRAPH": Shown(p("a【#A】b") + p("x") + p("【/A】"), (Told("【#A】", "p0", "【/A】"),)),
    "BLOCK_CROSSES_TABLE": Shown(p("【#A】") + tbl(tr(tc("【/A】"))), (Told("【#A】", "p0", "【/A】"),)),
    "BLOCK_NOT_IN_TABLE": Shown(p("【#A 行】x【/A】"), (Told("【#A 行】", "p0", "【/A】"),)),
    "COLUMN_CUTS_SPAN": Shown(
        tbl(
            tr(tc("【#A 列】x"), tc("y【/A】"), tc("y")),
            tr(tc("z"), tc("z", properties='<w:gridSpan w:val="2"/>')),
        ),
        (Told("【#A 列】", "t0.r0.c0.p0", "【/A】", "row 2 of the table (t0.r1): a cell spans"),),
    ),
    "BLOCK_CUTS_ELEMENT": Shown(
        p("【#A】", f"<w:hyperlink>{r('x【/A】')}</w:hyperlink>"), (Told("【#A】", "p0", "【/A】"),)
    ),
    "BLOCK_CUTS_FIELD": Shown(
        p("【#A】", f"<w:fldSimple>{r('x【/A】')}</w:fldSimple>"), (Told("【#A】", "p0", "【/A】"),)
    ),
    "DIVIDER_OUTSIDE": Shown(p("【否则】"), (Told("【否则】", "p0"),)),
    "DIVIDER_NOT_ALONE": Shown(
        p("【#A】") + p("x【否则】") + p("【/A】"), (Told("【否则】", "p1", "【#A】"),)
    ),
    "MERGE_OUTSIDE": Shown(
        p("【#A】") + p("【合并】x") + p("【/A】"), (Told("【合并】", "p1", words="no cell of a row"),)
    ),
    "SCOPE_OUTSIDE": Shown(p("【.】"), (Told("【.】", "p0"),)),
    "UNREPEATABLE_OBJECT": Shown(
        p("【#A】") + '<w:altChunk r:id="rId1"/>' + p("【/A】"),
        (Told("【#A】", "p0", "【/A】", "an imported document"),),
    ),
}
# Found with the names of a template.
NAMED = {
    "UNKNOWN_FORMAT": Shown(p("【A|日起】【=B|可空】"), (Told("【A|日起】", "p0", words="日起"),)),
    "BAD_FORMATS": Shown(
        p("【A|大写|日期】【=B|0.0|大写】"),
        (Told("【A|大写|日期】", "p0", words="日期 takes a date, and what 大写 writes is none"),),
    ),
    "TYPE_CONFLICT": Shown(
        p("【合同.编号】") + p("【=合同】"),
        (Told("【合同.编号】", "p0", words="values of different kinds"), Told("【=合同】", "p1")),
    ),
}
# Hints of inspect: problems without an exit code.
HINTS = ("BLOCK_IN_ONE_CELL", "NEEDS_LANGUAGE_2")
# Tags at places that take none of their kind: shown in test_pictures.py, test_check_controls.py and
# test_subdocuments.py; fields and controls of Word: in tests/engine/native.
MISPLACED = (
    "UNSUPPORTED_PICTURE", "UNSUPPORTED_TAG", "UNSUPPORTED_FIELD", "UNSUPPORTED_CONTROL", "BOUND_CONTROL",
    "SUBDOCUMENT_PLACE",
)  # fmt: skip


def test_every_code_that_the_log_knows_is_shown_here() -> None:
    codes = {kind.value for kind in Kind if kind.value.isupper()}
    assert codes - set(MISPLACED) <= {*STRUCTURAL, *NAMED}


@pytest.mark.parametrize(("code", "shown"), STRUCTURAL.items(), ids=STRUCTURAL)
def test_a_fault_of_a_block_has_code_tag_place_and_the_tag_it_is_about(code: str, shown: Shown) -> None:
    found = structure(shown.body + END).faults
    assert [each.code for each in found] == [code] * len(shown.told)
    for fault, told in zip(found, shown.told, strict=True):
        assert (fault.text, fault.place.path) == (told.text, told.place)
        assert fault.place.reading.text[fault.start : fault.end] == told.text
        assert (None if fault.related is None else fault.related.placed.text) == told.related
        assert told.words in (fault.reason or "")


@pytest.mark.parametrize(("code", "shown"), {**STRUCTURAL, **NAMED}.items(), ids=[*STRUCTURAL, *NAMED])
def test_a_fault_stays_in_the_document_with_exit_code_3_and_the_rest_is_filled(
    tmp_path: Path, code: str, shown: Shown
) -> None:
    run = run_open(tmp_path, docx(shown.body + p("【REST】")), {"REST": "filled"})
    assert run.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert run.paragraphs()[-1] == "filled"
    document = "".join(run.paragraphs())
    assert all(told.text in document for told in shown.told)
    if code in {kind.value for kind in Kind}:
        entries = [each for each in run.result.log.unsupported if each.kind == code]
        places = [(each.original_text, each.paragraph_path) for each in entries]
        assert [(told.text, told.place) for told in shown.told] == places[: len(shown.told)]
        for entry, told in zip(entries, shown.told, strict=False):
            assert UNSUPPORTED_REASONS[Kind(code)] in (entry.reason or "")
            assert told.words in (entry.reason or "")


@pytest.mark.parametrize(("code", "shown"), NAMED.items(), ids=NAMED)
def test_inspect_tells_it_before_there_is_a_task(tmp_path: Path, code: str, shown: Shown) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(shown.body))
    report = inspect(Job(JobKind.INSPECT, ()), file)
    told = [(each.kind, each.text, each.paragraph_path) for each in report.unsupported]
    assert told == [(code, each.text, each.place) for each in shown.told]
    problems = [each.text for each in report.problems if each.code not in HINTS]
    assert {each.text for each in shown.told} <= set(problems)


def test_an_unknown_format_comes_with_the_one_that_was_probably_meant(tmp_path: Path) -> None:
    run = run_open(tmp_path, docx(p("【A|中文大】")), {"A": "1"})
    (entry,) = run.result.log.unsupported
    assert (entry.kind, entry.suggestion) == ("UNKNOWN_FORMAT", "中文大写")
    (problem,) = [
        each
        for each in inspect(Job(JobKind.INSPECT, ()), tmp_path / "template.docx").problems
        if each.code == "UNKNOWN_FORMAT"
    ]
    assert problem.message.endswith("Did you mean 中文大写?")


@pytest.mark.parametrize(("text", "kind"), [("【A|中文大】", "UNKNOWN_FORMAT"), ("【#ITEMS", "unclosed")])
def test_inspect_tells_a_lone_fault_as_a_run_does(tmp_path: Path, text: str, kind: str) -> None:
    run = run_open(tmp_path, docx(p(text)), {})
    report = inspect(Job(JobKind.INSPECT, ()), tmp_path / "template.docx")
    assert run.kinds() == [(text, kind)]
    assert [(each.text, each.kind) for each in report.unsupported] == [(text, kind)]


def test_hints_are_problems_without_an_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【MEETING_TITLE】【=甲方】")))
    problems = inspect(Job(JobKind.INSPECT, ()), file).problems
    needs = [(each.code, each.place, each.text) for each in problems if each.code in HINTS]
    assert needs == [("NEEDS_LANGUAGE_2", "p0:r0", "【=甲方】")]
    (block,) = blocks_in_one_cell(structure(tbl(tr(tc("【#A】x【/A】"))) + END))
    assert (block.name, block.start.place.path) == ("A", "t0.r0.c0.p0")
