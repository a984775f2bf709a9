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
from docops_flask.engine.checks.issue import FixChange, Issue
from docops_flask.engine.checks.role_issue import Mismatch, role_issue
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject
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
        for paragraph in subject.paragraphs:
            for key in KEYS if paragraph.rules is not None else ():
                mismatch = _mismatch(key, paragraph, subject)
                if mismatch is not None:
                    fixable = paragraph.is_safe_to_fix_by_role
                    yield role_issue(self.code, mismatch, paragraph, subject, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's spaces on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            key: Key = "space_after" if (issue.rule_key or "").endswith("space_after") else "space_before"
            rule: Rule[Measure] | None = getattr(paragraph.rules, key)
            if rule is None:
                continue
            place = paragraph.place
            twips = _wanted(rule, paragraph, subject)
            side: Literal["before", "after"] = "after" if key == "space_after" else "before"
            before, after = set_space(place.element, side, twips, subject.cascade, place.part.w)
            place.part.changed = True
            yield FixChange(place.path, key, before, after, "spacing")


def space_twips(key: Key, paragraph: ParagraphSubject, subject: PolicySubject) -> int:
    """Return a paragraph's effective space in twips."""
    value = _found(key, paragraph).value
    return 0 if value is None else value.in_twips(_line_twips(paragraph, subject))


def _mismatch(key: Key, paragraph: ParagraphSubject, subject: PolicySubject) -> Mismatch | None:
    rule: Rule[Measure] | None = getattr(paragraph.rules, key)
    if rule is None:
        return None
    actual, wanted = space_twips(key, paragraph, subject), _wanted(rule, paragraph, subject)
    tolerance = subject.tolerance(rule)
    if abs(actual - wanted) <= tolerance:
        return None
    return Mismatch(
        paragraph.role_name,
        key,
        rule,
        _WHAT[key],
        expected=str(rule.value),
        actual=f"{actual} twips",
        found=_found(key, paragraph),
        tolerance=tolerance,
    )


def _found(key: Key, paragraph: ParagraphSubject) -> Effective[Spacing]:
    values = paragraph.values
    return values.space_before if key == "space_before" else values.space_after


def _wanted(rule: Rule[Measure], paragraph: ParagraphSubject, subject: PolicySubject) -> int:
    return rule.value.in_twips(line_twips=_line_twips(paragraph, subject)) or 0


def _line_twips(paragraph: ParagraphSubject, subject: PolicySubject) -> int:
    return subject.sections.of(paragraph.place).grid.line_twips
