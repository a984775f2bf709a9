"""Values that cannot be seen as they should are told of with their place."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.skills.skill import Field, Skill
from tests.factories import docx, p, r, tbl, tc, textbox, tr

_LABEL = Bilingual("label", "标签")
SKILL = Skill("notice", _LABEL, _LABEL, (Field("title", _LABEL, "text", True, "TITLE", "example", _LABEL),))
FOUR_LINES = "各单位要高度重视。\n一、时间：3月5日\n二、地点：会议室\n请准时参加。"
EXACT = '<w:trHeight w:val="567" w:hRule="exact"/>'
AT_LEAST = '<w:trHeight w:val="567" w:hRule="atLeast"/>'
JUSTIFIED = '<w:jc w:val="both"/>'


def warnings(tmp_path: Path, body: str, value: str, **options: Any) -> list[tuple[str, str]]:
    """The code and the place of each warning about visibility in a result."""
    settings = options.pop("settings", None)
    package: dict[str, Any] = {} if settings is None else {"stories": {"settings": settings}}
    package["styles"] = options.pop("styles", None)
    (tmp_path / "template.docx").write_bytes(docx(body, **package))
    job = Job(JobKind.RUN, (SKILL,), SKILL, {"title": value}, options=Options(**options))
    run_job(job, tmp_path / "template.docx", tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        report = json.loads(archive.read("out.format_report.json"))
    found = [
        each for each in report["issues"] if each["code"] in ("VALUE_NOT_VISIBLE", "JUSTIFIED_LINE_BREAK")
    ]
    assert all(each["severity"] == "warn" and not each["fixable"] for each in found)
    return [(each["code"], each["paragraph_path"]) for each in found]


@pytest.mark.parametrize("baseline", ["template", "policy"])
def test_lines_below_an_exact_row_height(tmp_path: Path, baseline: Any) -> None:
    body = tbl(tr(tc("a"), tc(p(r("【TITLE】"))), properties=EXACT))
    found = warnings(tmp_path, body, FOUR_LINES, format_baseline=baseline)
    assert found == [("VALUE_NOT_VISIBLE", "t0.r0.c1.p0")]


@pytest.mark.parametrize(
    ("row", "value"), [(EXACT, "李明"), (EXACT, "一行\n二行"), (AT_LEAST, FOUR_LINES), ("", FOUR_LINES)]
)
def test_lines_that_fit_or_make_the_row_grow(tmp_path: Path, row: str, value: str) -> None:
    body = tbl(tr(tc(p(r("【TITLE】"))), properties=row))
    assert warnings(tmp_path, body, value) == []


def test_a_long_line_wraps_in_its_cell(tmp_path: Path) -> None:
    width = '<w:tcW w:w="2000" w:type="dxa"/>'
    body = tbl(tr(tc(p(r("【TITLE】")), properties=width), properties=EXACT))
    assert warnings(tmp_path, body, "长" * 100) == [("VALUE_NOT_VISIBLE", "t0.r0.c0.p0")]
    assert warnings(tmp_path, body, "短" * 8) == []


def test_a_row_inside_a_content_control_and_a_nested_table(tmp_path: Path) -> None:
    row = tr(tc(p(r("【TITLE】"))), properties=EXACT)
    inner = tbl(row)
    body = tbl(f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>", tr(tc(inner + p())))
    assert warnings(tmp_path, body, FOUR_LINES) == [
        ("VALUE_NOT_VISIBLE", "t0.r0.c0.p0"),
        ("VALUE_NOT_VISIBLE", "t0.r1.c0.t0.r0.c0.p0"),
    ]


def test_a_table_inside_a_row_of_exact_height(tmp_path: Path) -> None:
    inner = tbl(tr(tc("a"), tc(p(r("【TITLE】")))), tr(tc("b")))
    body = tbl(tr(tc(inner + p()), properties=EXACT))
    [found] = warnings(tmp_path, body, FOUR_LINES)
    assert found == ("VALUE_NOT_VISIBLE", "t0.r0.c0.t0.r0.c1.p0")
    # Two levels deep, the row around both being the exact one.
    deeper = tbl(tr(tc(tbl(tr(tc(inner + p()))) + p()), properties=EXACT))
    [found] = warnings(tmp_path, deeper, FOUR_LINES)
    assert found == ("VALUE_NOT_VISIBLE", "t0.r0.c0.t0.r0.c0.t0.r0.c1.p0")


@pytest.mark.parametrize("row", [AT_LEAST, ""])
def test_a_table_inside_a_row_that_grows_or_is_high_enough(tmp_path: Path, row: str) -> None:
    inner = tbl(tr(tc("a"), tc(p(r("【TITLE】")))))
    assert warnings(tmp_path, tbl(tr(tc(inner + p()), properties=row)), FOUR_LINES) == []
    high = '<w:trHeight w:val="2800" w:hRule="exact"/>'
    assert warnings(tmp_path, tbl(tr(tc(inner + p()), properties=high)), FOUR_LINES) == []


FRAME = '<w:framePr w:w="4000" w:h="500" w:hRule="exact" w:wrap="around"/>'


def test_a_frame_of_exact_height(tmp_path: Path) -> None:
    body = p() + p(r("【TITLE】"), properties=FRAME)
    assert warnings(tmp_path, body, FOUR_LINES) == [("VALUE_NOT_VISIBLE", "p1")]
    assert warnings(tmp_path, body, "长" * 100) == [("VALUE_NOT_VISIBLE", "p1")]
    assert warnings(tmp_path, body, "短") == []
    assert warnings(tmp_path, body.replace("exact", "atLeast"), FOUR_LINES) == []


def test_paragraphs_of_one_frame_are_measured_together(tmp_path: Path) -> None:
    line = p(r("line"), properties=FRAME)
    body = line + p(r("【TITLE】"), properties=FRAME) + line
    assert warnings(tmp_path, body, "x") == [("VALUE_NOT_VISIBLE", "p1")]
    other = p(r("line"), properties=FRAME.replace("500", "501"))
    assert warnings(tmp_path, other + p(r("【TITLE】"), properties=FRAME) + other, "x") == []


def test_a_frame_that_a_style_states(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Base"><w:name w:val="envelope address"/>'
        f'<w:pPr>{FRAME}</w:pPr></w:style><w:style w:type="paragraph" w:styleId="Own">'
        '<w:name w:val="Own"/><w:basedOn w:val="Base"/></w:style>'
    )
    body = p(r("【TITLE】"), properties='<w:pStyle w:val="Own"/>')
    assert warnings(tmp_path, body, FOUR_LINES, styles=styles) == [("VALUE_NOT_VISIBLE", "p0")]


@pytest.mark.parametrize(
    ("line", "size", "cut"), [("200", "32", True), ("240", "32", False), ("560", "32", False)]
)
def test_an_exact_line_height_below_the_size(tmp_path: Path, line: str, size: str, cut: bool) -> None:
    spacing = f'<w:spacing w:line="{line}" w:lineRule="exact"/>'
    body = p(r("【TITLE】", f'<w:sz w:val="{size}"/>'), properties=spacing)
    assert bool(warnings(tmp_path, body, "会议")) is cut


def test_an_exact_line_height_below_the_size_that_nothing_states(tmp_path: Path) -> None:
    body = p(r("【TITLE】"), properties='<w:spacing w:line="100" w:lineRule="exact"/>')
    assert warnings(tmp_path, body, "x") == [("VALUE_NOT_VISIBLE", "p0")]


def test_a_cell_narrower_than_a_character(tmp_path: Path) -> None:
    narrow = '<w:tcW w:w="{}" w:type="dxa"/>'
    for width, expected in (("200", [("VALUE_NOT_VISIBLE", "t0.r0.c0.p0")]), ("900", [])):
        body = tbl(tr(tc(p(r("【TITLE】")), properties=narrow.format(width))))
        assert warnings(tmp_path, body, "会议") == expected


def _drawing(height: int, body_properties: str) -> str:
    return (
        "<w:r><w:drawing><wp:inline "
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        f'<wp:extent cx="1800000" cy="{height}"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData>'
        '<wps:wsp xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"<wps:spPr/><wps:txbx><w:txbxContent>{p(r('【TITLE】'))}</w:txbxContent></wps:txbx>"
        f"{body_properties}</wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


@pytest.mark.parametrize(
    ("height", "properties", "is_cut"),
    [
        (360_000, "<wps:bodyPr/>", True),
        (360_000, '<wps:bodyPr lIns="0"><a:noAutofit/></wps:bodyPr>', True),
        (360_000, "<wps:bodyPr><a:spAutoFit/></wps:bodyPr>", False),
        (1_800_000, "<wps:bodyPr/>", False),
    ],
)
def test_a_text_box_too_small_for_its_lines(
    tmp_path: Path, height: int, properties: str, is_cut: bool
) -> None:
    found = warnings(tmp_path, p(_drawing(height, properties)), FOUR_LINES)
    assert [code for code, _ in found] == ["VALUE_NOT_VISIBLE"] * is_cut


@pytest.mark.parametrize(
    ("style", "is_cut"),
    [
        ("width:150pt;height:30pt", True),
        ("width:150pt;height:150pt", False),
        ("width:150pt;height:30pt;mso-fit-shape-to-text:t", False),
        ("position:absolute", False),
    ],
)
def test_a_text_box_of_vml(tmp_path: Path, style: str, is_cut: bool) -> None:
    shape = (
        f'<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="{style}"><v:textbox>'
        f"<w:txbxContent>{p(r('【TITLE】'))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    assert bool(warnings(tmp_path, p(shape), FOUR_LINES)) is is_cut


def _settings(content: str) -> str:
    return f"<w:compat>{content}</w:compat>"


@pytest.mark.parametrize(
    ("compat", "expected"),
    [
        ("", [("JUSTIFIED_LINE_BREAK", "p0")]),
        ('<w:doNotExpandShiftReturn w:val="0"/>', [("JUSTIFIED_LINE_BREAK", "p0")]),
        ("<w:doNotExpandShiftReturn/>", []),
    ],
)
def test_a_break_put_into_a_justified_paragraph(
    tmp_path: Path, compat: str, expected: list[tuple[str, str]]
) -> None:
    body = p(r("内容：【TITLE】"), properties=JUSTIFIED)
    assert warnings(tmp_path, body, "一\n二", settings=_settings(compat)) == expected
    assert warnings(tmp_path, body, "一", settings=_settings(compat)) == []


def test_breaks_elsewhere_or_already_in_the_template_are_no_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path, p(r("内容：【TITLE】"), properties='<w:jc w:val="left"/>'), "一\n二") == []
    broken = p("<w:r><w:t>【TITLE】</w:t><w:br/><w:t>二</w:t></w:r>", properties=JUSTIFIED)
    assert warnings(tmp_path, broken, "一") == []


def test_a_warning_is_no_failure(tmp_path: Path) -> None:
    body = tbl(tr(tc(p(r("【TITLE】"))), properties=EXACT))
    (tmp_path / "template.docx").write_bytes(docx(body))
    job = Job(JobKind.RUN, (SKILL,), SKILL, {"title": FOUR_LINES}, options=Options(format_mode="strict"))
    assert run_job(job, tmp_path / "template.docx", tmp_path)["exit_code"] == 0


def test_a_text_box_in_both_branches_is_told_of(tmp_path: Path) -> None:
    body = p(textbox(p(r("【TITLE】")), fallback=[p(r("【TITLE】"))]))
    assert warnings(tmp_path, body, FOUR_LINES) == []
