"""How certain texts are written: dates, document numbers, names of attachments, lines of recipients.

DATE_FORM, SIGNATURE_DATE_LINES, DOCUMENT_NUMBER_FORM, ATTACHMENT_NOTE_END, RECIPIENT_COLON.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from docops_flask.engine.checks.check import Check, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Finding, Issue
from docops_flask.engine.policy.policy import Rule
from docops_flask.engine.roles.texts import without_blanks
from docops_flask.engine.template.grammar import Kind, find_placeholders

_SHOWN = 80


def is_written(paragraph: ParagraphSubject) -> bool:
    """Say whether a paragraph's text has no placeholder left."""
    return not any(found.kind is Kind.PLACEHOLDER for found in find_placeholders(paragraph.text))


def written_paragraphs(subject: PolicySubject, role: str) -> Iterator[ParagraphSubject]:
    """Yield the paragraphs with ``role`` whose text has no placeholder left."""
    return filter(is_written, subject.by_role.get(role, ()))


def text_issue(
    code: str,
    key: str,
    rule: Rule[bool],
    paragraph: ParagraphSubject,
    *,
    message: str,
    expected: str,
    text: str | None = None,
) -> Issue:
    """Return the issue that a paragraph's text breaks the rule ``key`` of a policy's part ``text``.

    ``text`` is the part that is meant, where that is not all.
    """
    clause = f" ({rule.source})" if rule.source else ""
    finding = Finding(
        code=code,
        severity=rule.severity,
        message=f"{message}{clause}. Change the text or the value that was filled in.",
        expected=expected,
        actual=(paragraph.text if text is None else text).strip()[:_SHOWN],
        role=None if paragraph.role is None else paragraph.role.role,
        rule_key=f"text.{key}",
        rule_source=rule.source,
    )
    return Issue(finding, paragraph.place.path)


# Compiled when they are first needed: most renderers never use them.
_DATE_FORM = "([0-9]{4})年([1-9]|1[0-2])月([1-9]|[12][0-9]|3[01])日"
_ISSUE_DATE_FORM = rf"(?<![0-9]){_DATE_FORM}印发\Z"
_ISSUED = "印发"


class DateForm(Check):
    """The date of the document, or that of its issue in the imprint, is not written as it should be.

    *Fails*: ``text.date_form`` is true and a date line, or the date behind the signature in its paragraph, is
    not the year in full, month and day in arabic digits without leading zeros, or no day of the calendar
    (2026年2月30日); ``text.issue_date_form`` is true and a line of the imprint ends with 印发 after a date in
    another form.

    *Passes*: 2026年1月5日. Not checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every date line, and lines of the imprint with 印发.
    """

    codes = ("DATE_FORM",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each date in another form."""
        rules = subject.policy.house_style.text
        if rules.date_form is not None and rules.date_form.value:
            for paragraph, date in _dates(subject):
                if not _is_day(re.fullmatch(_DATE_FORM, date.strip())):
                    yield self._issue("date_form", rules.date_form, paragraph, date)
        if rules.issue_date_form is not None and rules.issue_date_form.value:
            for paragraph in written_paragraphs(subject, "imprint"):
                text = without_blanks(paragraph.text)
                if text.endswith(_ISSUED) and not _is_day(re.search(_ISSUE_DATE_FORM, text)):
                    yield self._issue("issue_date_form", rules.issue_date_form, paragraph, paragraph.text)

    def _issue(self, key: str, rule: Rule[bool], paragraph: ParagraphSubject, date: str) -> Issue:
        return text_issue(
            self.codes[0],
            key,
            rule,
            paragraph,
            message="A date is a day of the calendar, the year in full, month and day without leading zeros",
            expected="2026年1月5日" if key == "date_form" else "2026年1月5日印发",
            text=date,
        )


def _is_day(match: re.Match[str] | None) -> bool:
    """Say whether a text is a date in the form, and a day of the calendar."""
    # Imported here: most renderers check no dates.
    from datetime import date

    if match is None:
        return False
    year, month, day = map(int, match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _dates(subject: PolicySubject) -> Iterator[tuple[ParagraphSubject, str]]:
    """Yield the paragraphs with the date of the document, and the date."""
    for paragraph in written_paragraphs(subject, "date"):
        yield paragraph, paragraph.text
    for paragraph in _signatures_with_date(subject):
        if paragraph.role is not None:
            yield paragraph, paragraph.role.other_text(paragraph.text)


def _signatures_with_date(subject: PolicySubject) -> Iterator[ParagraphSubject]:
    for paragraph in written_paragraphs(subject, "signature"):
        role = paragraph.role
        if role is not None and role.extent is not None and role.rest == "date":
            yield paragraph


class SignatureDateLines(Check):
    """Signature and date stand in one paragraph.

    *Fails*: ``text.signature_date_lines`` is true and the organ that signs and the date are one paragraph, be
    it on one line or with a line break between: each has an indent of its own.

    *Passes*: a paragraph for each. Not checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every signature.
    """

    codes = ("SIGNATURE_DATE_LINES",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each signature with the date in its paragraph."""
        rule = subject.policy.house_style.text.signature_date_lines
        if rule is None or not rule.value:
            return
        for paragraph in _signatures_with_date(subject):
            yield text_issue(
                self.codes[0],
                "signature_date_lines",
                rule,
                paragraph,
                message="Signature and date are two paragraphs, since each has an indent of its own",
                expected="the date in a paragraph of its own",
            )


# Compiled when it is first needed: most renderers never use it.
_NUMBER_FORM = r"[^\s〔〕\[\]()（）【】]+〔[0-9]{4}〕[1-9][0-9]*号"


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
            # The signer may stand beside it.
            number = paragraph.text if paragraph.role is None else paragraph.role.own_text(paragraph.text)
            if not re.fullmatch(_NUMBER_FORM, number.strip()):
                yield text_issue(
                    self.codes[0],
                    "document_number_form",
                    rule,
                    paragraph,
                    message="A document number has the year in full in 〔〕, no 第 and no leading zeros",
                    expected="XX〔2026〕1号",
                    text=number,
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
    """The recipients do not end with a full-width colon.

    *Fails*: ``text.recipient_colon`` is true and a paragraph with the role ``recipient`` ends with something
    else; of several in a row the last.

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
        for paragraph in _last_recipients(subject):
            if not paragraph.text.rstrip().endswith(_COLON):
                yield text_issue(
                    self.codes[0],
                    "recipient_colon",
                    rule,
                    paragraph,
                    message=f"The recipients end with a full-width colon ({_COLON})",
                    expected=f"…{_COLON}",
                )


def _last_recipients(subject: PolicySubject) -> Iterator[ParagraphSubject]:
    """Yield the paragraphs with which the recipients of a letter end."""
    for paragraph, following in pairwise([*subject.paragraphs, None]):
        if paragraph is None or paragraph.role is None or paragraph.role.role != "recipient":
            continue
        goes_on = following is not None and following.role is not None and following.role.role == "recipient"
        if not goes_on and is_written(paragraph):
            yield paragraph
