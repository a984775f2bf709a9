"""Effective values with their origins, and the properties that one w:rPr or w:pPr specifies.

See docs/analysis/effective-formatting.md. Malformed values are treated as not specified.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from lxml.etree import _Element

from docops_flask.engine.oxml.names import Vocabulary, to_half_points, to_integer, to_switch, to_twips

V = TypeVar("V")

DIRECT = "direct"
DOC_DEFAULTS = "docDefaults"


class Origin(NamedTuple):
    """Where a value is specified.

    ``label`` describes it for people (``direct``, ``style NAME``, ``docDefaults``). ``kind`` is the
    relationship kind of its part (``styles``, ``numbering``), or ``None`` for the story itself. ``style_id``
    is the id of the style, if it is one.
    """

    label: str
    kind: str | None = None
    style_id: str | None = None


DIRECT_ORIGIN = Origin(DIRECT)
DEFAULTS_ORIGIN = Origin(DOC_DEFAULTS, "styles")


class Effective(NamedTuple, Generic[V]):
    """A property's value and where it is specified; both ``None`` if it is specified nowhere."""

    value: V | None = None
    place: Origin | None = None

    @property
    def origin(self) -> str | None:
        """The label of ``place`` (``direct``, ``style NAME``, ``docDefaults``), or ``None``."""
        return None if self.place is None else self.place.label


UNSTATED: Effective[Any] = Effective()

# Property name to value, from one place or merged from several. Properties not specified are absent.
Layer: TypeAlias = Mapping[str, Effective[Any]]
NOTHING: Layer = MappingProxyType({})


class FontFace(NamedTuple):
    """A font by ``name``; ``theme`` is the theme font it was referenced by, if any (17.3.2.26).

    ``name`` is ``None`` if the theme has no font for that reference.
    """

    name: str | None
    theme: str | None

    def __str__(self) -> str:
        return f"theme:{self.theme}" if self.name is None else self.name


class Indent(NamedTuple):
    """An indent in twips, or in hundredths of a character when ``in_characters``."""

    amount: int
    in_characters: bool = False

    def in_twips(self, character_half_points: int | None, extra_twips: float = 0) -> int | None:
        """Return the indent in twips, or ``None`` if it is in characters and the font size is unknown.

        ``character_half_points`` is the font size of a character; ``extra_twips`` is the width that the
        section's character grid adds to each.
        """
        if not self.in_characters:
            return self.amount
        if character_half_points is None:
            return None
        return round(self.amount * (character_half_points * 10 + extra_twips) / 100)

    def __str__(self) -> str:
        if self.in_characters:
            return f"{self.amount / 100:g} characters"
        return f"{self.amount} twips"


class Spacing(NamedTuple):
    """Space before or after a paragraph, in twips or in hundredths of a line.

    Both are ``None`` for automatic spacing, as in HTML (w:beforeAutospacing, w:afterAutospacing).
    """

    twips: int | None = None
    line_hundredths: int | None = None

    def in_twips(self, line_twips: int = 240) -> int:
        """Return the space in twips; ``line_twips`` is the height of a line (``Grid.line_twips``)."""
        if self.twips is not None:
            return self.twips
        if self.line_hundredths is not None:
            return round(self.line_hundredths * line_twips / 100)
        return HTML_SPACING_TWIPS


# The space that Word uses for w:beforeAutospacing and w:afterAutospacing (17.3.1.33): 14 pt.
HTML_SPACING_TWIPS = 280


# Longer than any valid value: Word limits style names to 253 characters, Windows font names to 31.
_MAX_CHARACTERS = 255


def shortened(text: str) -> str:
    """Return ``text``, truncated if it is longer than any name or value that Word accepts.

    Reports repeat a style's value for each of its paragraphs, which may be thousands.
    """
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"


# Properties that have an attribute each: by the attribute the name of the property, and what reads the value.
_Stated: TypeAlias = Mapping[str | bytes, tuple[str, Callable[[Any], Any]]]
# Returns name and value of each property in an element; None means that it is not specified.
_Reader: TypeAlias = Callable[[_Element], Iterable[tuple[str, Any]]]
# By the Clark names of elements: those where each property has an attribute of its own, and the others.
_Readers: TypeAlias = tuple[Mapping[str, _Stated], Mapping[str, _Reader]]


def run_layer(properties: _Element | None, origin: Origin, w: Vocabulary) -> Layer:
    """Return the properties that a w:rPr specifies; none if ``properties`` is ``None``."""
    return _layer(properties, _run_readers(w), origin)


def paragraph_layer(properties: _Element | None, origin: Origin, w: Vocabulary) -> Layer:
    """Return the properties that a w:pPr specifies; none if ``properties`` is ``None``."""
    return _layer(properties, _paragraph_readers(w), origin)


def run_tags(w: Vocabulary) -> frozenset[str]:
    """Return the Clark names of the elements that ``run_layer`` reads."""
    return _tags(_run_readers(w))


def paragraph_tags(w: Vocabulary) -> frozenset[str]:
    """Return the Clark names of the elements that ``paragraph_layer`` reads."""
    return _tags(_paragraph_readers(w))


def _tags(readers: _Readers) -> frozenset[str]:
    stated, others = readers
    return frozenset((*stated, *others))


def style_reference(properties: _Element | None, name: str, w: Vocabulary) -> str | None:
    """Return the style id in the last ``name`` (w:pStyle or w:rStyle) of ``properties``, or ``None``."""
    if properties is None:
        return None
    element = next(properties.iterchildren(name, reversed=True), None)
    return None if element is None else element.get(w.val)


