"""Namespaces and the WordprocessingML vocabulary, Strict and Transitional.

The two conformance classes of ECMA-376 (ISO/IEC 29500) use other namespace names for the same
elements. Code asks a ``Vocabulary`` for a name (``w.p``) and so works on both; parts are never
rewritten from one to the other.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

W_TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
# A drawing anchored beside the text; some producers mix the two conformance classes.
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
    "drawing pict object tbl tr tc instr sdt sdtContent sdtPr hyperlink smartTag customXml fldSimple fldChar "
    "fldCharType dir bdo ins moveTo moveFrom txbxContent "
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
    "themeFontLang compat compatSetting "
)


class Vocabulary:
    """The Clark names (``{namespace}local``) of one WordprocessingML namespace as attributes.

    ``w.del_`` stands for ``w:del``, which is a Python keyword.
    """

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        for local in _LOCAL_NAMES.split():
            setattr(self, local, f"{{{namespace}}}{local}")
        self.del_ = f"{{{namespace}}}del"

    if TYPE_CHECKING:
        # Defined for good, it would make each look-up of a name several times slower.
        def __getattr__(self, name: str) -> str: ...


@lru_cache(maxsize=2)
def vocabulary(namespace: str) -> Vocabulary:
    """Return the vocabulary of ``namespace``, one object for each."""
    return Vocabulary(namespace)


def is_wordprocessingml(tag: str) -> bool:
    """Say whether a Clark name belongs to WordprocessingML, Strict or Transitional."""
    return tag.startswith((f"{{{W_TRANSITIONAL}}}", f"{{{W_STRICT}}}"))


def namespace_of(tag: str) -> str:
    """Return the namespace of a Clark name, "" when it has none."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""
