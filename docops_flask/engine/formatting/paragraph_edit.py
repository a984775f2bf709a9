"""Changes a paragraph's own indents and spacing, keeping the schema's order of w:pPr."""

from typing import Literal

from lxml.etree import _Element

from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import DIRECT_ORIGIN, Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.property_edit import Attributes, PropertyEdit
from docops_flask.engine.oxml.names import W_STRICT, Vocabulary

Edited = tuple[Attributes, Attributes]

# What follows w:spacing and w:ind in CT_PPr and CT_PPrBase (17.3.1.26); both are sequences.
_AFTER_INDENT = (
    "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment",
    "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip
_AFTER_SPACING = ("ind", *_AFTER_INDENT)
_STRICT_SIDES = {"left": "start", "right": "end"}


def set_first_line_indent(
    paragraph: _Element,
    indent_twips: int,
    now: ParagraphValues,
    cascade: Cascade,
    w: Vocabulary,
    *,
    hundredths: int = 0,
) -> Edited:
    """Give a w:p this first-line indent (negative hangs); return the attributes before and after.

    ``now`` are its values. ``hundredths`` of a character are set beside the twips they come to now. Otherwise
    indents in characters that would win are taken away, or set to 0 where a style says them.
    """
    edit = _edit(paragraph, "ind", w)
    before = edit.take_away(("firstLine", "firstLineChars", "hanging", "hangingChars"))
    side = "firstLine" if indent_twips >= 0 else "hanging"
    changes = {side: str(abs(indent_twips))}
    if hundredths:
        changes[f"{side}Chars"] = str(abs(hundredths))
    elif _left_over(now.indent_hundredths, paragraph, cascade, w):
        changes["firstLineChars"] = "0"
    edit.put(changes)
    return before, changes


def _left_over(stated: Effective[int], paragraph: _Element, cascade: Cascade, w: Vocabulary) -> int | None:
    """Return what is stated of the first line in characters, now that direct formatting does not any more."""
    if stated.place == DIRECT_ORIGIN:
        return cascade.paragraph(paragraph, w).indent_hundredths.value
    return stated.value


def set_side_indent(
    paragraph: _Element,
    side: Literal["left", "right"],
    indent_twips: int,
    cascade: Cascade,
    w: Vocabulary,
    *,
    hundredths: int = 0,
) -> Edited:
    """Give a w:p this indent on one side, likewise; the words for the sides are those of its namespace."""
    strict = _STRICT_SIDES[side]
    edit = _edit(paragraph, "ind", w)
    before = edit.take_away((side, f"{side}Chars", strict, f"{strict}Chars"))
    values = cascade.paragraph(paragraph, w)
    stated = values.left_indent if side == "left" else values.right_indent
    name = strict if w.namespace == W_STRICT else side
    changes = {name: str(indent_twips)}
    if hundredths or (stated.value is not None and stated.value.in_characters):
        changes[f"{name}Chars"] = str(hundredths)
    edit.put(changes)
    return before, changes


def set_line_spacing(paragraph: _Element, line: int, w: Vocabulary, *, rule: str | None = None) -> Edited:
    """Give a w:p this w:line and ``rule``, left as it is without; return the attributes before and after."""
    changes: dict[str, str | None] = {"line": str(line)}
    if rule is not None:
        changes["lineRule"] = rule
    return _edit(paragraph, "spacing", w).change(changes, ("line", "lineRule"))


def set_space(
    paragraph: _Element, side: Literal["before", "after"], twips: int, cascade: Cascade, w: Vocabulary
) -> Edited:
    """Give a w:p this space before or after; return the attributes before and after.

    What would win over it is taken away, or switched off where a style says it.
    """
    lines, automatic = f"{side}Lines", f"{side}Autospacing"
    edit = _edit(paragraph, "spacing", w)
    before = edit.take_away((side, lines, automatic))
    values = cascade.paragraph(paragraph, w)
    space = (values.space_before if side == "before" else values.space_after).value
    changes: dict[str, str] = {side: str(twips)}
    if space is not None and space.twips is None:
        changes |= {lines: "0", automatic: "0"}
    edit.put(changes)
    return before, changes


def _edit(paragraph: _Element, local: Literal["ind", "spacing"], w: Vocabulary) -> PropertyEdit:
    return PropertyEdit(paragraph, w.pPr, local, _AFTER_INDENT if local == "ind" else _AFTER_SPACING, w)
