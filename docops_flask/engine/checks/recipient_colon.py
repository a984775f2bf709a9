"""RECIPIENT_COLON: the line of recipients does not end with a full-width colon.

*Fails*: ``text.recipient_colon`` is true and a paragraph with the role ``recipient`` ends with something
else.

*Passes*: 各县（市、区）人民政府： Baseline ``template`` never asks.

*Fix*: none, text is never changed.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.checks.text_issue import text_issue, written_paragraphs

_COLON = "："


class RecipientColon(Check):
    """Every line of recipients."""

    code = "RECIPIENT_COLON"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a line that ends with something else."""
        rule = subject.policy.house_style.text.recipient_colon
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "recipient"):
            if not paragraph.text.rstrip().endswith(_COLON):
                yield text_issue(
                    self.code,
                    "recipient_colon",
                    rule,
                    paragraph,
                    message=f"The recipients end with a full-width colon ({_COLON})",
                    expected=f"…{_COLON}",
                )
