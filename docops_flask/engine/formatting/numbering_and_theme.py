"""Reads the numbering part and the theme's fonts.

A numbered paragraph gets values from its numbering level (17.9; docs/analysis/numbering.md). References such
as ``minorEastAsia`` are resolved to the theme's fonts (docs/analysis/theme-fonts.md).
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.formatting.effective import NOTHING, Effective, Layer, Origin, paragraph_layer
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, to_integer, vocabulary

# The schema allows this many levels in a w:abstractNum and overrides in a w:num (17.9.1, 17.9.15).
_MAX_LEVELS = 9
# A w:lvl is read once with this origin; each numbering that uses it replaces the origin by its own.
_OF_ANY_NUMBERING = Origin("numbering", "numbering")


class _Level:
    """A w:lvl: its w:ilvl (from 0) and the paragraph style linked by its w:pStyle, if any."""

    __slots__ = ("element", "number", "styles")

    def __init__(self, number: int | None, element: _Element, styles: tuple[str | None, ...]) -> None:
        self.number = number
        self.element = element
        self.styles = styles


class Numbering:
    """The numberings of a document; ``root`` is the w:numbering element, or ``None`` if there is none.

    Each w:num, w:abstractNum and w:lvl is read once, since many numberings may share a definition.
    """

    def __init__(self, root: _Element | None) -> None:
        self._layers: dict[tuple[int, int], Layer] = {}
        self._linked: dict[int, dict[str | None, int | None]] = {}
        self._levels: dict[int, tuple[_Level, ...]] = {}
        self._defined: dict[_Element, tuple[_Level, ...]] = {}
        self._links: dict[_Element, _Element | None] = {}
        self._stated: dict[_Element, Layer] = {}
        if root is None or not is_wordprocessingml(root.tag):
            self._nums: dict[int | None, _Element] = {}
            return
        self._w = w = vocabulary(namespace_of(root.tag))
        self._nums = {to_integer(num.get(w.numId)): num for num in root.iterchildren(w.num)}
        self._abstract = {each.get(w.abstractNumId): each for each in root.iterchildren(w.abstractNum)}
        self._by_style = {
            style.get(w.val): each
            for each in reversed(self._abstract.values())
            for style in each.iterchildren(w.styleLink)
        }

    def level(self, number: int, level: int) -> Layer:
        """Return the paragraph properties of level ``level`` (w:ilvl) of numbering ``number`` (w:numId)."""
        key = number, level
        layer = self._layers.get(key)
        if layer is None:
            layer = self._layers[key] = self._read(number, level)
        return layer

    def levels_of_styles(self, number: int) -> Mapping[str | None, int | None]:
        """Return style id to level for the levels linked to paragraph styles (w:lvl/w:pStyle, 17.9.23)."""
        if number not in self._linked:
            linked: dict[str | None, int | None] = {}
            for level in self._levels_of(number):
                for style_id in level.styles:
                    linked.setdefault(style_id, level.number)
            self._linked[number] = linked
        return self._linked[number]

    def _read(self, number: int, level: int) -> Layer:
        for each in self._levels_of(number):
            if each.number == level:
                origin = Origin(f"numbering {number} level {level}", "numbering")
                stated = self._stated_by(each.element)
                return {name: Effective(value.value, origin) for name, value in stated.items()}
        return NOTHING

    def _stated_by(self, level: _Element) -> Layer:
        stated = self._stated.get(level)
        if stated is None:
            stated = paragraph_layer(level.find(self._w.pPr), _OF_ANY_NUMBERING, self._w)
            self._stated[level] = stated
        return stated

    def _levels_of(self, number: int) -> tuple[_Level, ...]:
        """Return the levels of a numbering; overriding levels (17.9.8) come first."""
        levels = self._levels.get(number)
        if levels is None:
            num = self._nums.get(number)
            levels = self._levels[number] = () if num is None else self._levels_in(num)
        return levels

    def _levels_in(self, num: _Element) -> tuple[_Level, ...]:
        w = self._w
        overriding = [
            self._as_level(level)
            for override in islice(num.iterchildren(w.lvlOverride), _MAX_LEVELS)
            for level in islice(override.iterchildren(w.lvl), 1)
        ]
        reference = num.find(w.abstractNumId)
        abstract = None if reference is None else self._abstract.get(reference.get(w.val))
        return (*overriding, *(() if abstract is None else self._defined_by(abstract)))

    def _defined_by(self, abstract: _Element) -> tuple[_Level, ...]:
        """Return the levels of a w:abstractNum, or of the one that defines its numbering style."""
        link = self._link_of(abstract)
        # w:numStyleLink and w:styleLink (17.9.21, 17.9.27).
        source = abstract if link is None else self._by_style.get(link.get(self._w.val), abstract)
        levels = self._defined.get(source)
        if levels is None:
            written = islice(source.iterchildren(self._w.lvl), _MAX_LEVELS)
            levels = self._defined[source] = tuple([self._as_level(each) for each in written])
        return levels

    def _link_of(self, abstract: _Element) -> _Element | None:
        if abstract not in self._links:
            self._links[abstract] = abstract.find(self._w.numStyleLink)
        return self._links[abstract]

    def _as_level(self, element: _Element) -> _Level:
        w = self._w
        linked = element.find(w.pStyle)
        styles = () if linked is None else (linked.get(w.val),)
        return _Level(to_integer(element.get(w.ilvl)), element, styles)


_SCRIPTS = {
    "ja": "Jpan", "ko": "Hang", "zh": "Hans",
    "ar": "Arab", "fa": "Arab", "ur": "Arab", "he": "Hebr", "th": "Thai", "hi": "Deva", "mr": "Deva",
    "bn": "Beng", "gu": "Gujr", "pa": "Guru", "kn": "Knda", "ml": "Mlym", "or": "Orya", "ta": "Taml",
    "te": "Telu", "si": "Sinh", "km": "Khmr", "lo": "Laoo", "bo": "Tibt", "mn": "Mong", "ug": "Uigh",
    "vi": "Viet", "dv": "Thaa", "syr": "Syrc", "am": "Ethi", "ka": "Geor",
}  # fmt: skip
_TRADITIONAL_CHINESE = ("tw", "hk", "mo", "hant")


class _Collection(NamedTuple):
    """The fonts of headings (major) or of body text (minor)."""

    latin: str | None
    east_asia: str | None
    complex_script: str | None
    by_script: dict[str, str]


class ThemeFonts:
    """The font scheme of a document's theme; it is read at first use."""

    def __init__(self, related: RelatedParts) -> None:
        self._related = related
        self._collections: dict[str, _Collection] | None = None
        self._scripts = ("", "")

    def name(self, reference: str) -> str | None:
        """Return the font for a reference such as ``minorHAnsi`` (17.18.96), or ``None`` if there is none."""
        if self._collections is None:
            self._collections = _collections(self._related.root("theme"))
            east_asia, complex_script = _languages(self._related.root("settings"))
            self._scripts = script_of(east_asia), script_of(complex_script)
        collection = self._collections.get(reference[:5])
        if collection is None:
            return None
        east_asia_script, complex_script = self._scripts
        if reference.endswith("EastAsia"):
            return collection.east_asia or collection.by_script.get(east_asia_script) or None
        if reference.endswith("Bidi"):
            return collection.complex_script or collection.by_script.get(complex_script) or None
        return collection.latin


