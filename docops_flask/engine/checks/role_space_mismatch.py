"""ROLE_SPACE_MISMATCH: the space before or after a paragraph is not the one its role asks for.

*Fails*: the effective space (w:spacing, ECMA-376 part 1, 17.3.1.33) differs from ``space_before`` or
``space_after`` of the paragraph's role by more than the tolerance. Lines count as the section's grid has
them, 12 pt without one. What nothing states is 0. Neighbours of one style that leave their spaces out
(w:contextualSpacing) are measured all the same.

*Passes*: within the tolerance. Baseline ``template`` never asks.

*Fix*: the space is set on touched paragraphs of the body outside tables.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.role_issue import Mismatch, paragraph_finding
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.formatting.effective import Effective, Spacing
from docops_flask.engine.formatting.paragraph_edit import set_space
from docops_flask.engine.policy.house_style import Rule
from docops_flask.engine.policy.measure import Measure

Key = Literal["space_before", "space_after"]
KEYS: tuple[Key, ...] = ("space_before", "space_after")
_WHAT: dict[Key, str] = {"space_before": "Space before", "space_after": "Space after"}


class RoleSpaceMismatch(FixableCheck):
    """The spaces around every paragraph with a role."""

    code = "ROLE_SPACE_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and side with another space."""
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        for key in KEYS if look.rules is not None else ():
            mismatch = _mismatch(key, look, subject)
            if mismatch is not None:
                fixable = look.is_safe_to_fix_by_role
                yield paragraph_finding(self.code, mismatch, look, subject, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's spaces on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            key: Key = "space_after" if (issue.rule_key or "").endswith("space_after") else "space_before"
            rule: Rule[Measure] | None = getattr(paragraph.look.rules, key)
            if rule is None:
                continue
            place = paragraph.place
            twips = _wanted(rule, paragraph.look)
            side: Literal["before", "after"] = "after" if key == "space_after" else "before"
            before, after = set_space(place.element, side, twips, subject.cascade, place.part.w)
            place.part.changed = True
            yield FixChange(place.path, key, before, after, "spacing", place.element)


def space_twips(key: Key, paragraph: ParagraphLook) -> int:
    """Return a paragraph's effective space in twips."""
    value = _found(key, paragraph).value
    return 0 if value is None else value.in_twips(paragraph.grid.line_twips)


def _mismatch(key: Key, paragraph: ParagraphLook, subject: PolicySubject) -> Mismatch | None:
    rule: Rule[Measure] | None = getattr(paragraph.rules, key)
    if rule is None:
        return None
    actual, wanted = space_twips(key, paragraph), _wanted(rule, paragraph)
    tolerance = subject.tolerance(rule)
    if abs(actual - wanted) <= tolerance:
        return None
    return Mismatch(
        paragraph.role,
        key,
        rule,
        _WHAT[key],
        expected=str(rule.value),
        actual=f"{actual} twips",
        found=_found(key, paragraph),
        tolerance=tolerance,
    )


def _found(key: Key, paragraph: ParagraphLook) -> Effective[Spacing]:
    values = paragraph.values
    return values.space_before if key == "space_before" else values.space_after


def _wanted(rule: Rule[Measure], paragraph: ParagraphLook) -> int:
    return rule.value.in_twips(line_twips=paragraph.grid.line_twips) or 0
