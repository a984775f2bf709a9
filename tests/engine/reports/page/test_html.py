"""The format report as a page: one language shown, grouped by what to do; nothing runs or is unescaped."""

import re
from typing import Any

from lxml import etree, html
from lxml.html import HtmlElement

from docops_flask.engine.bilingual import Bilingual, Language
from docops_flask.engine.checks.format_check import skipped_report
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.reports.page.content import MAX_ISSUES, MAX_ROLES, SHOWN_PLACES
from docops_flask.engine.reports.page.facts import LeftPlaceholder, PageFacts
from docops_flask.engine.reports.page.html import render_report
from tests.engine.checks.document_builder import build_document, check_under_policy, check_under_template
from tests.engine.reports.page.geometries import page_geometry
from tests.factories import p, r, tbl, tc, tr
from tests.optional import not_none

BODY = (
    p(r("会议 abc", '<w:rFonts w:ascii="Arial"/>'), properties='<w:spacing w:line="240"/>')
    + tbl(tr(tc("cell")))
    + p(" text", properties='<w:numPr><w:numId w:val="3"/></w:numPr>')
)
LEFT = LeftPlaceholder(
    "【MEETING_TIME】", Bilingual("Time", "会议时间"), "required", None, "p2", "于【MEETING_TIME】在"
)


def report(body: str = BODY, policy: Policy | None = None, **options: Any) -> dict[str, Any]:
    return check_under_policy(build_document(body), policy or Policy(), **options).as_dict()


def facts(language: Language = "zh", **members: Any) -> PageFacts:
    return PageFacts(language, **members)


def page_of(content: dict[str, Any], language: Language = "zh", **members: Any) -> HtmlElement:
    """The part of the page in one language."""
    page = html.fromstring(render_report(content, facts(language, **members)))
    return next(main for main in page.iter("main") if main.get("lang") == language)


def text_of(element: etree._Element) -> str:
    return " ".join(" ".join(str(text) for text in element.itertext()).split())


def rows_of(main: HtmlElement, heading: str) -> list[list[str]]:
    """The rows of the table below a heading; what to do is a row of one."""
    table = next(each for each in not_none(_heading(main, heading)).itersiblings() if each.tag == "table")
    rows = [[text_of(cell) for cell in row] for row in table.iter("tr")]
    return rows[1:]


def _heading(main: HtmlElement, words: str) -> HtmlElement | None:
    return next((each for each in main.iter("h2", "h3") if text_of(each) == words), None)


def head_of(main: HtmlElement) -> HtmlElement:
    return not_none(main.find("section"))


def test_both_languages_are_in_the_file_and_the_one_asked_for_is_chosen() -> None:
    for language in ("zh", "en"):
        page = html.fromstring(render_report(report(), facts(language)))
        chosen = [each.get("id") for each in page.iter("input") if each.get("checked") is not None]

        assert chosen == [f"choice-{language}"]
        assert page.get("lang") == language
        assert [each.get("lang") for each in page.iter("main")] == ["zh", "en"]


def test_one_language_is_in_one_part_of_the_page() -> None:
    english = text_of(page_of(report(policy=Policy()._replace(run_font_east_asia="SimSun")), "en"))

    assert not re.search("[\u4e00-\u9fff]", english.replace("小四", ""))


def test_the_head_says_what_was_filled_and_what_is_left() -> None:
    head = head_of(page_of(report(p()), filled=10, left_count=5, left=(LEFT,)))
    english = head_of(page_of(report(p()), "en", filled=10, left_count=5, left=(LEFT,)))

    assert "已填 10 处，文档中还剩 5 处" in text_of(head)
    assert "10 filled, 5 left in the document" in text_of(english)


def test_nothing_is_green_where_anything_is_left() -> None:
    states = {
        "good": page_of(report(p()), filled=1),
        "warn": page_of(report(p()), filled=1, left_count=1),
        "bad": page_of(report(), filled=1),
        "plain": page_of(skipped_report(Options(format_mode="off"), Policy()).as_dict(), filled=1),
    }

    assert {name: head_of(main).get("class") for name, main in states.items()} == {
        name: f"verdict {name}" for name in states
    }


def test_the_document_and_the_day_are_named() -> None:
    head = head_of(page_of(report(p()), name="通知.docx", date="2026-03-05"))

    assert "文档 通知.docx 日期 2026年3月5日 检查依据 默认格式规范" in text_of(head)


def test_what_is_left_comes_first_with_what_to_do() -> None:
    main = page_of(
        report(), left_count=2, left=(LEFT, LEFT._replace(todo="malformed", label=None, meant="TIME"))
    )

    assert text_of(not_none(main.find("h2"))) == "请先补填"
    assert rows_of(main, "请先补填") == [
        ["会议时间 【MEETING_TIME】 必填", "第 3 段 于【MEETING_TIME】在", "补上内容后重新生成文档。"],
        [
            "【MEETING_TIME】",
            "第 3 段 于【MEETING_TIME】在",
            "请在模板中改正：名称只能用大写字母、数字和下划线。可能应为【TIME】。",
        ],
    ]


