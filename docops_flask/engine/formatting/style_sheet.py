"""The styles part: each style resolved once along w:basedOn, and the document defaults."""

import re
from collections.abc import Mapping
from typing import Literal

from lxml.etree import _Element

from docops_flask.engine.formatting.effective import DEFAULTS_ORIGIN, NOTHING, Layer, Origin
from docops_flask.engine.formatting.stated import paragraph_layer, run_layer
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, vocabulary
from docops_flask.engine.oxml.units import to_switch

StyleType = Literal["paragraph", "character", "table"]
# By w:tblStylePr/@w:type: what holds for the runs and for the paragraphs of that part of a table.
Conditional = Mapping[str, tuple[Layer, Layer]]
_NO_CONDITIONS: Conditional = {}

_LONGEST_CHAIN = 256
# Word writes the English names of its built-in styles whatever its language; WPS writes Chinese ones.
_HEADING_NAME = r"(?i)(?:heading|标题)\s*[0-9]*|title|subtitle|副标题"


class StyleValues:
    """What a style and all it is based on state; what they leave open is unstated here.

    ``conditional`` holds what a table style states for one part of a table, by w:tblStylePr/@w:type.
    """

    __slots__ = ("conditional", "is_heading", "paragraph", "run")

    def __init__(
        self,
        run: Layer = NOTHING,
        paragraph: Layer = NOTHING,
        is_heading: bool = False,
        conditional: Conditional = _NO_CONDITIONS,
    ) -> None:
        self.run = run
        self.paragraph = paragraph
        self.is_heading = is_heading
        self.conditional = conditional

    def over(self, farther: "StyleValues") -> "StyleValues":
        """Return these values, those not stated taken from ``farther``."""
        return StyleValues(
            run={**farther.run, **self.run},
            paragraph={**farther.paragraph, **self.paragraph},
            is_heading=self.is_heading or farther.is_heading,
            conditional=_over(self.conditional, farther.conditional),
        )


