"""The report as JSON text is the report as data, written without making the data first."""

import pytest

from docops_flask.engine.artefacts import json_text
from docops_flask.engine.checks.issue import Finding, FixChange, Issue
from docops_flask.engine.checks.report import FormatReport, RoleNote
from docops_flask.engine.document.walk import walk_stories
from tests.engine.story_parts import body_part
from tests.factories import p

PLAIN = Finding(code="A", severity="warn", message="is wrong")
TRICKY = Finding(
    code="B",
    severity="error",
    message='says "paragraph_path": null, "run_id": null, "fixed": null and "run_ids": null \\ \n 宋体',
    expected='"fixed": null',
    actual=10.5,
    tolerance=20,
    fixable=True,
    slot="latin",
    origin="direct",
    source="direct formatting, word/document.xml",
    role="body",
    rule_key="roles.body.size_pt",
    rule_source="GB/T 9704-2012, 7.3.3",
    section=0,
)
ISSUES = [
    Issue(PLAIN, "p0"),
    Issue(PLAIN, "p0", "p0:r1"),
    Issue(TRICKY, 'n"1\\.p0', 'n"1\\.p0:r0', ('n"1\\.p0:r0', "p0:r2"), True),
    Issue(TRICKY, "t0.r0.c0.p0"),
]
PLACE = walk_stories([body_part(p("x"))], 1).paragraphs[0]
CHANGES = [
    FixChange("p0", "first_line_indent_twips", {"firstLine": "1"}, {"hanging": "2"}, "ind", PLACE),
    FixChange('n"1.p0', "run_font", {}, {"eastAsia": '"宋体"'}, "rFonts", PLACE.run(0), 'n"1.p0:r0'),
]
ROLES = [
    RoleNote("p0", "body", "place", "running text"),
    RoleNote('n"1.p0', "heading_1", "style", 'style "Überschrift" \\'),
]


@pytest.mark.parametrize("issues", [[], ISSUES])
@pytest.mark.parametrize("changes", [[], CHANGES])
@pytest.mark.parametrize("roles", [[], ROLES])
def test_the_text_of_a_report_is_that_of_its_data(
    issues: list[Issue], changes: list[FixChange], roles: list[RoleNote]
) -> None:
    report = FormatReport(
        "strict", "policy", issues=tuple(issues), fix_changes=tuple(changes), roles=tuple(roles)
    )
    assert report.as_json() == json_text(report.as_dict())


def test_the_claims_are_the_part_of_the_data_that_tells_the_changes() -> None:
    report = FormatReport("strict", "policy", issues=tuple(ISSUES), fix_changes=tuple(CHANGES))
    changes = report.as_dict()["summary"]["fix_changes"]
    # It repeats ``property``.
    told = [{name: value for name, value in change.items() if name != "field"} for change in changes]
    assert report.claims() == {"summary": {"fix_changes": told}}
    assert len(report.claims()["summary"]["fix_changes"]) == 2
