"""HEADING_NUMBER_FORM, PAGE_NUMBER_FORM: how the numbers of headings and pages are written."""

import re
from collections.abc import Iterator

from docops_flask.engine.checks.check import Check, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.text.wording import is_written, text_issue, written_paragraphs
from docops_flask.engine.document.paragraph_text import OBJECT
from docops_flask.engine.policy.policy import HEADINGS
from docops_flask.engine.roles.texts import without_blanks

_CHINESE = "[〇○零一二三四五六七八九十百]{1,4}"
_ARABIC = "[0-9０-９]{1,2}"
# The number, wrong as it is, and the form it should have; N stands for its digits.
_WRONG_NUMBERS = (
    # 五.四 and the like are names of days.
    (rf"({_CHINESE})[.．，,](?![〇○零一二三四五六七八九十百])", "{}、"),
    (rf"({_ARABIC})[、，,](?![0-9０-９])", "{}."),
    # At least one bracket is half-width, or a mark follows.
    (rf"(?:\(({_CHINESE})[)）]|（({_CHINESE})\))[、.．，,]?", "（{}）"),
    (rf"（({_CHINESE})）[、.．，,]", "（{}）"),
    (rf"(?:\(({_ARABIC})[)）]|（({_ARABIC})\))[、.．，,]?", "（{}）"),
    (rf"（({_ARABIC})）[、.．，,]", "（{}）"),
)
_BEGINS = frozenset("〇○零一二三四五六七八九十百0123456789０１２３４５６７８９(（")


class HeadingNumberForm(Check):
    """The number that a paragraph begins with is not written as the levels of official documents are.

    *Fails*: ``text.heading_number_form`` is true and a heading or running text begins with a number such as
    ``一.``, ``1、``, ``(一)``, ``(1)`` or ``（一）、``.

    *Passes*: 一、 （一） 1. （1）, other numbers (第一, ①, 1)), numbers that Word makes. Not checked under
    baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: the first characters of headings and of the body.
    """

    codes = ("HEADING_NUMBER_FORM",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each number in another form."""
        rule = subject.policy.house_style.text.heading_number_form
        if rule is None or not rule.value:
            return
        for paragraph in subject.paragraphs:
            if paragraph.role is None or paragraph.role.role not in (*HEADINGS, "body"):
                continue
            text = paragraph.text.strip()
            found = _wrong_number(text) if text[:1] in _BEGINS else None
            if found is not None and is_written(paragraph):
                written, wanted = found
                yield text_issue(
                    self.codes[0],
                    "heading_number_form",
                    rule,
                    paragraph,
                    message=f"The levels are numbered 一、 （一） 1. （1）: {wanted} instead of {written}",
                    expected=wanted,
                    text=written,
                )


def _wrong_number(text: str) -> tuple[str, str] | None:
    """Return the number as written and as it should be; ``None`` where nothing is wrong."""
    for pattern, wanted in _WRONG_NUMBERS:
        match = re.match(pattern, text)
        if match is not None:
            digits = next(group for group in match.groups() if group is not None)
            return match[0], wanted.format(digits)
    return None


_DASH = "[—–－―─﹣‐‑\\-]{1,2}"
# A field that was not computed yet has no number.
_WITH_DASHES = rf"{_DASH}[0-9]{{0,4}}{_DASH}"
_BARE = "[0-9]{0,4}"
_DASH_FORMAT = "numberInDash"
_DASH_SWITCH = r"\\\*\s*ArabicDash"


class PageNumberForm(Check):
    """A page number is not written as official documents have it.

    *Fails*: ``text.page_number_form`` is true and a page number is anything but arabic digits between two
    dashes: 第1页, 1, 1/3, or other text in its paragraph.

    *Passes*: — 1 —, whatever dash it is, and a number alone to which the section (w:pgNumType, ECMA-376 part
    1, 17.6.12) or the field gives dashes. Not checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every page number in headers and footers.
    """

    codes = ("PAGE_NUMBER_FORM",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each page number in another form."""
        rule = subject.policy.house_style.text.page_number_form
        if rule is None or not rule.value:
            return
        gives_dashes = any(section.number_format == _DASH_FORMAT for section in subject.sections.all)
        for paragraph in written_paragraphs(subject, "page_number"):
            text = without_blanks(paragraph.text.replace(OBJECT, ""))
            if re.fullmatch(_WITH_DASHES, text):
                continue
            if re.fullmatch(_BARE, text) and (gives_dashes or _field_gives_dashes(paragraph)):
                continue
            yield text_issue(
                self.codes[0],
                "page_number_form",
                rule,
                paragraph,
                message="A page number is arabic digits with a dash on each side",
                expected="— 1 —",
            )


def _field_gives_dashes(paragraph: ParagraphSubject) -> bool:
    w, element = paragraph.place.part.w, paragraph.place.element
    codes = [code.text or "" for code in element.iter(w.instrText)]
    codes += [field.get(w.instr, "") for field in element.iter(w.fldSimple)]
    return any(re.search(_DASH_SWITCH, code) for code in codes)
