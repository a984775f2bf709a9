"""What a paragraph's style, outline level and text say about its role.

The patterns match wrong forms too (2026年01月05日, 国办发[2012]4号): checks tell whether the form is right.
They are compiled when first needed: most renderers never look for roles.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.policy.policy import HEADINGS

Sign = Literal["style", "outline", "text", "place"]


class Line(Protocol):
    """A paragraph with text, as far as its role depends on it."""

    @property
    def place(self) -> ParagraphPlace:
        """Its place in the document."""

    @property
    def values(self) -> ParagraphValues:
        """Its effective values."""

    @property
    def text(self) -> str:
        """Its text."""


class FoundRole(NamedTuple):
    """A paragraph's role (``engine.policy.policy``), the kind of evidence for it, and the evidence in words.

    ``extent`` is the number of characters of a heading that running text follows in the same paragraph
    (一、总则。为了…); ``None`` where the role is that of the whole paragraph.
    """

    role: str
    sign: Sign
    reason: str
    extent: int | None = None


# Tables of contents, captions, headers and footers have none of the roles.
NO_ROLE = ""
# Word writes the English names of its built-in styles whatever its language; WPS writes Chinese ones.
_STYLES: Mapping[str, str] = {
    "title": "title",
    "标题": "title",
    **{f"heading {level}": role for level, role in enumerate(HEADINGS, 1)},
    **{f"标题 {level}": role for level, role in enumerate(HEADINGS, 1)},
    **{f"标题{level}": role for level, role in enumerate(HEADINGS, 1)},
    "salutation": "recipient",
    "称呼": "recipient",
    "signature": "signature",
    "签名": "signature",
    "date": "date",
    "日期": "date",
    **dict.fromkeys(("toc heading", "table of figures", "caption", "题注", "header", "footer"), NO_ROLE),
    **{f"{name} {level}": NO_ROLE for name in ("toc", "目录") for level in range(1, 10)},
}


class StyleRoles:
    """Roles by style, each style examined once; ``styles`` are the policy's own names (case folded)."""

    def __init__(self, cascade: Cascade, styles: Mapping[str, str]) -> None:
        self._sheet = cascade.styles
        self._names = {**_STYLES, **styles}
        self._by_style: dict[str, FoundRole | None] = {}

    def role(self, values: ParagraphValues) -> FoundRole | None:
        """Return the role by style, else by outline level (17.3.1.20); ``None`` where neither shows it.

        ``NO_ROLE`` for a style whose paragraphs have no role.
        """
        style_id = self._sheet.applied_id(values.style_id, "paragraph")
        found = self._sheet.inherited(style_id, self._by_style, self._of_style)
        return found if found is not None else _of_outline(values)

    def _of_style(self, style_id: str) -> FoundRole | None:
        # Old files have aliases after a comma: "heading 1,H1".
        name = self._sheet.name(style_id).partition(",")[0]
        role = self._names.get(name.strip().casefold())
        return None if role is None else FoundRole(role, "style", f"style {self._sheet.shown_name(style_id)}")


def _of_outline(values: ParagraphValues) -> FoundRole | None:
    level = values.outline_level.value
    if level is None or not 0 <= level < len(HEADINGS):
        return None
    return FoundRole(HEADINGS[level], "outline", f"outline level {level + 1}")


_IMPRINT = "text begins with 抄送： or ends with 印发"
_CHINESE = "〇○零一二三四五六七八九十百"
_DIGITS = "0123456789０１２３４５６７８９"


class _Sign(NamedTuple):
    """A role, the evidence in words, the characters with which such a text begins or ends, its pattern.

    Without characters for an end any match. They save compiling and trying most patterns.
    """

    role: str
    words: str
    begins: str
    ends: str
    pattern: str


# The pattern matches the whole text or (with .* at its end) its beginning. Two repetitions of blanks must not
# be adjacent where what is between them is optional: thousands of blanks would take quadratic time.
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
# The pattern matches the beginning; the words hold only an example of the number.
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
    """Return the role that ``text``, without blanks around it, shows by itself; ``None`` if none."""
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
