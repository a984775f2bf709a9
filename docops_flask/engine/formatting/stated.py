"""Reads what one w:rPr or w:pPr itself states. What is malformed counts as not stated."""

from typing import NamedTuple, TypeVar

from lxml.etree import _Element

from docops_flask.engine.formatting.effective import Effective, FontFace, ParagraphValues, RunValues
from docops_flask.engine.oxml.names import Vocabulary
from docops_flask.engine.oxml.units import to_half_points, to_integer, to_twips

V = TypeVar("V")


class RunStatement(NamedTuple):
    """The attributes of one w:rPr that decide font and size, as written."""

    style_id: str | None = None
    ascii: str | None = None
    ascii_theme: str | None = None
    east_asia: str | None = None
    east_asia_theme: str | None = None
    size: str | None = None


class ParagraphStatement(NamedTuple):
    """The attributes of one w:pPr that decide how a paragraph is set, as written."""

    style_id: str | None = None
    first_line: str | None = None
    first_line_chars: str | None = None
    hanging: str | None = None
    hanging_chars: str | None = None
    line: str | None = None
    line_rule: str | None = None
    numbering: str | None = None
    outline_level: str | None = None
    alignment: str | None = None


def read_run_properties(properties: _Element | None, w: Vocabulary) -> RunStatement:
    """Return what a w:rPr says; ``None`` says nothing."""
    if properties is None:
        return RunStatement()
    style_id = size = None
    ascii_face = ascii_theme = east_asia = east_asia_theme = None
    for child in properties:
        tag = child.tag
        if tag == w.rFonts:
            ascii_face, ascii_theme = child.get(w.ascii), child.get(w.asciiTheme)
            east_asia, east_asia_theme = child.get(w.eastAsia), child.get(w.eastAsiaTheme)
        elif tag == w.sz:
            size = child.get(w.val)
        elif tag == w.rStyle:
            style_id = child.get(w.val)
    return RunStatement(style_id, ascii_face, ascii_theme, east_asia, east_asia_theme, size)


def read_paragraph_properties(properties: _Element | None, w: Vocabulary) -> ParagraphStatement:
    """Return what a w:pPr says; ``None`` says nothing."""
    if properties is None:
        return ParagraphStatement()
    said: dict[str, str | None] = {}
    for child in properties:
        tag = child.tag
        if tag == w.pStyle:
            said["style_id"] = child.get(w.val)
        elif tag == w.spacing:
            said["line"], said["line_rule"] = child.get(w.line), child.get(w.lineRule)
        elif tag == w.ind:
            said["first_line"], said["first_line_chars"] = child.get(w.firstLine), child.get(w.firstLineChars)
            said["hanging"], said["hanging_chars"] = child.get(w.hanging), child.get(w.hangingChars)
        elif tag == w.jc:
            said["alignment"] = child.get(w.val)
        elif tag == w.outlineLvl:
            said["outline_level"] = child.get(w.val)
        elif tag == w.numPr:
            number = child.find(w.numId)
            said["numbering"] = None if number is None else number.get(w.val)
    return ParagraphStatement(**said)


def run_values(stated: RunStatement, origin: str) -> RunValues:
    """Return the values that ``stated`` gives, each with ``origin``."""
    return RunValues(
        latin=_effective(_face(stated.ascii, stated.ascii_theme), origin),
        east_asia=_effective(_face(stated.east_asia, stated.east_asia_theme), origin),
        size_half_points=_effective(to_half_points(stated.size), origin),
    )


def paragraph_values(stated: ParagraphStatement, origin: str, heading_style: bool = False) -> ParagraphValues:
    """Return the values that ``stated`` gives, each with ``origin``."""
    return ParagraphValues(
        indent_twips=_effective(_indent_twips(stated), origin),
        indent_hundredths=_effective(_indent_hundredths(stated), origin),
        line=_effective(to_twips(stated.line), origin),
        line_rule=_effective(stated.line_rule, origin),
        numbering=_effective(to_integer(stated.numbering), origin),
        outline_level=_effective(to_integer(stated.outline_level), origin),
        alignment=_effective(stated.alignment, origin),
        heading_style=heading_style,
        style_id=stated.style_id,
    )


def _effective(value: V | None, origin: str) -> Effective[V]:
    return Effective() if value is None else Effective(value, origin)


def _face(name: str | None, theme: str | None) -> FontFace | None:
    if theme:
        return FontFace(None, theme)
    return FontFace(name, None) if name else None


def _indent_twips(stated: ParagraphStatement) -> int | None:
    hanging = to_twips(stated.hanging)
    return to_twips(stated.first_line) if hanging is None else -hanging


def _indent_hundredths(stated: ParagraphStatement) -> int | None:
    first, hanging = to_integer(stated.first_line_chars), to_integer(stated.hanging_chars)
    if hanging:
        return -hanging
    # 0 says "not in characters" (it switches off what a style says), whichever attribute says it.
    return hanging if first is None else first
