"""The fields of template language 2, as the proof reads them: which path a tag names."""

import re
from collections.abc import Iterable

from docops_flask.engine.integrity.code_tags import code_tag
from docops_flask.engine.integrity.picture_tags import check_tag, document_tag, picture_tag

_BLANK = " \t\n\u00a0\u3000"
_MAX_NAME, _MAX_TAG = 64, 256
_ROOTS, _UPS, _ITEMS = ("全文", "DOC"), ("上级", "UP"), ("本项", "ITEM")
# Full-width digits and letters are typing mistakes, not names.
# Full-width letters and digits are malformed, variation selectors (marks, by Unicode) are ignored in names.
_NO_NAME = re.compile("[\ufe00-\ufe0f\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff3f]")


def path_of_field(inner: str) -> str | None:
    """Return the path that the field with ``inner`` in its brackets names; ``None`` where it is no field.

    A field is a path, with = before it or not, and formats behind it, each behind a bar. Tags of
    pictures, check boxes and documents name one too.
    """
    names = _names_in(inner)
    if len(names) > 1 and names[0] in _ROOTS:
        del names[0]
    return ".".join(names) if names and all(map(is_name, names)) else None


def name_in_copies(inner: str) -> str | None:
    """Return what a log with blocks calls the tag with ``inner`` in its brackets.

    That is the path as written: 上级.甲方, 全文.甲方; ``.`` for the item itself, ``#`` for its number.
    """
    names = _names_in(inner)
    written = ".".join(names).replace("＃", "#")
    if written in (".", *_ITEMS):
        return "."
    up = 0
    while up < len(names) - 1 and names[up] in _UPS:
        up += 1
    is_root = not up and len(names) > 1 and names[0] in _ROOTS
    rest = names[up + is_root :]
    if rest in (["#"], ["＃"]):
        return "上级." * up + "#"
    return "上级." * up + "全文." * is_root + ".".join(rest) if rest and all(map(is_name, rest)) else None


def formats_of(inner: str) -> list[tuple[str, str | None]]:
    """Return the formats of a tag, name and argument, as they are written behind its bars."""
    formats = []
    for each in re.split("[|｜]", inner)[1:]:
        name, *argument = re.split("[:：]", each.lstrip(_BLANK), maxsplit=1)
        formats.append((name.rstrip(_BLANK), argument[0] if argument else None))
    return formats


def is_rich(formats: Iterable[tuple[str, str | None]]) -> bool:
    """Say whether a tag with ``formats`` takes text with marks."""
    return any(name in ("富文本", "RICH") for name, _ in formats)


def _names_in(inner: str) -> list[str]:
    """Return the names of the path at the beginning of a tag, which may be none."""
    if len(inner) > _MAX_TAG:
        return []
    code = code_tag(inner)
    if code is not None and code.path is not None:
        return re.split("[.．]", code.path)
    other = picture_tag(inner) or check_tag(inner) or document_tag(inner)
    if other is not None:
        return re.split("[.．]", other.path)
    text = re.split("[|｜]", inner, maxsplit=1)[0].strip(_BLANK)
    if text[:1] in ("=", "＝"):
        text = text[1:].strip(_BLANK)
    return re.split("[.．]", text)


def is_name(text: str) -> bool:
    """Say whether a text may be one name of a path."""
    first = text[:1]
    if _NO_NAME.search(text):
        return False
    return (
        0 < len(text) <= _MAX_NAME
        and (first == "_" or first.isalpha())
        and all(each == "_" or each.isalpha() or each.isdecimal() or _is_mark(each) for each in text)
    )


def _is_mark(character: str) -> bool:
    # Imported here: few names have marks.
    from unicodedata import category

    return category(character).startswith("M")
