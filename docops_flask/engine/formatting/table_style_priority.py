"""When a table's style goes before the default paragraph style, although that one is nearer.

Without the compatibility setting ``overrideTableStyleFontSizeAndJustification`` ([MS-DOCX]; new documents
have it since Word 2010) a size of 12 points and an alignment to the left, stated by the default paragraph
style, do not override what a table style states.
"""

from lxml.etree import _Element

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.formatting.effective import Layer
from docops_flask.engine.formatting.style_sheet import StyleSheet
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, vocabulary
from docops_flask.engine.oxml.units import to_switch

_SETTING = "overrideTableStyleFontSizeAndJustification"
_TWELVE_POINTS = 24
# A value that the default paragraph style states without overriding a table style.
_YIELDING = {
    "size": frozenset({_TWELVE_POINTS}),
    "size_complex": frozenset({_TWELVE_POINTS}),
    "alignment": frozenset({"left", "start"}),
}


class TableStylePriority:
    """Says what of a paragraph style is laid over a table style in one document."""

    def __init__(self, styles: StyleSheet, related: RelatedParts) -> None:
        self._styles = styles
        self._related = related
        self._is_set: bool | None = None

    def over_table(self, of_paragraph: Layer, of_table: Layer) -> Layer:
        """Return ``of_paragraph`` without what yields to ``of_table``."""
        if not of_table:
            return of_paragraph
        yielding = [
            name
            for name in _YIELDING.keys() & of_table.keys() & of_paragraph.keys()
            if of_paragraph[name].value in _YIELDING[name] and self._is_of_default_style(of_paragraph, name)
        ]
        if not yielding or self._paragraph_styles_override():
            return of_paragraph
        return {name: value for name, value in of_paragraph.items() if name not in yielding}

    def _is_of_default_style(self, layer: Layer, name: str) -> bool:
        place = layer[name].place
        return place is not None and place.style_id == self._styles.applied_id(None, "paragraph")

    def _paragraph_styles_override(self) -> bool:
        if self._is_set is None:
            self._is_set = _states_setting(self._related.root("settings"))
        return self._is_set


def _states_setting(settings: _Element | None) -> bool:
    if settings is None or not is_wordprocessingml(settings.tag):
        return False
    w = vocabulary(namespace_of(settings.tag))
    stated = [
        element.get(w.val, "0")
        for element in settings.iterfind(f"{w.compat}/{w.compatSetting}")
        if element.get(w.name) == _SETTING
    ]
    return bool(stated) and to_switch(stated[-1])
