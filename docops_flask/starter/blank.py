"""An empty document with a design: python-docx's own default without what an office has no use for."""

from datetime import datetime

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm

from docops_flask.starter.design import Design, Page
from docops_flask.starter.style_sheet import apply_design

# A document carries no trace of when it was made, so that it is the same each time.
_DATE = datetime(2026, 1, 1)
# A preview of another document, styles for Word 2007, an empty bibliography, lists nobody uses.
_UNUSED_OF_PACKAGE = (RELATIONSHIP_TYPE.THUMBNAIL, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
_UNUSED_OF_DOCUMENT = (
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
    RELATIONSHIP_TYPE.CUSTOM_XML,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.WEB_SETTINGS,
    RELATIONSHIP_TYPE.FONT_TABLE,
)
_KEPT_SETTINGS = (
    "w:defaultTabStop",
    "w:characterSpacingControl",
    "w:compat",
    "w:themeFontLang",
    "w:clrSchemeMapping",
)
_WORD_2013 = "15"


def blank_document(design: Design, title: str) -> Document:
    """Return an empty document with the styles, the page and the settings of ``design``."""
    document = docx.Document()
    _drop(document.part.package.rels, _UNUSED_OF_PACKAGE)
    _drop(document.part.rels, _UNUSED_OF_DOCUMENT)
    apply_design(document, design)
    _set_page(document.sections[0], design.page)
    _tidy_settings(document, design)
    _set_properties(document, title)
    return document


def _drop(relationships: dict[str, object], types: tuple[str, ...]) -> None:
    for key, relationship in list(relationships.items()):
        if getattr(relationship, "reltype", None) in types:
            del relationships[key]


def _set_page(section: Section, page: Page) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.header_distance, section.footer_distance = Mm(page.header), Mm(page.footer)
    properties = section._sectPr
    properties.attrib.clear()
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)


def _tidy_settings(document: Document, design: Design) -> None:
    settings = document.settings.element
    kept = {qn(name) for name in _KEPT_SETTINGS}
    for element in list(settings):
        if element.tag not in kept:
            settings.remove(element)
    for setting in settings.iter(qn("w:compatSetting")):
        # Below 15 Word says "Compatibility Mode" in its title bar.
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), _WORD_2013)
    languages = settings.find(qn("w:themeFontLang"))
    languages.set(qn("w:val"), design.languages[0])
    languages.set(qn("w:eastAsia"), design.languages[1])


def _set_properties(document: Document, title: str) -> None:
    properties = document.core_properties
    properties.title = title
    properties.author = properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = _DATE
