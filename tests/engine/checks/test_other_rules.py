"""Paragraphs whose roles are known, held against other rules: as if they were read anew."""

from collections.abc import Mapping
from typing import Any

import pytest

from docops_flask.engine.checks.check import ParagraphSubject, PolicySubject
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.observation import take_observation
from docops_flask.engine.checks.policy_check import PolicySubjects, policy_subject
from docops_flask.engine.checks.suggested_style import style_policy
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.policy.rules import AppliedRules
from tests.engine.checks.document_builder import OPEN_POLICY, build_document, house_style, touched_runs
from tests.factories import p, r, tbl, tc, tr

_BODY = (
    p(r("关于开展检查的通知", "<w:sz w:val='44'/>"), properties="<w:jc w:val='center'/>")
    + p(r("各部门：") + r("  "))
    + p(r("一、总则。", "<w:b/>") + r("为了做好 2026 年的工作，"), r("制定本通知。", "<w:sz w:val='32'/>"))
    + p(r("正文。"), properties="<w:ind w:firstLineChars='200'/>")
    + tbl(tr(tc(p(r("cell 1") + r("more"))), tc(p(r("cell 2") + r("more")))))
    + p(r("2026年3月5日"))
)


@pytest.mark.parametrize(
    "style",
    [
        {"roles": {"title": {"size_pt": 22}, "body": {"bold": False, "first_line_indent": "2 characters"}}},
        {"roles": {"heading_1": {"bold": True}}},
        {"roles": {"table_text": {"color": "black"}}, "text": {"date_form": True}},
        {"text": {"date_form": True}},
    ],
)
@pytest.mark.parametrize("filled", [["p0:r0", "p2:r1"], ["t0.r0.c0.p0:r0"]])
def test_it_is_as_under_these_rules_from_the_beginning(
    style: Mapping[str, object], filled: list[str]
) -> None:
    document = build_document(_BODY)
    runs = touched_runs(document, filled)
    now = take_observation(runs, Cascade(document.styles, document.related))
    policy = OPEN_POLICY._replace(run_size_pt=12, house_style=house_style(style))
    anew = policy_subject(document, runs, now, policy)
    derived = PolicySubjects(document, runs, now, style_policy(forbid_tables=False)).under(policy)
    assert _shown(derived) == _shown(anew)


def _shown(subject: PolicySubject) -> list[Any]:
    return [_paragraph(each) for each in subject.paragraphs]


def _paragraph(paragraph: ParagraphSubject) -> tuple[Any, ...]:
    look = paragraph.look
    rules = (_rules(look.rules.of_paragraphs), _rules(look.rules.of_runs), _rules(look.rules.of_filled_runs))
    of_look = look.values, look.sizes, look.part, look.in_body, look.touched, look.grid, rules
    runs = [(run.place.run_id, _run(run.look)) for run in paragraph.runs]
    return paragraph.place.path, paragraph.text, paragraph.role, of_look, runs


def _run(look: RunLook) -> tuple[Any, ...]:
    return look.values, look.kind, look.part, _rules(look.rules), look.touched, look.is_safe_to_fix


def _rules(rules: AppliedRules) -> tuple[Any, ...]:
    return tuple(getattr(rules, name) for name in AppliedRules.__slots__)
