"""Effective values where it matters what they are, and not which style states them.

A document may have thousands of styles that hardly differ, and under a policy what looks alike is checked
once: then what is stated alike is one object.
"""

from collections.abc import Hashable

from lxml.etree import _Element

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.formatting.cascade import Cascade, Signature
from docops_flask.engine.formatting.effective import DIRECT, DOC_DEFAULTS, Layer
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues

# A policy tells these from styles.
_TOLD_APART = (DIRECT, DOC_DEFAULTS)


class CascadeByValue(Cascade):
    """A cascade whose runs share a result where it is equal, whatever style states it.

    Its origins are then those of the first such run; direct formatting and document defaults stay apart.
    Arguments are those of ``Cascade``.
    """

    def __init__(self, styles: _Element | None, related: RelatedParts | None = None) -> None:
        super().__init__(styles, related)
        self._layers: dict[Hashable, Layer] = {}
        # By what is direct formatting and what lies below; layers have no hash, and none is let go.
        self._put: dict[tuple[Signature, int], RunValues] = {}
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

    def _resolve_styles(self, style_id: str | None, paragraph: ParagraphValues) -> Layer:
        layer = super()._resolve_styles(style_id, paragraph)
        return self._layers.setdefault(_content(layer), layer)

    def _put_together(
        self, signature: Signature, direct: Layer, style_id: str | None, paragraph: ParagraphValues
    ) -> RunValues:
        key = signature, id(self._below_direct(style_id, paragraph))
        values = self._put.get(key)
        if values is None:
            values = super()._put_together(signature, direct, style_id, paragraph)
            values = self._put[key] = self._run_values.setdefault(_content(values.stated), values)
        return values


def _content(layer: Layer) -> Hashable:
    """Return what a layer states, as a key."""
    return frozenset(
        [
            (name, each.value, each.origin if each.origin in _TOLD_APART else None)
            for name, each in layer.items()
        ]
    )
