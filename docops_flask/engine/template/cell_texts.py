"""The texts of cells that are to be merged, in the scope of each copy (``blocks.cell_merges``)."""

import re
from collections.abc import Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.blocks.cell_merges import paragraphs_of
from docops_flask.engine.template.blocks.layout_items import CellMerge, CellTexts
from docops_flask.engine.template.blocks.scopes import Scope
from docops_flask.engine.template.blocks.template_structure import Structure
from docops_flask.engine.template.copied_values import resolved
from docops_flask.engine.template.field_values import joins_as_its_paragraph, text_of
from docops_flask.engine.template.formats.values import FormatError
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.tag_bytes import byte_of
from docops_flask.engine.template.tag_kinds import TagKind
from docops_flask.engine.template.template_tags import TemplateTag
from docops_flask.engine.template.values import CHINESE_SEPARATOR, SEPARATOR_OF_LISTS, holds_ideograph

# What has runs of its own does not merge.
_NO_TEXTS = (TagKind.PICTURE, TagKind.DOCUMENT)
_RICH = ("富文本", "RICH")
_BRACKETED = re.compile("【[^【】]*】")
# A stretch of a cell's text, or the tag that a value takes the place of; ``None`` for what stays a tag.
_Piece = str | tuple[TemplateTag, ParagraphPlace] | None


def cell_texts(structure: Structure, tags: Mapping[str, Mapping[int, TemplateTag]]) -> CellTexts:
    """Return what tells the text of a cell in a copy; ``tags`` are those of the template by part and byte."""
    parts = {id(merge): each.part for each in structure.parts for merge in each.merges}
    control = {(site.place, site.start) for each in structure.parts for site in each.cuts}
    known: dict[int, Sequence[_Piece]] = {}

    def text(merge: CellMerge, scope: Scope) -> str | None:
        if id(merge) not in known:
            part = parts[id(merge)]
            known[id(merge)] = _pieces(merge, part, tags.get(part.name, {}), control)
        made: list[str] = []
        for piece in known[id(merge)]:
            own = piece if piece is None or isinstance(piece, str) else _value(*piece, scope)
            if own is None or (not isinstance(piece, str) and "\n" in own):
                return None
            made.append(own)
        return "".join(made)

    return text


def _pieces(
    merge: CellMerge,
    part: StoryPart,
    tags: Mapping[int, TemplateTag],
    control: set[tuple[ParagraphPlace, int]],
) -> Sequence[_Piece]:
    found: list[_Piece] = []
    for place in paragraphs_of(merge, part):
        at, text = 0, place.reading.text
        for match in _BRACKETED.finditer(text):
            found.append(text[at : match.start()])
            at = match.end()
            if (place, match.start()) in control:
                continue
            if any(word in match[0] for word in _RICH):
                found.append(None)
            else:
                found.append(_filled(tags.get(byte_of(place, match.start())), place))
        found += (text[at:], "\n")
    return found


def _filled(tag: TemplateTag | None, place: ParagraphPlace) -> _Piece:
    """Return a tag that a text takes the place of; ``None`` for others, which stay."""
    is_filled = tag is not None and tag.found.kind is Kind.PLACEHOLDER and tag.tag is not None
    if tag is None or tag.tag is None or not is_filled or tag.tag.kind in _NO_TEXTS:
        return None
    return tag, place


def _value(of: TemplateTag, place: ParagraphPlace, scope: Scope) -> str | None:
    tag = of.tag
    assert tag is not None
    value = resolved(tag, scope).value
    is_chinese = joins_as_its_paragraph(tag, value) and holds_ideograph(place.reading.text)
    try:
        text = text_of(tag, value, CHINESE_SEPARATOR if is_chinese else SEPARATOR_OF_LISTS)
    except FormatError:
        # It is refused where values are taken.
        return None
    return None if text is None else text.removesuffix("\n")