def script_of(language: str | None) -> str:
    """Return the ISO 15924 script that themes use for a language (``zh-TW``: ``Hant``); "" if unknown."""
    first, *others = (language or "").lower().split("-")
    if first == "zh" and any(each in _TRADITIONAL_CHINESE for each in others):
        return "Hant"
    return _SCRIPTS.get(first, "")


def _collections(theme: _Element | None) -> dict[str, _Collection]:
    found = {}
    for element in () if theme is None else theme.iterfind("{*}themeElements/{*}fontScheme/*"):
        if isinstance(element.tag, str):
            found[element.tag.rpartition("}")[2][:5]] = _collection(element)
    return found


def _collection(element: _Element) -> _Collection:
    faces = dict(_faces(element))
    return _Collection(
        latin=faces.get("latin"),
        east_asia=faces.get("ea"),
        complex_script=faces.get("cs"),
        by_script={font.get("script", ""): font.get("typeface", "") for font in element.iterfind("{*}font")},
    )


def _faces(element: _Element) -> Iterator[tuple[str, str | None]]:
    for name in ("latin", "ea", "cs"):
        face = element.find(f"{{*}}{name}")
        yield name, None if face is None else face.get("typeface") or None


def _languages(settings: _Element | None) -> tuple[str | None, str | None]:
    """Return the languages of East Asian and of complex script text (w:themeFontLang, 17.15.1.88)."""
    if settings is None or not is_wordprocessingml(settings.tag):
        return None, None
    w = vocabulary(namespace_of(settings.tag))
    element = settings.find(w.themeFontLang)
    return (None, None) if element is None else (element.get(w.eastAsia), element.get(w.bidi))
