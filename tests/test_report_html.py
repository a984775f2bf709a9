"""The format report as a page: verdict first, both languages, nothing that runs, nothing unescaped."""

import re
from dataclasses import replace

import pytest
from lxml import html

from docops_flask.engine.checks.format_check import skipped_report
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.report_html import MAX_ISSUES, WORDS, describe_place, render_report
from tests.engine.checks.document_builder import build_document, check_under_policy, check_under_template
from tests.factories import p, r, tbl, tc, tr

BODY = (
    p(r("会议 abc", '<w:rFonts w:ascii="Arial"/>'), properties='<w:spacing w:line="240"/>')
    + tbl(tr(tc("cell")))
    + p(" text", properties='<w:numPr><w:numId w:val="3"/></w:numPr>')
)


def report(body=BODY, policy=None, **options):
    return check_under_policy(build_document(body), policy or Policy(), **options).as_dict()


def text_of(page):
    return " ".join(" ".join(html.fromstring(page).find("body").itertext()).split())


def cells_of(row):
    return [" ".join(cell.text_content().split()) for cell in row.findall("td")]


def test_the_verdict_comes_first_in_both_languages():
    verdicts = {
        "Failed 未通过": report(),
        "Passed 通过": report(p()),
        "Not checked 未检查": skipped_report(Options(format_mode="off"), Policy()).as_dict(),
    }
    for words, content in verdicts.items():
        section = html.fromstring(render_report(content)).find(".//section")
        assert " ".join(section.text_content().split()).startswith(words)


def test_issues_stand_by_place_with_expected_beside_actual():
    table = html.fromstring(render_report(report())).find(".//table")

    groups = {
        body.findtext(".//th/code"): [cells_of(row) for row in body.findall("tr")[1:]]
        for body in table.findall("tbody")
    }

    assert list(groups) == ["t0", "p0", "p1"]
    assert groups["p0"][0] == [
        "error 错误",
        "Line spacing 行距",
        "360",
        "240",
        "direct formatting, word/document.xml",
        "Change it where it comes from: in the named style, or on the paragraph itself when it says direct. "
        "请在其来源处修改：样式中的设置改样式，直接设置的改该段落本身。",
    ]
    assert groups["p0"][1][:4] == [
        "warning 警告",
        "First-line indent 首行缩进",
        "420 twips",
        "not stated 未规定",
    ]


def test_repairs_are_listed_with_before_and_after():
    page = text_of(render_report(report(fix=True)))

    assert "Paragraph 1 第 1 段 p0 line_spacing_twips line=240 line=360" in page
    assert "fixed 已修复" in page


def test_what_differs_from_the_template_is_shown():
    template = build_document(p("x", properties='<w:spacing w:line="240"/>'))
    filled = build_document(p("x", properties='<w:spacing w:line="480"/>'))

    page = text_of(render_report(check_under_template(template, filled, Policy()).as_dict()))

    assert "line_spacing 240 auto × 1 480 auto × 1 no 否" in page
    assert "Filling must not change this" in page


def test_values_from_the_document_are_escaped():
    hostile = '<w:rFonts w:ascii="&lt;script&gt;alert(1)&lt;/script&gt;"/>'
    policy = replace(Policy(), run_font_latin='"><img src=x onerror=alert(1)>')

    page = render_report(report(p(r("abc", hostile)), policy))

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_stands_alone_and_runs_nothing():
    page = render_report(report(fix=True))

    assert not re.search(r"<script|<link|<img|<iframe|https?://|url\(|@import| on[a-z]+=", page)
    assert "default-src 'none'" in page


def test_the_same_report_gives_the_same_bytes():
    assert render_report(report(fix=True)) == render_report(report(fix=True))


def test_the_policys_own_values_are_readable():
    page = text_of(render_report(report(policy=replace(Policy(), run_font_east_asia="仿宋"))))

    assert 'run_font_east_asia "仿宋"' in page


def test_a_very_long_list_is_cut_and_says_so():
    content = report()
    content["issues"] = content["issues"][:1] * (MAX_ISSUES + 5)

    page = render_report(content)

    assert page.count('class="state ') == MAX_ISSUES
    assert "5 more issues" in page


def test_a_code_this_page_does_not_know_is_shown_with_its_message():
    content = report(p("x"))
    content["issues"][0] |= {"code": "NEW_RULE", "message": "Something new."}

    assert "NEW_RULE" in render_report(content)
    assert "Something new." in render_report(content)


def test_every_check_has_its_words():
    assert set(WORDS) == {check.code for check in REGISTRY}


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("p3", "Paragraph 4", "第 4 段"),
        ("t0", "Table 1", "表格 1"),
        ("t0.r1.c2.p0", "Table 1, row 2, column 3, paragraph 1", "表格 1，第 2 行，第 3 列，第 1 段"),
        ("header1/p0", "Header 1, paragraph 1", "页眉 1，第 1 段"),
        ("footer/t0", "Footer, table 1", "页脚，表格 1"),
        ("footnotes/n2.p0", "Footnotes, note 2, paragraph 1", "脚注，注释 2，第 1 段"),
        ("textbox0/p1", "Text box 1, paragraph 2", "文本框 1，第 2 段"),
        ("elsewhere/x9", "Elsewhere, x9", "elsewhere，x9"),
    ],
)
def test_addresses_are_told_in_words(path, english, chinese):
    words = describe_place(path)

    assert (words.en, words.zh) == (english, chinese)
