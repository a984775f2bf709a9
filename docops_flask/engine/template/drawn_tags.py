"""Tags that become pictures, codes or check boxes."""

from docops_flask.engine.template.formats.table import CODE_WORDS, code_format
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tags import read_tag


def is_picture(inner: str) -> bool:
    """Say whether the text between 【 and 】 is a picture's tag."""
    tag = read_tag(inner)
    return isinstance(tag, Tag) and tag.kind is TagKind.PICTURE


def is_document(inner: str) -> bool:
    """Say whether the text between 【 and 】 is the tag of a document that is put in."""
    if not any(sign in inner for sign in ("+", "＋", "插入", "INSERT")):
        return False
    tag = read_tag(inner)
    return isinstance(tag, Tag) and tag.kind is TagKind.DOCUMENT


def is_code(inner: str) -> bool:
    """Say whether the text between 【 and 】 is a tag whose value is drawn as a code."""
    if not any(each in inner for each in CODE_WORDS):
        return False
    tag = read_tag(inner)
    return isinstance(tag, Tag) and code_format(tag.formats) is not None


def is_check(inner: str) -> bool:
    """Say whether the text between 【 and 】 is a check box's tag."""
    tag = read_tag(inner)
    return isinstance(tag, Tag) and tag.kind is TagKind.CHECK


def is_told_in_copies(tag: Tag, address: str) -> bool:
    """Say whether a tag outside paragraphs, at ``address``, has the scope of the copy that it lies in.

    Pictures have, and check boxes of content controls; other places have the scope of the payload.
    """
    local = address.rpartition("#")[2].partition("[")[0]
    return tag.kind is TagKind.PICTURE or (tag.kind is TagKind.CHECK and local in ("tag", "alias"))
