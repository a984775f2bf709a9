"""Tags of pictures, check boxes and documents, as the proof reads them (docs/contract.md, section 8)."""

import re
from typing import NamedTuple

_BLANK = " \t\n\u00a0\u3000"
_SEPARATOR = r"(?:\s|[:：])"
_PICTURE = re.compile(rf"(?:[@＠]\s*|(?:图片|IMAGE){_SEPARATOR}\s*)(.*)", re.DOTALL)
_DOCUMENT = re.compile(rf"(?:[+＋]\s*|(?:插入|INSERT){_SEPARATOR}\s*)(.*)", re.DOTALL)
_CHECK = re.compile(rf"(?:□[\s:：]*|(?:勾选|CHECK){_SEPARATOR}\s*)(.*)", re.DOTALL)
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:[xX×]\s*([0-9]+(?:\.[0-9]+)?)\s*)?mm")
_PATH = re.compile(r"[^\s:：|｜=＝≠!！<＜>＞≥≤]+")
_OPERATOR = re.compile(r"([!！]?[=＝]|[<＜][>＞]|[<＜>＞][=＝]|[≠≥≤<＜>＞])")
_PLAIN = str.maketrans("！＝＜＞", "!=<>")
_OPTIONAL = "可空"


class PictureTag(NamedTuple):
    """A picture's tag: its path, its size in millimetres as written, whether its value may be absent."""

    path: str
    width: str | None = None
    height: str | None = None
    is_optional: bool = False


class CheckTag(NamedTuple):
    """A check box's tag: its path, what the value is compared with, whether it may be absent."""

    path: str
    operator: str | None = None
    literals: tuple[str, ...] = ()
    is_optional: bool = False


def picture_tag(inner: str) -> PictureTag | None:
    """Return the picture's tag that stands between brackets; ``None`` where that is another text."""
    match = _PICTURE.fullmatch(inner.strip(_BLANK))
    if match is None:
        return None
    before, *options = re.split("[|｜]", match[1])
    path = _PATH.match(before)
    if path is None or len(options) > 1 or (options and options[0].strip(_BLANK) != _OPTIONAL):
        return None
    written = before[path.end() :].strip(_BLANK + ":：")
    size = _SIZE.fullmatch(written)
    if written and size is None:
        return None
    width, height = (None, None) if size is None else size.groups()
    return PictureTag(path[0], width, height, bool(options))


class DocumentTag(NamedTuple):
    """The tag of a document that is put in: its path, whether its value may be absent."""

    path: str
    is_optional: bool = False


def document_tag(inner: str) -> DocumentTag | None:
    """Return the tag of a document that stands between brackets; ``None`` where that is another text."""
    match = _DOCUMENT.fullmatch(inner.strip(_BLANK))
    if match is None:
        return None
    before, *options = re.split("[|｜]", match[1])
    path = before.strip(_BLANK)
    if not _PATH.fullmatch(path) or [each.strip(_BLANK) for each in options] not in ([], [_OPTIONAL]):
        return None
    return DocumentTag(path, bool(options))


def check_tag(inner: str) -> CheckTag | None:
    """Return the check box's tag that stands between brackets; ``None`` where that is another text."""
    match = _CHECK.fullmatch(inner.strip(_BLANK))
    path = None if match is None else _PATH.match(match[1])
    if match is None or path is None:
        return None
    rest = match[1][path.end() :].strip(_BLANK)
    operator = _OPERATOR.match(rest)
    if operator is None:
        optional = re.fullmatch(rf"(?:[|｜]\s*{_OPTIONAL})?", rest)
        return None if optional is None else CheckTag(path[0], is_optional=bool(rest))
    literals = [each.strip(_BLANK) for each in re.split("[|｜]", rest[operator.end() :])]
    is_optional = len(literals) > 1 and literals[-1] == _OPTIONAL
    if is_optional:
        del literals[-1]
    sign = operator[1].translate(_PLAIN)
    sign = {"!=": "≠", "<>": "≠", ">=": "≥", "<=": "≤"}.get(sign, sign)
    return CheckTag(path[0], sign, tuple(map(_unquoted, literals)), is_optional)


def _unquoted(literal: str) -> str:
    return literal[1:-1] if len(literal) > 1 and literal[0] in "“\"‘'" and literal[-1] in "”\"’'" else literal
