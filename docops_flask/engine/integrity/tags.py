"""The fields of template language 2, as the proof reads them: which path a tag names."""

import re

from docops_flask.engine.integrity.picture_tags import check_tag, picture_tag

_BLANK = " \t\n\u00a0\u3000"
_MAX_NAME, _MAX_TAG = 64, 256
_ROOTS = ("全文", "DOC")


def path_of_field(inner: str) -> str | None:
    """Return the path that the field with ``inner`` in its brackets names; ``None`` where it is no field.

    A field is a path, with = before it or not, and formats behind it, each behind a bar. A picture's tag and a
    check box name one too.
    """
    if len(inner) > _MAX_TAG:
        return None
    other = picture_tag(inner) or check_tag(inner)
    if other is not None:
        return _plain_path(other.path)
    text = re.split("[|｜]", inner, maxsplit=1)[0].strip(_BLANK)
    if text[:1] in ("=", "＝"):
        text = text[1:].strip(_BLANK)
    return _plain_path(text)


def _plain_path(text: str) -> str | None:
    names = re.split("[.．]", text)
    if len(names) > 1 and names[0] in _ROOTS:
        del names[0]
    return ".".join(names) if all(map(_is_name, names)) else None


def _is_name(text: str) -> bool:
    first = text[:1]
    return (
        0 < len(text) <= _MAX_NAME
        and (first == "_" or first.isalpha())
        and all(each == "_" or each.isalpha() or each.isdecimal() or _is_mark(each) for each in text)
    )


def _is_mark(character: str) -> bool:
    # Imported here: few names have marks.
    from unicodedata import category

    return category(character).startswith("M")
