"""Issues about rules for a paragraph's role: severity, clause and message in one place."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from docops_flask.engine.checks.finding import Finding, Shown
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.formatting.effective import DIRECT, UNSTATED, Effective
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.house_style import Rule
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.policy.roles import ROLE_LABELS


class Mismatch(NamedTuple):
    """A rule of a role (``key``: its name in a policy) that does not hold, and what there is instead.

    ``found`` is the value with its origin; it is not ``known`` where nothing in the document tells it.
    """

    role: str
    key: str
    rule: Rule[Any]
    what: str
    expected: Shown
    actual: Shown
    found: Effective[Any] = UNSTATED
    known: bool = True
    unit: str = ""
    tolerance: int | None = None
    slot: Slot | None = None


def role_finding(
    code: str, mismatch: Mismatch, policy: Policy, source: str | None, *, fixable: bool = False
) -> Finding:
    """Return the finding about a mismatch; ``source`` is the origin of what there is at length.

    Where nothing in the document tells the value it is a warning, unless ``treat_inherited_as_error``.
    """
    rule = mismatch.rule
    counts = mismatch.known or policy.treat_inherited_as_error
    return Finding(
        code=code,
        severity=rule.severity if counts else "warn",
        message=_message(mismatch),
        expected=mismatch.expected,
        actual=mismatch.actual,
        tolerance=mismatch.tolerance,
        fixable=fixable,
        slot=mismatch.slot,
        origin=mismatch.found.origin,
        source=source,
        role=mismatch.role,
        rule_key=f"roles.{mismatch.role}.{mismatch.key}",
        rule_source=rule.source,
    )


def paragraph_finding(
    code: str, mismatch: Mismatch, look: ParagraphLook, subject: PolicySubject, *, fixable: bool = False
) -> Finding:
    """Return the finding about a mismatch of paragraphs with that look."""
    source = subject.source_in_paragraph(mismatch.found, look)
    return role_finding(code, mismatch, subject.policy, source, fixable=fixable)


def _message(mismatch: Mismatch) -> str:
    label = ROLE_LABELS[mismatch.role][0]
    what, origin = mismatch.what, mismatch.found.origin
    if mismatch.known:
        place = f" (from: {origin})" if origin else ""
        said = f"{what} of the {label} is {mismatch.actual}{mismatch.unit}{place}"
    else:
        said = f"{what} of the {label} is stated nowhere in the document"
    clause = f" ({mismatch.rule.source})" if mismatch.rule.source else ""
    advice = "Change it or clear the direct formatting." if origin == DIRECT else "Change it in the style."
    return f"{said}; the policy asks for {mismatch.expected}{mismatch.unit}{clause}. {advice}"


def names_shown(names: Iterable[str]) -> str:
    """Return a font set as an issue shows it: its first name stands for all."""
    first, *others = names
    return f"{first} or the like" if others else first
