"""Every check against its cases in cases/<check>.yaml: what fails, what passes, what a fix makes of it.

A case: ``name``; ``body`` and ``styles`` as XML; ``policy`` (laid over one that checks nothing); ``house``,
what version 2 adds to a policy; ``touched`` run ids (all by default); ``strict`` namespaces; ``stories``;
``numbering``, ``theme`` (its two font collections) and ``settings`` as XML; ``issues`` that must be found,
exactly these, each with the members that matter; ``fixed``, the body after fix mode ``safe``. With ``filled``
the baseline is the template: ``body`` before filling, ``filled`` after it.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from docops_flask.engine.checks.registry import CODES
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.policy.policy import Policy
from tests.engine.checks.document_builder import (
    OPEN_POLICY,
    body_xml,
    build_document,
    check_under_policy,
    check_under_template,
    edits_of,
    house_style,
)

FOLDER = Path(__file__).parent / "cases"
CASES: list[tuple[str, dict[str, Any]]] = [
    (code, case)
    for code in CODES
    for case in yaml.safe_load((FOLDER / f"{code.lower()}.yaml").read_text(encoding="utf-8"))
]


def parameters(cases: list[tuple[str, dict[str, Any]]]) -> pytest.MarkDecorator:
    """Run a test for each of ``cases``, under its name."""
    ids = [f"{code}: {case['name']}" for code, case in cases]
    return pytest.mark.parametrize(("code", "case"), cases, ids=ids)


def document_of(case: dict[str, Any], member: str = "body") -> Document:
    return build_document(
        case[member],
        styles=case.get("styles"),
        strict=case.get("strict", False),
        stories=case.get("stories"),
        numbering=case.get("numbering"),
        theme=case.get("theme"),
        settings=case.get("settings"),
    )


def policy_of(case: dict[str, Any]) -> Policy:
    changes = dict(case.get("policy", {}))
    if "trim_chars" in changes:
        changes["trim_chars"] = tuple(changes["trim_chars"])
    return OPEN_POLICY._replace(house_style=house_style(case.get("house", {})), **changes)


def report_of(case: dict[str, Any]) -> FormatReport:
    if "filled" in case:
        return check_under_template(
            document_of(case), document_of(case, "filled"), policy_of(case), touched=case.get("touched")
        )
    return check_under_policy(document_of(case), policy_of(case), touched=case.get("touched"))


@parameters(CASES)
def test_check_finds_exactly_the_issues_of_its_case(code: str, case: dict[str, Any]) -> None:
    found = [issue.as_dict() for issue in report_of(case).issues]
    wanted = case.get("issues", [])

    assert [issue["code"] for issue in found] == [code] * len(wanted)
    for issue, members in zip(found, wanted, strict=True):
        assert {name: issue[name] for name in members} == members


@parameters([(code, case) for code, case in CASES if {"fixed", "issues"} <= case.keys()])
def test_fix_mode_safe_gives_the_body_of_the_case_and_a_second_run_changes_nothing(
    code: str, case: dict[str, Any]
) -> None:
    document = document_of(case)

    report = check_under_policy(document, policy_of(case), touched=case.get("touched"), fix=True)

    edits = edits_of(report)
    assert body_xml(document, edits) == body_xml(document_of(case, "fixed"))
    assert [issue.fixed for issue in report.issues] == [issue.fixable for issue in report.issues]
    assert bool(edits) is bool(report.fix_changes)

    again = check_under_policy(document, policy_of(case), touched=case.get("touched"), fix=True)
    assert not again.fix_changes
    assert [issue.paragraph_path for issue in again.issues] == [
        issue.paragraph_path for issue in report.issues if not issue.fixed
    ]


def test_every_check_has_failing_and_passing_cases() -> None:
    for code in CODES:
        if code == "JUSTIFIED_LINE_BREAK":
            # A case cannot put a break in; tests/engine/checks/test_layout_warnings.py does.
            continue
        outcomes = {bool(case.get("issues")) for checked, case in CASES if checked == code}
        assert outcomes == {True, False}, code
