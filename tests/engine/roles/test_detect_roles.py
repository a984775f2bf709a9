"""The role detected for each paragraph of a document, and the evidence for it."""

from typing import Any

import pytest

from docops_flask.engine.policy.policy import ROLE_LABELS
from tests.engine.checks.document_builder import (
    OPEN_POLICY,
    build_document,
    check_under_policy,
    house_style,
)
from tests.factories import p, r, tbl, tc, textbox, tr

CENTRED = '<w:jc w:val="center"/>'
RIGHT = '<w:jc w:val="right"/>'
INDENTED = '<w:ind w:firstLineChars="200"/>'


def centred(text: str) -> str:
    return p(r(text), properties=CENTRED)


def body(text: str) -> str:
    return p(r(text), properties=INDENTED)


def styled(style: str, text: str = "text") -> str:
    return p(r(text), properties=f'<w:pStyle w:val="{style}"/>')


def notes_of(
    content: str,
    *,
    styles: str | None = None,
    by_style: dict[str, str] | None = None,
    stories: dict[str, str] | None = None,
) -> list[dict[str, str]]:
    """The roles in the report."""
    house = {"text": {"date_form": True}, "styles": by_style or {}}
    document = build_document(content, styles=styles, stories=stories)
    policy = OPEN_POLICY._replace(house_style=house_style(house))
    found: list[dict[str, str]] = check_under_policy(document, policy).as_dict()["summary"]["roles"]
    return found


def roles_of(content: str, **asked: Any) -> dict[str, str]:
    return {note["paragraph_path"]: note["role"] for note in notes_of(content, **asked)}


LETTER = {
    "000001": (p(r("000001")), "mark"),
    "classification": (p(r("机密★1年")), "mark"),
    "urgency": (p(r("特急")), "mark"),
    "letterhead": (centred("某某市人民政府文件"), "letterhead"),
    "number": (centred("某政发〔2026〕12号"), "document_number"),
    "signer": (p(r("签发人：张三")), "signer"),
    "red rule": (centred("━━━━━━━━━━━━━━"), "letterhead_rule"),
    "title": (centred("关于召开年度工作会议的"), "title"),
    "second line of the title": (centred("通知"), "title"),
    "recipient": (p(r("各县（市、区）人民政府：")), "recipient"),
    "lead": (body("为了做好工作，现通知如下。"), "body"),
    "level 1": (body("一、会议内容"), "heading_1"),
    "level 2": (body("（一）总结工作"), "heading_2"),
    "level 3": (body("1.汇报情况"), "heading_3"),
    "level 4": (body("（1）数据"), "heading_4"),
    "text": (body("请提前准备。"), "body"),
    "numbered text": (body("二、" + "各单位要高度重视" * 8 + "。"), "body"),
    "attachment note": (body("附件：1. 会议日程"), "attachment_note"),
    "second attachment": (body("2. 参会名单"), "attachment_note"),
    "organ": (p(r("某某市人民政府"), properties=RIGHT), "signature"),
    "date": (p(r("2026年1月5日"), properties=RIGHT), "date"),
    "note": (body("（联系人：李四）"), "body"),
    "imprint": (p(r("抄送：市委办公室")), "imprint"),
    "attachment": (p(r("附件1"), properties="<w:pageBreakBefore/>"), "attachment_label"),
    "its title": (centred("会议日程"), "attachment_title"),
    "its text": (body("上午开会。"), "body"),
}


def test_every_paragraph_of_an_official_letter_has_its_role() -> None:
    found = roles_of("".join(paragraph for paragraph, _ in LETTER.values()))

    wanted = {f"p{index}": role for index, (_, role) in enumerate(LETTER.values())}
    assert found == wanted
    assert {role for _, role in LETTER.values()} == ROLE_LABELS.keys() - {"page_number", "table_text"}


STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{rest}</w:style>'
    for style_id, name, rest in (
        ("T", "Title", ""),
        ("H2", "heading 2,H2", ""),
        ("Z3", "标题 3", ""),
        ("Own", "Own", '<w:basedOn w:val="H2"/>'),
        ("Toc", "toc 1", ""),
        ("Office", "公文正文", ""),
        ("Under", "Under", '<w:basedOn w:val="Office"/>'),
        ("O", "Outlined", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
    )
)
BY_STYLE = {
    "Word's own name": (styled("T"), "title", "style", "style Title"),
    "an alias behind a comma": (styled("H2"), "heading_2", "style", "style heading 2,H2"),
    "the Chinese name": (styled("Z3"), "heading_3", "style", "style 标题 3"),
    "the style it is based on": (styled("Own"), "heading_2", "style", "style heading 2,H2"),
    "the style before the text": (styled("Z3", "一、总则"), "heading_3", "style", "style 标题 3"),
    "outline level of the style": (styled("O"), "heading_1", "outline", "outline level 1"),
    "outline level of its own": (
        p(r("text"), properties='<w:outlineLvl w:val="3"/>'),
        "heading_4",
        "outline",
        "outline level 4",
    ),
    "body text by outline level": (
        p(r("text"), properties='<w:pStyle w:val="O"/><w:outlineLvl w:val="9"/>'),
        "body",
        "place",
        "running text",
    ),
    "text before place": (centred("一、总则"), "heading_1", "text", "text begins with a number such as 一、"),
    "a picture before the text": (
        "<w:p><w:r><w:drawing/></w:r><w:r><w:t>一、总则</w:t></w:r></w:p>",
        "heading_1",
        "text",
        "text begins with a number such as 一、",
    ),
    "full-width digits": (p(r("１．总则")), "heading_3", "text", "text begins with a number such as 1."),
    "a decimal is no heading": (p(r("1.5倍行距")), "body", "place", "running text"),
}


@pytest.mark.parametrize(("content", "role", "kind", "reason"), BY_STYLE.values(), ids=BY_STYLE)
def test_style_and_outline_level_precede_text_and_text_precedes_place(
    content: str, role: str, kind: str, reason: str
) -> None:
    assert notes_of(content, styles=STYLES) == [
        {"paragraph_path": "p0", "role": role, "kind": kind, "reason": reason}
    ]


def test_a_policy_fixes_roles_by_its_own_style_names() -> None:
    content = styled("Office", "一、总则") + styled("Under") + styled("T")

    by_style = {"公文正文": "body", "TITLE": "attachment_title"}
    assert roles_of(content, styles=STYLES, by_style=by_style) == {
        "p0": "body",
        "p1": "body",
        "p2": "attachment_title",
    }


WITHOUT_ROLE = {
    "a line of a table of contents": styled("Toc", "一、总则\t1"),
    "a centred line after the content": body("正文。") + centred("* * *"),
    "a line on the right": p(r("打印时间"), properties=RIGHT),
    "a line put right with blanks": p(r("\u3000" * 8 + "打印时间")),
}


@pytest.mark.parametrize("content", WITHOUT_ROLE.values(), ids=WITHOUT_ROLE)
def test_other_paragraphs_have_no_role(content: str) -> None:
    last = f"p{content.count('<w:p>') - 1}"

    assert last not in roles_of(content, styles=STYLES)


def test_cells_and_page_numbers_are_recognized_by_place_and_field() -> None:
    field = (
        '<w:r><w:instrText xml:space="preserve"> PAGE \\* Arabic </w:instrText></w:r><w:r><w:t>1</w:t></w:r>'
    )
    simple = '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    stories = {"footer": p(field) + p(simple) + p("第 页"), "header": p("某某办公室"), "footnotes": p("注")}

    assert roles_of(tbl(tr(tc("单元格"))), stories=stories) == {
        "t0.r0.c0.p0": "table_text",
        "footer1/p0": "page_number",
        "footer1/p1": "page_number",
    }


def test_a_line_above_the_document_number_is_the_letterhead_and_the_title_comes_below() -> None:
    content = centred("某某市教育局") + centred("某教〔2026〕1号") + centred("关于放假的通知")

    assert roles_of(content) == {"p0": "letterhead", "p1": "document_number", "p2": "title"}


def test_the_rule_below_a_letterhead_is_no_title_and_keeps_letterhead_and_number_together() -> None:
    content = centred("某某市教育局") + centred("★") + centred("某教〔2026〕1号") + centred("————————")

    assert roles_of(content + centred("关于放假的通知") + body("正文。") + centred("————————")) == {
        "p0": "letterhead",
        "p1": "letterhead_rule",
        "p2": "document_number",
        "p3": "letterhead_rule",
        "p4": "title",
        "p5": "body",
    }


def test_all_organs_above_the_number_of_a_joint_letter_are_the_letterhead() -> None:
    content = centred("某某市教育局") + centred("某某市财政局") + centred("某教〔2026〕1号")

    assert list(roles_of(content + centred("关于放假的通知")).values()) == [
        "letterhead",
        "letterhead",
        "document_number",
        "title",
    ]


