"""Effective values where it matters what they are, and not which style states them.

A document may have thousands of styles that hardly differ, and under a policy what looks alike is checked
once: then what is stated alike is one object. All paragraphs are asked about, so properties are told by their
bytes; most are never parsed.
"""

from collections.abc import Hashable, Iterable

from lxml.etree import _Element

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.property_bytes import PropertyBytes, properties_in
from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.document.shape import Shape
from docops_flask.engine.document.shapes import parse_fragment
from docops_flask.engine.formatting.cascade import Cascade, run_signer
from docops_flask.engine.formatting.effective import DIRECT, DOC_DEFAULTS, Layer
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.table_styles import CellLayer

# A policy tells these from styles.
_TOLD_APART = (DIRECT, DOC_DEFAULTS)


class CascadeByValue(Cascade):
    """A cascade whose runs share a result where it is equal, whatever style states it.

    Its origins are then those of the first such run; direct formatting and document defaults stay apart.
    Arguments are those of ``Cascade``.
    """

    def __init__(self, styles: _Element | None, related: RelatedParts | None = None) -> None:
        super().__init__(styles, related)
        self._properties: dict[Shape, PropertyBytes | None] = {}
        self._of_ppr: dict[tuple[StoryPart, bytes, CellLayer | None], ParagraphValues] = {}
        self._own: dict[tuple[StoryPart, bytes], tuple[Layer, str | None]] = {}
        self._layers: dict[Hashable, Layer] = {}
        # By what is direct formatting and what lies below; layers have no hash, and none is let go.
        self._put: dict[tuple[int, int], RunValues] = {}
        # By part and what lies below, runs without a character style by their w:rPr.
        self._without_style: dict[tuple[StoryPart, int], dict[bytes, RunValues]] = {}
        self._run_values: dict[Hashable, RunValues] = {}
        self._same_paragraphs: dict[ParagraphValues, ParagraphValues] = {}
        self._paragraph_values: dict[Hashable, ParagraphValues] = {}

    def checked(self, values: ParagraphValues) -> ParagraphValues:
        """Return the values of the first paragraph that has equal ones; styles may differ."""
        same = self._same_paragraphs.get(values)
        if same is None:
            key = values.heading_style, _content(values.stated)
            same = self._same_paragraphs[values] = self._paragraph_values.setdefault(key, values)
        return same

    def of_paragraph(self, place: ParagraphPlace) -> ParagraphValues:
        """Return the effective values of a paragraph as it is now."""
        properties = self._properties_of(place)
        if properties is None:
            return super().of_paragraph(place)
        layer = None if place.cell is None else self.tables.layer(place.cell)
        key = place.part, properties.paragraph, layer
        values = self._of_ppr.get(key)
        if values is None:
            element = _holding(b"p", properties.paragraph, place.part)
            values = self._of_ppr[key] = self._paragraph(element, place.part.w, layer)
        return values

    def of_run(self, place: RunPlace, paragraph: ParagraphValues) -> RunValues:
        """Return the effective values of a run as it is now."""
        return self.of_runs(place.paragraph, paragraph, (place.index,))[0]

    def of_runs(
        self, place: ParagraphPlace, paragraph: ParagraphValues, numbers: Iterable[int]
    ) -> list[RunValues]:
        """Return the effective values of runs of one paragraph, by their numbers."""
        properties = self._properties_of(place)
        if properties is None:
            return [super(CascadeByValue, self).of_run(place.run(number), paragraph) for number in numbers]
        below = self._below_direct(None, paragraph)
        known = self._without_style.setdefault((place.part, id(below)), {})
        found = []
        for number in numbers:
            raw = properties.runs[number]
            values = known.get(raw)
            if values is None:
                direct, style_id = self._own_of_bytes(raw, place.part)
                values = self._put_together(direct, style_id, paragraph)
                if style_id is None:
                    known[raw] = values
            found.append(values)
        return found

    def _properties_of(self, place: ParagraphPlace) -> PropertyBytes | None:
        """Return the properties of a paragraph and its runs; ``None`` where its tree is to be asked."""
        shape = place.shape
        if shape.markup is None:
            return None
        if shape not in self._properties:
            self._properties[shape] = properties_in(shape.markup, place.part.text.prefix, shape.run_count)
        return self._properties[shape]

    def _own_of_bytes(self, raw: bytes, part: StoryPart) -> tuple[Layer, str | None]:
        """Return what a run with the w:rPr ``raw`` states itself, and its character style."""
        own = self._own.get((part, raw))
        if own is None:
            element = _holding(b"r", raw, part)
            own = self._own[part, raw] = self._own_of_run(run_signer(part.w)(element), element, part.w)
        return own

    def _resolve_styles(self, style_id: str | None, paragraph: ParagraphValues) -> Layer:
        layer = super()._resolve_styles(style_id, paragraph)
        return self._layers.setdefault(_content(layer), layer)

    def _put_together(self, direct: Layer, style_id: str | None, paragraph: ParagraphValues) -> RunValues:
        key = id(direct), id(self._below_direct(style_id, paragraph))
        values = self._put.get(key)
        if values is None:
            values = super()._put_together(direct, style_id, paragraph)
            values = self._put[key] = self._run_values.setdefault(_content(values.stated), values)
        return values


def _holding(name: bytes, properties: bytes, part: StoryPart) -> _Element:
    """Return a w:p or w:r with nothing but ``properties``."""
    tag = part.text.prefix + b":" + name
    return parse_fragment(b"<%b>%b</%b>" % (tag, properties, tag), part.text.root_scope)


def _content(layer: Layer) -> Hashable:
    """Return what a layer states, as a key."""
    return frozenset(
        [
            (name, each.value, each.origin if each.origin in _TOLD_APART else None)
            for name, each in layer.items()
        ]
    )
