"""Issues about a value that differs from the one asked for: their severity, clause and message."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from docops_flask.engine.checks.check import PolicySubject
from docops_flask.engine.checks.issue import Finding, Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.reasons import Reason
from docops_flask.engine.formatting.effective import DIRECT, DOC_DEFAULTS, UNSTATED, Effective
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.policy import ROLE_LABELS, Severity
from docops_flask.engine.policy.rules import AppliedRule


class Mismatch(NamedTuple):
    """A rule that does not hold, and what there is instead.

    ``what`` names the property in a message. ``found`` is the value with its origin; it is not ``known``
    where nothing in the document states it, or a theme is named that has none. ``line_rule`` is the
    w:lineRule of a line spacing that is ``actual`` without one.
    """

    rule: AppliedRule[Any]
    what: str
    expected: Shown
    actual: Shown
    found: Effective[Any] = UNSTATED
    known: bool = True
    unit: str = ""
    tolerance: int | None = None
    slot: Slot | None = None
    line_rule: str | None = None


def template_mismatch(
    code: str,
    what: str,
    paragraph_path: str,
    *,
    expected: Shown,
    actual: Shown,
    found: Effective[Any],
    source: str | None,
    run_id: str | None = None,
    tolerance: int | None = None,
    slot: Slot | None = None,
) -> Issue:
    """Return the issue that filling changed ``what``; ``None`` means that nothing stated or states it."""
    before = "not stated" if expected is None else expected
    after = "not stated any more" if actual is None else actual
    finding = Finding(
        code=code,
        severity="error",
        message=f"{what} was {before} in the template and is {after} after filling.",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        slot=slot,
        origin=found.origin,
        source=source,
    )
    return Issue(finding, paragraph_path, run_id)


def paragraph_finding(
    mismatch: Mismatch,
    look: ParagraphLook,
    subject: PolicySubject,
    *,
    fixable: bool = False,
    reason: Reason | None = None,
) -> Finding:
    """Return the finding about a mismatch of paragraphs with that look."""
    source = subject.source_in_paragraph(mismatch.found, look)
    return finding_of(mismatch, source, fixable=fixable, reason=reason)


def finding_of(mismatch: Mismatch, source: str | None, *, fixable: bool, reason: Reason | None) -> Finding:
    """Return the finding about a mismatch; ``source`` is the origin of the actual value at length."""
    rule = mismatch.rule
    return Finding(
        code=rule.code,
        severity=_severity(mismatch),
        message=_message(mismatch),
        expected=mismatch.expected,
        actual=mismatch.actual,
        tolerance=mismatch.tolerance,
        fixable=fixable,
        reason=reason,
        slot=mismatch.slot,
        origin=mismatch.found.origin,
        source=source,
        role=rule.role,
        rule_key=rule.key,
        rule_source=rule.source,
        line_rule=mismatch.line_rule,
    )


def _severity(mismatch: Mismatch) -> Severity:
    rule = mismatch.rule
    if not mismatch.known:
        return rule.unstated_severity
    return rule.defaults_severity if mismatch.found.origin == DOC_DEFAULTS else rule.severity


def _message(mismatch: Mismatch) -> str:
    rule, origin = mismatch.rule, mismatch.found.origin
    what = mismatch.what if rule.role is None else f"{mismatch.what} of the {ROLE_LABELS[rule.role].en}"
    if mismatch.known:
        place = f" (from: {origin})" if origin else ""
        said = f"{what} is {mismatch.actual}{mismatch.unit}{place}"
    elif rule.is_for_role or mismatch.actual is None:
        said = f"{what} is stated nowhere in the document"
    else:
        said = f"{what} is given as {mismatch.actual}, which has no known value"
    clause = f" ({rule.source})" if rule.source else ""
    return f"{said}; the policy asks for {mismatch.expected}{mismatch.unit}{clause}. {_advice(mismatch)}"


def _advice(mismatch: Mismatch) -> str:
    is_for_role = mismatch.rule.is_for_role
    if not is_for_role and not mismatch.known:
        return "State it in the style."
    if mismatch.found.origin == DIRECT:
        return "Change it or clear the direct formatting."
    return "Change it in the style." if is_for_role else "Change it there."


def names_shown(names: Iterable[str]) -> str:
    """Return a font set as an issue shows it: its first name stands for all."""
    first, *others = names
    return f"{first} or the like" if others else first
