"""The names of elements that texts inside paragraphs lie in, to tell parts that have none."""

from docops_flask.engine.oxml.markup import PartText

INLINE_ELEMENTS = (b"instrText", b"fldSimple", b"ruby", b"oMath")


def may_hold_inline_texts(text: PartText) -> bool:
    """Say whether a part has elements that field codes, ruby or equations lie in; most have none."""
    return any(text.content.find(name, text.root_end) >= 0 for name in INLINE_ELEMENTS)