def test_findings_are_grouped_by_what_to_do_with_the_text_beside_them() -> None:
    main = page_of(report(), texts={"p0": "会议 abc", "p1": "text", "t0": "cell"})
    rows = rows_of(main, "请在 Word 中修改")

    assert rows[:2] == [
        ["请把表格内容改写成段落。如果本单位允许使用表格，请选用本单位的格式规范再检查。 "
         "未自动修复：表格、编号和空格属于内容，系统从不改动内容。"],
        ["表格", "表格", "不用表格", "表格 1 cell"],
    ]  # fmt: skip
    assert ["行距", "单倍行距 来自该处的直接格式", "1.5 倍行距", "第 1 段 会议 abc"] in rows
    assert [len(row) for row in rows].count(1) >= 3


def test_no_key_of_a_policy_is_shown() -> None:
    for language in ("zh", "en"):
        shown = text_of(page_of(report(), language))

        assert not re.search(r"[a-z]+_[a-z]+", shown)


def test_what_was_fixed_has_its_values_before_and_after() -> None:
    main = page_of(report(fix=True), texts={"p0": "会议 abc"})
    fixed = rows_of(main, "已自动修正")

    assert ["行距", "单倍行距", "1.5 倍行距", "第 1 段 会议 abc"] in fixed
    assert "" not in {cell for row in fixed for cell in row}


def test_what_is_no_error_is_told_apart() -> None:
    recommended = rows_of(page_of(report()), "建议修改（不算错误）")

    assert recommended[0][0].startswith("请在样式中设定；目前由打开文档的软件决定。 未自动修复：")
    assert ["首行缩进", "未设定", "21 磅（0.74 厘米）", "第 1 段 第 2 段"] in recommended


def test_equal_findings_are_one_row() -> None:
    body = p("x", properties='<w:spacing w:line="240"/>') * (SHOWN_PLACES + 2)
    rows = rows_of(page_of(report(body)), "请在 Word 中修改")
    (line_spacing,) = [row for row in rows if row[0] == "行距"]

    assert line_spacing[3].startswith("第 1 段 第 2 段 第 3 段 另有 2 处")


def test_what_filling_changed_is_no_work_for_the_reader() -> None:
    template = build_document(p("x", properties='<w:spacing w:line="240"/>'))
    filled = build_document(p("x", properties='<w:spacing w:line="480"/>'))

    content = check_under_template(template, filled, Policy()).as_dict()

    assert rows_of(page_of(content), "请在 Word 中修改") == [
        ["填写不应改变格式：请把本报告和模板交给系统管理人员。 "
         "未自动修复：不按格式规范检查时，只填写占位符，不改动其他内容。"],
        ["行距", "2 倍行距 来自该处的直接格式", "单倍行距", "第 1 段"],
    ]  # fmt: skip


def test_values_from_the_document_are_escaped() -> None:
    hostile = '<w:rFonts w:ascii="&lt;script&gt;alert(1)&lt;/script&gt;"/>'
    policy = Policy()._replace(run_font_latin='"><img src=x onerror=alert(1)>')
    left = LEFT._replace(text="<script>", around="<script>")

    page = render_report(
        report(p(r("abc", hostile)), policy),
        facts(name="<script>.docx", left=(left,), left_count=1, texts={"p0": "<script>"}),
    )

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_stands_alone_and_runs_nothing() -> None:
    page = render_report(report(fix=True), facts())

    assert not re.search(r"<script|<link|<img|<iframe|https?://|url\(|@import| on[a-z]+=", page)
    assert "default-src 'none'" in page


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render_report(report(fix=True), facts()) == render_report(report(fix=True), facts())


def test_the_policys_own_values_are_readable() -> None:
    policy = Policy()._replace(run_font_east_asia="仿宋", run_size_pt=None)
    values = page_of(report(policy=policy)).xpath('details[@class="overrides"]/dl')

    assert text_of(values[0]) == "中文字体 仿宋 字号 不检查"


def test_a_very_long_list_is_cut_and_says_so() -> None:
    content = report()
    content["issues"] = content["issues"][:1] * (MAX_ISSUES + 5)

    assert "另有 5 处问题，见 out.format_report.json。" in text_of(page_of(content))
    assert "另有 3 处，见 out.replace_log.json。" in text_of(page_of(report(), left=(LEFT,), left_count=4))


def test_a_code_this_page_does_not_know_is_shown_with_its_message() -> None:
    content = report(p("x"))
    content["issues"][0] |= {"code": "NEW_RULE", "rule_key": "text.new", "message": "Something new."}
    shown = text_of(page_of(content))

    assert "NEW_RULE" in shown
    assert "Something new." in shown


