"""The tags of template language 2: what a bracketed text means (docs/templates.md, chapter *Tags*).

A tag is data: a sign or a word, a path of names, literals, formats. Nothing of it is ever run. Full-width
forms of the signs mean the same, since Chinese input methods write them; full-width letters do not.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.template.formats.table import OPTIONAL, Format, rule_of
from docops_flask.engine.template.names import is_name

# A longer text in brackets is text.
MAX_TAG = 256
MAX_FORMATS = 4
# Word's bound for a picture, 22 inches.
MOST_MILLIMETRES = 558.8
_BLANK = " \t\n\u00a0\u3000"


class TagKind(Enum):
    """The kinds of tag."""

    EACH = "each"
    IF = "if"
    UNLESS = "unless"
    END = "end"
    ELSE = "else"
    BETWEEN = "between"
    FIELD = "field"
    PICTURE = "picture"
    CHECK = "check"
    NUMBER = "number"
    ITEM = "item"
    REMARK = "remark"
    DECLARE = "declare"


class Extent(Enum):
    """What an author says that a block covers."""

    PARAGRAPHS = "段"
    ROWS = "行"
    COLUMNS = "列"
    TABLE = "表"
    CONTENT = "内"


class Path(NamedTuple):
    """A path of names; ``up`` counts the scopes outwards, ``is_root`` says that it begins at the payload."""

    names: tuple[str, ...]
    up: int = 0
    is_root: bool = False

    def __str__(self) -> str:
        """Return the path as an author writes it."""
        return "上级." * self.up + ("全文." if self.is_root else "") + ".".join(self.names)


class Size(NamedTuple):
    """The size of a picture in millimetres; without ``height`` its ratio gives it."""

    width: float
    height: float | None = None


class Declared(NamedTuple):
    """A name that a declaration tag declares, with its type: one of ``DECLARED_TYPES``."""

    path: Path
    type: str


class Tag(NamedTuple):
    """A tag.

    ``operator`` is one of = ≠ > ≥ < ≤, with ``literals``; ``copy`` is "first" or "last" where a condition
    asks for the copy; ``numbering`` is "continue" or "restart"; ``is_optional`` stands for 可空.
    ``is_explicit`` says of a field that it is one whatever its name: it has = or a known format.
    """

    kind: TagKind
    path: Path | None = None
    operator: str | None = None
    literals: tuple[str, ...] = ()
    copy: str | None = None
    extent: Extent | None = None
    numbering: str | None = None
    is_optional: bool = False
    formats: tuple[Format, ...] = ()
    size: Size | None = None
    declared: tuple[Declared, ...] = ()
    is_explicit: bool = False


class BadTag(NamedTuple):
    """A control sign before a name, or 字段 and a colon, with a rest that cannot be read.

    ``accepted`` says what can be.
    """

    accepted: str


DECLARED_TYPES = {
    "文本": "text", "TEXT": "text", "多行": "lines", "LINES": "lines", "数字": "number", "NUMBER": "number",
    "日期": "date", "DATE": "date", "是否": "bool", "BOOL": "bool", "图片": "image", "IMAGE": "image",
    "列表": "list", "LIST": "list",
}  # fmt: skip
_EXTENTS = {
    "段": Extent.PARAGRAPHS, "P": Extent.PARAGRAPHS, "行": Extent.ROWS, "ROW": Extent.ROWS,
    "列": Extent.COLUMNS, "COLUMN": Extent.COLUMNS, "表": Extent.TABLE, "TABLE": Extent.TABLE,
    "内": Extent.CONTENT, "CONTENT": Extent.CONTENT,
}  # fmt: skip
_NUMBERINGS = {"续号": "continue", "CONTINUE": "continue", "重号": "restart", "RESTART": "restart"}
_STARTS = {
    "#": TagKind.EACH, "循环": TagKind.EACH, "EACH": TagKind.EACH, "?": TagKind.IF, "如有": TagKind.IF,
    "IF": TagKind.IF, "^": TagKind.UNLESS, "!": TagKind.UNLESS, "如无": TagKind.UNLESS,
    "UNLESS": TagKind.UNLESS,
}  # fmt: skip
_WORDS = {
    "否则": TagKind.ELSE, "ELSE": TagKind.ELSE, "间隔": TagKind.BETWEEN, "BETWEEN": TagKind.BETWEEN,
    "完": TagKind.END, "END": TagKind.END,
}  # fmt: skip
_PICTURES = ("@", "图片", "IMAGE")
_CHECKS = ("□", "勾选", "CHECK")
_COPIES = {"首项": "first", "FIRST": "first", "末项": "last", "LAST": "last"}
_ITEMS = ("本项", "ITEM")
_UP, _ROOT = ("上级", "UP"), ("全文", "DOC")
_OPERATORS = {
    "=": "=", "≠": "≠", "!=": "≠", "<>": "≠", ">": ">", "≥": "≥", ">=": "≥", "<": "<", "≤": "≤", "<=": "≤",
}  # fmt: skip
# Never fields.
RESERVED = frozenset(
    (
        "ELSE", "BETWEEN", "END", "ITEM", "MERGE", "UP", "DOC", "FIRST", "LAST",
        "否则", "间隔", "完", "本项", "合并", "上级", "全文", "首项", "末项",
    )
)  # fmt: skip
# Full-width signs and what they stand for; the bar parts formats and literals.
_SIGNS = str.maketrans("＃？＾！／＠＝｜：，；．＞＜", "#?^!/@=|:,;.><")
_OPERATOR = re.compile("[!！<＜>＞]?[=＝]|[<＜][>＞]|[≠≥≤<＜>＞]")
_END_OF_PATH = re.compile(r"[\s:：|｜=＝≠!！<＜>＞≥≤]")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:[x×X]\s*([0-9]+(?:\.[0-9]+)?)\s*)?mm\Z")
_BAR = re.compile("[|｜]")
_COLON = re.compile("[:：]")
_REMARKS = ("--", "——")
_DECLARES = ("字段", "FIELDS")
_LISTED = re.compile("[、，,;；]")
_ACCEPTED = {
    TagKind.EACH: "【#NAME】, with 段, 行, 表 or 内 behind a blank, then 续号 or 重号, then |可空",
    TagKind.UNLESS: "【^NAME】, with 段, 行, 表 or 内 behind a blank",
    TagKind.END: "【/NAME】 or 【/】",
    TagKind.PICTURE: "【@NAME】, with a size such as 40mm or 40x30mm, at most 558mm, behind a blank, then "
    "|可空",
    TagKind.DECLARE: "【字段：NAME、NAME 日期】, with names parted by 、 and behind a blank one of the types "
    "文本, 多行, 数字, 日期, 是否, 图片 and 列表",
}


@lru_cache(maxsize=1024)
def read_tag(inner: str) -> Tag | BadTag | None:
    """Return what the text between 【 and 】 means; ``None`` is text, or a name spelled wrong.

    A name of another script comes back as a field: whether it is one depends on what is declared.
    """
    if len(inner) > MAX_TAG:
        return None
    text = inner.strip(_BLANK)
    if text.startswith(_REMARKS):
        return Tag(TagKind.REMARK)
    if not text:
        return None
    return _sign_tag(text) or _word_tag(text) or _field(text)


def is_picture(inner: str) -> bool:
    """Say whether the text between 【 and 】 is a picture's tag."""
    tag = read_tag(inner)
    return isinstance(tag, Tag) and tag.kind is TagKind.PICTURE


