"""The tags of blocks of template language 2, as the proof reads them (docs/templates.md, chapter *Tags*).

Written apart from ``engine.template.tags``. Of all tags only those are read that begin, part or end a block,
remarks and declarations; the others are fields or text to the proof.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.integrity.picture_tags import document_tag, picture_tag
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.tags import is_name

_BLANK = " \t\n\u00a0\u3000"
_MOST_CHARACTERS = 256
_FULL_WIDTH = str.maketrans("＃？＾！／＠＝｜：，；．＞＜", "#?^!/@=|:,;.><")
_SIGNS = {"#": "each", "?": "if", "^": "unless", "!": "unless", "/": "end"}
_WORDS = {
    "循环": "each", "EACH": "each", "如有": "if", "IF": "if", "如无": "unless", "UNLESS": "unless",
    "完": "end", "END": "end",
}  # fmt: skip
_ALONE = {
    "否则": "else",
    "ELSE": "else",
    "间隔": "between",
    "BETWEEN": "between",
    "完": "end",
    "END": "end",
    "合并": "merge",
    "MERGE": "merge",
}
_EXTENTS = {
    "段": "paragraphs", "P": "paragraphs", "行": "rows", "ROW": "rows", "列": "columns", "COLUMN": "columns",
    "表": "table", "TABLE": "table", "内": "content", "CONTENT": "content",
}  # fmt: skip
_NUMBERINGS = {"续号": "continue", "CONTINUE": "continue", "重号": "restart", "RESTART": "restart"}
_COPIES = {"首项": "首项", "FIRST": "首项", "末项": "末项", "LAST": "末项"}
_TYPES = frozenset(
    [
        "文本",
        "TEXT",
        "多行",
        "LINES",
        "数字",
        "NUMBER",
        "日期",
        "DATE",
        "是否",
        "BOOL",
        "图片",
        "IMAGE",
        "列表",
        "LIST",
        "富文本",
        "RICH",
    ]
)
_UP, _ROOT, _ITEM = ("上级", "UP"), ("全文", "DOC"), ("本项", "ITEM")
_NEVER_NAMES = frozenset(
    [
        "ELSE",
        "BETWEEN",
        "END",
        "ITEM",
        "MERGE",
        "UP",
        "DOC",
        "FIRST",
        "LAST",
        "否则",
        "间隔",
        "完",
        "本项",
        "合并",
        "上级",
        "全文",
        "首项",
        "末项",
    ]
)
_OPERATORS = {"!=": "≠", "<>": "≠", ">=": "≥", "<=": "≤"}
_OPERATOR = re.compile("[!<>]=|<>|[=≠≥≤<>]")
_OPTIONAL = "可空"


class Path(NamedTuple):
    """A path of names: ``up`` lists outwards, from the payload itself where ``is_root`` says so."""

    names: tuple[str, ...]
    up: int = 0
    is_root: bool = False

    def __str__(self) -> str:
        """Return it as the log names it."""
        return "上级." * self.up + "全文." * self.is_root + ".".join(self.names)


class ControlTag(NamedTuple):
    """A tag of a block, a remark or a declaration.

    ``kind`` is each, if, unless, else, between, end, remark, declare or merge, or picture or document of one
    that may be absent.
    ``copy`` is 首项 or 末项 where a condition asks for the copy; ``operator`` is one of = ≠ > ≥ < ≤.
    """

    kind: str
    path: Path | None = None
    copy: str | None = None
    operator: str | None = None
    literals: tuple[str, ...] = ()
    extent: str | None = None
    numbering: str | None = None
    is_optional: bool = False

    @property
    def name(self) -> str:
        """What the log calls a block that begins with it."""
        return str(self.path) if self.path is not None else self.copy or ""

    @property
    def begins(self) -> bool:
        """Whether it begins a block."""
        return self.kind in ("each", "if", "unless")


@lru_cache(maxsize=1024)
def control_tag(inner: str) -> ControlTag | None:
    """Return the tag with ``inner`` between its brackets; ``None`` for all that is no tag of a block.

    Characters without width are ignored but in remarks and literals, which may hold them.
    """
    found = _read(inner)
    plain = without_ignored(inner) if found is None and not inner.isascii() else inner
    return found if plain == inner else _read(plain)


def optional_picture(inner: str) -> ControlTag | None:
    """Return the tag of a picture or a document that may be absent; ``None`` for all else."""
    if len(inner) > _MOST_CHARACTERS:
        return None
    plain = without_ignored(inner)
    tag = picture_tag(plain)
    kind, other = ("picture", tag) if tag is not None else ("document", document_tag(plain))
    path = None if other is None or not other.is_optional else _path(other.path)
    return None if path is None else ControlTag(kind, path, is_optional=True)


def _read(inner: str) -> ControlTag | None:
    text = inner.strip(_BLANK)
    if not text or len(inner) > _MOST_CHARACTERS:
        return None
    if text.startswith(("--", "——")):
        return ControlTag("remark")
    kind = _SIGNS.get(text[0].translate(_FULL_WIDTH))
    rest = text[1:].lstrip(_BLANK)
    if kind == "each" and rest[:1].translate(_FULL_WIDTH) in ("", "|"):
        # The number of a copy.
        return None
    if kind is not None:
        found = _tag_of(kind, rest)
        if found is not None or (kind != "if" and text[0] not in "!！" and text[1:2].isalpha()):
            return found
    return _of_words(text)


def _of_words(text: str) -> ControlTag | None:
    plain = text.translate(_FULL_WIDTH)
    if plain in _ALONE:
        return ControlTag(_ALONE[plain])
    word = re.split(r"[\s:：|｜.．]", text, maxsplit=1)[0]
    rest = text[len(word) :]
    separator = rest[:1].translate(_FULL_WIDTH)
    if word in ("字段", "FIELDS") and separator == ":":
        return ControlTag("declare") if _declares(rest[1:]) else None
    if not (separator == ":" or separator.isspace()) or plain.partition("|")[0].endswith(".#"):
        return None
    kind = _WORDS.get(word) or _SIGNS.get(word)
    if kind is None or word == "/":
        return None
    return _tag_of(kind, rest[1:].lstrip(_BLANK))


def _tag_of(kind: str, rest: str) -> ControlTag | None:
    if kind == "end":
        path = _path(rest.strip(_BLANK)) if rest else None
        return ControlTag("end", path) if path is not None or not rest else None
    return _each(rest) if kind == "each" else _condition(kind, rest)


def _declares(text: str) -> bool:
    for each in re.split("[、，,;；]", text):
        name, _, of_type = " ".join(each.split()).partition(" ")
        if _path(name) is None or of_type.strip(_BLANK) not in {"", *_TYPES}:
            return False
    return True


def _path(text: str) -> Path | None:
    names = text.replace("．", ".").split(".")
    up = 0
    while up < len(names) - 1 and names[up] in _UP:
        up += 1
    is_root = not up and len(names) > 1 and names[0] in _ROOT
    names = names[up + is_root :]
    is_reserved = names[0] in _NEVER_NAMES and not (names[0] in _ITEM and len(names) > 1)
    return None if is_reserved or not all(map(is_name, names)) else Path(tuple(names), up, is_root)


def _path_before(text: str) -> tuple[Path | None, str]:
    """Return the path that ``text`` begins with and what stands behind it."""
    written = re.split(r"[\s:：|｜=＝≠!！<＜>＞≥≤]", text, maxsplit=1)[0]
    return _path(written), text[len(written) :]


def _words_in(text: str) -> list[str]:
    return [each for each in re.split(f"[{_BLANK}:：]+", text.strip(_BLANK)) if each]


def _without_option(text: str) -> tuple[str, bool] | None:
    """Return ``text`` before a bar, and whether 可空 stands behind it; ``None`` where anything else does."""
    before, *behind = re.split("[|｜]", text, maxsplit=1)
    if behind and behind[0].strip(_BLANK) != _OPTIONAL:
        return None
    return before, bool(behind)


def _each(rest: str) -> ControlTag | None:
    parted = _without_option(rest)
    path, words = _path_before(parted[0] if parted else "")
    if parted is None or path is None:
        return None
    extent = numbering = None
    for word in _words_in(words):
        if word in _EXTENTS and extent is None and numbering is None:
            extent = _EXTENTS[word]
        elif word in _NUMBERINGS and numbering is None:
            numbering = _NUMBERINGS[word]
        else:
            return None
    return ControlTag("each", path, extent=extent, numbering=numbering, is_optional=parted[1])


def _condition(kind: str, rest: str) -> ControlTag | None:
    words = _words_in(rest)
    if words and words[0] in _COPIES:
        extents = [_EXTENTS.get(word) for word in words[1:]]
        if len(extents) > 1 or None in extents:
            return None
        return ControlTag(kind, copy=_COPIES[words[0]], extent=extents[0] if extents else None)
    path, behind = _path_before(rest)
    if path is None:
        return None
    compared = behind.lstrip(_BLANK)
    operator = _OPERATOR.match(compared[:2].translate(_FULL_WIDTH))
    if operator is not None:
        written = _OPERATORS.get(operator[0], operator[0])
        return _compared(ControlTag(kind, path, operator=written), compared[operator.end() :])
    parted = _without_option(behind)
    if parted is None:
        return None
    words = _words_in(parted[0])
    if len(words) > 1 or not all(word in _EXTENTS for word in words):
        return None
    return ControlTag(kind, path, extent=_EXTENTS[words[0]] if words else None, is_optional=parted[1])


def _compared(tag: ControlTag, text: str) -> ControlTag | None:
    literals = [each.strip(_BLANK) for each in re.split("[|｜]", text)]
    is_optional = len(literals) > 1 and literals[-1] == _OPTIONAL
    if is_optional:
        literals.pop()
    extent = None
    behind = re.fullmatch(r"(.*\S)\s+(\S+)", literals[-1])
    if behind is not None and behind[2] in _EXTENTS:
        literals[-1], extent = behind[1], _EXTENTS[behind[2]]
    if "" in literals or any(_OPERATOR.match(each[0].translate(_FULL_WIDTH)) for each in literals):
        # ==, => and the like are no operators, and no literal begins so without quotes.
        return None
    unquoted = tuple(
        each[1:-1] if len(each) > 1 and each[0] in "“\"‘'" and each[-1] in "”\"’'" else each
        for each in literals
    )
    return tag._replace(literals=unquoted, extent=extent, is_optional=is_optional)