def role_issue(content: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        **content["issues"][0],
        **{
            "code": "ROLE_SIZE_MISMATCH",
            "severity": "error",
            "rule_key": "roles.body.size_pt",
            "rule_source": "GB/T 9704-2012, 7.3.3",
            "role": "body",
            "expected": 16,
            "actual": 12,
            "origin": "style Normal",
            "reason_text": None,
        },
        **members,
    }


def test_a_rule_for_a_role_is_told_with_its_clause_and_the_role() -> None:
    content = report(p("x"))
    content["issues"] = [role_issue(content)]

    assert rows_of(page_of(content), "请在 Word 中修改") == [
        ["修改样式“正文”：“开始”→“样式”，右键单击该样式→“修改”。"],
        ["正文的字号", "小四（12 磅） 来自样式“正文”", "三号（16 磅） GB/T 9704-2012, 7.3.3", "第 1 段"],
    ]


def test_a_clause_that_follows_from_others_is_told_so() -> None:
    content = report(p("x"))
    content["issues"] = [role_issue(content, rule_source="GB/T 9704-2012, 5.2.1 (derived)")]

    assert "GB/T 9704-2012, 5.2.1（推算）" in text_of(page_of(content))
    assert "GB/T 9704-2012, 5.2.1 (derived)" in text_of(page_of(content, "en"))


def test_a_page_that_holds_too_few_lines_is_told_with_the_spacing_that_fits() -> None:
    content = report(p("x"))
    content["issues"] = [
        role_issue(
            content,
            code="PAGE_CAPACITY_MISMATCH",
            rule_key="page.lines",
            role=None,
            section=0,
            expected=22,
            actual=21,
            origin=None,
        )
    ]
    content["summary"]["page_geometry"] = [page_geometry()]
    rows = rows_of(page_of(content), "请在 Word 中修改")

    assert rows[0] == ["请把行距减小到 28.95 磅以下，或改正页边距。"]
    assert rows[1][3] == "第 1 节"

    content["issues"][0] |= {"rule_key": "page.characters", "expected": 28, "actual": 27}
    rows = rows_of(page_of(content), "请在 Word 中修改")

    assert rows[0] == ["请设为每行 28 字：“布局”→“页面设置”→“文档网格”→“指定行和字符网格”。"]
    assert rows[1][1:3] == ["27 字", "28 字 GB/T 9704-2012, 7.3.3"]


def test_a_long_list_of_roles_is_cut_and_says_so() -> None:
    content = report(p("x"))
    content["summary"]["roles"] = [
        {"paragraph_path": f"p{number}", "role": "body", "kind": "place", "reason": "r"}
        for number in range(MAX_ROLES + 3)
    ]
    shown = text_of(page_of(content))

    assert "第 1 段 正文 位置" in shown
    assert "另有 3 段，见 out.format_report.json。" in shown


def test_deviations_of_the_documents_own_style_are_listed() -> None:
    content = report(p("x"))
    deviation = {"key": "roles.title.size_pt", "expected": 22, "found": None, "severity": "warn"}
    content["summary"]["policy_deviations"] = [{**deviation, "rule_source": "7.3.1"}]

    assert "标题的字号 二号（22 磅） 未设定 7.3.1" in text_of(page_of(content))


def test_clauses_that_are_not_checked_are_listed() -> None:
    content = report(p("x"))
    content["summary"]["not_checked"] = [
        {"source": "7.3.5", "en": "Position of the seal", "zh": "印章的位置"}
    ]

    assert "未检查的条款 7.3.5 印章的位置" in text_of(page_of(content))


def test_warnings_about_the_whole_document_are_told_and_the_head_is_not_green() -> None:
    warnings = [{"code": "SIGNATURE_VOID", "message": "void"}, {"code": "NEW", "message": "Something new."}]
    main = page_of(report(p()) | {"warnings": warnings}, filled=1)

    assert head_of(main).get("class") == "verdict warn"
    told = [text_of(each) for each in main.iter("p") if each.get("class") == "warning"]
    assert told == ["模板的数字签名在填写后已失效。请对成品文档重新签名。", "Something new."]


def test_the_policy_that_had_a_say_is_named() -> None:
    content = report(p("x"))
    title = {"en": "House style", "zh": "本单位格式"}
    content["summary"]["policy"] = {"name": "own", "version": 2, "title": title, "applied": True}

    assert "检查依据 本单位格式" in text_of(page_of(content))
    content["summary"]["policy"]["applied"] = False
    assert "本单位格式" not in text_of(page_of(content))


def test_a_page_is_drawn_to_scale() -> None:
    content = report(p("x"))
    content["summary"]["page_geometry"] = [page_geometry()]

    figure = not_none(page_of(content).find(".//figure"))

    assert not_none(figure.find(".//svg")).get("viewbox") == "-1 -1 212.0 299.0"
    assert len(figure.findall(".//svg/line")) == 21
    assert "容纳 22 行的最大行距 28.95 磅" in text_of(figure)
