"""ROLE_ALIGNMENT_MISMATCH: a paragraph is aligned in another way than its role asks for.

*Fails*: the effective alignment (w:jc, ECMA-376 part 1, 17.3.1.13) is none of ``alignment`` of the
paragraph's role. What nothing states is left. ``start`` counts as left, ``end`` as right, ``both`` as
justify.

*Passes*: any alignment of the list. Baseline ``template`` never asks.

*Fix*: none: where a line stands is for its author to decide.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.role_issue import Mismatch, paragraph_finding
from docops_flask.engine.checks.subject import PolicySubject

_NAMES = {"start": "left", "end": "right", "both": "justify"}


class RoleAlignmentMismatch(Check):
    """Alignment of every paragraph with a role."""

    code = "ROLE_ALIGNMENT_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph that is aligned in another way."""
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        rule = None if look.rules is None else look.rules.alignment
        actual = alignment_of(look.values.alignment.value)
        if rule is None or actual in rule.value:
            return
        mismatch = Mismatch(
            look.role,
            "alignment",
            rule,
            "Alignment",
            expected=" or ".join(rule.value),
            actual=actual,
            found=look.values.alignment,
        )
        yield paragraph_finding(self.code, mismatch, look, subject)


def alignment_of(stated: str | None) -> str:
    """Return a w:jc as a policy calls it."""
    return _NAMES.get(stated or "left", stated or "left")
