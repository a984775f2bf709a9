"""DATE_FORM, DOCUMENT_NUMBER_FORM, ATTACHMENT_NOTE_END, RECIPIENT_COLON: how certain texts are written.

Dates, document numbers, names of attachments and lines of recipients, as official documents have them.
"""

import re
from collections.abc import Iterator

from docops_flask.engine.checks.check import Check, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Finding, Issue
from docops_flask.engine.policy.policy import Rule

_SHOWN = 80
_PLACEHOLDER = "【[A-Z0-9_]+】"


def written_paragraphs(subject: PolicySubject, role: str) -> Iterator[ParagraphSubject]:
    """Yield the paragraphs with ``role`` whose text has no placeholder left."""
    for paragraph in subject.by_role.get(role, ()):
        if not re.search(_PLACEHOLDER, paragraph.text):
            yield paragraph


def text_issue(
    code: str, key: str, rule: Rule[bool], paragraph: ParagraphSubject, *, message: str, expected: str
) -> Issue:
    """Return the issue that a paragraph's text breaks the rule ``key`` of a policy's part ``text``."""
    clause = f" ({rule.source})" if rule.source else ""
    finding = Finding(
        code=code,
        severity=rule.severity,
        message=f"{message}{clause}. Change the text or the value that was filled in.",
        expected=expected,
        actual=paragraph.text.strip()[:_SHOWN],
        role=None if paragraph.role is None else paragraph.role.role,
        rule_key=f"text.{key}",
        rule_source=rule.source,
    )
    return Issue(finding, paragraph.place.path)


# Compiled when it is first needed: most renderers never use it.
_DATE_FORM = "[0-9]{4}年[1-9][0-9]?月[1-9][0-9]?日"


class DateForm(Check):
    """The date of the document is not written as official documents have it.

    *Fails*: ``text.date_form`` is true and a paragraph with the role ``date`` is not the year in full, month
    and day in arabic digits without leading zeros.

    *Passes*: 2026年1月5日. Not checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every date line.
    """

    codes = ("DATE_FORM",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each date in another form."""
        rule = subject.policy.house_style.text.date_form
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "date"):
            if not re.fullmatch(_DATE_FORM, paragraph.text.strip()):
                yield text_issue(
                    self.codes[0],
                    "date_form",
                    rule,
                    paragraph,
                    message="A date has the year in full, month and day in digits without leading zeros",
                    expected="2026年1月5日",
                )


# Compiled when it is first needed: most renderers never use it.
_NUMBER_FORM = r"[^\s〔〕\[\]()（）]+〔[0-9]{4}〕[1-9][0-9]*号"


class DocumentNumberForm(Check):
    """A document number is not written as official documents have it.

    *Fails*: ``text.document_number_form`` is true and a paragraph with the role ``document_number`` is not
    the organ's sign, the year with four digits in 〔 and 〕, and the number without 第 and without leading
    zeros, ending with 号.

    *Passes*: 国办发〔2012〕4号. Not checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every document number.
    """

    codes = ("DOCUMENT_NUMBER_FORM",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each document number in another form."""
        rule = subject.policy.house_style.text.document_number_form
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "document_number"):
            if not re.fullmatch(_NUMBER_FORM, paragraph.text.strip()):
                yield text_issue(
                    self.codes[0],
                    "document_number_form",
                    rule,
                    paragraph,
                    message="A document number has the year in full in 〔〕, no 第 and no leading zeros",
                    expected="XX〔2026〕1号",
                )


_PUNCTUATION = tuple("。，、；！？.,;!?")


class AttachmentNoteEnd(Check):
    """The name of an attachment ends with punctuation.

    *Fails*: ``text.attachment_note_end`` is true and a paragraph with the role ``attachment_note`` ends with
    a full stop, comma, semicolon or the like.

    *Passes*: 附件：1. 会议日程; a closing bracket or title mark (》) belongs to the name. Not
    checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every name of an attachment below the body.
    """

    codes = ("ATTACHMENT_NOTE_END",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each name that ends with punctuation."""
        rule = subject.policy.house_style.text.attachment_note_end
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "attachment_note"):
            text = paragraph.text.rstrip()
            if text.endswith(_PUNCTUATION):
                yield text_issue(
                    self.codes[0],
                    "attachment_note_end",
                    rule,
                    paragraph,
                    message=f"The name of an attachment ends without punctuation, not with {text[-1]}",
                    expected="no punctuation at the end",
                )


_COLON = "："


class RecipientColon(Check):
    """The line of recipients does not end with a full-width colon.

    *Fails*: ``text.recipient_colon`` is true and a paragraph with the role ``recipient`` ends with something
    else.

    *Passes*: 各县（市、区）人民政府： Not checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every line of recipients.
    """

    codes = ("RECIPIENT_COLON",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each line that ends with something else."""
        rule = subject.policy.house_style.text.recipient_colon
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "recipient"):
            if not paragraph.text.rstrip().endswith(_COLON):
                yield text_issue(
                    self.codes[0],
                    "recipient_colon",
                    rule,
                    paragraph,
                    message=f"The recipients end with a full-width colon ({_COLON})",
                    expected=f"…{_COLON}",
                )
