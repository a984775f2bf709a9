"""Finds the tags of template language 2 in a text.

Names of other scripts are found as fields: whether they are any depends on the template and the task
(``tag_meaning``).
"""

import re

from docops_flask.engine.template.grammar import (
    Found,
    Kind,
    find_bracketed,
    kind_and_name,
    plain_name,
    unclosed,
)
from docops_flask.engine.template.near_tags import near_tag
from docops_flask.engine.template.tag_kinds import BadTag, Tag, TagKind
from docops_flask.engine.template.tags import read_tag

_FILLED = (
    TagKind.FIELD, TagKind.NUMBER, TagKind.ITEM, TagKind.PICTURE, TagKind.CHECK, TagKind.DOCUMENT,
)  # fmt: skip
_SIGNS = "#?^!/@=+□＃？＾！／＠＝＋"


def find_tags(text: str) -> list[Found]:
    """Return the tags in ``text`` and what looks like tags, in order; other text in brackets is left out.

    Of kind ``NEAR_TAG`` are texts that stay as they are (``near_tags``).

    ``name`` is what stands in the brackets, for ``read_tag``. Fields, numbers, items, pictures, checks and
    documents are of kind ``PLACEHOLDER``, other tags ``UNSUPPORTED_TAG``. Takes time linear in the length of
    ``text``.
    """
    return find_bracketed(text, _closed, _loose)


def _closed(text: str, start: int, end: int) -> Found | None:
    kind, name = _kind_and_name(text[start + 1 : end - 1])
    return None if kind is None else Found(kind, start, end, name)


def read_written(inner: str) -> tuple[str, Tag | BadTag | None, Kind | None]:
    """Return what stands in brackets, as ``read_tag`` takes it, the tag, and what is wrong with it.

    In names characters without width are ignored; remarks, literals and formats hold any but tabs and breaks.
    """
    if not re.search("[\t\n\ufffc]", inner):
        tag = read_tag(inner)
        if isinstance(tag, Tag):
            return inner, tag, None
    name, fault = plain_name(inner)
    return name, read_tag(name), fault


def _kind_and_name(inner: str) -> tuple[Kind | None, str]:
    name, tag, fault = read_written(inner)
    if tag is None:
        told = kind_and_name(inner)
        if told is None:
            return (None if near_tag(name) is None else Kind.NEAR_TAG), name
        # A field of language 1 that is none of language 2: a reserved word, a name that begins with a digit.
        return (Kind.MALFORMED if told[0] is Kind.PLACEHOLDER else told[0]), told[1]
    if fault is not None:
        return fault, name
    if isinstance(tag, BadTag):
        return Kind.BAD_TAG, name
    return (Kind.PLACEHOLDER if tag.kind in _FILLED else Kind.UNSUPPORTED_TAG), name


def _loose(text: str, start: int) -> Found | None:
    """Return the name behind an opening bracket that is not closed, behind a sign too."""
    if text[start + 1 : start + 2] in _SIGNS:
        found = unclosed(text, start + 1)
        return None if found is None else found._replace(start=start)
    return unclosed(text, start)
