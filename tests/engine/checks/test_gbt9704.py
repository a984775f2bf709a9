"""A letter as GB/T 9704-2012 has it passes without an issue; each thing that is wrong in one is found."""

import pytest

from docops_flask.engine.checks.issue import Issue
from docops_flask.intake.catalogue.policies import load_policies
from tests.engine.checks.document_builder import build_document, check_under_policy
from tests.factories import p, r
from tests.optional import not_none

POLICY = not_none(load_policies().get("gbt9704-2012"))
STYLES = (
    "<w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312"/>'
    '<w:sz w:val="32"/>'
    '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="579" w:lineRule="exact"/></w:pPr>'
    "</w:pPrDefault></w:docDefaults>"
)
SECTION = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:bottom="1984" w:left="1588" w:right="1474"/>'
    '<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-848"/></w:sectPr>'
)
CENTRED, RIGHT = '<w:jc w:val="center"/>', '<w:jc w:val="right"/>'
FIRST_LINE = '<w:ind w:firstLineChars="200" w:firstLine="632"/>'


def font(name: str, size: int = 32, color: str | None = None) -> str:
    extra = f'<w:color w:val="{color}"/>' if color else ""
    return f'<w:rFonts w:eastAsia="{name}"/>{extra}<w:sz w:val="{size}"/>'


LETTER = {
    "letterhead": p(r("某某市人民政府文件", font("方正小标宋简体", 72, "FF0000")), properties=CENTRED),
    "number": p(r("某政发〔2026〕12号"), properties=CENTRED),
    "title": p(r("关于召开年度工作会议的通知", font("方正小标宋简体", 44)), properties=CENTRED),
    "recipient": p(r("各县（市、区）人民政府：")),
    "lead": p(r("经研究，定于2026年1月5日召开“年度”工作会议。"), properties=FIRST_LINE),
    "level 1": p(r("一、会议内容", font("黑体")), properties=FIRST_LINE),
    "level 2": p(r("（一）总结工作。", font("楷体_GB2312")), r("各地汇报全年情况。"), properties=FIRST_LINE),
    "level 3": p(r("1.农业"), properties=FIRST_LINE),
    "level 4": p(r("（1）粮食"), properties=FIRST_LINE),
    "note": p(r("附件：1. 会议日程"), properties=FIRST_LINE),
    "signature": p(r("某某市人民政府"), properties=f'<w:ind w:rightChars="200"/>{RIGHT}'),
    "date": p(r("2026年1月5日"), properties=f'<w:ind w:rightChars="400"/>{RIGHT}'),
    "label": p(r("附件1", font("黑体")), properties="<w:pageBreakBefore/>"),
    "attachment": p(r("会议日程", font("方正小标宋简体", 44)), properties=CENTRED),
    "schedule": p(r("上午九时开会。"), properties=FIRST_LINE),
}
FOOTER = p(
    '<w:fldSimple w:instr=" PAGE "><w:r><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>'
    '<w:sz w:val="28"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple>'
)


def issues_in(section: str = SECTION, **changes: str) -> tuple[Issue, ...]:
    body = "".join({**LETTER, **changes}.values())
    document = build_document(body + section, styles=STYLES, stories={"footer": FOOTER})
    return check_under_policy(document, POLICY).issues


def test_a_letter_as_the_standard_has_it_has_no_issue() -> None:
    assert issues_in() == ()


FAULTS = {
    "a black letterhead": (
        {"letterhead": p(r("某某市人民政府文件", font("方正小标宋简体", 72)), properties=CENTRED)},
        [("ROLE_COLOR_MISMATCH", "error", "7.2.4")],
    ),
    "square brackets": (
        {"number": p(r("某政发[2026]12号"), properties=CENTRED)},
        [("DOCUMENT_NUMBER_FORM", "error", "7.2.5")],
    ),
    "a title in another face and size": (
        {"title": p(r("关于召开会议的通知", font("黑体", 36)), properties=CENTRED)},
        [("ROLE_FONT_MISMATCH", "warn", "7.3.1"), ("ROLE_SIZE_MISMATCH", "warn", "7.3.1")],
    ),
    "a half-width colon": (
        {"recipient": p(r("各县人民政府:"))},
        [("RECIPIENT_COLON", "error", "7.3.2")],
    ),
    "body in another face": (
        {"lead": p(r("经研究，定于近日召开会议。", font("宋体")), properties=FIRST_LINE)},
        [("ROLE_FONT_MISMATCH", "warn", "7.3.3")],
    ),
    "a flush first line": ({"lead": p(r("经研究。"))}, [("ROLE_INDENT_MISMATCH", "warn", "7.3.3")]),
    "a red word": (
        {"lead": p(r("经研究。", font("仿宋", 32, "FF0000")), properties=FIRST_LINE)},
        [("ROLE_COLOR_MISMATCH", "error", "5.2.4")],
    ),
    "a first level that is not 黑体": (
        {"level 1": p(r("一、会议内容"), properties=FIRST_LINE)},
        [("ROLE_FONT_MISMATCH", "warn", "7.3.3")],
    ),
    "a full stop after an attachment": (
        {"note": p(r("附件：1. 会议日程。"), properties=FIRST_LINE)},
        [("ATTACHMENT_NOTE_END", "error", "7.3.4")],
    ),
    "a date with leading zeros": (
        {"date": p(r("2026年01月05日"), properties=RIGHT)},
        [("DATE_FORM", "error", "7.3.5")],
    ),
    "an attachment on the same page": (
        {"label": p(r("附件1", font("黑体")))},
        [("PAGE_BREAK_MISSING", "error", "7.3.7")],
    ),
    "another top margin and pitch": (
        {"section": SECTION.replace('"2098"', '"1440"')},
        [("PAGE_LENGTH_MISMATCH", "error", "5.2.1"), ("PAGE_CAPACITY_MISMATCH", "warn", "5.2.3")],
    ),
    "no grid for 28 characters": (
        {"section": SECTION.replace("linesAndChars", "lines")},
        [("PAGE_CAPACITY_MISMATCH", "warn", "5.2.3")],
    ),
}


@pytest.mark.parametrize(("changes", "found"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found_with_its_strength_and_clause(
    changes: dict[str, str], found: list[tuple[str, str, str]]
) -> None:
    issues = [(issue.code, issue.severity, issue.rule_source) for issue in issues_in(**changes)]

    assert issues == [(code, severity, f"GB/T 9704-2012, {clause}") for code, severity, clause in found]