def is_check(inner: str) -> bool:
    """Say whether the text between 【 and 】 is a check box's tag."""
    tag = read_tag(inner)
    return isinstance(tag, Tag) and tag.kind is TagKind.CHECK


def is_told_in_copies(tag: Tag, address: str) -> bool:
    """Say whether a tag outside paragraphs, at ``address``, has the scope of the copy that it lies in.

    Pictures have, and check boxes of content controls; other places have the scope of the payload.
    """
    local = address.rpartition("#")[2].partition("[")[0]
    return tag.kind is TagKind.PICTURE or (tag.kind is TagKind.CHECK and local in ("tag", "alias"))


def _sign_tag(text: str) -> Tag | BadTag | None:
    sign = text[0].translate(_SIGNS)
    rest = text[1:].lstrip(_BLANK)
    if sign == "#" and (not rest or rest[0].translate(_SIGNS) == "|"):
        return _with_formats(TagKind.NUMBER, rest)
    if sign == ".":
        return _with_formats(TagKind.ITEM, rest) if not rest or rest[0].translate(_SIGNS) == "|" else None
    if sign == "=":
        return _explicit_field(rest)
    tag: Tag | None = None
    kind = _STARTS.get(sign)
    if sign == "/":
        kind, tag = TagKind.END, _end(rest)
    elif sign == "@":
        kind, tag = TagKind.PICTURE, _picture(rest)
    elif sign == "□":
        return _check(rest)
    elif kind is TagKind.EACH:
        tag = _each(rest)
    elif kind is not None:
        tag = _condition(kind, rest)
    if tag is None and kind is not None and sign in "#/^@" and text[1:2].isalpha():
        return BadTag(_ACCEPTED[kind])
    return tag


