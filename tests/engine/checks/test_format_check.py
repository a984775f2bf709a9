"""The format report as a whole: its shape, its verdict, its order, what it counts."""

import json
import re

import pytest
from lxml import etree

from docops_flask.engine.checks.format_check import check_format, observe, skipped_report
from docops_flask.engine.document.document import Document
from docops_flask.engine.options import Options
from docops_flask.engine.oxml.markup import Splice
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.template.text_splices import Filled
from tests.engine.checks.document_builder import (
    OPEN_POLICY,
    build_document,
    check_under_policy,
    check_under_template,
    house_style,
    touched_runs,
)
from tests.factories import p, r, tbl, tc, textbox, tr

STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
    '<w:rPr><w:rFonts w:ascii="Calibri" w:eastAsia="宋体"/><w:sz w:val="24"/></w:rPr></w:style>'
)
GOOD = '<w:spacing w:line="360"/><w:ind w:firstLine="420"/>'
MIXED = (
    p(r("one", '<w:sz w:val="20"/>'), properties='<w:ind w:firstLine="0"/>')
    + tbl(tr(tc("cell")))
    + p("\u3000two", properties=GOOD)
)
SUMMARY = [
    "mode",
    "baseline",
    "skipped",
    "template_observed",
    "rendered_observed",
    "diff",
    "effective_policy_overrides",
    "diagnostics",
    "fix_applied",
    "fix_changes",
    "policy",
    "page_geometry",
    "roles",
    "policy_deviations",
    "not_checked",
]


def test_a_document_that_follows_the_default_policy_passes_without_an_issue() -> None:
    report = check_under_policy(build_document(p("会议 2026", properties=GOOD), styles=STYLES), Policy())

    assert report.passed
    assert report.as_dict()["issues"] == []
    assert report.as_dict()["summary"]["diagnostics"] == {
        "paragraphs_checked": 1,
        "runs_checked": 1,
        "tables_skipped": 0,
        "issue_count": 0,
        "codes": [],
        "by_code": {},
    }


def test_issues_are_counted_by_code() -> None:
    policy = OPEN_POLICY._replace(line_spacing_twips=360, forbid_tables=True)
    spaced = p("x", properties='<w:spacing w:line="240"/>')

    report = check_under_policy(build_document(spaced * 2 + tbl(tr(tc("c")))), policy).as_dict()

    diagnostics = report["summary"]["diagnostics"]
    assert diagnostics["by_code"] == {"LINE_SPACING_MISMATCH": 2, "TABLE_FORBIDDEN": 1}
    assert diagnostics["codes"] == ["LINE_SPACING_MISMATCH", "TABLE_FORBIDDEN"]
    assert diagnostics["issue_count"] == 3


@pytest.mark.parametrize(
    ("body", "has_tables", "has_numpr"),
    [
        (p("x"), False, False),
        (p("x") + tbl(tr(tc("c"))), True, False),
        (p("x") + p("y", properties='<w:numPr><w:numId w:val="3"/></w:numPr>'), False, True),
        (p("x", properties='<w:numPr><w:numId w:val="0"/></w:numPr>'), False, False),
        (tbl(tr(tc(p("y", properties='<w:numPr><w:numId w:val="3"/></w:numPr>')))), True, True),
    ],
)
def test_both_observations_say_what_the_document_holds(body: str, has_tables: bool, has_numpr: bool) -> None:
    held = {"has_tables": has_tables, "has_numpr": has_numpr}
    for report in (
        check_under_policy(build_document(body), OPEN_POLICY),
        check_under_template(build_document(body), build_document(body), OPEN_POLICY),
    ):
        summary = report.as_dict()["summary"]
        assert {name: summary["template_observed"][name] for name in held} == held
        assert {name: summary["rendered_observed"][name] for name in held} == held


@pytest.mark.parametrize(
    ("body", "policy", "reason"),
    [
        (p("x") + tbl(tr(tc("c"))), OPEN_POLICY._replace(forbid_tables=True), "not_allowed_by_policy"),
        (p(" x"), OPEN_POLICY._replace(trim_leading_spaces=True), "not_allowed_by_policy"),
        (
            p("x") + '<w:sectPr><w:pgSz w:w="10000" w:h="16838"/></w:sectPr>',
            OPEN_POLICY._replace(house_style=house_style({"page": {"width": "210 mm"}})),
            "page_setup",
        ),
        (
            p("x"),
            OPEN_POLICY._replace(house_style=house_style({"roles": {"body": {"alignment": "center"}}})),
            "left_to_author",
        ),
    ],
)
def test_what_is_never_fixed_has_its_reason_as_a_word_and_as_a_sentence(
    body: str, policy: Policy, reason: str
) -> None:
    (issue,) = check_under_policy(build_document(body), policy).as_dict()["issues"]

    assert (issue["fixable"], issue["reason"]) == (False, reason)
    assert issue["reason_text"]["en"].startswith("Not fixed automatically: ")
    assert issue["reason_text"]["zh"].startswith("未自动修复：")


