"""合并 in cells with controls, text boxes, tracked or unknown properties, texts inside paragraphs."""

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ExitCode
from tests.engine.native.word_controls import PICTURE, PROMPT, control, empty, entries
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import W, docx, p, package, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, placeholder_picture, png

MAIN = "word/document.xml"
BEGINS, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
PNG = {"png": in_base64(png())}
EQUATION = (
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>【A】</m:t></m:r>'
    "</m:oMath>"
)


def template(*content: str, properties: str = "") -> bytes:
    """A list of one row whose first cell holds ``content`` and has the inside of its w:tcPr."""
    begin = p("【#L】【合并】x")
    return docx(tbl(tr(tc(begin, *content, properties=properties), tc(p("【B】【/L】")))))


def items(*values: Any, name: str = "A") -> dict[str, Any]:
    return {"L": [{name: value, "B": f"b{number}"} for number, value in enumerate(values)]}


def marks(done: OpenRun) -> str:
    """Return for each row b, c or -: its first cell begins, goes on, is by itself."""
    cells = re.findall("<w:tr><w:tc>(.*?)</w:tc>", done.part(MAIN).decode(), re.DOTALL)
    return "".join("b" if BEGINS in each else "c" if GOES_ON in each else "-" for each in cells)


def is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


@pytest.mark.parametrize("kind", ["dropDownList", "comboBox"])
@pytest.mark.parametrize("is_inline", [True, False])
def test_an_entry_of_a_list_counts_as_it_is_shown(tmp_path: Path, kind: str, is_inline: bool) -> None:
    sizes = entries(("s", "Small"), ("b", "Big"), ("g", "Big"), kind=kind)
    of_list = p(control("A", PROMPT, sizes)) if is_inline else control("A", p(PROMPT), sizes)
    done = run_open(tmp_path, template(of_list), items("b", "Big", "g", "s"))
    assert (marks(done), is_intact(done)) == ("bcc-", True)


BOXES = {
    "both alike": textbox(p("【A】")),
    "other words in the fallback": textbox(p("【A】"), fallback=[p("b【A】")]),
    "no tag in the fallback": textbox(p("【A】"), fallback=[p("b")]),
    "no tag in the choice": textbox(p("a"), fallback=[p("b【A】")]),
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_text_boxes_count(tmp_path: Path, box: str) -> None:
    done = run_open(tmp_path, template(p(box)), items("甲", "甲", "乙", None, None))
    assert (marks(done), is_intact(done)) == ("bc---", True)


def _changed(inside: str) -> str:
    return f'<w:tcPrChange w:id="1" w:author="x"><w:tcPr>{inside}</w:tcPr></w:tcPrChange>'


WIDTH = '<w:tcW w:w="5" w:type="dxa"/>'
OWN, ALIGN = '<x:own xmlns:x="urn:x"/>', '<w:vAlign w:val="center"/>'
CHOICE = f'<mc:AlternateContent><mc:Choice Requires="wps">{ALIGN}</mc:Choice></mc:AlternateContent>'


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (_changed("<w:vMerge/>"), f"<w:tcPr>{GOES_ON}<w:tcPrChange"),
        (WIDTH + _changed(WIDTH), f"{WIDTH}{GOES_ON}<w:tcPrChange"),
        (WIDTH + OWN + ALIGN, f"{WIDTH}{GOES_ON}{OWN}"),
        (WIDTH + ALIGN + OWN, f"{WIDTH}{GOES_ON}{ALIGN}"),
        (OWN, f"<w:tcPr>{GOES_ON}{OWN}"),
        (OWN + WIDTH, f"{WIDTH}{GOES_ON}</w:tcPr>"),
        ("<w:own/>" + WIDTH + ALIGN, f"{WIDTH}{GOES_ON}{ALIGN}"),
        ('<x:vMerge xmlns:x="urn:x"/>', f"<w:tcPr>{GOES_ON}<x:vMerge"),
        ('<x:tcW xmlns:x="urn:x"/>' + ALIGN, f"<w:tcPr>{GOES_ON}<x:tcW"),
        (WIDTH + CHOICE, f"{WIDTH}{GOES_ON}<mc:AlternateContent>"),
        (ALIGN + WIDTH, f"{WIDTH}{GOES_ON}</w:tcPr>"),
        (WIDTH.replace("/>", "></w:tcW>") + ALIGN, f"></w:tcW>{GOES_ON}{ALIGN}"),
        (f"<!-- {ALIGN} -->{WIDTH}<!-- {WIDTH} -->{ALIGN}", f"{WIDTH}{GOES_ON}<!-- {WIDTH} -->{ALIGN}"),
    ],
)
def test_the_mark_stands_behind_the_properties_that_go_before_it(
    tmp_path: Path, properties: str, expected: str
) -> None:
    done = run_open(tmp_path, template(p("【A】"), properties=properties), items("甲", "甲"))
    assert expected in done.part(MAIN).decode()
    assert is_intact(done)


