"""A letter as GB/T 9704-2012 has it passes without an issue; each thing that is wrong in one is found.

The cases are in gbt9704.yaml, by clause. A case changes parts of the letter: ``null`` leaves a part out, XML
takes its place, a mapping changes what ``Part`` has; parts of other names follow at the end. ``section`` and
``footer`` are those of the document: a list of what is replaced by what, and XML. ``issues`` are all that
must be found: code, severity and, where it is another one than that of the group, the clause.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.report import FormatReport
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
FOOTER_FONT = '<w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/>'
FIELD = f'<w:fldSimple w:instr=" PAGE "><w:r><w:rPr>{FOOTER_FONT}</w:rPr><w:t>1</w:t></w:r></w:fldSimple>'


class Part(NamedTuple):
    """A paragraph of the letter; ``first`` and ``right`` are indents in characters, ``size`` half-points."""

    text: str
    font: str | None = None
    size: int | None = None
    color: str | None = None
    align: str | None = None
    first: int = 0
    right: int = 0
    break_before: bool = False
    more: str | None = None

    def xml(self) -> str:
        """The paragraph; ``more`` is text with the letter's usual font behind ``text``."""
        font = f'<w:rFonts w:eastAsia="{self.font}"/>' if self.font else ""
        color = f'<w:color w:val="{self.color}"/>' if self.color else ""
        size = f'<w:sz w:val="{self.size}"/>' if self.size else ""
        first = f' w:firstLineChars="{self.first * 100}"' if self.first else ""
        right = f' w:rightChars="{self.right * 100}"' if self.right else ""
        properties = "<w:pageBreakBefore/>" if self.break_before else ""
        properties += f"<w:ind{first}{right}/>" if first or right else ""
        properties += f'<w:jc w:val="{self.align}"/>' if self.align else ""
        runs = [r(self.text, font + color + size)] + ([r(self.more)] if self.more else [])
        return p(*runs, properties=properties)


LETTER: dict[str, Part] = {
    "copy": Part("000001", "黑体"),
    "mark": Part("机密★1年", "黑体"),
    "letterhead": Part("某某市人民政府文件", "方正小标宋简体", 72, "FF0000", "center"),
    "number": Part("某政发〔2026〕12号", align="center"),
    "rule": Part("━━━━━━━━━━", color="FF0000", align="center"),
    "title": Part("关于召开年度工作会议的通知", "方正小标宋简体", 44, align="center"),
    "recipient": Part("各县（市、区）人民政府："),
    "lead": Part("经研究，定于2026年1月5日召开“年度”工作会议。", first=2),
    "level_1": Part("一、会议内容", "黑体", first=2),
    "level_2": Part("（一）总结工作。", "楷体_GB2312", first=2, more="各地汇报全年情况。"),
    "level_3": Part("1.农业", first=2),
    "level_4": Part("（1）粮食", first=2),
    "note": Part("附件：1. 会议日程", first=2),
    "signature": Part("某某市人民政府", align="right", right=2),
    "date": Part("2026年1月5日", align="right", right=4),
    "remark": Part("（此件公开发布）", first=2),
    "copies": Part("抄送：市委办公室，市人大常委会办公室。", size=28),
    "issued": Part("某某市人民政府办公室　　　2026年1月6日印发", size=28),
    "label": Part("附件1", "黑体", break_before=True),
    "attachment": Part("会议日程", "方正小标宋简体", 44, align="center"),
    "schedule": Part("上午九时开会。", first=2),
}


def footer_of(before: str, after: str) -> str:
    """A footer with the page number between these texts."""
    return p(r(before, FOOTER_FONT), FIELD, r(after, FOOTER_FONT))


def report_of(change: dict[str, Any]) -> FormatReport:
    section, footer = SECTION, footer_of("— ", " —")
    parts: dict[str, str] = {name: part.xml() for name, part in LETTER.items()}
    for name, value in change.items():
        if name == "section":
            for old, new in value:
                assert old in section
                section = section.replace(old, new)
        elif name == "footer":
            footer = value if isinstance(value, str) else footer_of(*value)
        elif value is None:
            del parts[name]
        elif isinstance(value, str):
            parts[name] = value
        elif name in LETTER:
            parts[name] = LETTER[name]._replace(**value).xml()
        else:
            parts[name] = Part(**value).xml()
    body = "".join(parts.values()) + section
    document = build_document(body, styles=STYLES, stories={"footer": footer})
    return check_under_policy(document, POLICY)


def shown(issue: Issue) -> tuple[str, str, str]:
    source = not_none(issue.rule_source).removeprefix("GB/T 9704-2012, ")
    return issue.code, issue.severity, source


GROUPS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "gbt9704.yaml").read_text(encoding="utf-8")
)
PASSES = [(group["clause"], case) for group in GROUPS for case in group["passes"]]
FAILS = [(group["clause"], case) for group in GROUPS for case in group["fails"]]


def test_a_letter_as_the_standard_has_it_has_no_issue() -> None:
    report = report_of({})

    assert report.issues == ()
    roles = [note.role for note in report.roles]
    assert roles == [
        "mark", "mark", "letterhead", "document_number", "letterhead_rule", "title", "recipient", "body",
        "heading_1", "heading_2", "heading_3", "heading_4", "attachment_note", "signature", "date", "body",
        "imprint", "imprint", "attachment_label", "attachment_title", "body", "page_number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "case"), PASSES, ids=[f"{clause}: {case['name']}" for clause, case in PASSES]
)
def test_what_the_clause_allows_has_no_issue(clause: str, case: dict[str, Any]) -> None:
    assert [shown(issue) for issue in report_of(case["change"]).issues] == []


@pytest.mark.parametrize(
    ("clause", "case"), FAILS, ids=[f"{clause}: {case['name']}" for clause, case in FAILS]
)
def test_each_fault_is_found_with_its_strength_and_clause(clause: str, case: dict[str, Any]) -> None:
    wanted = []
    for line in case["issues"]:
        code, severity, *other = line.split(" ", 2)
        wanted.append((code, severity, other[0] if other else clause))

    assert [shown(issue) for issue in report_of(case["change"]).issues] == wanted


def test_every_clause_that_the_policy_names_has_cases() -> None:
    house = POLICY.house_style
    named = {rule.source for part in (house.page, house.text, *house.roles.values()) for rule in part if rule}

    assert named == {f"GB/T 9704-2012, {group['clause']}" for group in GROUPS}
    assert all(group["passes"] and group["fails"] for group in GROUPS)


def test_the_report_says_what_is_not_checked_by_clause() -> None:
    not_checked = report_of({}).as_dict()["summary"]["not_checked"]

    assert not_checked == [each.as_dict() for each in POLICY.house_style.not_checked]
    clauses = " ".join(each["source"] for each in not_checked)
    assert [clause for clause in ("7.2.6", "7.3.5", "7.4", "7.5") if clause not in clauses] == []
    assert all(each["en"] and each["zh"] for each in not_checked)