def _word_tag(text: str) -> Tag | BadTag | None:
    plain = text.translate(_SIGNS)
    if plain in _WORDS:
        return Tag(_WORDS[plain])
    head = re.match(r"[^\s:：|｜.．]+", text)
    if head is None:
        return None
    word, rest = head[0], text[head.end() :]
    behind = rest[:1].translate(_SIGNS)
    if word in _ITEMS and behind in ("", "|"):
        return _with_formats(TagKind.ITEM, rest)
    if word in _DECLARES and behind == ":":
        return _declaration(rest[1:]) or _bad_declaration(rest[1:])
    if plain.partition("|")[0].endswith(".#"):
        return _outer_number(text)
    if not rest or not (behind == ":" or rest[0].isspace()):
        return None
    rest = rest[1:].lstrip(_BLANK)
    if word in _PICTURES:
        return _picture(rest)
    if word in _CHECKS:
        return _check(rest)
    if word in ("完", "END"):
        return _end(rest)
    kind = _STARTS.get(word)
    if kind is TagKind.EACH:
        return _each(rest)
    return None if kind is None else _condition(kind, rest)


def _outer_number(text: str) -> Tag | None:
    path, bar, formats = _parted(text)
    words = path.translate(_SIGNS).strip(_BLANK).split(".")
    if words[-1] != "#" or not all(word in _UP for word in words[:-1]):
        return None
    tag = _with_formats(TagKind.NUMBER, bar + formats)
    return None if tag is None else tag._replace(path=Path((), len(words) - 1))


def _parted(text: str) -> tuple[str, str, str]:
    """Return ``text`` before its first bar, the bar, and what stands behind it."""
    match = _BAR.search(text)
    if match is None:
        return text, "", ""
    return text[: match.start()], "|", text[match.end() :]


def read_path(text: str) -> Path | None:
    """Return the path that ``text`` is, or ``None``."""
    names = text.replace("．", ".").split(".")
    up = 0
    while up < len(names) - 1 and names[up] in _UP:
        up += 1
    is_root = not up and len(names) > 1 and names[0] in _ROOT
    names = names[up + is_root :]
    if names[0] in RESERVED and not (len(names) > 1 and names[0] in _ITEMS):
        return None
    return Path(tuple(names), up, is_root) if names and all(map(is_name, names)) else None


def _leading_path(text: str) -> tuple[Path | None, str]:
    """Return the path at the beginning of ``text`` and what stands behind it."""
    match = _END_OF_PATH.search(text)
    end = len(text) if match is None else match.start()
    return read_path(text[:end]), text[end:]


def _each(rest: str) -> Tag | None:
    before, _bar, option = _parted(rest)
    if _bar and option.strip(_BLANK) != OPTIONAL:
        return None
    path, words = _leading_path(before)
    if path is None:
        return None
    tag = Tag(TagKind.EACH, path, is_optional=bool(_bar))
    for word in _words(words):
        if word in _EXTENTS and tag.extent is None and tag.numbering is None:
            tag = tag._replace(extent=_EXTENTS[word])
        elif word in _NUMBERINGS and tag.numbering is None:
            tag = tag._replace(numbering=_NUMBERINGS[word])
        else:
            return None
    return tag


def _words(text: str) -> list[str]:
    return re.split(r"[\s:：]+", text.strip(_BLANK + ":：")) if text.strip(_BLANK + ":：") else []


def _condition(kind: TagKind, rest: str) -> Tag | None:
    first, *others = _words(rest) or [""]
    if first in _COPIES:
        if not others:
            return Tag(kind, copy=_COPIES[first])
        if len(others) == 1 and others[0] in _EXTENTS:
            return Tag(kind, copy=_COPIES[first], extent=_EXTENTS[others[0]])
        return None
    path, behind = _leading_path(rest)
    if path is None:
        return None
    tag = Tag(kind, path)
    compared = behind.lstrip(_BLANK)
    operator = _OPERATOR.match(compared)
    if operator is None:
        before, bar, option = _parted(behind)
        words = _words(before)
        if (bar and option.strip(_BLANK) != OPTIONAL) or len(words) > 1:
            return None
        if words and words[0] not in _EXTENTS:
            return None
        return tag._replace(is_optional=bool(bar), extent=_EXTENTS[words[0]] if words else None)
    return _compared(tag, _OPERATORS[operator[0].translate(_SIGNS)], compared[operator.end() :])


