"""The role of a paragraph by what it says: the numbers of headings, dates, document numbers.

The patterns take wrong forms too (2026年01月05日, 国办发[2012]4号): whether the form is right is for a check.
"""

import re
from collections.abc import Mapping

from docops_flask.engine.roles.found_role import FoundRole

_CHINESE = "〇○零一二三四五六七八九十百"
_HEADINGS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "heading_1": ("一、", re.compile(rf"[{_CHINESE}]{{1,4}}、")),
    "heading_2": ("（一）", re.compile(rf"[（(][{_CHINESE}]{{1,4}}[）)]")),
    "heading_3": ("1.", re.compile(r"[0-9０-９]{1,2}[.．](?![0-9０-９])")),
    "heading_4": ("（1）", re.compile(r"[（(][0-9０-９]{1,2}[）)]")),
}
DATE = re.compile(
    rf"(?:[0-9０-９]{{2,4}}|[{_CHINESE}]{{2,4}}) *年 *(?:[0-9０-９]{{1,2}}|[{_CHINESE}]{{1,3}}) *月"
    rf" *(?:[0-9０-９]{{1,2}}|[{_CHINESE}]{{1,3}}) *日"
)
DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{2,16} *[〔\[［【(（﹝] *(?:[0-9]{2,4}) *年?[〕\]］】)）﹞] *第? *[0-9]{1,5} *号"
)
_ATTACHMENT_NOTE = re.compile(r"附 *件 *[0-9]{0,2} *[：:]")
_ATTACHMENT_LABEL = re.compile(rf"附 *件 *(?:[0-9]{{1,2}}|[{_CHINESE}]{{1,3}})?")
NOTE_ITEM = re.compile(r"[0-9]{1,2} *[.．、]")
_MARK = re.compile(r"[0-9]{6}|(?:绝密|机密|秘密)(?:★.{0,8})?|(?:特 *急|加 *急|平 *急|特 *提)")
_SIGNER = re.compile(r"签 *发 *人 *[：:]")
_IMPRINT = re.compile(r"(?:抄送|分送|抄报) *[：:]|.{2,40}[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 *印发\Z")
_LETTERHEAD = re.compile(r"[\u4e00-\u9fff ]{2,40}文 *件\Z")
# A numbered paragraph whose first sentence is longer than this is running text with a number.
_LONGEST_HEADING = 50
_SENTENCE_END = re.compile("[。：；:;]")


def role_by_text(text: str) -> FoundRole | None:
    """Return the role that ``text``, without blanks around it, tells by itself; ``None`` if none."""
    if _ATTACHMENT_NOTE.match(text):
        return _found("attachment_note", "text begins with 附件：")
    if _ATTACHMENT_LABEL.fullmatch(text):
        return _found("attachment_label", "text is 附件 with its number")
    if DATE.fullmatch(text):
        return _found("date", "text is a date")
    if DOCUMENT_NUMBER.fullmatch(text):
        return _found("document_number", "text is a document number")
    if _MARK.fullmatch(text):
        return _found("mark", "text is a classification or urgency")
    if _SIGNER.match(text):
        return _found("signer", "text begins with 签发人：")
    if _IMPRINT.match(text):
        return _found("imprint", "text begins with 抄送： or ends with 印发")
    if _LETTERHEAD.match(text):
        return _found("letterhead", "text ends with 文件")
    return _heading(text)


def _found(role: str, reason: str, extent: int | None = None) -> FoundRole:
    return FoundRole(role, "text", reason, extent)


def _heading(text: str) -> FoundRole | None:
    for role, (shown, pattern) in _HEADINGS.items():
        number = pattern.match(text)
        if number is None:
            continue
        end = _SENTENCE_END.search(text, number.end())
        length = len(text) if end is None else end.end()
        if length > _LONGEST_HEADING:
            return _found("body", f"text begins with a number such as {shown} and runs on")
        return _found(
            role, f"text begins with a number such as {shown}", length if length < len(text) else None
        )
    return None
