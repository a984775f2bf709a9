"""NUMPR_PRESENT: the policy wants numbers typed as text, not made by Word's automatic numbering.

*Fails*: ``forbid_numpr`` is true and a paragraph with text has a direct w:numPr whose w:numId is not 0;
with ``numpr_direct_only`` false numbering through a style fails as well.

*Passes*: no w:numPr, w:numId 0 (which takes a style's numbering away, ECMA-376 part 1, 17.9.18), or
``forbid_numpr`` is false. Baseline ``template`` never asks.

Numbering is never removed: the visible number would be lost.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.formatting.effective import DIRECT


class NumprPresent(Check):
    """Every automatically numbered paragraph where the policy forbids them."""

    code = "NUMPR_PRESENT"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a numbered paragraph with text."""
        if not subject.policy.forbid_numpr:
            return iter(())
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        numbering = look.values.numbering
        if not look.values.is_numbered:
            return
        if subject.policy.numpr_direct_only and numbering.origin != DIRECT:
            return
        yield Finding(
            code=self.code,
            severity="error",
            message=f"The paragraph is numbered automatically (from: {numbering.origin}), which the "
            "policy forbids. Type the number as text, or set forbid_numpr to false.",
            expected="no numbering",
            actual=f"numId {numbering.value}",
            origin=numbering.origin,
            source=subject.source_in_paragraph(numbering, look),
            rule_key="forbid_numpr",
        )
