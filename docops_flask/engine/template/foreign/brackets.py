"""Texts in brackets that are no tags of the other tool and are tags of ours (docs/templates.md, *Names*)."""

import re
from collections.abc import Iterable, Iterator, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_meaning import is_field
from docops_flask.engine.template.tags import read_tag

_BRACKETED = re.compile("【([^【】]{1,256})】")
_OPENING = "【".encode()


def bracketed_tags(
    places: Sequence[ParagraphPlace], converted: Iterable[str]
) -> Iterator[tuple[ParagraphPlace, str]]:
    """Yield the texts of a template that ours reads as tags: the paragraph and the text.

    ``converted`` are the tags that a conversion writes, which declare names. Takes time linear in the texts
    of paragraphs with brackets.
    """
    found = [
        (place, match[1])
        for place in places
        if _OPENING in place.own_bytes or b"&#" in place.own_bytes
        for match in _BRACKETED.finditer(place.reading.text)
    ]
    if not found:
        return
    written = (inner for text in converted for inner in _BRACKETED.findall(text))
    texts = [*(inner for _, inner in found), *written]
    declared = {name for inner in texts for name in _declared(inner)}
    for place, inner in found:
        tag = read_tag(inner)
        if tag is not None and (not isinstance(tag, Tag) or is_field(tag, declared)):
            yield place, f"【{inner}】"


def _declared(inner: str) -> Iterator[str]:
    tag = read_tag(inner)
    if not isinstance(tag, Tag):
        return
    paths = [each.path for each in tag.declared]
    if tag.path is not None and (tag.kind is not TagKind.FIELD or tag.is_explicit):
        paths.append(tag.path)
    for path in paths:
        yield from (path.names[:1] + path.names[-1:])
