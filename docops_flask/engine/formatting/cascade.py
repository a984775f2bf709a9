"""Resolves effective values in the order of the style hierarchy (ECMA-376 part 1, 17.7.2).

A long document has thousands of runs with the same properties. Runs or paragraphs with equal properties have
equal signatures and share one resolved object. ``SourceWriter`` describes where a value comes from.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

from lxml.etree import _Element

from docops_flask.engine.document.document import CellPlace, ParagraphPlace, RunPlace
from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.document.shape import Shape
from docops_flask.engine.formatting.effective import (
    DIRECT_ORIGIN,
    NOTHING,
    Effective,
    FontFace,
    Layer,
    Origin,
    paragraph_layer,
    paragraph_tags,
    run_layer,
    run_tags,
    shortened,
    style_reference,
)
from docops_flask.engine.formatting.numbering_and_theme import Numbering, ThemeFonts
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import FONT_SLOTS, TOGGLES, RunValues
from docops_flask.engine.formatting.style_sheet import StyleSheet
from docops_flask.engine.formatting.table_styles import CellLayer, TableStylePriority, TableStyles
from docops_flask.engine.oxml.names import Vocabulary, first_child

# The longest basedOn chain that a description lists in full; a file may have chains of thousands of styles.
_SHOWN = 8


class SourceWriter:
    """Describes the sources of effective values in one document, as text for reports."""

    def __init__(self, styles: StyleSheet, related: RelatedParts) -> None:
        self._styles = styles
        self._related = related
        self._written: dict[tuple[object, ...], str] = {}

    def describe(self, value: Effective[Any], asked: tuple[str | None, ...], part_name: str) -> str | None:
        """Return the source of ``value``, such as ``style Body, basedOn Normal, word/styles.xml``.

        ``asked`` are the ids of the styles that the run or paragraph refers to; ``part_name`` is its part.
        ``None`` if the value is not specified anywhere.
        """
        place = value.place
        if place is None:
            return None
        theme = value.value.theme if isinstance(value.value, FontFace) else None
        key = place, theme, asked, part_name
        words = self._written.get(key)
        if words is None:
            words = self._written[key] = ", ".join(self._words(place, theme, asked, part_name))
        return words

    def _words(
        self, place: Origin, theme: str | None, asked: tuple[str | None, ...], part_name: str
    ) -> Iterator[str]:
        if place is DIRECT_ORIGIN:
            yield "direct formatting"
            yield shortened(part_name)
        else:
            yield from self._styles_between(place.style_id, asked, place.label)
            yield shortened(self._related.name(place.kind or "") or f"{place.kind}.xml")
        if theme is not None:
            yield f"theme font {theme}"
            yield shortened(self._related.name("theme") or "no theme")

    def _styles_between(self, stating: str | None, asked: tuple[str | None, ...], label: str) -> list[str]:
        """Return the basedOn chain from the referenced style to the one that specifies the value."""
        for style_id in asked:
            steps = self._styles.steps(style_id, stating)
            if style_id is not None and steps is not None:
                return list(self._way(style_id, steps))
        return [label]

    def _way(self, style_id: str, steps: int) -> Iterator[str]:
        name = self._styles.shown_name
        yield f"style {name(style_id)}"
        if steps > _SHOWN:
            yield f"{steps - _SHOWN} styles between"
        for each in range(max(0, steps - _SHOWN) + 1, steps + 1):
            yield f"basedOn {name(self._styles.farther(style_id, each))}"


Signature = tuple[object, ...]


@lru_cache(maxsize=2)
def run_signer(w: Vocabulary) -> Callable[[_Element], Signature]:
    """Return the function that returns the signature of a w:r: the formatting in its w:rPr."""
    return _signer(w.rPr, run_tags(w) | {w.rStyle}, with_children="")


@lru_cache(maxsize=2)
def paragraph_signer(w: Vocabulary) -> Callable[[_Element], Signature]:
    """Return the function that returns the signature of a w:p: the formatting in its w:pPr."""
    return _signer(w.pPr, paragraph_tags(w) | {w.pStyle}, with_children=w.numPr)


def _signer(holder: str, deciding: frozenset[str], *, with_children: str) -> Callable[[_Element], Signature]:
    """Return a function that collects names and attributes of the elements ``deciding`` in ``holder``.

    For elements ``with_children`` it includes their children. It is called for every run, so it must be fast.
    """

    def sign(owner: _Element) -> Signature:
        # The schema puts the properties first, so they are nearly always the first child.
        try:
            properties = owner[0]
        except IndexError:
            return ()
        if properties.tag != holder:
            found = first_child(owner, holder) if len(owner) > 1 else None
            if found is None:
                return ()
            properties = found
        signature: list[object] = []
        for child in properties:
            tag = child.tag
            if tag in deciding:
                signature.append(tag)
                signature += child.items()
                if tag == with_children:
                    for inner in child:
                        signature.append(inner.tag)
                        signature += inner.items()
        return tuple(signature)

    return sign


class Cascade:
    """Effective values of runs and paragraphs; those with equal properties share one result.

    ``styles`` is the root of the styles part, or ``None`` if there is none. ``related`` has the numbering,
    theme and settings parts. Each is read once, so they must not change while the cascade is in use.
    ``tables`` are the properties that table styles give to cells.
    """

    def __init__(self, styles: _Element | None, related: RelatedParts | None = None) -> None:
        self._related = related or RelatedParts()
        self.styles = StyleSheet(styles)
        self.tables = TableStyles(self.styles)
        self._priority = TableStylePriority(self.styles, self._related)
        self._theme = ThemeFonts(self._related)
        self.sources = SourceWriter(self.styles, self._related)
        self._numbering: Numbering | None = None
        self._numbered_styles: dict[str, Layer] = {}
        self._runs: dict[tuple[Signature, str | None, CellLayer | None], RunValues] = {}
        # Many runs differ from each other only in one of these two.
        self._of_rpr: dict[Signature, tuple[Layer, str | None]] = {}
        self._below: dict[tuple[str | None, str | None, CellLayer | None], Layer] = {}
        self._paragraphs: dict[tuple[Signature, CellLayer | None], ParagraphValues] = {}
        self._shapes: dict[tuple[Shape, CellLayer | None], ParagraphValues] = {}
        self._runs_of_shapes: dict[tuple[Shape, int, ParagraphValues], RunValues] = {}
        self._both: dict[tuple[Shape, CellLayer | None, int], tuple[ParagraphValues, RunValues]] = {}

    def begin_rendering(self) -> None:
        """Forget shapes: those that repairs make are new in each rendering. Values by properties stay."""
        self._shapes.clear()
        self._runs_of_shapes.clear()
        self._both.clear()

    def of_paragraph(self, place: ParagraphPlace) -> ParagraphValues:
        """Return the effective values of a paragraph as it is now; those of one shape are looked up once."""
        layer = None if place.cell is None else self.tables.layer(place.cell)
        key = place.shape, layer
        values = self._shapes.get(key)
        if values is None:
            values = self._shapes[key] = self._paragraph(place.element, place.part.w, layer)
        return values

    def of_run(self, place: RunPlace, paragraph: ParagraphValues) -> RunValues:
        """Return the effective values of a run as it is now; ``paragraph`` are those of its paragraph."""
        key = place.paragraph.shape, place.index, paragraph
        values = self._runs_of_shapes.get(key)
        if values is None:
            values = self._runs_of_shapes[key] = self.run(place.element, paragraph, place.paragraph.part.w)
        return values

    def of_runs(
        self, place: ParagraphPlace, paragraph: ParagraphValues, numbers: Iterable[int]
    ) -> list[RunValues]:
        """Return the effective values of runs of one paragraph, by their numbers."""
        return [self.of_run(place.run(number), paragraph) for number in numbers]

    def of_run_in_place(self, place: RunPlace) -> tuple[ParagraphValues, RunValues]:
        """Return the effective values of a run's paragraph and of the run, looked up together."""
        paragraph, cell = place.paragraph, place.paragraph.cell
        key = paragraph.shape, None if cell is None else self.tables.layer(cell), place.index
        both = self._both.get(key)
        if both is None:
            values = self.of_paragraph(paragraph)
            both = self._both[key] = values, self.of_run(place, values)
        return both

    def layers_of(self, places: Sequence[ParagraphPlace]) -> list[CellLayer | None]:
        """Return what table styles specify for the cells around paragraphs, as ``of_paragraph`` takes it."""
        cells = [place.cell for place in places]
        tables = {cell.table: cell for cell in cells if cell is not None}
        if any(map(self.tables.differs_by_cell, tables)):
            return [None if cell is None else self.tables.layer(cell) for cell in cells]
        layers = {table: self.tables.layer(cell) for table, cell in tables.items()}
        return [None if cell is None else layers[cell[0]] for cell in cells]

    def paragraph(self, paragraph: _Element, w: Vocabulary, cell: CellPlace | None = None) -> ParagraphValues:
        """Return the effective values of a w:p; ``cell`` is the innermost table cell around it."""
        return self._paragraph(paragraph, w, None if cell is None else self.tables.layer(cell))

    def _paragraph(self, paragraph: _Element, w: Vocabulary, layer: CellLayer | None) -> ParagraphValues:
        key = paragraph_signer(w)(paragraph), layer
        values = self._paragraphs.get(key)
        if values is None:
            values = self._paragraphs[key] = self._resolve_paragraph(paragraph, layer, w)
        return values

    def run(self, run: _Element, paragraph: ParagraphValues, w: Vocabulary) -> RunValues:
        """Return the effective values of a w:r in a paragraph with the values ``paragraph``."""
        signature = run_signer(w)(run)
        key = signature, paragraph.style_id, paragraph.cell
        values = self._runs.get(key)
        if values is None:
            direct, style_id = self._own_of_run(signature, run, w)
            values = self._runs[key] = self._put_together(direct, style_id, paragraph)
        return values

    def checked(self, values: ParagraphValues) -> ParagraphValues:
        """Return the values that those of a paragraph are checked as: they themselves."""
        return values

    @cached_property
    def default_size_half_points(self) -> int | None:
        """The font size of the default paragraph style: the unit for left and right indents in characters."""
        style, defaults = self.styles.paragraph_style(None).run, self.styles.defaults.run
        return RunValues({**defaults, **style}).size_half_points.value

    def _own_of_run(self, signature: Signature, run: _Element, w: Vocabulary) -> tuple[Layer, str | None]:
        """Return what ``_read_rpr`` does, one object for all runs with that signature."""
        own = self._of_rpr.get(signature)
        if own is None:
            own = self._of_rpr[signature] = self._read_rpr(run, w)
        return own

    def _read_rpr(self, run: _Element, w: Vocabulary) -> tuple[Layer, str | None]:
        """Return what a run's w:rPr states itself, and the id of the character style that it refers to."""
        properties = run.find(w.rPr)
        direct = self._with_themes(run_layer(properties, DIRECT_ORIGIN, w))
        return direct, style_reference(properties, w.rStyle, w)

    def _put_together(self, direct: Layer, style_id: str | None, paragraph: ParagraphValues) -> RunValues:
        """Return the values of a run that states ``direct`` and the character style ``style_id``."""
        stated = {**self._below_direct(style_id, paragraph), **direct}
        return RunValues(stated, style_id, paragraph.style_id)

    def _below_direct(self, style_id: str | None, paragraph: ParagraphValues) -> Layer:
        """Return the values of a run with the character style ``style_id`` and no direct formatting."""
        key = style_id, paragraph.style_id, paragraph.cell
        below = self._below.get(key)
        if below is None:
            below = self._below[key] = self._resolve_styles(style_id, paragraph)
        return below

    def _resolve_styles(self, style_id: str | None, paragraph: ParagraphValues) -> Layer:
        of_character = self.styles.character_style(style_id).run
        of_paragraph = self.styles.paragraph_style(paragraph.style_id).run
        of_table = NOTHING if paragraph.cell is None else paragraph.cell.run
        of_paragraph = self._priority.over_table(of_paragraph, of_table)
        defaults = self.styles.defaults.run
        # In ascending priority: each overrides those before it.
        stated = {**defaults, **of_table, **of_paragraph, **of_character}
        for name in TOGGLES & stated.keys():
            stated[name] = _toggled(name, defaults, (of_character, of_paragraph, of_table))
        return self._with_themes(stated)

    def _with_themes(self, layer: Layer) -> Layer:
        """Return ``layer`` with the names of the theme's fonts where it refers to them."""
        themed = {slot: self._with_theme(layer[slot]) for slot in FONT_SLOTS if slot in layer}
        return {**layer, **themed} if themed else layer

    def _with_theme(self, face: Effective[FontFace]) -> Effective[FontFace]:
        if face.value is None or face.value.theme is None:
            return face
        theme = face.value.theme
        return Effective(FontFace(self._theme.name(theme), theme), face.place)

    def _resolve_paragraph(
        self, paragraph: _Element, cell: CellLayer | None, w: Vocabulary
    ) -> ParagraphValues:
        properties = paragraph.find(w.pPr)
        style_id = style_reference(properties, w.pStyle, w)
        direct = paragraph_layer(properties, DIRECT_ORIGIN, w)
        style = self.styles.paragraph_style(style_id)
        of_table = NOTHING if cell is None else cell.paragraph
        below: Layer = {**self.styles.defaults.paragraph, **of_table}
        of_style = style.paragraph
        if _states_numbering(direct):
            asked = {**of_style, **direct}
            level = self._level(_number(asked), _level_of(asked))
            stated = {**below, **self._priority.over_table(of_style, of_table), **level, **direct}
        else:
            numbered = self._numbered_style(style_id, of_style)
            stated = {**below, **self._priority.over_table(numbered, of_table), **direct}
        return ParagraphValues(stated, style_id, style.is_heading, cell)

    def _numbered_style(self, style_id: str | None, resolved: Layer) -> Layer:
        """Return the values of a style merged with those of the numbering level it refers to.

        The level overrides what the referring style is based on, and is overridden by that style's own
        properties (17.9.22).
        """
        applied = self.styles.applied_id(style_id, "paragraph")
        if applied is None or not _number(resolved):
            return resolved
        return self._numbered_styles.get(applied) or self._number_styles(applied)

    def _number_styles(self, style_id: str) -> Layer:
        """Merge the numbering into the styles from ``style_id`` up to the one that refers to it."""
        own_layer = self.styles.own_paragraph_layer
        path: list[str] = []
        current: str | None = style_id
        while current is not None and current not in self._numbered_styles:
            path.append(current)
            current = None if _states_numbering(own_layer(current)) else self.styles.base(current)
        below = NOTHING if current is None else self._numbered_styles[current]
        for each in reversed(path):
            own = own_layer(each)
            if _states_numbering(own):
                below = self._under_asking(each)
            below = self._numbered_styles[each] = {**below, **own} if own else below
        return below

    def _under_asking(self, style_id: str) -> Layer:
        """Return the values of the base of a style with w:numPr, overridden by the numbering level."""
        base = self.styles.base(style_id)
        below = NOTHING if base is None or base == style_id else self.styles.paragraph_style(base).paragraph
        resolved = self.styles.paragraph_style(style_id).paragraph
        number = _number(resolved)
        linked = None if number is None else self._linked_level(number, style_id)
        level = self._level(number, _level_of(resolved) if linked is None else linked)
        return {**below, **level}

    def _linked_level(self, number: int, style_id: str) -> int | None:
        """Return the level linked to ``style_id`` or to the nearest style it is based on, or ``None``."""
        nearest = None
        for linked, level in self._numbers().levels_of_styles(number).items():
            steps = None if level is None else self.styles.steps(style_id, linked)
            if steps is not None and (nearest is None or steps < nearest[0]):
                nearest = steps, level
        return None if nearest is None else nearest[1]

    def _level(self, number: int | None, level: int) -> Layer:
        return self._numbers().level(number, level) if number else NOTHING

    def _numbers(self) -> Numbering:
        if self._numbering is None:
            self._numbering = Numbering(self._related.root("numbering"))
        return self._numbering


def _toggled(name: str, defaults: Layer, levels: tuple[Layer, ...]) -> Effective[bool]:
    """Return the value of a toggle property without direct formatting (17.7.3).

    If the document defaults turn it on, it is on. Otherwise it is on if an odd number of ``levels`` turn it
    on. ``levels`` are the layers in descending priority. The origin is the first level that turns it on, or
    else the first that specifies it.
    """
    default = defaults.get(name)
    if default is not None and default.value:
        return default
    stating = [layer[name] for layer in levels if name in layer]
    switching = [each for each in stating if each.value]
    if len(switching) % 2:
        return switching[0]
    nearest = next(iter(switching or stating), default)
    assert nearest is not None
    return Effective(False, nearest.place)


def _states_numbering(layer: Layer) -> bool:
    return "numbering" in layer or "numbering_level" in layer


def _number(layer: Layer) -> int | None:
    stated = layer.get("numbering")
    return None if stated is None else stated.value


def _level_of(layer: Layer) -> int:
    stated = layer.get("numbering_level")
    return 0 if stated is None or stated.value is None else max(0, stated.value)
