"""Writes a design as styles and font table (ECMA-376 part 1, 17.7 and 17.8) of an empty document."""

from datetime import datetime
from xml.sax.saxutils import quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Mm

from docops_flask.starter.design import Design, Font, Page, ParagraphStyle

_W = nsdecls("w")
_RULE_EIGHTHS = 18
_RULE_SPACE_POINTS = 6
# The character and table styles that Word puts into every document.
_OTHER_STYLES = (
    '<w:style {ns} w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/><w:unhideWhenUsed/>'
    "</w:style>",
    '<w:style {ns} w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
    '<w:style {ns} w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
    '<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="39"/><w:tblPr>'
    "<w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style>",
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def apply_design(document: Document, design: Design) -> None:
    """Replace the styles and the font table of ``document`` with those of ``design``."""
    sheet = document.styles.element
    for element in list(sheet):
        if element.tag in (qn("w:docDefaults"), qn("w:style")):
            sheet.remove(element)
    sheet.insert(0, parse_xml(_defaults_xml(design)))
    for style in (design.base, *design.styles):
        sheet.append(parse_xml(_style_xml(style, design.size_of(style))))
    for other in _OTHER_STYLES:
        sheet.append(parse_xml(other.format(ns=_W, borders=_BORDERS)))
    _add_font_table(document, design)


def style_id(name: str) -> str:
    """Return the style id that Word uses for the style ``name``: the name without spaces."""
    return name[0].upper() + name[1:].replace(" ", "")


def _defaults_xml(design: Design) -> str:
    latin, east_asian = design.languages
    base = design.base
    return (
        f"<w:docDefaults {_W}><w:rPrDefault><w:rPr>{_fonts_xml(base)}{_size_xml(base)}"
        f'<w:lang w:val="{latin}" w:eastAsia="{east_asian}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )


def _style_xml(style: ParagraphStyle, size: float) -> str:
    default = ' w:default="1"' if style.based_on is None else ""
    custom = "" if style.built_in else ' w:customStyle="1"'
    based_on = "" if style.based_on is None else f'<w:basedOn w:val="{style_id(style.based_on)}"/>'
    return (
        f'<w:style {_W} w:type="paragraph"{default}{custom} w:styleId="{style_id(style.name)}">'
        f'<w:name w:val="{style.name}"/>{based_on}<w:qFormat/>'
        f"<w:pPr>{_paragraph_xml(style, size)}</w:pPr><w:rPr>{_run_xml(style)}</w:rPr></w:style>"
    )


def _paragraph_xml(style: ParagraphStyle, size: float) -> str:
    """Return the content of w:pPr, in the schema's order (17.3.1.26)."""
    keep = "<w:keepNext/>" if style.keep_next else ""
    border = ""
    if style.rule_below is not None:
        border = (
            f'<w:pBdr><w:bottom w:val="single" w:sz="{_RULE_EIGHTHS}" w:space="{_RULE_SPACE_POINTS}" '
            f'w:color="{style.rule_below}"/></w:pBdr>'
        )
    align = "" if style.align is None else f'<w:jc w:val="{style.align}"/>'
    return keep + border + _spacing_xml(style) + _indent_xml(style, size) + align


def _spacing_xml(style: ParagraphStyle) -> str:
    values = {"before": _twips(style.before), "after": _twips(style.after)}
    if style.line is not None:
        values |= {"line": _twips(style.line), "lineRule": "exact"}
    elif style.line_multiple is not None:
        values |= {"line": str(round(style.line_multiple * 240)), "lineRule": "auto"}
    return _element("spacing", values)


def _indent_xml(style: ParagraphStyle, size: float) -> str:
    """Return w:ind in characters (17.3.1.12) and, for readers without these, in twips.

    ``size`` is the font size in points.
    """
    values: dict[str, str | None] = {}
    for side, characters in (
        ("left", style.left_chars),
        ("right", style.right_chars),
        ("firstLine", style.first_line_chars),
    ):
        if characters is not None:
            values[f"{side}Chars"] = str(round(characters * 100))
            values[side] = _twips(characters * size)
    return _element("ind", values)


def _run_xml(style: ParagraphStyle) -> str:
    bold = "" if style.bold is None else f'<w:b w:val="{int(style.bold)}"/>'
    color = "" if style.color is None else f'<w:color w:val="{style.color}"/>'
    return _fonts_xml(style) + bold + color + _size_xml(style)


def _fonts_xml(style: ParagraphStyle) -> str:
    latin = None if style.latin is None else style.latin.name
    east_asia = None if style.east_asia is None else style.east_asia.name
    return _element("rFonts", {"ascii": latin, "hAnsi": latin, "eastAsia": east_asia, "cs": latin})


def _size_xml(style: ParagraphStyle) -> str:
    if style.size is None:
        return ""
    half_points = round(style.size * 2)
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _element(name: str, values: dict[str, str | None]) -> str:
    attributes = "".join(f" w:{key}={quoteattr(value)}" for key, value in values.items() if value is not None)
    return f"<w:{name}{attributes}/>" if attributes else ""


def _twips(points: float | None) -> str | None:
    return None if points is None else str(round(points * 20))


def _add_font_table(document: Document, design: Design) -> None:
    content = f"<w:fonts {_W}>{''.join(_font_xml(font) for font in design.fonts())}</w:fonts>"
    blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}'.encode()
    package = document.part.package
    part = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, blob, package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)


def _font_xml(font: Font) -> str:
    substitute = "" if font.substitute is None else f"<w:altName w:val={quoteattr(font.substitute)}/>"
    charset = "86" if font.east_asian else "00"
    return (
        f"<w:font w:name={quoteattr(font.name)}>{substitute}"
        f'<w:charset w:val="{charset}"/><w:family w:val="{font.family}"/></w:font>'
    )


# A fixed date in the document properties, so that the output is the same each time.
_DATE = datetime(2026, 1, 1)
# Parts of python-docx's default template that are not needed, such as its thumbnail and unused lists.
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
    """Return an empty document with the styles, page and settings of ``design``."""
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
        # With less than 15 Word shows "Compatibility Mode" in its title bar.
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), _WORD_2013)
    # A justified line that ends in a break is not stretched (17.15.3.20); the schema has it near the front.
    compatibility = settings.find(qn("w:compat"))
    compatibility.insert(0, OxmlElement("w:doNotExpandShiftReturn"))
    languages = settings.find(qn("w:themeFontLang"))
    languages.set(qn("w:val"), design.languages[0])
    languages.set(qn("w:eastAsia"), design.languages[1])


def _set_properties(document: Document, title: str) -> None:
    properties = document.core_properties
    properties.title = title
    properties.author = properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = _DATE