_NO_STYLE = StyleValues()


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
        self._default_ids: dict[str, str] = {}
        self._resolved: dict[str, StyleValues] = {}
        self._own: dict[str, StyleValues] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._applied: dict[tuple[str | None, StyleType], str | None] = {}
        self.defaults = _NO_STYLE
        self._index()

    def paragraph_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a paragraph style; of the default one where there is no such style."""
        return self._resolve(self.applied_id(style_id, "paragraph"), "paragraph")

    def character_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a character style; of the default one where none is asked for.

        A style that does not exist, or is no character style, states nothing.
        """
        return self._resolve(self.applied_id(style_id, "character"), "character")

    def table_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a table style; of the default one where there is no such style."""
        return self._resolve(self.applied_id(style_id, "table"), "table")

    def applied_id(self, style_id: str | None, style_type: StyleType) -> str | None:
        """Return the id of the style that holds where ``style_id`` is asked for, ``None`` for none."""
        key = style_id, style_type
        if key not in self._applied:
            self._applied[key] = self._find_applied(style_id, style_type)
        return self._applied[key]

    def chain(self, style_id: str | None) -> tuple[str, ...]:
        """Return a style's id and those of all it is based on, nearest first; a loop ends it.

        So do 256 styles: nobody stacks as many, and each of thousands would have a chain of thousands.
        """
        if style_id is None or style_id not in self._elements:
            return ()
        if style_id not in self._chains:
            self._chains[style_id] = self._find_chain(style_id)
        return self._chains[style_id]

    def name(self, style_id: str) -> str:
        """Return a style's name, its id where it has none."""
        return self._value_of(style_id, "name") or style_id

    def element(self, style_id: str | None) -> _Element | None:
        """Return the w:style element, ``None`` where there is no such style."""
        return None if style_id is None else self._elements.get(style_id)

    def own_paragraph_layer(self, style_id: str) -> Layer:
        """Return what the style's own w:pPr states, without what it is based on."""
        return self._own_values(style_id).paragraph

    def _find_chain(self, style_id: str) -> tuple[str, ...]:
        style_type = self._type_of(style_id)
        chain: dict[str, None] = {}
        current: str | None = style_id
        while current is not None and current not in chain and len(chain) < _LONGEST_CHAIN:
            chain[current] = None
            current = self._base_of(current, style_type)
        return tuple(chain)

    def _find_applied(self, style_id: str | None, style_type: StyleType) -> str | None:
        if style_id is not None and self._type_of(style_id) == style_type:
            return style_id
        if style_type == "character" and style_id is not None:
            return None
        return self._default_ids.get(style_type)

    def _index(self) -> None:
        if self._root is None or self._w is None:
            return
        w = self._w
        # Of two styles with one id the first keeps it, of two defaults the last counts (17.7.4.17).
        for element in self._root.iterchildren(w.style):
            style_id = element.get(w.styleId)
            if style_id is not None and style_id not in self._elements:
                self._elements[style_id] = element
                style_type = self._type_of(style_id)
                if style_type is not None and to_switch(element.get(w.default, "0")):
                    self._default_ids[style_type] = style_id
        defaults = next(self._root.iterchildren(w.docDefaults), None)
        if defaults is not None:
            self.defaults = StyleValues(
                run=run_layer(_inner(defaults, w.rPrDefault, w.rPr), DEFAULTS_ORIGIN, w),
                paragraph=paragraph_layer(_inner(defaults, w.pPrDefault, w.pPr), DEFAULTS_ORIGIN, w),
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
        below = self._resolved.get(style_id, _NO_STYLE) if style_id is not None else _NO_STYLE
        while path:
            current = path.pop()
            below = self._own_values(current).over(below)
            self._resolved[current] = below
        return below

    def _base_of(self, style_id: str, style_type: str | None) -> str | None:
        based_on = self._value_of(style_id, "basedOn")
        return based_on if self._type_of(based_on) == style_type else None

    def _value_of(self, style_id: str, name: Literal["basedOn", "name"]) -> str | None:
        if self._w is None:
            return None
        child = self._elements[style_id].find(self._w.basedOn if name == "basedOn" else self._w.name)
        return None if child is None else child.get(self._w.val)

    def _own_values(self, style_id: str) -> StyleValues:
        if style_id not in self._own:
            self._own[style_id] = self._read_own_values(style_id)
        return self._own[style_id]

    def _read_own_values(self, style_id: str) -> StyleValues:
        if self._w is None:
            return _NO_STYLE
        w, element = self._w, self._elements[style_id]
        name = self.name(style_id)
        is_table = self._type_of(style_id) == "table"
        label = f"table style {name}" if is_table else f"style {name}"
        origin = Origin(label, "styles", style_id)
        return StyleValues(
            run=run_layer(element.find(w.rPr), origin, w),
            paragraph=paragraph_layer(element.find(w.pPr), origin, w),
            # Old files hold aliases behind a comma: "heading 1,H1".
            is_heading=re.fullmatch(_HEADING_NAME, name.partition(",")[0].strip()) is not None,
            conditional=self._conditional(element, label, style_id) if is_table else {},
        )

    def _conditional(self, style: _Element, label: str, style_id: str) -> Conditional:
        found: dict[str, tuple[Layer, Layer]] = {}
        if self._w is None:
            return found
        w = self._w
        for element in style.iterchildren(w.tblStylePr):
            condition = element.get(w.type, "")
            origin = Origin(f"{label} ({condition})", "styles", style_id)
            found[condition] = (
                run_layer(element.find(w.rPr), origin, w),
                paragraph_layer(element.find(w.pPr), origin, w),
            )
        return found


def _over(nearer: Conditional, farther: Conditional) -> Conditional:
    """Return conditional formats merged condition by condition."""
    if not nearer or not farther:
        return nearer or farther
    merged = dict(farther)
    for condition, (run, paragraph) in nearer.items():
        below_run, below_paragraph = farther.get(condition, (NOTHING, NOTHING))
        merged[condition] = ({**below_run, **run}, {**below_paragraph, **paragraph})
    return merged


def _inner(parent: _Element, outer: str, inner: str) -> _Element | None:
    holder = parent.find(outer)
    return None if holder is None else holder.find(inner)
