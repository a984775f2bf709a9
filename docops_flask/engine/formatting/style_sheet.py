"""The styles part: each style resolved once along w:basedOn, and the document defaults."""

import re
from dataclasses import dataclass
from typing import Literal

from lxml.etree import _Element

from docops_flask.engine.formatting.effective import DOC_DEFAULTS, ParagraphValues, RunValues
from docops_flask.engine.formatting.stated import (
    paragraph_values,
    read_paragraph_properties,
    read_run_properties,
    run_values,
)
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, vocabulary
from docops_flask.engine.oxml.units import to_switch

StyleType = Literal["paragraph", "character"]

# Word writes the English names of its built-in styles whatever its language; WPS writes Chinese ones.
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*[0-9]*|title|subtitle|副标题", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class StyleValues:
    """What a style and all it is based on state; what they leave open is unstated here."""

    run: RunValues
    paragraph: ParagraphValues

    def over(self, farther: "StyleValues") -> "StyleValues":
        """Return these values, those not stated taken from ``farther``."""
        return StyleValues(self.run.over(farther.run), self.paragraph.over(farther.paragraph))


_NOTHING = StyleValues(RunValues(), ParagraphValues())


class StyleSheet:
    """The styles of a document, read when they are first asked for.

    ``root`` is the w:styles element of either conformance class, or ``None``: nothing is stated then.
    """

    def __init__(self, root: _Element | None) -> None:
        if root is not None and not is_wordprocessingml(root.tag):
            root = None
        self._root = root
        self._w = vocabulary(namespace_of(root.tag)) if root is not None else None
        self._elements: dict[str, _Element] = {}
        self._default_id: str | None = None
        self._resolved: dict[str, StyleValues] = {}
        self.defaults = _NOTHING
        self._index()

    def paragraph_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a paragraph style; of the default one where there is no such style."""
        if self._type_of(style_id) != "paragraph":
            style_id = self._default_id
        return self._resolve(style_id, "paragraph")

    def character_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a character style; nothing where there is no such style."""
        if self._type_of(style_id) != "character":
            return _NOTHING
        return self._resolve(style_id, "character")

    def _index(self) -> None:
        if self._root is None or self._w is None:
            return
        w = self._w
        # Of two styles with one id the first keeps it, of two defaults the last counts (17.7.4.17).
        for element in self._root.iterchildren(w.style):
            style_id = element.get(w.styleId)
            if style_id is not None and style_id not in self._elements:
                self._elements[style_id] = element
                if to_switch(element.get(w.default, "0")) and self._type_of(style_id) == "paragraph":
                    self._default_id = style_id
        defaults = next(self._root.iterchildren(w.docDefaults), None)
        if defaults is not None:
            run = read_run_properties(_inner(defaults, w.rPrDefault, w.rPr), w)
            paragraph = read_paragraph_properties(_inner(defaults, w.pPrDefault, w.pPr), w)
            self.defaults = StyleValues(
                run_values(run, DOC_DEFAULTS), paragraph_values(paragraph, DOC_DEFAULTS)
            )

    def _type_of(self, style_id: str | None) -> str | None:
        element = self._elements.get(style_id) if style_id is not None else None
        # A style that states no type is a paragraph style (17.7.4.17).
        return None if element is None or self._w is None else element.get(self._w.type, "paragraph")

    def _resolve(self, style_id: str | None, style_type: StyleType) -> StyleValues:
        """Return the style's values over those of all it is based on, each style visited once ever."""
        path: list[str] = []
        on_path: set[str] = set()
        while style_id is not None and style_id not in self._resolved and style_id not in on_path:
            path.append(style_id)
            on_path.add(style_id)
            style_id = self._base_of(style_id, style_type)
        if style_id in on_path:
            # A loop: each style on it stands alone, so the entry point makes no difference.
            for looped in path[path.index(style_id) :]:
                self._resolved[looped] = self._own_values(looped)
            del path[path.index(style_id) :]
        below = self._resolved.get(style_id, _NOTHING) if style_id is not None else _NOTHING
        while path:
            current = path.pop()
            below = self._own_values(current).over(below)
            self._resolved[current] = below
        return below

    def _base_of(self, style_id: str, style_type: StyleType) -> str | None:
        based_on = self._value_of(style_id, "basedOn")
        return based_on if self._type_of(based_on) == style_type else None

    def _value_of(self, style_id: str, name: Literal["basedOn", "name"]) -> str | None:
        if self._w is None:
            return None
        child = self._elements[style_id].find(self._w.basedOn if name == "basedOn" else self._w.name)
        return None if child is None else child.get(self._w.val)

    def _own_values(self, style_id: str) -> StyleValues:
        if self._w is None:
            return _NOTHING
        w, element = self._w, self._elements[style_id]
        name = self._value_of(style_id, "name") or style_id
        origin = f"style {name}"
        # Old files hold aliases behind a comma: "heading 1,H1".
        heading = _HEADING_NAME.fullmatch(name.partition(",")[0].strip()) is not None
        return StyleValues(
            run_values(read_run_properties(element.find(w.rPr), w), origin),
            paragraph_values(read_paragraph_properties(element.find(w.pPr), w), origin, heading),
        )


def _inner(parent: _Element, outer: str, inner: str) -> _Element | None:
    holder = parent.find(outer)
    return None if holder is None else holder.find(inner)
