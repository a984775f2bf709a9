"""Documents with blocks, opened from raw XML, and how tests show what is found in them."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.blocks.expanded_template import ExpandedTemplate
from docops_flask.engine.template.blocks.expansion import BlockLayouts
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.structure import find_structure
from docops_flask.engine.template.blocks.tag_sites import TagSite, find_stories
from docops_flask.engine.template.blocks.template_structure import Structure
from docops_flask.engine.template.conditions import Value, number_as_written
from docops_flask.engine.template.formats.table import rule_of
from docops_flask.engine.template.tag_kinds import TagKind
from tests.factories import docx

LIMITS = Limits()


class Expanded(ExpandedTemplate):
    """An expanded template with the structure that it was made by."""

    def __init__(self, document: Document, payload: Mapping[str, Value], limits: Limits) -> None:
        self.structure = find_structure(document)
        super().__init__(document, BlockLayouts(document, self.structure), payload, limits)


def opened(body: str, **parts: Any) -> Document:
    """The document with ``body``; ``parts`` are as for ``docx``."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "template.docx")
        path.write_bytes(docx(body, **parts))
        return open_document(Package(path, Limits()), Limits())


def structure(body: str, **parts: Any) -> Structure:
    """The structure of the document with ``body``."""
    return find_structure(opened(body, **parts))


def faults(body: str, **parts: Any) -> list[tuple[str, str, str]]:
    """Code, tag and paragraph of each fault."""
    return [(each.code, each.text, each.place.path) for each in structure(body, **parts).faults]


def expanded(body: str, payload: Mapping[str, Value], limits: Limits = LIMITS, **parts: Any) -> Expanded:
    """The document with ``body``, expanded for ``payload``."""
    return expanded_document(opened(body, **parts), payload, limits)


def expanded_document(document: Document, payload: Mapping[str, Value], limits: Limits = LIMITS) -> Expanded:
    """``document``, expanded for ``payload``; its parts are well-formed."""
    found = Expanded(document, payload, limits)
    for part in found.document.parts:
        etree.fromstring(part.text.content)
    return found


def texts(body: str, payload: Mapping[str, Value], **parts: Any) -> list[str]:
    """The texts of the paragraphs of the body, text boxes behind the paragraphs that hold them, filled."""
    found = filled_texts(expanded(body, payload, **parts))
    return [text for place, text in found.items() if not place.part.prefix]


def markup(body: str, payload: Mapping[str, Value], **parts: Any) -> str:
    """The content of the body of the expanded document, not filled."""
    content = expanded(body, payload, **parts).document.parts[0].text.content.decode()
    return content.partition("<w:body>")[2].partition("<w:sectPr/></w:body>")[0]


def stays_text(found: Expanded, place: ParagraphPlace, at: int) -> bool:
    """Whether what stands at a byte of the result belongs to a block that stays as it is, or is faulty."""
    frame, before = found.source_at(place.part, at)
    kept = next(
        (Ranges(each.kept) for each in found.structure.parts if each.part.name == place.part.name), Ranges(())
    )
    return frame.is_kept or kept.contain(before)


def filled_texts(found: Expanded) -> dict[ParagraphPlace, str]:
    """The texts of all paragraphs with the values of their fields, in a simple way."""
    filled = {place: place.reading.text for place in found.document.walk.paragraphs}
    sites = [site for story in find_stories(found.document) for site in story.sites]
    for site in reversed(sites):
        if site.place in filled and not stays_text(found, site.place, site.first):
            value = _value(site, found.frame_at(site.place, site.first))
            if value is not None:
                text = filled[site.place]
                filled[site.place] = text[: site.start] + value + text[site.end :]
    return filled


def _value(site: TagSite, frame: Frame) -> str | None:
    tag = site.tag
    value: Value = None
    if tag.kind is TagKind.NUMBER:
        value = frame.scope.up(0 if tag.path is None else tag.path.up).number
    elif tag.kind is TagKind.ITEM:
        value = frame.scope.value
    elif tag.kind is TagKind.PICTURE and tag.path is not None:
        return None if frame.scope.resolve(tag.path).value is None else ""
    elif tag.kind is TagKind.FIELD and tag.path is not None:
        value = frame.scope.resolve(tag.path).value
    for each in tag.formats:
        rule = rule_of(each)
        if rule is not None and rule.write is not None and isinstance(value, (str, int, Decimal)):
            value = rule.write(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return number_as_written(value)
    return value if isinstance(value, str) else None
