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
from docops_flask.engine.template.formats.table import is_rich
from docops_flask.engine.template.formats.values import FormatError
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.payload_schema import Choices
from docops_flask.engine.template.tag_bytes import byte_of
from docops_flask.engine.template.tag_kinds import TagKind
from docops_flask.engine.template.template_tags import TemplateTag
from docops_flask.engine.template.values import CHINESE_SEPARATOR, SEPARATOR_OF_LISTS, holds_ideograph

# What has runs of its own does not merge.
_NO_TEXTS = (TagKind.PICTURE, TagKind.DOCUMENT)
_BRACKETED = re.compile("【[^【】]*】")
# A stretch of a cell's text, or the tag that a value takes the place of; ``None`` for what stays a tag.
_Piece = str | tuple[TemplateTag, ParagraphPlace] | None


def cell_texts(
    structure: Structure, tags: Mapping[str, Mapping[int, TemplateTag]], choices: Mapping[str, Choices]
) -> CellTexts:
    """Return what tells the text of a cell in a copy; ``tags`` are those of the template by part and byte.

    ``choices`` are the lists that have another text for a value, by what stands in their tags.
    """
    parts = {id(merge): each.part for each in structure.parts for merge in each.merges}
    control = {(site.place, site.start) for each in structure.parts for site in each.cuts}
    known: dict[int, Sequence[_Piece]] = {}

    def text(merge: CellMerge, scope: Scope) -> str | None:
        if id(merge) not in known:
            part = parts[id(merge)]
            known[id(merge)] = _pieces(merge, part, tags.get(part.name, {}), control)
        made: list[str] = []
        for piece in known[id(merge)]:
            own = piece if piece is None or isinstance(piece, str) else _value(*piece, scope, choices)
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
            found.append(_filled(tags.get(byte_of(place, match.start())), place))
        found += (text[at:], "\n")
    return found


def _filled(tag: TemplateTag | None, place: ParagraphPlace) -> _Piece:
    """Return a tag that a text takes the place of; ``None`` for what stays or is no text."""
    if tag is None or tag.tag is None or tag.found.kind is not Kind.PLACEHOLDER:
        return None
    if tag.tag.kind in _NO_TEXTS or is_rich(tag.tag.formats):
        return None
    return tag, place


def _value(
    of: TemplateTag, place: ParagraphPlace, scope: Scope, choices: Mapping[str, Choices]
) -> str | None:
    tag = of.tag
    assert tag is not None
    value = resolved(tag, scope).value
    is_chinese = joins_as_its_paragraph(tag, value) and holds_ideograph(place.reading.text)
    try:
        text = text_of(tag, value, CHINESE_SEPARATOR if is_chinese else SEPARATOR_OF_LISTS)
    except FormatError:
        # It is refused where values are taken.
        return None
    known = choices.get(of.found.name)
    if text is not None and known is not None:
        text = known.shown.get(text, text)
    return None if text is None else text.removesuffix("\n")
