"""Changes a paragraph's own indent and line spacing, keeping the schema's order of w:pPr."""

from collections.abc import Mapping

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.oxml.names import Vocabulary

Attributes = dict[str, str]

# What follows w:spacing and w:ind in CT_PPr and CT_PPrBase (17.3.1.26); both are sequences.
_AFTER_INDENT = (
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
)
_AFTER_SPACING = ("ind", *_AFTER_INDENT)
_INDENT_ATTRIBUTES = ("firstLine", "firstLineChars", "hanging", "hangingChars")
_SPACING_ATTRIBUTES = ("line", "lineRule")


def set_first_line_indent(
    paragraph: _Element, indent_twips: int, cascade: Cascade, w: Vocabulary
) -> tuple[Attributes, Attributes]:
    """Give a w:p this first-line indent (negative hangs); return the attributes before and after.

    Indents in characters that would win are taken away, or set to 0 where a style says them.
    """
    indent = _property(paragraph, "ind", _AFTER_INDENT, w)
    before = _attributes(indent, _INDENT_ATTRIBUTES, w)
    for name in _INDENT_ATTRIBUTES:
        if name in before:
            del indent.attrib[_name(name, w)]
    if cascade.paragraph(paragraph, w).indent_hundredths.value:
        indent.set(w.firstLineChars, "0")
    indent.set(w.firstLine if indent_twips >= 0 else w.hanging, str(abs(indent_twips)))
    return before, _attributes(indent, _INDENT_ATTRIBUTES, w)


def set_line_spacing(paragraph: _Element, line: int, w: Vocabulary) -> tuple[Attributes, Attributes]:
    """Give a w:p this w:line, its rule left as it is; return the attributes before and after."""
    spacing = _property(paragraph, "spacing", _AFTER_SPACING, w)
    before = _attributes(spacing, _SPACING_ATTRIBUTES, w)
    spacing.set(w.line, str(line))
    return before, _attributes(spacing, _SPACING_ATTRIBUTES, w)


def _name(local: str, w: Vocabulary) -> str:
    return f"{{{w.namespace}}}{local}"


def _attributes(element: _Element, names: tuple[str, ...], w: Vocabulary) -> Attributes:
    values: Mapping[str, str | None] = {name: element.get(_name(name, w)) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _property(paragraph: _Element, local: str, successors: tuple[str, ...], w: Vocabulary) -> _Element:
    """Return the paragraph's property element of that name, made in its place when it is missing."""
    properties = paragraph.find(w.pPr)
    if properties is None:
        properties = etree.Element(w.pPr)
        paragraph.insert(0, properties)
    # Of several (an error of the file) the last is the one that is read.
    element = next(properties.iterchildren(_name(local, w), reversed=True), None)
    if element is None:
        element = etree.Element(_name(local, w))
        after = {_name(successor, w) for successor in successors}
        position = next(
            (index for index, child in enumerate(properties) if child.tag in after), len(properties)
        )
        properties.insert(position, element)
    return element
