"""Changes a run's own fonts and size."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.formatting.property_edit import Attributes, PropertyEdit
from docops_flask.engine.oxml.names import Vocabulary

# What follows w:rFonts and w:sz in EG_RPrBase (17.3.2.28); Word writes and reads it as a sequence.
_AFTER_SIZE = (
    "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang",
    "eastAsianLayout", "specVanish", "oMath", "rPrChange",
)  # fmt: skip
_AFTER_FONTS = (
    "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow", "emboss",
    "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position",
    "sz", *_AFTER_SIZE,
)  # fmt: skip
# Font slot to its attribute and to the theme's, which would win over it (17.3.2.26).
_ATTRIBUTES = {
    "ascii": ("ascii", "asciiTheme"),
    "h_ansi": ("hAnsi", "hAnsiTheme"),
    "east_asia": ("eastAsia", "eastAsiaTheme"),
    "complex_script": ("cs", "cstheme"),
}


class FontSettings(NamedTuple):
    """Fonts to set by slot and the hint for marks of either script; ``None`` leaves one as it is."""

    ascii: str | None = None
    h_ansi: str | None = None
    east_asia: str | None = None
    complex_script: str | None = None
    hint: str | None = None

    def fonts(self) -> dict[str, str]:
        """Return the fonts that are set, by slot."""
        named = {slot: getattr(self, slot) for slot in _ATTRIBUTES}
        return {slot: name for slot, name in named.items() if name is not None}


@lru_cache(maxsize=64)
def _changes(settings: FontSettings) -> Mapping[str, str | None]:
    """Return what w:rFonts is to state and, ``None``, to state no more."""
    changes: dict[str, str | None] = {}
    for slot, name in settings.fonts().items():
        attribute, theme = _ATTRIBUTES[slot]
        changes[attribute] = name
        changes[theme] = None
    if settings.hint is not None:
        changes["hint"] = settings.hint
    return changes


def set_fonts(run: _Element, settings: FontSettings, w: Vocabulary) -> tuple[Attributes, Attributes]:
    """Give a w:r these fonts; return the attributes of its w:rFonts concerned, before and after."""
    return PropertyEdit(run, w.rPr, "rFonts", _AFTER_FONTS, w).change(_changes(settings))


def set_size(run: _Element, half_points: int, w: Vocabulary) -> tuple[Attributes, Attributes]:
    """Give a w:r this size; return the attribute of its w:sz before and after."""
    return PropertyEdit(run, w.rPr, "sz", _AFTER_SIZE, w).change({"val": str(half_points)})