@pytest.mark.parametrize("merged", ["<w:vMerge/>", BEGINS, CHOICE.replace(ALIGN, "<w:vMerge/>")])
def test_a_cell_that_is_merged_already_is_told(tmp_path: Path, merged: str) -> None:
    done = run_open(tmp_path, template(p("【A】"), properties=merged), items("甲", "甲"))
    assert ("【合并】", "MERGE_OUTSIDE") in done.kinds()
    assert is_intact(done)


HIDDEN = {
    "an equation": p(EQUATION),
    "a field code": p('<w:fldSimple w:instr=" DATE 【A】 "/>'),
    "a complex field": p(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE 【A】 </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ),
    "ruby": p(f"<w:r><w:ruby><w:rt>{r('【A】')}</w:rt><w:rubyBase>{r('b')}</w:rubyBase></w:ruby></w:r>"),
    "a reference to a character": p(EQUATION.replace("【", "&#x3010;")),
}


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_values_beside_the_text_of_paragraphs_are_not_hidden(tmp_path: Path, content: str) -> None:
    done = run_open(tmp_path, template(content), items("甲", "甲", "乙"))
    assert ("【合并】", "MERGE_OUTSIDE") in done.kinds()
    assert (marks(done), is_intact(done)) == ("---", True)


@pytest.mark.parametrize(
    "content",
    [
        placeholder_picture("【@A】", kind="inline"),
        empty("A", placeholder_picture("a", kind="inline"), PICTURE),
    ],
)
def test_pictures_are_not_hidden(tmp_path: Path, content: str) -> None:
    done = run_open(tmp_path, template(p(content)), items(PNG, PNG))
    assert ("【合并】", "MERGE_OUTSIDE") in done.kinds()
    assert (marks(done), is_intact(done)) == ("--", True)


def test_notes_are_not_hidden(tmp_path: Path) -> None:
    cell = tc(p("【#L】【合并】x", '<w:r><w:footnoteReference w:id="2"/></w:r>'))
    notes = f'<w:footnote w:id="2">{p("【A】")}</w:footnote>'
    body = tbl(tr(cell, tc(p("【B】【/L】"))))
    done = run_open(tmp_path, docx(body, stories={"footnotes": notes}), items("甲", "乙"))
    assert ("【合并】", "MERGE_OUTSIDE") in done.kinds()
    assert (marks(done), is_intact(done)) == ("--", True)


def test_the_name_of_a_control_is_no_value(tmp_path: Path) -> None:
    done = run_open(tmp_path, template(p(control("【A】"))), items("甲", "甲", "乙"))
    assert (marks(done), is_intact(done)) == ("bc-", True)


@pytest.mark.parametrize(
    ("tag", "values", "expected"),
    [
        ("【A|缺省:富文本】", (None, None, "乙"), "bc-"),
        ("【A|前:富文本】", ("甲", "甲", "乙"), "bc-"),
        ("【富文本】", ("甲", "甲", "乙"), "bc-"),
        ("【RICHARD】", ("甲", "甲", "乙"), "bc-"),
        ("【A|富文本】", ("甲", "甲", "乙"), "---"),
        ("【A｜ RICH ｜缺省：x】", ("甲", "甲", None), "---"),
    ],
)
def test_only_a_format_makes_a_value_rich(
    tmp_path: Path, tag: str, values: Sequence[str | None], expected: str
) -> None:
    name = tag[1:-1].partition("|")[0].partition("｜")[0]
    done = run_open(tmp_path, template(p(tag)), items(*values, name=name))
    assert (marks(done), is_intact(done)) == (expected, True)
    assert done.result.exit_code is ExitCode.OK