SIGNED = {
    "apart by a tab": p("<w:r><w:t>某政发〔2026〕5号</w:t><w:tab/><w:t>签发人：张三</w:t></w:r>"),
    "apart by blanks": p(r("某政发〔2026〕5号　　　　　　　　签 发 人：张三")),
    "in wrong brackets": p(r("某政发[2026]05号　　　签发人：张三")),
    "indented by a character": p(
        "<w:r><w:t>某政发〔2026〕5号</w:t><w:tab/><w:t>签发人：张三</w:t></w:r>",
        properties='<w:ind w:leftChars="100"/>',
    ),
    "without a colon": p("<w:r><w:t>某政发〔2026〕5号</w:t><w:tab/><w:t>签发人 张三</w:t></w:r>"),
}


@pytest.mark.parametrize("line", SIGNED.values(), ids=SIGNED)
def test_a_number_beside_the_signer_is_the_number_and_the_title_comes_below(line: str) -> None:
    content = (
        centred("某某市人民政府文件")
        + line
        + centred("关于某事的请示")
        + p(r("省人民政府："))
        + body("正文。")
    )

    assert list(roles_of(content).values()) == [
        "letterhead",
        "document_number",
        "title",
        "recipient",
        "body",
    ]


def test_names_below_the_signer_are_signers_too() -> None:
    number = p("<w:r><w:t>某政发〔2026〕5号</w:t><w:tab/><w:t>签发人：张三　王五</w:t></w:r>")
    more = p("<w:r><w:tab/><w:t>李四</w:t></w:r>")

    assert list(roles_of(number + more + centred("关于某事的请示")).values()) == [
        "document_number",
        "signer",
        "title",
    ]


def test_number_and_signer_may_stand_in_a_table_or_in_text_boxes() -> None:
    table = tbl(tr(tc("某政发〔2026〕5号"), tc("签发人：张三")))
    boxes = p(textbox(p("某政发〔2026〕5号")), textbox(p("签发人：张三")))
    title = centred("关于某事的请示")

    assert set(roles_of(table + title).values()) == {"document_number", "signer", "title"}
    assert set(roles_of(boxes + title).values()) == {"document_number", "signer", "title"}


IMPRINTS = {
    "paragraphs": p(r("抄送：市委办公室，市人大常委会办公室，"))
    + p(r("市政协办公室。"))
    + p(r("某某市人民政府办公室　2026年3月5日印发")),
    "a table": tbl(
        tr(tc("抄送：市委办公室，市人大常委会办公室。")),
        tr(tc("某某市人民政府办公室"), tc("2026年3月5日印发")),
    ),
    "a table of one cell": tbl(tr(tc(p("抄送：市委办公室。"), p("某某市人民政府办公室　2026年3月5日印发")))),
    "a wrong date": p(r("某某市人民政府办公室　2026.03.05印发")),
}


@pytest.mark.parametrize("content", IMPRINTS.values(), ids=IMPRINTS)
def test_the_imprint_is_found_in_paragraphs_and_in_tables(content: str) -> None:
    letter = centred("关于放假的通知") + body("正文。")

    found = list(roles_of(letter + content).values())
    assert found[:2] == ["title", "body"]
    assert set(found[2:]) == {"imprint"}


def test_a_table_of_other_content_is_no_imprint_and_no_signature() -> None:
    rows = [tr(tc(f"项目{number}"), tc("2026年3月5日")) for number in range(3)]
    mail = tbl(*(tr(tc(text)) for text in ["抄送：张三", *["内容"] * 12]))

    assert set(roles_of(body("正文。") + tbl(*rows)).values()) == {"body", "table_text"}
    assert set(roles_of(body("正文。") + mail).values()) == {"body", "table_text"}


def test_organ_and_date_in_one_paragraph_are_the_signature() -> None:
    content = body("正文。") + p(
        "<w:r><w:t>某某市人民政府</w:t><w:br/><w:t>2026年3月5日</w:t></w:r>", properties=RIGHT
    )

    assert notes_of(content)[-1] == {
        "paragraph_path": "p1",
        "role": "signature",
        "kind": "text",
        "reason": "text is an organ and a date in one paragraph",
    }


def test_a_long_line_or_a_sentence_before_the_date_is_no_signature() -> None:
    content = body("正文。") + p(r("特此通知。")) + p(r("2026年1月5日"))

    assert roles_of(content) == {"p0": "body", "p1": "body", "p2": "date"}


def test_without_rules_for_roles_no_roles_are_detected() -> None:
    document = build_document(p(r("一、总则")))

    assert check_under_policy(document, OPEN_POLICY).as_dict()["summary"]["roles"] == []
