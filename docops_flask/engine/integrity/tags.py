"""The fields of template language 2, as the proof reads them: which path a tag names."""

import re

_BLANK = " \t\n\u00a0\u3000"
_MAX_NAME, _MAX_TAG = 64, 256
_ROOTS = ("全文", "DOC")


def path_of_field(inner: str) -> str | None:
    """Return the path that the field with ``inner`` in its brackets names; ``None`` where it is no field.

    A field is a path, with = before it or not, and formats behind it, each behind a bar.
    """
    if len(inner) > _MAX_TAG:
        return None
    text = re.split("[|｜]", inner, maxsplit=1)[0].strip(_BLANK)
    if text[:1] in ("=", "＝"):
        text = text[1:].strip(_BLANK)
    names = re.split("[.．]", text)
    if len(names) > 1 and names[0] in _ROOTS:
        del names[0]
    return ".".join(names) if all(map(is_name, names)) else None


def is_name(text: str) -> bool:
    """Say whether a text may be one name of a path."""
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