# Cells that the template merges over the rows of a block and the row below it.

BEFORE = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>'
WAS_BEFORE = '<w:trPrChange w:id="1" w:author="x"><w:trPr><w:gridBefore w:val="2"/></w:trPr></w:trPrChange>'


def _over_rows(properties: tuple[str, str], marks_of_cells: tuple[str, str]) -> bytes:
    of_list, below = properties
    begins, goes_on = marks_of_cells
    first = f"<w:tr>{of_list}{tc(p('【#L】【A】'), properties=begins)}{tc(p('【B】【/L】'))}</w:tr>"
    second = f"<w:tr>{below}{tc('x', properties=goes_on)}{tc('y')}</w:tr>"
    return docx(f"<w:tbl><w:tblPr/><w:tblGrid/>{first}{second}</w:tbl>{p('')}")


@pytest.mark.parametrize(
    "properties",
    [
        (BEFORE, BEFORE),
        (f"<w:tblPrEx/>{BEFORE}", BEFORE),
        (f'<w:tblPrEx><w:jc w:val="left"/></w:tblPrEx>{BEFORE}', BEFORE),
        (f"<w:trPr>{WAS_BEFORE}</w:trPr>", ""),
        (BEFORE.replace("</w:trPr>", f"{WAS_BEFORE}</w:trPr>"), BEFORE),
        (BEFORE.replace("w:gridBefore w", 'x:gridBefore xmlns:x="urn:x" w'), ""),
        (BEFORE.replace('"1"', '"+1"'), BEFORE),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_columns_of_merged_cells_are_counted_from_the_rows_own_properties(
    tmp_path: Path, properties: tuple[str, str], count: int
) -> None:
    template = _over_rows(properties, (BEGINS, GOES_ON))
    done = run_open(tmp_path, template, items(*"甲" * count))
    merged = re.findall("<w:vMerge[^>]*>", done.part(MAIN).decode())
    assert merged == ([BEGINS, *[GOES_ON] * count] if count else [BEGINS])
    assert is_intact(done)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (('<w:vMerge w:val="restart"></w:vMerge>', "<w:vMerge></w:vMerge>"), True),
        (('<w:vMerge w:val="rest&#97;rt"/>', GOES_ON), True),
        (("<w:vMerge w:val='restart' />", '<w:vMerge w:val="continue"/>'), True),
        (('<w:vMerge xmlns:x="urn:x" x:val="restart"/>', GOES_ON), False),
        (('<x:vMerge xmlns:x="urn:x" x:val="restart"/>', GOES_ON), False),
        ((_changed(BEGINS), GOES_ON), False),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_marks_are_read_by_their_names_and_values(
    tmp_path: Path, written: tuple[str, str], expected: bool, count: int
) -> None:
    template = _over_rows(("", ""), written)
    done = run_open(tmp_path, template, items(*"甲" * count))
    tags = re.findall("<w:vMerge[^>]*>", done.part(MAIN).decode())
    begun = ["restart" in each.replace("&#97;", "a") for each in tags if "x:" not in each]
    if expected:
        assert begun == ([True, *[False] * count] if count else [True])
    assert is_intact(done)


def _without_prefix(template: bytes) -> bytes:
    """Return a template whose elements are in the default namespace; its attributes have a prefix."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
        text = archive.read(MAIN).decode()
    text = re.sub("(</?)w:", r"\1", text).replace("xmlns:w=", f'xmlns="{W}" xmlns:w=', 1)
    return package({**members, MAIN: text})


@pytest.mark.parametrize("count", [0, 2])
def test_marks_have_a_prefix_for_their_value_where_elements_have_none(tmp_path: Path, count: int) -> None:
    begins = f'vMerge xmlns:w="{W}" w:val="restart"/>'
    done = run_open(tmp_path / "a", _without_prefix(template(p("【A】"))), items(*"甲" * count))
    assert (f"<w:{begins}" in done.part(MAIN).decode(), is_intact(done)) == (count > 0, True)
    done = run_open(
        tmp_path / "b", _without_prefix(_over_rows(("", ""), (BEGINS, GOES_ON))), items(*"甲" * count)
    )
    assert (f"<{begins}" in done.part(MAIN).decode(), is_intact(done)) == (count == 0, True)
