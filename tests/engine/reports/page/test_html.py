"""The format report as a page: verdict first, both languages, nothing that runs, nothing unescaped."""

import re
from typing import Any

from lxml import etree, html
from lxml.html import HtmlElement

from docops_flask.engine.checks.format_check import skipped_report
from docops_flask.engine.checks.registry import CODES
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import PageRules, Policy, RoleRules, TextRules
from docops_flask.engine.reports.page.html import MAX_ISSUES, MAX_ROLES, render_report
from docops_flask.engine.reports.page.words import BY_CODE, BY_RULE
from docops_flask.engine.run_warnings import WARNINGS
from tests.engine.checks.document_builder import build_document, check_under_policy, check_under_template
from tests.engine.reports.page.geometries import page_geometry
from tests.factories import p, r, tbl, tc, tr
from tests.optional import not_none

BODY = (
    p(r("会议 abc", '<w:rFonts w:ascii="Arial"/>'), properties='<w:spacing w:line="240"/>')
    + tbl(tr(tc("cell")))
    + p(" text", properties='<w:numPr><w:numId w:val="3"/></w:numPr>')
)


def report(body: str = BODY, policy: Policy | None = None, **options: Any) -> dict[str, Any]:
    return check_under_policy(build_document(body), policy or Policy(), **options).as_dict()


def text_content(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())


def text_of(page: str) -> str:
    texts = not_none(html.fromstring(page).find("body")).itertext()
    return " ".join(" ".join(str(text) for text in texts).split())


def cells_of(row: HtmlElement) -> list[str]:
    return [" ".join(text_content(cell).split()) for cell in row.findall("td")]


def test_the_verdict_comes_first_in_both_languages() -> None:
    verdicts = {
        "Failed 未通过": report(),
        "Passed 通过": report(p()),
        "Not checked 未检查": skipped_report(Options(format_mode="off"), Policy()).as_dict(),
    }
    for words, content in verdicts.items():
        section = not_none(html.fromstring(render_report(content)).find(".//section"))
        assert " ".join(text_content(section).split()).startswith(words)


def test_warnings_stand_under_the_verdict_in_both_languages() -> None:
    content = report(p()) | {"warnings": [{"code": "SIGNATURE_VOID", "message": "", "place": "a.sigs"}]}
    section = not_none(html.fromstring(render_report(content)).find(".//section"))
    for text in WARNINGS["SIGNATURE_VOID"]:
        assert text in text_content(section)


def test_issues_stand_by_place_with_expected_beside_actual() -> None:
    table = not_none(html.fromstring(render_report(report())).find(".//table"))

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
        "direct formatting, word/document.xml 直接设置，word/document.xml",
        "Change it where it comes from: in the named style, or on the paragraph itself when it says direct. "
        "请在其来源处修改：样式中的设置改样式，直接设置的改该段落本身。",
    ]
    assert groups["p0"][1][:4] == [
        "warning 警告",
        "First-line indent 首行缩进",
        "420 twips",
        "not stated 未规定",
    ]


def test_repairs_are_listed_with_before_and_after() -> None:
    page = text_of(render_report(report(fix=True)))

    assert "Paragraph 1 第 1 段 p0 line_spacing_twips line=240 line=360" in page
    assert "fixed 已修复" in page


def test_what_differs_from_the_template_is_shown() -> None:
    template = build_document(p("x", properties='<w:spacing w:line="240"/>'))
    filled = build_document(p("x", properties='<w:spacing w:line="480"/>'))

    page = text_of(render_report(check_under_template(template, filled, Policy()).as_dict()))

    assert "line_spacing 240 auto × 1 480 auto × 1 no 否" in page
    assert "Filling must not change this" in page


def test_values_from_the_document_are_escaped() -> None:
    hostile = '<w:rFonts w:ascii="&lt;script&gt;alert(1)&lt;/script&gt;"/>'
    policy = Policy()._replace(run_font_latin='"><img src=x onerror=alert(1)>')

    page = render_report(report(p(r("abc", hostile)), policy))

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_stands_alone_and_runs_nothing() -> None:
    page = render_report(report(fix=True))

    assert not re.search(r"<script|<link|<img|<iframe|https?://|url\(|@import| on[a-z]+=", page)
    assert "default-src 'none'" in page


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_report(report(fix=True)) == render_report(report(fix=True))


