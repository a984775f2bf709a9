"""The texts of a field in many copies at once: those that are written as they are, on one line."""

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.conditions import is_list
from docops_flask.engine.template.copied_values import resolved
from docops_flask.engine.template.field_values import text_of
from docops_flask.engine.template.formats.values import FormatError
from docops_flask.engine.template.template_tags import TemplateTag
from docops_flask.engine.template.values import SEPARATOR_OF_LISTS

# Of texts with newlines between them: one that is empty, has a blank at an end, or what is not one line.
_NO_LINE = "\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufffe\uffff"
_ODD = re.compile(f"^$|^[^\\S\n]|[^\\S\n]$|[{_NO_LINE}]", re.MULTILINE)


def folded_values(tags: Sequence[TemplateTag], frames: Sequence[Frame]) -> tuple[list[list[str]], bool]:
    """Return the texts of each of ``tags`` in the copies ``frames``, and whether all of them are texts.

    If not, ``None`` stands for one that is missing, refused by a format, empty, of several lines or with a
    blank at an end: what becomes of these depends on more than the text.
    """
    items: list[Any] = [frame.scope.value for frame in frames]
    are_objects = set(map(type, items)) == {dict}
    columns: list[list[Any]] = []
    are_all = True
    for tag in tags:
        texts = _texts(tag, frames, items if are_objects else ())
        kept = _without_odd(texts)
        are_all = are_all and kept is texts
        columns.append(kept)
    return columns, are_all


def _without_odd(texts: list[Any]) -> list[Any]:
    """Return the same list where no text is odd, else one with ``None`` for those that are."""
    try:
        joined = "\n".join(texts)
    except TypeError:
        return [None if text is None or _is_odd(text) else text for text in texts]
    if _are_plain(texts, joined):
        return texts
    return [None if text is None or _is_odd(text) else text for text in texts]


def _are_plain(texts: Sequence[str], joined: str) -> bool:
    """Say whether no text is odd; ``joined`` are all, with newlines between them."""
    if joined.count("\n") != len(texts) - 1:
        return False
    # Of blanks the space alone counts as printable; a search for a pattern takes many times longer.
    if joined.replace("\n", "").isprintable() and "" not in texts:
        with_ends = f"\n{joined}\n"
        return "\n " not in with_ends and " \n" not in with_ends
    return _ODD.search(joined) is None


def _is_odd(text: str) -> bool:
    return not text or "\n" in text or _ODD.search(text) is not None


def _texts(tag: TemplateTag, frames: Sequence[Frame], items: Sequence[Any]) -> list[Any]:
    """Return the texts of a tag; ``items`` are those of the copies if all are objects."""
    if tag.key is not None and items:
        # Most tags ask for a text of an item.
        try:
            values = [*map(itemgetter(tag.key), items)]
        except KeyError:
            values = []
        if set(map(type, values)) == {str}:
            return values
    return [_text(tag, frame) for frame in frames]


def _text(template: TemplateTag, frame: Frame) -> str | None:
    tag = template.tag
    assert tag is not None, "what is filled was read as a tag"
    value = resolved(tag, frame.scope).value
    if is_list(value):
        # The text of its paragraph may say what joins it.
        return None
    try:
        return text_of(tag, value, SEPARATOR_OF_LISTS)
    except FormatError:
        return None
