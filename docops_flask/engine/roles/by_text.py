"""The role of a paragraph by what it says: the numbers of headings, dates, document numbers.

The patterns take wrong forms too (2026年01月05日, 国办发[2012]4号): whether the form is right is for a check.
They are compiled when first asked for: most renderers never look for roles.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.roles.found_role import FoundRole

_IMPRINT = "text begins with 抄送： or ends with 印发"
_CHINESE = "〇○零一二三四五六七八九十百"
_DIGITS = "0123456789０１２３４５６７８９"


class _Sign(NamedTuple):
    """A role, the sign in words, the characters with which such a text begins or ends, its pattern.

    Without characters for an end any will do. They spare compiling and trying most patterns.
    """

    role: str
    words: str
    begins: str
    ends: str
    pattern: str


# The pattern is that of the whole text or (with .* at its end) of its beginning. No two repetitions of blanks
# may meet where what stands between them is left out: on thousands of blanks that takes quadratic time.
_WHOLE_TEXTS = (
    _Sign("attachment_note", "text begins with 附件：", "附", "", r"附 *件 *(?:[0-9]{1,2} *)?[：:].*"),
    _Sign(
        "attachment_label",
        "text is 附件 with its number",
        "附",
        "",
        rf"附 *件 *(?:[0-9]{{1,2}}|[{_CHINESE}]{{1,3}})?",
    ),
    _Sign(
        "date",
        "text is a date",
        "",
        "日",
        rf"(?:[0-9０-９]{{2,4}}|[{_CHINESE}]{{2,4}}) *年 *(?:[0-9０-９]{{1,2}}|[{_CHINESE}]{{1,3}}) *月"
        rf" *(?:[0-9０-９]{{1,2}}|[{_CHINESE}]{{1,3}}) *日",
    ),
    _Sign(
        "document_number",
        "text is a document number",
        "",
        "号",
        r"[\u4e00-\u9fff]{2,16} *[〔\[［【(（﹝] *[0-9]{2,4} *年?[〕\]］】)）﹞] *(?:第 *)?[0-9]{1,5} *号",
    ),
    _Sign(
        "mark",
        "text is a classification or urgency",
        "0123456789绝机秘特加平",
        "",
        r"[0-9]{6}|(?:绝密|机密|秘密)(?:★.{0,8})?|特 *急|加 *急|平 *急|特 *提",
    ),
    _Sign("signer", "text begins with 签发人：", "签", "", r"签 *发 *人 *[：:].*"),
    _Sign("imprint", _IMPRINT, "抄分", "", r"(?:抄送|分送|抄报) *[：:].*"),
    _Sign("imprint", _IMPRINT, "", "发", r".{2,40}[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 *印发"),
    _Sign("letterhead", "text ends with 文件", "", "件", r"[\u4e00-\u9fff ]{2,40}文 *件"),
)
# The pattern is that of the beginning; of the sign in words only the example of a number is here.
_NUMBERS = (
    _Sign("heading_1", "一、", _CHINESE, "", rf"[{_CHINESE}]{{1,4}}、"),
    _Sign("heading_2", "（一）", "（(", "", rf"[（(][{_CHINESE}]{{1,4}}[）)]"),
    _Sign("heading_3", "1.", _DIGITS, "", r"[0-9０-９]{1,2}[.．](?![0-9０-９])"),
    _Sign("heading_4", "（1）", "（(", "", r"[（(][0-9０-９]{1,2}[）)]"),
)
# A numbered paragraph whose first sentence is longer than this is running text with a number.
_LONGEST_HEADING = 50
_SENTENCE_ENDS = "[。：；:;]"


def role_by_text(text: str) -> FoundRole | None:
    """Return the role that ``text``, without blanks around it, tells by itself; ``None`` if none."""
    for sign in _WHOLE_TEXTS:
        if _may_be(sign, text) and _compiled(sign.pattern).fullmatch(text):
            return FoundRole(sign.role, "text", sign.words)
    for sign in _NUMBERS:
        match = _compiled(sign.pattern).match(text) if _may_be(sign, text) else None
        if match is not None:
            return _heading(text, sign.role, sign.words, match.end())
    return None


def _may_be(sign: _Sign, text: str) -> bool:
    return (not sign.begins or text[:1] in sign.begins) and (not sign.ends or text[-1:] in sign.ends)


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A line break in the text does not end it.
    return re.compile(pattern, re.DOTALL)


def _heading(text: str, role: str, number: str, start: int) -> FoundRole:
    """Return the role of a text that begins with a number; its heading ends with the first sentence."""
    end = _compiled(_SENTENCE_ENDS).search(text, start)
    length = len(text) if end is None else end.end()
    if length > _LONGEST_HEADING:
        return FoundRole("body", "text", f"text begins with a number such as {number} and runs on")
    extent = length if length < len(text) else None
    return FoundRole(role, "text", f"text begins with a number such as {number}", extent)
