"""DATE_FORM: the date of the document is not written as official documents have it.

*Fails*: ``text.date_form`` is true and a paragraph with the role ``date`` is not the year in full, month
and day in arabic digits without leading zeros.

*Passes*: 2026年1月5日. Baseline ``template`` never asks.

*Fix*: none, text is never changed.
"""

import re
from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.checks.text_issue import text_issue, written_paragraphs

_FORM = "[0-9]{4}年[1-9][0-9]?月[1-9][0-9]?日"


class DateForm(Check):
    """Every date line."""

    code = "DATE_FORM"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a date in another form."""
        rule = subject.policy.house_style.text.date_form
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "date"):
            if not re.fullmatch(_FORM, paragraph.text.strip()):
                yield text_issue(
                    self.code,
                    "date_form",
                    rule,
                    paragraph,
                    message="A date has the year in full, month and day in digits without leading zeros",
                    expected="2026年1月5日",
                )
