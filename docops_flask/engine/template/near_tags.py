"""Texts in brackets that are nearly tags: a word or sign of a tag with a rest that does not fit.

They are text (docs/templates.md, *Names*), and told, since most are typing mistakes.
"""

import re
from functools import lru_cache

from docops_flask.engine.template.tag_kinds import (
    ACCEPTED,
    BLANK,
    CHECKS,
    DOCUMENTS,
    MAX_FORMATS,
    MAX_TAG,
    PICTURES,
    REMARKS,
    SIGNS,
    STARTS,
    Tag,
    TagKind,
)
from docops_flask.engine.template.tags import read_path, read_tag

# What is accepted of the other kinds: ``ACCEPTED`` has those whose signs make a tag that is told as a fault.
_ACCEPTED = {
    **ACCEPTED,
    TagKind.IF: "【?NAME】 or 【?NAME=VALUE】, with 段, 行, 表 or 内 behind a blank",
    TagKind.CHECK: "【□NAME】 or 【□NAME=VALUE】",
    TagKind.FIELD: "【=NAME】, with formats behind it, each behind |",
}
# Words that are tags only with a name, or are kept for later.
_ALONE = {
    "首项": "accepted is 【?首项】 and 【/】 around what stands in the first copy",
    "末项": "accepted is 【?末项】 and 【/】 around what stands in the last copy",
    "上级": "accepted is 【上级.NAME】",
    "全文": "accepted is 【全文.NAME】",
}
# Words that authors write for those of the grammar.
_MEANT = {
    "循環": "循环", "重复": "循环", "重複": "循环", "遍历": "循环", "列出": "循环", "LOOP": "EACH",
    "FOR": "EACH", "FOREACH": "EACH", "REPEAT": "EACH", "如果": "如有", "若有": "如有", "假如": "如有",
    "如沒有": "如无", "如没有": "如无", "若无": "如无", "如無": "如无", "IFNOT": "UNLESS", "NOT": "UNLESS",
    "嵌入": "插入", "附入": "插入", "ATTACH": "INSERT",
    "圖片": "图片", "照片": "图片", "图像": "图片", "插图": "图片", "PICTURE": "IMAGE", "IMG": "IMAGE",
    "PIC": "IMAGE", "勾選": "勾选", "打勾": "勾选", "打钩": "勾选", "CHECKBOX": "CHECK", "结束": "完",
    "結束": "完", "完毕": "完", "ENDFOR": "END", "ENDIF": "END",
}  # fmt: skip
# Words that stand alone, and what authors write for them.
_MEANT_ALONE = {
    "否則": "否则", "其它": "否则", "OTHERWISE": "ELSE", "間隔": "间隔", "结束": "完", "結束": "完",
    "ENDFOR": "END", "ENDIF": "END",
}  # fmt: skip
# What is asked of an item itself: 【?.】, 【@.】, 【#.NAME】.
_OF_ITEM = re.compile(r"[#＃?？^＾!！@＠□]\s*[.．]\s*(?:[^\W\d]|$)")
_END = Tag(TagKind.END)
LONE_END = "there is no block that it could end: it stays as text"
_MERGE = Tag(TagKind.MERGE)
LONE_MERGE = "no list repeats the row of its cell: it stays as text"
_WORD = re.compile(r"([^\s:：|｜=＝]+)[\s:：]\s*(\S)")


@lru_cache(maxsize=256)
def near_tag(inner: str) -> str | None:
    """Return why the text ``inner`` between brackets, which is nearly a tag, is none: what is accepted.

    ``None`` for a tag, for a name, and for all that is not nearly a tag. An end tag without a name is text
    where no block is open.
    """
    tag = read_tag(inner)
    if tag is not None:
        return LONE_MERGE if tag == _MERGE else LONE_END if tag == _END else None
    text = inner.strip(BLANK)
    kind = _kind_of(text)
    if len(inner) > MAX_TAG:
        is_one = kind is not None or text.startswith(REMARKS) or read_tag(text[:MAX_TAG]) is not None
        return f"a tag has at most {MAX_TAG} characters" if is_one else None
    if text in _ALONE:
        return _ALONE[text]
    if _OF_ITEM.match(text):
        return "an item itself is 【.】 alone; make the items objects, and use a name of theirs"
    if kind is not None:
        return f"accepted is {_ACCEPTED[kind]}"
    return _of_formats(text)


def word_meant(inner: str) -> str | None:
    """Return the word of a tag that is probably meant by that at the beginning of ``inner``."""
    text = inner.strip(BLANK)
    if text in _MEANT_ALONE:
        return f"【{_MEANT_ALONE[text]}】"
    match = _WORD.match(text)
    meant = None if match is None else _MEANT.get(match[1])
    return None if meant is None else f"【{meant} NAME】"


def _kind_of(text: str) -> TagKind | None:
    """Return the kind of tag that ``text`` begins as, with something like a name behind."""
    sign, rest = text[:1].translate(SIGNS), text[1:].lstrip(BLANK)
    if sign in tuple("?^!=□") and rest[:1].isalpha():
        return TagKind.FIELD if sign == "=" else _kind_of_word(sign)
    match = _WORD.match(text)
    if match is None:
        return None
    return _kind_of_word(_MEANT.get(match[1], match[1])) if match[2].isalpha() else None


def _kind_of_word(word: str) -> TagKind | None:
    if word in PICTURES:
        return TagKind.PICTURE
    if word in CHECKS:
        return TagKind.CHECK
    if word in DOCUMENTS:
        return TagKind.DOCUMENT
    return TagKind.END if word in {"完", "END"} else STARTS.get(word)


def _of_formats(text: str) -> str | None:
    """Return what is accepted where a name has formats that cannot be read."""
    name, *formats = re.split("[|｜]", text)
    is_name = read_path(name.strip(BLANK + "=＝")) is not None
    if not formats or not is_name:
        return None
    if len(formats) > MAX_FORMATS:
        return f"a tag has at most {MAX_FORMATS} formats"
    return "behind each | stands a format, such as 【NAME|yyyy-MM-dd】"
