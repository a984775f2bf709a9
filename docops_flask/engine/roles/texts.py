"""What a text says by itself about the role of its paragraph.

The patterns match wrong forms too (2026.3.5, 国办发[2012]4号, 1、): checks tell whether the form is right.
Those for whole texts are for texts without blanks, which mean nothing in dates and numbers. They are compiled
when first needed: most renderers never look for roles.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.roles.found_role import FoundRole

_CHINESE = "〇○零一二三四五六七八九十百"
_DIGITS = "0123456789０１２３４５６７８９"
_DIGIT = "[0-9０-９]"
# Among Chinese numerals a digit or a letter often stands for the zero.
_YEAR = rf"(?:{_DIGIT}{{2,4}}|[{_CHINESE}0０OoＯｏ]{{2,4}})"
_MONTH = rf"(?:{_DIGIT}{{1,2}}|[{_CHINESE}]{{1,3}})"
_BETWEEN = r"[.．·、/／\-－–—‐]"
DATE_WITH_WORDS = rf"{_YEAR}年{_MONTH}月{_MONTH}[日号]"
DATE_WITH_SIGNS = rf"(?:{_DIGIT}{{2}})?{_DIGIT}{{2}}{_BETWEEN}{_DIGIT}{{1,2}}{_BETWEEN}{_DIGIT}{{1,2}}[日号]?"
_MONTH_ALONE = rf"{_YEAR}年{_MONTH}月"
ANY_DATE = rf"(?:{DATE_WITH_WORDS}|{DATE_WITH_SIGNS}|{_MONTH_ALONE})"
_OPEN, _CLOSE = r"[〔\[［【(（﹝{｛〈<《「『〖]", r"[〕\]］】)）﹞}｝〉>》」』〗]"
DOCUMENT_NUMBER = (
    rf"[\u4e00-\u9fffA-Za-z]{{2,16}}{_OPEN}[0-9０-９]{{2,4}}年?{_CLOSE}(?:第)?[0-9０-９]{{1,5}}号"
    r"|[\u4e00-\u9fff]{1,10}[发函字][0-9]{4}[\-－–—]?[0-9]{1,5}号"
    # Without 号 only what cannot be a caption with a year.
    rf"|[\u4e00-\u9fff]{{1,10}}[发函字]{_OPEN}[0-9０-９]{{4}}年?{_CLOSE}(?:第)?[0-9０-９]{{1,5}}"
)
_SIGNER = r"签\s*发\s*人"
_IMPRINT = "text begins with 抄送： or ends with 印发"


class _Sign(NamedTuple):
    """A role, the evidence in words, the characters with which such a text begins or ends, its pattern.

    Without characters for an end any match. They save compiling and trying most patterns.
    """

    role: str
    words: str
    begins: str
    ends: str
    pattern: str


# The pattern matches the whole text or (with .* at its end) its beginning.
_WHOLE_TEXTS = (
    _Sign("attachment_note", "text begins with 附件：", "附", "", r"附件(?:[0-9]{1,2})?[：:].*"),
    _Sign(
        "attachment_label",
        "text is 附件 with its number",
        "附",
        "",
        rf"附件(?:[0-9]{{1,2}}|[{_CHINESE}]{{1,3}})?",
    ),
    _Sign("date", "text is a date", "", "日号", DATE_WITH_WORDS),
    _Sign("document_number", "text is a document number", "", f"号{_DIGITS}", DOCUMENT_NUMBER),
    _Sign(
        "mark",
        "text is a classification or urgency",
        "0123456789绝机秘特加平",
        "",
        r"[0-9]{6}|(?:绝密|机密|秘密)(?:★.{0,8})?|特急|加急|平急|特提",
    ),
    _Sign("signer", "text begins with 签发人：", "签", "", r"签发人(?:[：:].*|[\u4e00-\u9fff]{2,8})"),
    _Sign("imprint", _IMPRINT, "抄分", "", r"(?:抄送|分送|抄报)[：:].*"),
    _Sign("imprint", _IMPRINT, "", "发", rf".{{0,60}}?{ANY_DATE}印发"),
    _Sign("letterhead", "text ends with 文件", "", "件", r"[\u4e00-\u9fff]{2,40}文件"),
)
# The pattern matches the beginning; the words hold only an example of the number.
_NUMBERS = (
    _Sign("heading_1", "一、", _CHINESE, "", rf"[{_CHINESE}]{{1,4}}(?:、|[.．，,](?![{_CHINESE}]))"),
    _Sign("heading_2", "（一）", "（(", "", rf"[（(][{_CHINESE}]{{1,4}}[）)]"),
    _Sign("heading_3", "1.", _DIGITS, "", r"[0-9０-９]{1,2}[.．、，,](?![0-9０-９])"),
    _Sign("heading_4", "（1）", "（(", "", r"[（(][0-9０-９]{1,2}[）)]"),
)
# A numbered paragraph whose first sentence is longer than this is running text with a number.
_LONGEST_HEADING = 50
_SENTENCE_ENDS = "[。：；:;]"
# Longer texts are none of the whole texts but a list of attachments or recipients.
_LONGEST_LINE = 120


def role_by_text(text: str) -> FoundRole | None:
    """Return the role that ``text``, without blanks around it, shows by itself; ``None`` if none."""
    close: str | None = None
    for sign in _WHOLE_TEXTS:
        if _may_be(sign, text):
            if close is None:
                close = without_blanks(text)
            if compiled(sign.pattern).fullmatch(close):
                return FoundRole(sign.role, "text", sign.words)
    if "签" in text and "号" in text and len(text) <= _LONGEST_LINE:
        number = _number_and_signer(text)
        if number is not None:
            return number
    for sign in _NUMBERS:
        match = compiled(sign.pattern).match(text) if _may_be(sign, text) else None
        if match is not None:
            return _heading(text, sign.role, sign.words, match.end())
    return None


def _number_and_signer(text: str) -> FoundRole | None:
    """Return the role of the line of a report to a higher organ: number left, signer right (7.2.6)."""
    signer = compiled(_SIGNER).search(text)
    if signer is None or not compiled(DOCUMENT_NUMBER).fullmatch(without_blanks(text[: signer.start()])):
        return None
    words = "text is a document number with 签发人 beside it"
    return FoundRole("document_number", "text", words, signer.start(), "signer")


def without_blanks(text: str) -> str:
    """Return ``text`` without white space."""
    return "".join(text.split())


def date_in_figures(text: str) -> bool:
    """Say whether ``text`` is a date such as 2026.3.5 or 2026年3月, which other texts can look like too."""
    close = without_blanks(text) if text[-1:] in "日号月" or text[-1:] in _DIGITS else ""
    return bool(close) and compiled(rf"{DATE_WITH_SIGNS}|{_MONTH_ALONE}").fullmatch(close) is not None


_NOT_IN_ORGAN = r"[。；;：:，,！!？?“”]|[0-9]"
# Who signs names himself; these say what the date is about.
_ABOUT_DATES = ("时间", "日期", "期限", "截止", "于", "至", "到", "自", "从", "在", "截至", "版")


# The date at the end of a text, blanks in it included.
_TAIL = rf"[0-9０-９{_CHINESE}年月日号.．·、/／\-－–—‐ \u00a0\u3000]+\Z"


class OrganAndDate(NamedTuple):
    """A text that is an organ and a date: both, the blanks between them, and where the date begins."""

    organ: str
    blanks: str
    start: int


def organ_and_date(text: str) -> OrganAndDate | None:
    """Return the parts of ``text`` if it is an organ's name with a date behind it and no more."""
    if len(text) > _LONGEST_LINE or not (text[-1:] in "日号月" or text[-1:] in _DIGITS):
        return None
    tail = compiled(_TAIL).search(text)
    if tail is None or not compiled(ANY_DATE).fullmatch(without_blanks(tail[0])):
        return None
    start = tail.start() + len(tail[0]) - len(tail[0].lstrip())
    organ = text[:start].rstrip()
    is_organ = 2 <= len(organ) <= 60 and not compiled(_NOT_IN_ORGAN).search(organ)
    if not is_organ or organ.endswith(_ABOUT_DATES):
        return None
    return OrganAndDate(organ, text[len(organ) : start], start)


