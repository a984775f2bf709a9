"""Element names, numbers and lengths of WordprocessingML, Strict and Transitional.

The two conformance classes of ECMA-376 (ISO/IEC 29500) use different namespaces for the same elements.
Code gets names from a ``Vocabulary`` (``w.p``) and so works for both; parts are never converted between them.

Malformed numbers and lengths are read as ``None``; they raise no error.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml.etree import _Element

W_TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
# wp:anchor, a floating drawing, in both namespaces: some producers mix the conformance classes.
WP_ANCHORS = frozenset(
    (
        "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor",
        "{http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing}anchor",
    )
)

MC_ALTERNATE_CONTENT = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
MC_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_LOCAL_NAMES = (
    # block and run content
    "body p r t tab br cr ptab noBreakHyphen softHyphen delText instrText delInstrText "
    "drawing pict object ruby rt rubyBase tbl tr tc instr sdt sdtContent sdtPr hyperlink smartTag customXml "
    "fldSimple fldChar fldCharType dir bdo ins moveTo moveFrom txbxContent "
    # marks without width
    "proofErr bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd commentReference "
    "lastRenderedPageBreak permStart permEnd moveFromRangeStart moveFromRangeEnd moveToRangeStart "
    "moveToRangeEnd customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart "
    "customXmlDelRangeEnd annotationRef dataBinding smartTagPr customXmlPr "
    # stories
    "document footnote endnote comment id type "
    # properties
    "pPr rPr trPr tcPr rFonts ascii hAnsi eastAsia cs asciiTheme hAnsiTheme eastAsiaTheme cstheme hint "
    "sz szCs b bCs i iCs color themeColor rtl lang ind firstLine "
    "firstLineChars hanging hangingChars left leftChars right rightChars start startChars end endChars "
    "spacing line lineRule before beforeLines beforeAutospacing after afterLines afterAutospacing "
    "contextualSpacing snapToGrid bidi pageBreakBefore "
    "numPr numId ilvl jc outlineLvl pStyle rStyle gridSpan gridBefore val "
    # styles
    "style styleId basedOn name default docDefaults rPrDefault pPrDefault "
    # tables
    "tblPr tblStyle tblLook firstRow lastRow firstColumn lastColumn noHBand noVBand tblHeader "
    "tblStylePr "
    # numbering
    "num abstractNum abstractNumId lvl lvlOverride styleLink numStyleLink "
    # sections and settings
    "sectPr pgSz w h orient pgMar top bottom header footer gutter cols space docGrid linePitch charSpace "
    "pgNumType fmt themeFontLang compat compatSetting "
)


class Vocabulary:
    """The Clark names (``{namespace}local``) of one WordprocessingML namespace, as attributes.

    ``w.p`` is w:p; ``w.del_`` is w:del, because ``del`` is a Python keyword.
    """

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        for local in _LOCAL_NAMES.split():
            setattr(self, local, f"{{{namespace}}}{local}")
        self.del_ = f"{{{namespace}}}del"

    if TYPE_CHECKING:
        # For the type checker only: at run time it would make each attribute look-up several times slower.
        def __getattr__(self, name: str) -> str: ...


@lru_cache(maxsize=2)
def vocabulary(namespace: str) -> Vocabulary:
    """Return the vocabulary of ``namespace``; the same object on each call."""
    return Vocabulary(namespace)


def is_wordprocessingml(tag: str) -> bool:
    """Return whether a Clark name is in a WordprocessingML namespace, Strict or Transitional."""
    return tag.startswith((f"{{{W_TRANSITIONAL}}}", f"{{{W_STRICT}}}"))


def namespace_of(tag: str) -> str:
    """Return the namespace of a Clark name, or "" if it has none."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def first_child(parent: _Element, tag: str) -> _Element | None:
    """Return the first child of ``parent`` with the Clark name ``tag``, or ``None``."""
    return next(parent.iterchildren(tag), None)


def properties_of(owner: _Element, tag: str) -> _Element | None:
    """Return the first child with the Clark name ``tag`` (w:pPr, w:rPr), or ``None``."""
    # The schema requires it to be the very first child, and checking that one is faster than a search.
    count = len(owner)
    first = owner[0] if count else None
    if first is None or first.tag == tag:
        return first
    return first_child(owner, tag) if count > 1 else None


_MAX_DIGITS = 9
_MEASURE = r"([+-]?\d{1,9}(?:\.\d{1,9})?)(mm|cm|in|pt|pc|pi)\Z"
_TWIPS_PER_UNIT = {"mm": 1440 / 25.4, "cm": 1440 / 2.54, "in": 1440, "pt": 20, "pc": 240, "pi": 240}


def to_integer(text: str | None) -> int | None:
    """Return the decimal integer in ``text`` (ST_DecimalNumber, 22.9.2 and 17.18.10), or ``None``."""
    return int(text) if text is not None and _is_integer(text) else None


def to_twips(text: str | None) -> int | None:
    """Return a length in twips from a plain number or a universal measure (ST_TwipsMeasure, 22.9.2.14).

    Some producers write twips with a decimal part; like Word, this drops it. Malformed text is ``None``.
    """
    if text is None:
        return None
    plain = _whole_part(text)
    if plain is not None:
        return plain
    measure = re.match(_MEASURE, text)
    if measure:
        return round(float(measure[1]) * _TWIPS_PER_UNIT[measure[2]])
    return None


def to_half_points(text: str | None) -> int | None:
    """Return a font size in half-points from a plain number or a universal measure (ST_HpsMeasure, 17.18.42).

    Malformed text is ``None``.
    """
    if text is None:
        return None
    plain = _whole_part(text)
    if plain is not None:
        return plain
    twips = to_twips(text)
    return None if twips is None else round(twips / 10)


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in {"+", "-"} else text
    return digits.isdecimal() and len(digits) <= _MAX_DIGITS


def _whole_part(text: str) -> int | None:
    """Return the integer part of the number in ``text``, or ``None`` if it is not a plain number."""
    whole, point, decimals = text.partition(".")
    if not _is_integer(whole) or (point and not decimals.isdecimal()):
        return None
    return int(whole)


def to_switch(element_value: str | None) -> bool:
    """Return the value of an on/off property (ST_OnOff, 22.9.2.7); an absent w:val means on."""
    return element_value not in ("0", "false", "off")
