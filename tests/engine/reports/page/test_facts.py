"""What the page tells of the document: what is left, and the texts at the places of issues."""

import re
from pathlib import Path

import pytest
from lxml import html

from docops_flask.engine.job import Job, JobKind, Payload
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.engine.reports.page.facts import MAX_TEXT, shortened_text
from docops_flask.intake.catalogue.skills import load_skills
from tests.factories import docx, p, r, tbl, tc, tr

OPTIONS = Options(format_baseline="policy", format_report="both")


def page_of(folder: Path, body: str, payload: Payload, options: Options = OPTIONS) -> str:
    template = folder / "template.docx"
    template.write_bytes(docx(body))
    job = Job(
        JobKind.RUN,
        (),
        load_skills(None).get("meeting_notice"),
        payload,
        options,
        template_name="a.docx",
        date="2026-03-05",
    )
    run_to_folder(job, template, folder)
    page = html.fromstring((folder / "out.format_report.html").read_bytes())
    main = next(each for each in page.iter("main") if each.get("lang") == "zh")
    return " ".join(" ".join(str(text) for text in main.itertext()).split())


def test_a_placeholder_left_is_shown_in_its_text_as_it_is_now(tmp_path: Path) -> None:
    body = p(
        r("定于【MEETING_DATE】【MEETING_TIME】开会，"),
        r("地点【MEETING_LOC"),
        r("ATION】，电话【PHONE_NO】"),
    )

    shown = page_of(tmp_path, body, {"meeting_date": "3月5日"})

    assert "已填 1 处，文档中还剩 3 处" in shown
    assert "会议时间 【MEETING_TIME】 必填 第 1 段 定于3月5日【MEETING_TIME】开会" in shown
    assert re.search("会议地点 【MEETING_LOCATION】 必填 第 1 段 .*?地点【MEETING_LOCATION】", shown)
    assert "这类文档没有这个字段" in shown


def test_a_name_that_is_nearly_one_is_told(tmp_path: Path) -> None:
    shown = page_of(tmp_path, p("【MEETING_TITEL】【organizer】【MEETING_DATE"), {})

    assert "可能应为【MEETING_TITLE】" in shown
    assert "可能应为【ORGANIZER】" in shown
    assert "请在模板中补上右括号“】”" in shown


def test_the_text_of_a_paragraph_stands_beside_its_finding(tmp_path: Path) -> None:
    body = p(r("请【ORGANIZER】准备"), properties='<w:spacing w:line="240"/>') + tbl(tr(tc(""), tc("事项")))

    shown = page_of(tmp_path, body, {"organizer": "办公室"})

    assert "第 1 段 请办公室准备" in shown
    assert "表格 1 事项" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("  a\tb\n c ", "a b c"), ("x" * (MAX_TEXT + 1), "x" * MAX_TEXT + "…"), ("a\ufffcb", "a b"), ("", "")],
)
def test_a_text_is_shortened_to_one_line(text: str, shown: str) -> None:
    assert shortened_text(text) == shown