def _compared(tag: Tag, operator: str, text: str) -> Tag | None:
    """Return ``tag`` with the literals in ``text``, an extent behind the last, and 可空.

    Quotes around a literal keep a word at its end from being an extent.
    """
    literals = [literal.strip(_BLANK) for literal in _BAR.split(text)]
    if len(literals) > 1 and literals[-1] == OPTIONAL:
        tag = tag._replace(is_optional=True)
        del literals[-1]
    before_extent = re.match(r"(.*\S)\s+(\S+)\Z", literals[-1])
    if before_extent is not None and before_extent[2] in _EXTENTS:
        tag = tag._replace(extent=_EXTENTS[before_extent[2]])
        literals[-1] = before_extent[1]
    if not all(literals):
        return None
    return tag._replace(operator=operator, literals=tuple(map(_unquoted, literals)))


def _unquoted(literal: str) -> str:
    return literal[1:-1] if len(literal) > 1 and literal[0] in '“"' and literal[-1] in '”"' else literal


def _end(rest: str) -> Tag | None:
    if not rest:
        return Tag(TagKind.END)
    path = read_path(rest.strip(_BLANK))
    return None if path is None else Tag(TagKind.END, path)


def _picture(rest: str) -> Tag | None:
    before, bar, option = _parted(rest)
    path, behind = _leading_path(before)
    if path is None or (bar and option.strip(_BLANK) != OPTIONAL):
        return None
    written = behind.strip(_BLANK + ":：")
    if not written:
        return Tag(TagKind.PICTURE, path, is_optional=bool(bar))
    size = _SIZE.match(written)
    if size is None:
        return None
    width, height = float(size[1]), None if size[2] is None else float(size[2])
    if not width or height == 0 or max(width, height or 0) > MOST_MILLIMETRES:
        return None
    return Tag(TagKind.PICTURE, path, size=Size(width, height), is_optional=bool(bar))


def _check(rest: str) -> Tag | None:
    condition = _condition(TagKind.CHECK, rest)
    if condition is None or condition.copy is not None or condition.extent is not None:
        return None
    return condition


def _declaration(rest: str) -> Tag | None:
    declared = []
    for each in _LISTED.split(rest):
        name, _blank, named = " ".join(each.split()).partition(" ")
        path, of_type = read_path(name), named.strip(_BLANK) or "文本"
        if path is None or of_type not in DECLARED_TYPES:
            return None
        declared.append(Declared(path, DECLARED_TYPES[of_type]))
    return Tag(TagKind.DECLARE, declared=tuple(declared))


def _bad_declaration(rest: str) -> BadTag | None:
    """Return what is told of a declaration that cannot be read; one that begins with no name is text."""
    first = (_LISTED.split(rest)[0].split() or [""])[0]
    return None if read_path(first) is None else BadTag(_ACCEPTED[TagKind.DECLARE])


def _explicit_field(rest: str) -> Tag | None:
    tag = _field(rest.strip(_BLANK))
    return None if tag is None else tag._replace(is_explicit=True)


def _field(text: str) -> Tag | None:
    before, bar, formats = _parted(text)
    name = before.strip(_BLANK)
    path = read_path(name)
    if path is None:
        return None
    tag = _with_formats(TagKind.FIELD, bar + formats)
    if tag is None:
        return None
    is_known = bool(tag.formats) and all(rule_of(each) for each in tag.formats)
    return tag._replace(path=path, is_explicit=is_known)


def _with_formats(kind: TagKind, behind: str) -> Tag | None:
    """Return a tag with the formats in ``behind``, which is empty or begins with a bar."""
    if not behind:
        return Tag(kind)
    formats = []
    for written in _BAR.split(behind)[1:]:
        name, *argument = _COLON.split(written.lstrip(_BLANK), maxsplit=1)
        formats.append(Format(name.rstrip(_BLANK), argument[0] if argument else None))
    if len(formats) > MAX_FORMATS or not all(each.name for each in formats):
        return None
    is_optional = any(each == Format(OPTIONAL) for each in formats)
    return Tag(kind, formats=tuple(formats), is_optional=is_optional)