def test_what_filling_changed_has_its_reason() -> None:
    before, after = (
        build_document(p("x", properties=f'<w:spacing w:line="{line}"/>')) for line in (240, 480)
    )

    (issue,) = check_under_template(before, after, OPEN_POLICY).as_dict()["issues"]

    assert issue["reason"] == "changed_by_filling"


def test_a_line_spacing_that_is_a_number_has_the_rule_of_the_document_beside_it() -> None:
    document = build_document(p("x", properties='<w:spacing w:line="560" w:lineRule="exact"/>'))

    (issue,) = check_under_policy(document, OPEN_POLICY._replace(line_spacing_twips=360)).as_dict()["issues"]

    assert (issue["actual"], issue["line_rule"]) == (560, "exact")


def test_the_report_has_the_members_of_the_contract() -> None:
    report = check_under_policy(build_document(MIXED, styles=STYLES), Policy()).as_dict()

    assert list(report) == ["passed", "error_count", "fixed_count", "issues", "summary"]
    assert list(report["summary"]) == SUMMARY
    for issue in report["issues"]:
        assert {
            "code", "severity", "message", "paragraph_path", "run_id", "expected", "actual", "tolerance",
            "fixable", "fixed",
        } <= issue.keys()  # fmt: skip
    assert json.loads(json.dumps(report)) == report


def test_issues_stand_by_place_tables_first_then_in_the_order_of_the_checks() -> None:
    report = check_under_policy(build_document(MIXED, styles=STYLES), Policy())

    assert [(issue.paragraph_path, issue.code) for issue in report.issues] == [
        ("t0", "TABLE_FORBIDDEN"),
        ("p0", "LINE_SPACING_MISMATCH"),
        ("p0", "FIRST_LINE_INDENT_MISMATCH"),
        ("p0", "RUN_SIZE_MISMATCH"),
        ("p1", "LEADING_WHITESPACE"),
    ]
    assert report.issue_codes() == {
        "FIRST_LINE_INDENT_MISMATCH": 1,
        "LEADING_WHITESPACE": 1,
        "LINE_SPACING_MISMATCH": 1,
        "RUN_SIZE_MISMATCH": 1,
        "TABLE_FORBIDDEN": 1,
    }


def test_warnings_never_fail_a_document() -> None:
    report = check_under_policy(build_document(p("text")), Policy()._replace(trim_leading_spaces=False))

    assert {issue.severity for issue in report.issues} == {"warn"}
    assert report.passed
    assert report.as_dict()["error_count"] == 0


def test_fixed_issues_stay_listed_and_do_not_count_as_errors() -> None:
    document = build_document(p("text", properties='<w:spacing w:line="240"/>'))

    report = check_under_policy(document, OPEN_POLICY._replace(line_spacing_twips=360), fix=True).as_dict()

    assert (report["passed"], report["error_count"], report["fixed_count"]) == (True, 0, 1)
    assert [(issue["severity"], issue["fixed"]) for issue in report["issues"]] == [("error", True)]
    assert report["summary"]["fix_applied"] is True
    assert report["summary"]["fix_changes"] == [
        {
            "paragraph_path": "p0",
            "property": "line_spacing_twips",
            "field": "line_spacing_twips",
            "before": {"line": "240"},
            "after": {"line": "360"},
            "element": "spacing",
            "run_id": None,
        }
    ]
    assert report["summary"]["template_observed"]["line_spacing"] == {"240 auto": 1}
    assert report["summary"]["rendered_observed"]["line_spacing"] == {"360 auto": 1}
    assert report["summary"]["diff"] == ["line_spacing"]


def looks(document: Document) -> list[bytes]:
    """How every paragraph looks now, repairs included."""
    return [etree.tostring(place.element) for place in document.walk.paragraphs]


def test_fix_mode_none_says_what_could_be_fixed_and_changes_nothing() -> None:
    document = build_document(MIXED, styles=STYLES)
    before = looks(document)

    report = check_under_policy(document, Policy(), fix=False)

    assert any(issue.fixable for issue in report.issues)
    assert not any(issue.fixed for issue in report.issues)
    assert not report.as_dict()["summary"]["fix_applied"]
    assert not report.fix_changes
    assert looks(document) == before


def test_baseline_template_fixes_nothing_even_in_fix_mode_safe() -> None:
    template = build_document(p("text", properties='<w:spacing w:line="240"/>'))
    filled = build_document(p("text", properties='<w:spacing w:line="480"/>'))

    report = check_under_template(template, filled, Policy())

    assert not report.passed
    assert not report.as_dict()["summary"]["fix_applied"]
    assert not report.fix_changes


