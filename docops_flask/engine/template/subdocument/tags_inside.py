"""Whether a document that is put in has places to fill, which stay as they are."""

import re
from collections.abc import Iterator

from lxml.etree import _Element

from docops_flask.engine.template.subdocument.asset import NOTE_KINDS, Asset
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_scan import find_tags
from docops_flask.engine.template.tags import read_tag

_MERGE_FIELD = re.compile(r"MERGEFIELD\s", re.IGNORECASE)
# Tags that are text where no block is around them: 【完】, 【/】, 【否则】.
_ALONE_TEXT = (TagKind.END, TagKind.MERGE, TagKind.ELSE, TagKind.BETWEEN)


def has_tags(asset: Asset) -> bool:
    """Say whether the body or a note of a document has a place to fill.

    That is a bracketed text that is a tag or may be one, a merge field, or a control that shows its
    placeholder.
    """
    return any(_has_tags(each, asset.w) for each in _contents(asset))


def _contents(asset: Asset) -> Iterator[_Element]:
    yield asset.body
    for kind in NOTE_KINDS:
        yield from asset.used_notes(kind)


def _has_tags(content: _Element, w: str) -> bool:
    if next(content.iter(f"{w}showingPlcHdr"), None) is not None:
        return True
    if any(_MERGE_FIELD.search(each.get(f"{w}instr") or "") for each in content.iter(f"{w}fldSimple")):
        return True
    for paragraph in content.iter(f"{w}p"):
        # An instruction may be split into runs.
        if _MERGE_FIELD.search("".join(each.text or "" for each in paragraph.iter(f"{w}instrText"))):
            return True
        text = "".join(each.text or "" for each in paragraph.iter(f"{w}t"))
        if any(_is_told(each.name) for each in find_tags(text)):
            return True
    return False


def _is_told(inner: str) -> bool:
    tag = read_tag(inner)
    return not (isinstance(tag, Tag) and tag.kind in _ALONE_TEXT and tag.path is None)
