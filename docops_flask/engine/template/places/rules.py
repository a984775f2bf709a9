"""Which places outside paragraphs are filled, how, and which are only reported.

A place is the text of an element or the value of an attribute. It is known by the namespace of its element,
told by a short word here, and by its names (ECMA-376 part 1: 15.2.12, 17, 20, 21; part 2: 11; part 4: 14,
19).
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Takes(Enum):
    """What becomes of a value in a place."""

    LINES = "the value as it is"
    BREAKS = "the value with a:br for its line breaks; in a field they become spaces"
    LINE = "the value in one line: a line break becomes a space"
    TARGET = "the value as a piece of a URL"
    SHORT = "the value in one line of at most 64 characters"
    LEVEL = "the value in one line without % before a digit"
    NOTHING = "no value: the place is reported"


class Rule(NamedTuple):
    """How a place is treated: ``place`` names it for people.

    ``reason`` says why it is not filled and what to do (``Takes.NOTHING``). ``tells_malformed`` says whether
    what only looks like a placeholder is reported there: not in data of other programs.
    """

    place: str
    takes: Takes = Takes.LINE
    reason: str = ""
    tells_malformed: bool = True


_MICROSOFT = "http://schemas.microsoft.com/office"
_OPEN, _STRICT = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
# Namespace to the word for it in the tables below.
FAMILIES: Mapping[str, str] = {
    f"{_OPEN}/wordprocessingml/2006/main": "w",
    f"{_STRICT}/wordprocessingml/main": "w",
    f"{_OPEN}/drawingml/2006/main": "a",
    f"{_STRICT}/drawingml/main": "a",
    f"{_OPEN}/drawingml/2006/chart": "c",
    f"{_STRICT}/drawingml/chart": "c",
    f"{_MICROSOFT}/drawing/2007/8/2/chart": "c",
    f"{_MICROSOFT}/drawing/2012/chart": "c",
    f"{_MICROSOFT}/drawing/2014/chart": "c",
    f"{_MICROSOFT}/drawing/2014/chartex": "cx",
    f"{_OPEN}/drawingml/2006/diagram": "dgm",
    f"{_STRICT}/drawingml/diagram": "dgm",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    f"{_OPEN}/package/2006/metadata/core-properties": "cp",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    f"{_OPEN}/officeDocument/2006/extended-properties": "ep",
    f"{_STRICT}/officeDocument/extendedProperties": "ep",
    f"{_OPEN}/officeDocument/2006/custom-properties": "op",
    f"{_STRICT}/officeDocument/customProperties": "op",
    f"{_OPEN}/officeDocument/2006/docPropsVTypes": "vt",
    f"{_STRICT}/officeDocument/docPropsVTypes": "vt",
    f"{_OPEN}/package/2006/relationships": "rels",
}


def _reported(place: str, reason: str) -> Rule:
    return Rule(place, Takes.NOTHING, reason, tells_malformed=False)


_REFERRED = "other parts of the file refer to this name; give it a fixed name"
_FORMULA = "a formula is not text; take the placeholder out of it"
_COMPUTED = "this property holds a number or a date that Word writes itself; take the placeholder out"
_MERGE = "settings of a mail merge are not filled; take the placeholder out or the mail merge off"

DRAWING_PARAGRAPH = Rule("text of a drawing, chart or diagram", Takes.BREAKS)
CUSTOM_DATA = Rule("custom XML data", Takes.LINES, tells_malformed=False)
MARKUP_DATA = _reported(
    "custom XML data",
    "the data is markup written as text, which a value would damage; use a plain text control, or remove the "
    "binding of the control",
)
ALTERNATIVE_TEXT = Rule("alternative text", Takes.LINES)
OBJECT_NAME = Rule("name of a picture or shape")
LINK_TARGET = Rule("target of a hyperlink", Takes.TARGET)
OTHER_TARGET = _reported(
    "target of a relationship",
    "only targets of hyperlinks are filled; link or attach the file itself, without a placeholder",
)
GLOSSARY_TEXT = _reported(
    "building block (glossary document)",
    "building blocks are not part of the document's text and are not filled; delete this building block, "
    "or write its text without a placeholder",
)
_PROPERTY = Rule("document property")
_LINES_PROPERTY = Rule("document property", Takes.LINES)
_CHART = Rule("text of a chart", Takes.LINES)
_TOOLTIP = Rule("screen tip of a hyperlink")
_CONTROL_NAME = Rule("title or tag of a content control", Takes.SHORT)
_CHOICE = Rule("entry of a drop-down list")
_FORM_FIELD = Rule("text of a form field")
_AUTHOR = Rule("author of a tracked change")
_SIGNATURE = Rule("signature line", Takes.LINES)

# (namespace, element) to the rule for its text; "*" stands for any element.
TEXTS: Mapping[tuple[str, str], Rule] = {
    ("a", "t"): DRAWING_PARAGRAPH,
    ("c", "v"): _CHART,
    ("c", "separator"): _CHART,
    ("c", "name"): _CHART,
    ("c", "oddHeader"): _CHART,
    ("c", "oddFooter"): _CHART,
    ("c", "evenHeader"): _CHART,
    ("c", "evenFooter"): _CHART,
    ("c", "firstHeader"): _CHART,
    ("c", "firstFooter"): _CHART,
    ("c", "f"): _reported("formula of a chart", _FORMULA),
    ("cx", "v"): _CHART,
    ("cx", "pt"): _CHART,
    ("cx", "separator"): _CHART,
    ("cx", "f"): _reported("formula of a chart", _FORMULA),
    ("dc", "description"): _LINES_PROPERTY,
    ("dc", "*"): _PROPERTY,
    ("dcterms", "*"): _reported("document property", _COMPUTED),
    ("cp", "revision"): _reported("document property", _COMPUTED),
    ("cp", "lastPrinted"): _reported("document property", _COMPUTED),
    ("cp", "*"): _PROPERTY,
    ("ep", "Company"): _PROPERTY,
    ("ep", "Manager"): _PROPERTY,
    ("ep", "Template"): _PROPERTY,
    ("ep", "PresentationFormat"): _PROPERTY,
    ("ep", "HyperlinkBase"): Rule("document property (base of hyperlinks)", Takes.TARGET),
    ("ep", "*"): _reported("document property", _COMPUTED),
    ("vt", "lpwstr"): _PROPERTY,
    ("vt", "lpstr"): _PROPERTY,
    ("vt", "bstr"): _PROPERTY,
    ("vt", "*"): _reported("document property", _COMPUTED),
}

# (namespace of the element, element, attribute) to the rule for its value; an attribute has a namespace of
# its own before a colon, as in "w:val".
ATTRIBUTES: Mapping[tuple[str, str, str], Rule] = {
    ("w", "tblCaption", "w:val"): ALTERNATIVE_TEXT,
    ("w", "tblDescription", "w:val"): ALTERNATIVE_TEXT,
    ("w", "alias", "w:val"): _CONTROL_NAME,
    ("w", "tag", "w:val"): _CONTROL_NAME,
    ("w", "lvlText", "w:val"): Rule("text of a list's number", Takes.LEVEL),
    ("w", "listItem", "w:displayText"): _CHOICE,
    ("w", "listItem", "w:value"): _CHOICE,
    ("w", "listEntry", "w:val"): _CHOICE,
    ("w", "default", "w:val"): _FORM_FIELD,
    ("w", "statusText", "w:val"): _FORM_FIELD,
    ("w", "helpText", "w:val"): _FORM_FIELD,
    ("w", "hyperlink", "w:tooltip"): _TOOLTIP,
    ("w", "*", "w:author"): _AUTHOR,
    ("w", "docVar", "w:val"): Rule("document variable", Takes.LINES),
    ("w", "docVar", "w:name"): _reported("name of a document variable", _REFERRED),
    ("w", "bookmarkStart", "w:name"): _reported("name of a bookmark", _REFERRED),
    ("w", "hyperlink", "w:anchor"): _reported("bookmark that a link leads to", _REFERRED),
    ("w", "hyperlink", "w:docLocation"): _reported("place that a link leads to", _REFERRED),
    ("w", "name", "w:val"): _reported("name of a style, form field or building block", _REFERRED),
    ("w", "aliases", "w:val"): _reported("other names of a style", _REFERRED),
    ("w", "docPart", "w:val"): _reported("building block of a content control", _REFERRED),
    ("w", "dataBinding", "w:xpath"): _reported("data binding of a content control", _REFERRED),
    ("w", "mailSubject", "w:val"): Rule("subject of a mail merge"),
    ("w", "query", "w:val"): _reported("query of a mail merge", _MERGE),
    ("w", "connectString", "w:val"): _reported("connection of a mail merge", _MERGE),
    ("w", "udl", "w:val"): _reported("connection of a mail merge", _MERGE),
    ("w", "table", "w:val"): _reported("table of a mail merge", _MERGE),
    ("w", "mappedName", "w:val"): _reported("field of a mail merge", _MERGE),
    ("w", "addressFieldName", "w:val"): _reported("field of a mail merge", _MERGE),
    ("v", "textpath", "string"): Rule("watermark or WordArt", Takes.LINES),
    ("v", "*", "alt"): ALTERNATIVE_TEXT,
    ("v", "*", "title"): ALTERNATIVE_TEXT,
    ("v", "*", "o:title"): ALTERNATIVE_TEXT,
    ("v", "*", "href"): LINK_TARGET,
    ("v", "*", "o:href"): LINK_TARGET,
    ("o", "signatureline", "o:suggestedsigner"): _SIGNATURE,
    ("o", "signatureline", "o:suggestedsigner2"): _SIGNATURE,
    ("o", "signatureline", "o:suggestedsigneremail"): _SIGNATURE,
    ("o", "signatureline", "o:signinginstructions"): _SIGNATURE,
    ("a", "hlinkClick", "tooltip"): _TOOLTIP,
    ("a", "hlinkHover", "tooltip"): _TOOLTIP,
    ("a", "hlinkMouseOver", "tooltip"): _TOOLTIP,
    ("dgm", "prSet", "phldrT"): Rule("prompt of a diagram"),
    ("op", "property", "name"): _reported("name of a document property", _REFERRED),
}
# Of docPr and cNvPr, which stand in the namespaces of many kinds of drawing (20.1.2.2.8).
OBJECT_ATTRIBUTES: Mapping[str, Rule] = {
    "descr": ALTERNATIVE_TEXT,
    "title": ALTERNATIVE_TEXT,
    "name": OBJECT_NAME,
}


def rule_of_text(family: str, element: str) -> Rule | None:
    """Return the rule for the text of an element, ``None`` if it is none of these places."""
    return TEXTS.get((family, element)) or TEXTS.get((family, "*"))


def rule_of_attribute(family: str, element: str, attribute: str) -> Rule | None:
    """Return the rule for the value of an attribute, ``None`` if it is none of these places."""
    found = ATTRIBUTES.get((family, element, attribute)) or ATTRIBUTES.get((family, "*", attribute))
    if found is None and element in ("docPr", "cNvPr"):
        return OBJECT_ATTRIBUTES.get(attribute)
    return found