def test_the_policys_own_values_are_readable() -> None:
    page = text_of(render_report(report(policy=Policy()._replace(run_font_east_asia="仿宋"))))

    assert 'run_font_east_asia "仿宋"' in page


def test_a_very_long_list_is_cut_and_says_so() -> None:
    content = report()
    content["issues"] = content["issues"][:1] * (MAX_ISSUES + 5)

    page = render_report(content)

    assert page.count('class="state ') == MAX_ISSUES
    assert "5 more issues" in page


def test_a_code_this_page_does_not_know_is_shown_with_its_message() -> None:
    content = report(p("x"))
    content["issues"][0] |= {"code": "NEW_RULE", "message": "Something new."}

    assert "NEW_RULE" in render_report(content)
    assert "Something new." in render_report(content)


def test_every_check_has_its_words() -> None:
    codes = set(CODES)
    told_by_rule = {code for code in codes if code.startswith(("ROLE_", "PAGE_")) or code.lower() in BY_RULE}

    assert set(BY_CODE) == codes - told_by_rule


def test_every_rule_of_a_house_style_has_its_words() -> None:
    rules = {name for kind in (RoleRules, PageRules, TextRules) for name in kind._fields}

    assert set(BY_RULE) == rules


def test_a_rule_for_a_role_is_told_with_its_clause_and_the_role() -> None:
    content = report(p("x"))
    content["issues"] = [
        content["issues"][0]
        | {
            "code": "ROLE_SIZE_MISMATCH",
            "rule_key": "roles.body.size_pt",
            "rule_source": "GB/T 9704-2012, 7.3.3",
            "role": "body",
            "expected": 16,
            "actual": 12,
            "source": "style 正文, basedOn Normal, word/styles.xml",
        }
    ]
    content["summary"]["roles"] = [
        {"paragraph_path": "p0", "role": "body", "kind": "place", "reason": "text after the recipient"}
    ]

    page = text_of(render_report(content))

    assert "Paragraph 1 第 1 段 p0 · body 正文" in page
    assert "Font size 字号 16 pt GB/T 9704-2012, 7.3.3 12 pt" in page
    assert "style 正文, basedOn Normal, word/styles.xml 样式“正文”，基于“Normal”，word/styles.xml" in page
    assert "Paragraph 1 第 1 段 p0 body 正文 text after the recipient" in page


def test_a_long_list_of_roles_is_cut_and_says_so() -> None:
    content = report(p("x"))
    content["summary"]["roles"] = [
        {"paragraph_path": f"p{number}", "role": "body", "kind": "place", "reason": "r"}
        for number in range(MAX_ROLES + 3)
    ]

    assert "3 more are in out.format_report.json" in text_of(render_report(content))


def test_deviations_of_the_documents_own_style_are_listed() -> None:
    content = report(p("x"))
    content["summary"]["policy_deviations"] = [
        {
            "key": "roles.title.size_pt",
            "expected": 22,
            "found": None,
            "severity": "warn",
            "rule_source": "7.3.1",
        }
    ]

    page = text_of(render_report(content))

    assert "Font size 字号 roles.title.size_pt 22 pt not stated 未规定 7.3.1" in page


def test_the_policy_that_had_a_say_is_named() -> None:
    content = report(p("x"))
    title = {"en": "House style", "zh": "本单位格式"}
    content["summary"]["policy"] = {"name": "own", "version": 2, "title": title, "applied": True}

    assert "Checked against House style 本单位格式" in text_of(render_report(content))
    content["summary"]["policy"]["applied"] = False
    assert "Checked against" not in text_of(render_report(content))


def test_a_page_is_drawn_to_scale() -> None:
    content = report(p("x"))
    content["summary"]["page_geometry"] = [page_geometry()]

    page = render_report(content)
    figure = not_none(html.fromstring(page).find(".//figure"))

    assert not_none(figure.find(".//svg")).get("viewbox") == "-1 -1 212.0 299.0"
    assert len(figure.findall(".//svg/line")) == 21
    assert "Largest line pitch for 22 lines 容纳 22 行的最大行距 28.95 pt" in text_of(page)
