"""The theme's fonts: what ``minorEastAsia`` and the like stand for (docs/analysis/theme-fonts.md)."""

from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, vocabulary

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
    """The font scheme of a document's theme, read when it is first asked for."""

    def __init__(self, related: RelatedParts) -> None:
        self._related = related
        self._collections: dict[str, _Collection] | None = None
        self._scripts = ("", "")

    def name(self, reference: str) -> str | None:
        """Return the font for an entry (``minorHAnsi``, 17.18.96); ``None`` where the theme has none."""
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
    """Return a language's script as themes name it (ISO 15924), "" if unknown: ``zh-TW`` has ``Hant``."""
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
    """Return the languages for East Asian and complex script text (w:themeFontLang, 17.15.1.88)."""
    if settings is None or not is_wordprocessingml(settings.tag):
        return None, None
    w = vocabulary(namespace_of(settings.tag))
    element = settings.find(w.themeFontLang)
    return (None, None) if element is None else (element.get(w.eastAsia), element.get(w.bidi))
