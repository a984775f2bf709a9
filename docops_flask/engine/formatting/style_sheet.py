"""The styles part: document defaults, and styles resolved along w:basedOn, each once."""

import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar

from lxml.etree import _Element

from docops_flask.engine.formatting.effective import (
    DEFAULTS_ORIGIN,
    NOTHING,
    Layer,
    Origin,
    paragraph_layer,
    run_layer,
    shortened,
)
from docops_flask.engine.formatting.style_ancestry import StyleAncestry
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, to_switch, vocabulary

StyleType = Literal["paragraph", "character", "table"]
# w:tblStylePr/@w:type to the run and the paragraph properties for that part of a table.
Conditional = Mapping[str, tuple[Layer, Layer]]
_NO_CONDITIONS: Conditional = {}
V = TypeVar("V")

# The parts of a table with conditional formatting (ST_TblStyleOverrideType, 17.18.89). Other values are
# ignored: a file may have thousands, and every derived style would inherit them.
_TABLE_PARTS = frozenset((
    "band1Horz", "band2Horz", "band1Vert", "band2Vert", "firstCol", "lastCol", "firstRow", "lastRow",
    "nwCell", "neCell", "swCell", "seCell",
))  # fmt: skip
# Word writes English names of built-in styles in every language version; WPS writes Chinese names.
_HEADING_NAME = r"(?i)(?:heading|标题)\s*[0-9]*|title|subtitle|副标题"


