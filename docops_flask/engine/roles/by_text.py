"""The role of a paragraph by what it says: the numbers of headings, dates, document numbers.

The patterns take wrong forms too (2026年01月05日, 国办发[2012]4号): whether the form is right is for a check.
They are compiled when first asked for: most renderers never look for roles.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.roles.found_role import FoundRole

_CHINESE = "〇○零一二三四五六七八九十百"
# Role, the sign in words, and the pattern of the whole text or (with .* at its end) of its beginning.
_WHOLE_TEXTS = (
    ("attachment_note", "text begins with 附件：", r"附 *件 *[0-9]{0,2} *[：:].*"),
    (
        "attachment_label",
        "text is 附件 with its number",
        rf"附 *件 *(?:[0-9]{{1,2}}|[{_CHINESE}]{{1,3}})?",
    ),
    (
        "date",
        "text is a date",
        rf"(?:[0-9０-９]{{2,4}}|[{_CHINESE}]{{2,4}}) *年 *(?:[0-9０-９]{{1,2}}|[{_CHINESE}]{{1,3}}) *月"
        rf" *(?:[0-9０-９]{{1,2}}|[{_CHINESE}]{{1,3}}) *日",
    ),
    (
        "document_number",
        "text is a document number",
        r"[\u4e00-\u9fff]{2,16} *[〔\[［【(（﹝] *[0-9]{2,4} *年?[〕\]］】)）﹞] *第? *[0-9]{1,5} *号",
    ),
    (
        "mark",
        "text is a classification or urgency",
        r"[0-9]{6}|(?:绝密|机密|秘密)(?:★.{0,8})?|特 *急|加 *急|平 *急|特 *提",
    ),
    ("signer", "text begins with 签发人：", r"签 *发 *人 *[：:].*"),
    (
        "imprint",
        "text begins with 抄送： or ends with 印发",
        r"(?:抄送|分送|抄报) *[：:].*|.{2,40}[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 *印发",
    ),
    ("letterhead", "text ends with 文件", r"[\u4e00-\u9fff ]{2,40}文 *件"),
)
# Role, a number as an example, and the pattern of the beginning.
_NUMBERS = (
    ("heading_1", "一、", rf"[{_CHINESE}]{{1,4}}、"),
    ("heading_2", "（一）", rf"[（(][{_CHINESE}]{{1,4}}[）)]"),
    ("heading_3", "1.", r"[0-9０-９]{1,2}[.．](?![0-9０-９])"),
    ("heading_4", "（1）", r"[（(][0-9０-９]{1,2}[）)]"),
)
# A numbered paragraph whose first sentence is longer than this is running text with a number.
_LONGEST_HEADING = 50
_SENTENCE_ENDS = "[。：；:;]"


class _Sign(NamedTuple):
    role: str
    words: str
    pattern: re.Pattern[str]


def role_by_text(text: str) -> FoundRole | None:
    """Return the role that ``text``, without blanks around it, tells by itself; ``None`` if none."""
    for role, words, pattern in _whole_texts():
        if pattern.fullmatch(text):
            return FoundRole(role, "text", words)
    for role, number, pattern in _numbers():
        match = pattern.match(text)
        if match is not None:
            return _heading(text, role, number, match.end())
    return None


def _heading(text: str, role: str, number: str, start: int) -> FoundRole:
    """Return the role of a text that begins with a number; its heading ends with the first sentence."""
    end = re.compile(_SENTENCE_ENDS).search(text, start)
    length = len(text) if end is None else end.end()
    if length > _LONGEST_HEADING:
        return FoundRole("body", "text", f"text begins with a number such as {number} and runs on")
    extent = length if length < len(text) else None
    return FoundRole(role, "text", f"text begins with a number such as {number}", extent)


@lru_cache(maxsize=1)
def _whole_texts() -> tuple[_Sign, ...]:
    # A line break in the text does not end it.
    return tuple(_Sign(role, words, re.compile(pattern, re.DOTALL)) for role, words, pattern in _WHOLE_TEXTS)


@lru_cache(maxsize=1)
def _numbers() -> tuple[_Sign, ...]:
    return tuple(_Sign(role, number, re.compile(pattern)) for role, number, pattern in _NUMBERS)