def test_filling_that_changes_text_alone_passes_against_the_template() -> None:
    document = build_document(MIXED, styles=STYLES)
    runs = touched_runs(document)
    before = observe(document, runs)
    for place in document.walk.paragraphs:
        texts = re.compile(rb'(?<=<w:t xml:space="preserve">)[^<]*')
        splices = [
            Splice(*found.span(), "\u3000filled".encode()) for found in texts.finditer(place.own_bytes)
        ]
        place.fill(Filled(place.reading, ((0, splices),), (), range(place.reading.shape.texts)))

    report = check_format(document, runs, before, Options(), Policy()).as_dict()

    assert report["passed"]
    assert report["issues"] == []
    assert report["summary"]["diff"] == []
    assert report["summary"]["template_observed"] == report["summary"]["rendered_observed"]


def test_values_of_touched_runs_and_their_paragraphs_are_counted() -> None:
    body = p(r("a"), r("b", '<w:rFonts w:ascii="Arial"/><w:sz w:val="21"/>')) + p(
        r("c"), properties='<w:ind w:firstLineChars="200"/>'
    )
    document = build_document(body + p("untouched"), styles=STYLES)

    report = check_under_policy(document, OPEN_POLICY, touched=["p0:r0", "p0:r1", "p1:r0"])

    assert report.as_dict()["summary"]["template_observed"] == {
        "run_font_latin": {"Arial": 1, "Calibri": 2},
        "run_font_east_asia": {"宋体": 3},
        "run_size_pt": {"10.5": 1, "12": 2},
        "line_spacing": {"unstated": 2},
        "first_line_indent": {"2 characters": 1, "unstated": 1},
        "has_tables": False,
        "has_numpr": False,
    }


def test_the_policys_own_rules_are_named() -> None:
    policy = Policy()._replace(run_size_pt=16, trim_chars=(" ",))

    summary = check_under_policy(build_document(p("x")), policy).as_dict()["summary"]

    assert summary["effective_policy_overrides"] == {"run_size_pt": 16, "trim_chars": [" "]}


def test_a_skipped_report_passes_and_says_so() -> None:
    report = skipped_report(Options(format_mode="off", format_baseline="policy"), Policy()).as_dict()

    assert (report["passed"], report["error_count"], report["issues"]) == (True, 0, [])
    assert list(report["summary"]) == SUMMARY
    assert report["summary"]["skipped"] is True
    assert (report["summary"]["mode"], report["summary"]["baseline"]) == ("off", "policy")


@pytest.mark.parametrize("fix", [False, True])
def test_equal_documents_give_equal_reports_byte_for_byte(fix: bool) -> None:
    reports = {
        json.dumps(check_under_policy(build_document(MIXED, styles=STYLES), Policy(), fix=fix).as_dict())
        for _ in range(3)
    }

    assert len(reports) == 1


def test_a_run_that_was_filled_twice_is_checked_once() -> None:
    document = build_document(p("abc"))
    runs = touched_runs(document) * 2

    report = check_format(
        document,
        runs,
        observe(document, runs),
        Options(format_baseline="policy"),
        OPEN_POLICY._replace(run_size_pt=12),
    )

    assert [issue.run_id for issue in report.issues] == ["p0:r0"]


def test_every_story_is_checked_and_a_text_box_once() -> None:
    document = build_document(
        p(r("body"), textbox(p("box")), properties='<w:spacing w:line="240"/>'),
        stories={
            "header": p("head"),
            "footer": p("foot"),
            "footnotes": f'<w:footnote w:id="2">{p("note")}</w:footnote>',
        },
    )

    report = check_under_policy(document, OPEN_POLICY._replace(line_spacing_twips=360), fix=True)

    assert [(issue.paragraph_path, issue.fixed) for issue in report.issues] == [
        ("p0", True),
        ("textbox0/p0", False),
        ("header1/p0", False),
        ("footer1/p0", False),
        ("footnotes1/n2.p0", False),
    ]


def test_an_empty_document_passes() -> None:
    for options in (Options(), Options(format_baseline="policy")):
        document = build_document("")
        assert check_format(document, [], observe(document, []), options, Policy()).passed


def test_runs_that_look_alike_and_are_repaired_in_other_ways_are_told_apart() -> None:
    # The size is repaired in the same way in both, before it the font of another script.
    fonts = "<w:rFonts w:ascii='Arial' w:hAnsi='Arial' w:eastAsia='黑体'/><w:sz w:val='20'/>"
    document = build_document(p(r("Latin", fonts)) + p(r("汉字", fonts)))
    policy = OPEN_POLICY._replace(
        run_font_latin="Calibri",
        run_font_east_asia="宋体",
        run_size_pt=12,
        house_style=house_style({"roles": {"title": {"size_pt": 22}}}),
    )

    report = check_under_policy(document, policy, fix=True)

    assert len(report.fix_changes) == 4
    assert report.rendered_observed["run_font_latin"] == {"Arial": 1, "Calibri": 1}
    assert report.rendered_observed["run_font_east_asia"] == {"宋体": 1, "黑体": 1}
    assert report.rendered_observed["run_size_pt"] == {"12": 2}
