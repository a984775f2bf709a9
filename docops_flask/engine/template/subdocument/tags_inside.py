"""Whether a document that is put in has placeholders, which are not filled."""

from lxml.etree import _Element

from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_scan import find_tags
from docops_flask.engine.template.tags import read_tag


def has_tags(body: _Element, w: str) -> bool:
    """Say whether a paragraph of ``body`` has a tag that cannot be text; ``w`` is the namespace's Clark form.

    A bracketed word of another script alone may be text.
    """
    for paragraph in body.iter(f"{w}p"):
        text = "".join(each.text or "" for each in paragraph.iter(f"{w}t"))
        if "【" in text and any(_is_told(each.kind, each.name) for each in find_tags(text)):
            return True
    return False


def _is_told(kind: Kind, name: str) -> bool:
    tag = read_tag(name)
    if kind in (Kind.UNCLOSED, Kind.NEAR_TAG) or not isinstance(tag, Tag):
        return False
    if tag.kind in (TagKind.END, TagKind.MERGE, TagKind.ELSE, TagKind.BETWEEN) and tag.path is None:
        return False
    return (
        tag.kind is not TagKind.FIELD or tag.is_explicit or (tag.path is not None and str(tag.path).isascii())
    )
