"""Sets a run's fonts and size or a paragraph's indents and spacing, in the element order of the schema."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import DIRECT_ORIGIN, Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.oxml.names import W_STRICT, Vocabulary, properties_of

Attributes = dict[str, str]


class PropertyEdit:
    """A property element in a w:pPr or w:rPr; element and attributes are given by local name.

    If the element ``local`` is missing, it is created before the first of ``successors``. If the w:pPr or
    w:rPr (``holder``, a Clark name) is missing, it is created as the first child of ``owner``.
    """

    __slots__ = ("_element", "_names")

    def __init__(
        self, owner: _Element, holder: str, local: str, successors: Sequence[str], w: Vocabulary
    ) -> None:
        properties = properties_of(owner, holder)
        if properties is None:
            # SubElement, not insert: an element created on its own has a namespace declaration, and inserting
            # it would search the declarations of all ancestors, which may be thousands.
            properties = etree.SubElement(owner, holder)
            owner.insert(0, properties)
        self._names = _clark_names(w)
        tag = self._names[local]
        # If there are several, which the schema forbids, readers use the last.
        element = next(properties.iterchildren(tag, reversed=True), None)
        self._element = _inserted(properties, tag, successors, w) if element is None else element

    def stated(self, names: Iterable[str]) -> Attributes:
        """Return the attributes among ``names`` that are present, by local name."""
        get, clark = self._element.get, self._names
        return {name: value for name in names if (value := get(clark[name])) is not None}

    def take_away(self, names: Iterable[str]) -> Attributes:
        """Remove the attributes ``names``; return those that were present."""
        before = self.stated(names)
        for name in before:
            del self._element.attrib[self._names[name]]
        return before

    def put(self, changes: Mapping[str, str]) -> None:
        """Set attributes, given by local name."""
        for name, value in changes.items():
            self._element.set(self._names[name], value)

    def change(
        self, changes: Mapping[str, str | None], shown: Sequence[str] = ()
    ) -> tuple[Attributes, Attributes]:
        """Set attributes; the value ``None`` removes one.

        Returns the attributes named in ``changes`` and ``shown``, before and after.
        """
        before = self.stated((*changes, *shown))
        after = dict(before)
        for name, value in changes.items():
            if value is not None:
                self._element.set(self._names[name], value)
                after[name] = value
            elif name in before:
                del self._element.attrib[self._names[name]]
                del after[name]
        return before, {name: after[name] for name in (*changes, *shown) if name in after}


class _ClarkNames(dict[str, str]):
    """A cache from local name to Clark name."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self._namespace = namespace

    def __missing__(self, local: str) -> str:
        name = self[local] = f"{{{self._namespace}}}{local}"
        return name


@lru_cache(maxsize=2)
def _clark_names(w: Vocabulary) -> _ClarkNames:
    return _ClarkNames(w.namespace)


@lru_cache(maxsize=16)
def _tags(locals_: Sequence[str], w: Vocabulary) -> frozenset[str]:
    names = _clark_names(w)
    return frozenset(names[local] for local in locals_)


def _inserted(properties: _Element, tag: str, successors: Sequence[str], w: Vocabulary) -> _Element:
    after = _tags(tuple(successors), w)
    position = next((index for index, child in enumerate(properties) if child.tag in after), None)
    element = etree.SubElement(properties, tag)
    if position is not None:
        properties.insert(position, element)
    return element


# The elements after w:sz and w:rFonts in EG_RPrBase (17.3.2.28); Word writes and reads them in this order.
_AFTER_SIZE = (
    "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang",
    "eastAsianLayout", "specVanish", "oMath", "rPrChange",
)  # fmt: skip
_AFTER_FONTS = (
    "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow", "emboss",
    "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position",
    "sz", *_AFTER_SIZE,
)  # fmt: skip
# Font slot to its attribute and its theme attribute, which takes precedence (17.3.2.26).
_ATTRIBUTES = {
    "ascii": ("ascii", "asciiTheme"),
    "h_ansi": ("hAnsi", "hAnsiTheme"),
    "east_asia": ("eastAsia", "eastAsiaTheme"),
    "complex_script": ("cs", "cstheme"),
}


class FontSettings(NamedTuple):
    """Font names to set, by slot, and w:hint, for characters of ambiguous script; ``None`` is no change."""

    ascii: str | None = None
    h_ansi: str | None = None
    east_asia: str | None = None
    complex_script: str | None = None
    hint: str | None = None

    def fonts(self) -> dict[str, str]:
        """Return the font names to set, by slot."""
        named = {slot: getattr(self, slot) for slot in _ATTRIBUTES}
        return {slot: name for slot, name in named.items() if name is not None}


@lru_cache(maxsize=64)
def _changes(settings: FontSettings) -> Mapping[str, str | None]:
    """Return the changes to the attributes of w:rFonts; ``None`` removes one."""
    changes: dict[str, str | None] = {}
    for slot, name in settings.fonts().items():
        attribute, theme = _ATTRIBUTES[slot]
        changes[attribute] = name
        changes[theme] = None
    if settings.hint is not None:
        changes["hint"] = settings.hint
    return changes


def set_fonts(run: _Element, settings: FontSettings, w: Vocabulary) -> tuple[Attributes, Attributes]:
    """Set the fonts of a w:r; return the affected attributes of its w:rFonts, before and after."""
    return PropertyEdit(run, w.rPr, "rFonts", _AFTER_FONTS, w).change(_changes(settings))


def set_size(run: _Element, half_points: int, w: Vocabulary) -> tuple[Attributes, Attributes]:
    """Set the font size of a w:r in half-points; return the attribute of its w:sz, before and after."""
    return PropertyEdit(run, w.rPr, "sz", _AFTER_SIZE, w).change({"val": str(half_points)})


# Elements that repairs make, with what follows them.
RUN_PROPERTIES = ("rFonts", *_AFTER_FONTS)

Edited = tuple[Attributes, Attributes]

# The elements after w:ind and w:spacing in CT_PPr and CT_PPrBase (17.3.1.26); both types are sequences.
_AFTER_INDENT = (
    "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment",
    "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip
_AFTER_SPACING = ("ind", *_AFTER_INDENT)
PARAGRAPH_PROPERTIES = ("spacing", *_AFTER_SPACING)
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
    """Set the first-line indent of a w:p in twips; a negative one is a hanging indent.

    ``now`` are the current values. If ``hundredths`` (of a character) is not 0, it is set as well;
    ``indent_twips`` is then its current width. Otherwise an indent in characters, which would take
    precedence, is removed, or set to 0 if a style specifies one.

    Returns the attributes of w:ind, before and after.
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
    """Return the first-line indent in hundredths of a character without direct formatting."""
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
    """Set the left or right indent of a w:p in twips, as ``set_first_line_indent`` does.

    In Strict documents the attributes are w:start and w:end. Returns the attributes, before and after.
    """
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
    """Set w:line of a w:p (its unit depends on the rule) and, if given, w:lineRule.

    Returns both attributes, before and after.
    """
    changes: dict[str, str | None] = {"line": str(line)}
    if rule is not None:
        changes["lineRule"] = rule
    return _edit(paragraph, "spacing", w).change(changes, ("line", "lineRule"))


def set_space(
    paragraph: _Element, side: Literal["before", "after"], twips: int, cascade: Cascade, w: Vocabulary
) -> Edited:
    """Set the space before or after a w:p in twips; return the attributes of w:spacing, before and after.

    Attributes that take precedence (lines, automatic) are removed, or set to 0 if a style specifies them.
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