class StyleValues:
    """The properties that a style and its ancestors specify.

    ``conditional`` has a table style's properties for parts of a table, by w:tblStylePr/@w:type.
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
        """Return these values, completed by those of ``farther``."""
        return StyleValues(
            run=_laid_over(farther.run, self.run),
            paragraph=_laid_over(farther.paragraph, self.paragraph),
            is_heading=self.is_heading or farther.is_heading,
            conditional=_over(self.conditional, farther.conditional),
        )


_NO_STYLE = StyleValues()


class StyleSheet:
    """The styles of a document, read at first use.

    ``root`` is the w:styles element, Strict or Transitional, or ``None`` for a document without styles.
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
        self._types: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._bases: dict[str, str | None] = {}
        self._ancestry = StyleAncestry(self.base)
        self._applied: dict[tuple[str | None, StyleType], str | None] = {}
        self.defaults = _NO_STYLE
        self._index()

    def paragraph_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a paragraph style, or of the default one if there is no such style."""
        return self._resolve(self.applied_id(style_id, "paragraph"))

    def character_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a character style; for ``None``, those of the default one.

        An id that is not a character style has no values.
        """
        return self._resolve(self.applied_id(style_id, "character"))

    def table_style(self, style_id: str | None) -> StyleValues:
        """Return the values of a table style, or of the default one if there is no such style."""
        return self._resolve(self.applied_id(style_id, "table"))

    def applied_id(self, style_id: str | None, style_type: StyleType) -> str | None:
        """Return the id of the style that applies for a reference to ``style_id``, or ``None``."""
        key = style_id, style_type
        if key not in self._applied:
            self._applied[key] = self._find_applied(style_id, style_type)
        return self._applied[key]

    def base(self, style_id: str) -> str | None:
        """Return the id of the style of the same type that a style is based on, or ``None``."""
        if style_id not in self._bases:
            based_on = self._value_of(style_id, "basedOn")
            has_base = based_on is not None and self._type_of(based_on) == self._type_of(style_id)
            self._bases[style_id] = based_on if has_base else None
        return self._bases[style_id]

    def inherited(
        self, style_id: str | None, known: dict[str, V | None], own: Callable[[str], V | None]
    ) -> V | None:
        """Return the first result of ``own`` that is not ``None``, for ``style_id`` and then its ancestors.

        ``known`` is a cache; with the same one ``own`` is called once for each style.
        """
        path: list[str] = []
        found: V | None = None
        while style_id is not None and style_id in self._elements:
            if style_id in known:
                # Also reached for the first style of a cycle: no style in the cycle has a value.
                found = known[style_id]
                break
            path.append(style_id)
            known[style_id] = found = own(style_id)
            if found is not None:
                break
            style_id = self.base(style_id)
        known.update(dict.fromkeys(path, found))
        return found

    def steps(self, style_id: str | None, farther_id: str | None) -> int | None:
        """Return the number of w:basedOn steps from one style to the other, or ``None``."""
        if style_id not in self._elements or farther_id not in self._elements:
            return None
        return self._ancestry.steps(style_id, farther_id)

    def farther(self, style_id: str, steps: int) -> str:
        """Return the id of the style ``steps`` w:basedOn steps away; there must be as many ancestors."""
        return self._ancestry.at(style_id, steps)

    def name(self, style_id: str) -> str:
        """Return a style's name, or its id if it has none."""
        name = self._names.get(style_id)
        if name is None:
            name = self._names[style_id] = self._value_of(style_id, "name") or style_id
        return name

    def shown_name(self, style_id: str) -> str:
        """Return a style's name, truncated for reports."""
        return shortened(self.name(style_id))

    def element(self, style_id: str | None) -> _Element | None:
        """Return the w:style element, or ``None`` if there is no such style."""
        return None if style_id is None else self._elements.get(style_id)

    def own_paragraph_layer(self, style_id: str) -> Layer:
        """Return the properties in the style's own w:pPr, without inherited ones."""
        return self._own_values(style_id).paragraph

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
        # Of styles with the same id the first is used, of several default styles the last (17.7.4.17).
        for element in self._root.iterchildren(w.style):
            style_id = element.get(w.styleId)
            if style_id is not None and style_id not in self._elements:
                self._elements[style_id] = element
                # A style without w:type is a paragraph style (17.7.4.17).
                style_type = self._types[style_id] = element.get(w.type, "paragraph")
                default = element.get(w.default)
                if default is not None and to_switch(default):
                    self._default_ids[style_type] = style_id
        if "paragraph" not in self._default_ids:
            self._take_normal_as_default()
        defaults = next(self._root.iterchildren(w.docDefaults), None)
        if defaults is not None:
            self.defaults = StyleValues(
                run=run_layer(_inner(defaults, w.rPrDefault, w.rPr), DEFAULTS_ORIGIN, w),
                paragraph=paragraph_layer(_inner(defaults, w.pPrDefault, w.pPr), DEFAULTS_ORIGIN, w),
            )

    def _take_normal_as_default(self) -> None:
        """Use the first paragraph style named Normal as the default one, as Word and LibreOffice do."""
        for style_id, style_type in self._types.items():
            if style_type == "paragraph" and (self._value_of(style_id, "name") or "").casefold() == "normal":
                self._default_ids["paragraph"] = style_id
                return

    def _type_of(self, style_id: str) -> str | None:
        return self._types.get(style_id)

    def _resolve(self, style_id: str | None) -> StyleValues:
        """Return the style's values merged with those of its ancestors; each style is resolved once."""
        path: list[str] = []
        on_path: set[str] = set()
        while style_id is not None and style_id not in self._resolved and style_id not in on_path:
            path.append(style_id)
            on_path.add(style_id)
            style_id = self.base(style_id)
        if style_id in on_path:
            # A cycle: its styles inherit nothing, so the result does not depend on where it is entered.
            for looped in path[path.index(style_id) :]:
                self._resolved[looped] = self._own_values(looped)
            del path[path.index(style_id) :]
        below = self._resolved.get(style_id, _NO_STYLE) if style_id is not None else _NO_STYLE
        while path:
            current = path.pop()
            below = self._own_values(current).over(below)
            self._resolved[current] = below
        return below

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
        name, shown = self.name(style_id), self.shown_name(style_id)
        is_table = self._type_of(style_id) == "table"
        label = f"table style {shown}" if is_table else f"style {shown}"
        origin = Origin(label, "styles", style_id)
        return StyleValues(
            run=run_layer(element.find(w.rPr), origin, w),
            paragraph=paragraph_layer(element.find(w.pPr), origin, w),
            # Old files have aliases after a comma: "heading 1,H1".
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
            if condition not in _TABLE_PARTS:
                continue
            origin = Origin(f"{label} ({condition})", "styles", style_id)
            found[condition] = (
                run_layer(element.find(w.rPr), origin, w),
                paragraph_layer(element.find(w.pPr), origin, w),
            )
        return found


def _over(nearer: Conditional, farther: Conditional) -> Conditional:
    """Return the conditional formats of both, merged for each condition."""
    if not nearer or not farther:
        return nearer or farther
    merged = dict(farther)
    for condition, (run, paragraph) in nearer.items():
        below_run, below_paragraph = farther.get(condition, (NOTHING, NOTHING))
        merged[condition] = (_laid_over(below_run, run), _laid_over(below_paragraph, paragraph))
    return merged


def _laid_over(farther: Layer, nearer: Layer) -> Layer:
    # Most styles specify little: without a layer of their own they share that of their base.
    return {**farther, **nearer} if farther and nearer else nearer or farther


def _inner(parent: _Element, outer: str, inner: str) -> _Element | None:
    holder = parent.find(outer)
    return None if holder is None else holder.find(inner)
