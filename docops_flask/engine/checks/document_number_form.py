"""DOCUMENT_NUMBER_FORM: a document number is not written as official documents have it.

*Fails*: ``text.document_number_form`` is true and a paragraph with the role ``document_number`` is not the
organ's sign, the year with four digits in 〔 and 〕, and the number without 第 and without leading zeros,
ending with 号.

*Passes*: 国办发〔2012〕4号. Baseline ``template`` never asks.

*Fix*: none, text is never changed.
"""

import re
from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.checks.text_issue import text_issue, written_paragraphs

_FORM = r"[^\s〔〕\[\]()（）]+〔[0-9]{4}〕[1-9][0-9]*号"


class DocumentNumberForm(Check):
    """Every document number."""

    code = "DOCUMENT_NUMBER_FORM"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a document number in another form."""
        rule = subject.policy.house_style.text.document_number_form
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "document_number"):
            if not re.fullmatch(_FORM, paragraph.text.strip()):
                yield text_issue(
                    self.code,
                    "document_number_form",
                    rule,
                    paragraph,
                    message="A document number has the year in full in 〔〕, no 第 and no leading zeros",
                    expected="XX〔2026〕1号",
                )
