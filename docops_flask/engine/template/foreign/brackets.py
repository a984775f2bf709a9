"""Texts in brackets that are no tags of the other tool and are tags of ours (docs/templates.md, *Names*)."""

import re
from collections.abc import Iterable, Iterator, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tag_meaning import is_field, names_declared_by
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
    tags = (read_tag(inner) for inner in texts)
    declared = {name for tag in tags if isinstance(tag, Tag) for name in names_declared_by(tag)}
    for place, inner in found:
        tag = read_tag(inner)
        if tag is not None and (not isinstance(tag, Tag) or is_field(tag, declared)):
            yield place, f"【{inner}】"