def _layer(properties: _Element | None, readers: _Readers, origin: Origin) -> Layer:
    if properties is None:
        return NOTHING
    stated, others = readers
    layer: dict[str, Effective[Any]] = {}
    for child in properties:
        tag = child.tag
        of_tag = stated.get(tag)
        if of_tag is not None:
            for attribute, text in child.items():
                if attribute in of_tag:
                    name, read = of_tag[attribute]
                    value = read(text)
                    if value is not None:
                        layer[name] = Effective(value, origin)
        elif tag in others:
            for name, value in others[tag](child):
                if value is not None:
                    layer[name] = Effective(value, origin)
    return layer


def _attributes(element: _Element) -> Mapping[str | bytes, Any]:
    # It takes longer to look up each that may be there in the tree than to list those that are.
    return dict(element.items())


@lru_cache(maxsize=2)
def _run_readers(w: Vocabulary) -> _Readers:
    return (
        {
            w.sz: {w.val: ("size", to_half_points)},
            w.szCs: {w.val: ("size_complex", to_half_points)},
            w.lang: {w.eastAsia: ("language_east_asia", shortened)},
        },
        {
            w.rFonts: lambda element: _fonts(element, w),
            w.b: lambda element: _switch("bold", element, w),
            w.bCs: lambda element: _switch("bold_complex", element, w),
            w.i: lambda element: _switch("italic", element, w),
            w.iCs: lambda element: _switch("italic_complex", element, w),
            w.rtl: lambda element: _switch("right_to_left", element, w),
            w.cs: lambda element: _switch("complex", element, w),
            w.color: lambda element: _color(element, w),
        },
    )


@lru_cache(maxsize=2)
def _paragraph_readers(w: Vocabulary) -> _Readers:
    return (
        {
            w.spacing: {
                w.line: ("line", to_twips),
                w.lineRule: ("line_rule", shortened),
                w.before: ("before_twips", to_twips),
                w.beforeLines: ("before_lines", to_integer),
                w.beforeAutospacing: ("before_auto", to_switch),
                w.after: ("after_twips", to_twips),
                w.afterLines: ("after_lines", to_integer),
                w.afterAutospacing: ("after_auto", to_switch),
            },
            w.jc: {w.val: ("alignment", shortened)},
            w.outlineLvl: {w.val: ("outline_level", to_integer)},
        },
        {
            w.ind: lambda element: _indents(element, w),
            w.numPr: lambda element: _numbering(element, w),
            w.contextualSpacing: lambda element: _switch("contextual_spacing", element, w),
            w.snapToGrid: lambda element: _switch("snap_to_grid", element, w),
            w.bidi: lambda element: _switch("bidi", element, w),
            w.pageBreakBefore: lambda element: _switch("page_break_before", element, w),
        },
    )


def _fonts(element: _Element, w: Vocabulary) -> Iterable[tuple[str, Any]]:
    get = _attributes(element).get
    hint = get(w.hint)
    return (
        ("ascii", _face(get(w.ascii), get(w.asciiTheme))),
        ("h_ansi", _face(get(w.hAnsi), get(w.hAnsiTheme))),
        ("east_asia", _face(get(w.eastAsia), get(w.eastAsiaTheme))),
        ("complex_script", _face(get(w.cs), get(w.cstheme))),
        ("hint", None if hint is None else shortened(hint)),
    )


def _face(name: str | None, theme: str | None) -> FontFace | None:
    # A theme reference takes precedence over a font name (17.3.2.26).
    if theme:
        return FontFace(None, shortened(theme))
    return FontFace(shortened(name), None) if name else None


def _switch(name: str, element: _Element, w: Vocabulary) -> Iterable[tuple[str, Any]]:
    return ((name, to_switch(element.get(w.val))),)


def _color(element: _Element, w: Vocabulary) -> Iterator[tuple[str, Any]]:
    # Word writes the RGB value of a theme colour as well; otherwise only the theme colour's name is known.
    value, theme = element.get(w.val), element.get(w.themeColor)
    if value:
        yield "color", value if value == "auto" else shortened(value).upper()
    elif theme:
        yield "color", f"theme:{shortened(theme)}"


def _indents(element: _Element, w: Vocabulary) -> Iterable[tuple[str, Any]]:
    get = _attributes(element).get
    hanging = to_twips(get(w.hanging))
    return (
        ("indent_twips", to_twips(get(w.firstLine)) if hanging is None else -hanging),
        ("indent_hundredths", _first_line_hundredths(get(w.firstLineChars), get(w.hangingChars))),
        ("left_twips", to_twips(get(w.left, get(w.start)))),
        ("left_hundredths", to_integer(get(w.leftChars, get(w.startChars)))),
        ("right_twips", to_twips(get(w.right, get(w.end)))),
        ("right_hundredths", to_integer(get(w.rightChars, get(w.endChars)))),
    )


def _first_line_hundredths(first_line: str | None, hanging: str | None) -> int | None:
    first, hung = to_integer(first_line), to_integer(hanging)
    if hung:
        return -hung
    # 0 in either attribute means "not in characters" and overrides a style's indent in characters.
    return hung if first is None else first


def _numbering(element: _Element, w: Vocabulary) -> Iterator[tuple[str, Any]]:
    for child in element:
        if child.tag == w.numId:
            yield "numbering", to_integer(child.get(w.val))
        elif child.tag == w.ilvl:
            yield "numbering_level", to_integer(child.get(w.val))
