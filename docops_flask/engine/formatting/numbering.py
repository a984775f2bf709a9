"""The numbering part: what a numbered paragraph takes from its level (17.9; docs/analysis/numbering.md)."""

from itertools import islice

from lxml.etree import _Element

from docops_flask.engine.formatting.effective import NOTHING, Layer, Origin
from docops_flask.engine.formatting.stated import paragraph_layer
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, vocabulary
from docops_flask.engine.oxml.units import to_integer

# What the schema allows in a numbering, and what its overrides (17.9.1, 17.9.15).
_MOST_LEVELS = 9


class Numbering:
    """The numberings of a document; ``root`` is the w:numbering element, ``None`` where there is none."""

    def __init__(self, root: _Element | None) -> None:
        self._levels: dict[tuple[int, int], Layer] = {}
        self._linked: dict[int, dict[str | None, int | None]] = {}
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
        """Return what level ``level`` of numbering ``number`` (w:numId) states for its paragraphs."""
        key = number, level
        layer = self._levels.get(key)
        if layer is None:
            layer = self._levels[key] = self._read(number, level)
        return layer

    def level_of_style(self, number: int, style_id: str) -> int | None:
        """Return the level that is linked to a paragraph style (w:lvl/w:pStyle, 17.9.23)."""
        if number not in self._linked:
            self._linked[number] = self._read_linked(number)
        return self._linked[number].get(style_id)

    def _read_linked(self, number: int) -> dict[str | None, int | None]:
        levels: dict[str | None, int | None] = {}
        for element in self._level_elements(number):
            linked = element.find(self._w.pStyle)
            if linked is not None:
                levels.setdefault(linked.get(self._w.val), to_integer(element.get(self._w.ilvl)))
        return levels

    def _read(self, number: int, level: int) -> Layer:
        for element in self._level_elements(number):
            if to_integer(element.get(self._w.ilvl)) == level:
                origin = Origin(f"numbering {number} level {level}", "numbering")
                return paragraph_layer(element.find(self._w.pPr), origin, self._w)
        return NOTHING

    def _level_elements(self, number: int) -> list[_Element]:
        """Return the w:lvl elements of a numbering, those that override others first (17.9.8)."""
        num = self._nums.get(number)
        if num is None:
            return []
        w = self._w
        overriding = [
            level
            for override in islice(num.iterchildren(w.lvlOverride), _MOST_LEVELS)
            for level in islice(override.iterchildren(w.lvl), 1)
        ]
        abstract = self._abstract_of(num)
        if abstract is None:
            return overriding
        return [*overriding, *islice(abstract.iterchildren(w.lvl), _MOST_LEVELS)]

    def _abstract_of(self, num: _Element) -> _Element | None:
        w = self._w
        reference = num.find(w.abstractNumId)
        abstract = None if reference is None else self._abstract.get(reference.get(w.val))
        link = None if abstract is None else abstract.find(w.numStyleLink)
        if link is None:
            return abstract
        # The levels are those of the definition that the numbering style stands for (17.9.21, 17.9.27).
        return self._by_style.get(link.get(w.val), abstract)