_RULE_SIGNS = frozenset("━─—－-_＿=＝═﹣﹍﹎﹏~～*＊★☆◆■▬▂▁")


def is_drawn_rule(text: str) -> bool:
    """Say whether ``text`` is a line drawn with characters, such as that below a letterhead."""
    signs = without_blanks(text)
    return (len(signs) >= 3 or signs == "★") and _RULE_SIGNS.issuperset(signs)


_PAGE = rf"[0-9{_CHINESE}]{{1,3}}页"
_DASH = r"[\-－–—―─]{0,2}"
_TYPED_PAGE = rf"第{_PAGE}(?:[，,/]?共{_PAGE})?|{_DASH}[0-9]{{1,3}}{_DASH}"


def is_typed_page_number(text: str) -> bool:
    """Say whether ``text`` is a page number that was typed: 1, — 1 —, 第1页."""
    return len(text) <= 40 and compiled(_TYPED_PAGE).fullmatch(without_blanks(text)) is not None


def _may_be(sign: _Sign, text: str) -> bool:
    return (not sign.begins or text[:1] in sign.begins) and (not sign.ends or text[-1:] in sign.ends)


@lru_cache(maxsize=32)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern; a line break in the text does not end it."""
    return re.compile(pattern, re.DOTALL)


def _heading(text: str, role: str, number: str, start: int) -> FoundRole:
    """Return the role of a text that begins with a number; its heading ends with the first sentence."""
    end = compiled(_SENTENCE_ENDS).search(text, start)
    length = len(text) if end is None else end.end()
    if length > _LONGEST_HEADING:
        return FoundRole("body", "text", f"text begins with a number such as {number} and runs on")
    extent = length if length < len(text) else None
    return FoundRole(role, "text", f"text begins with a number such as {number}", extent)
