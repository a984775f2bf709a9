"""Says in words where a value comes from: the chain of styles and the part of the file."""

from collections.abc import Iterator
from typing import Any

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.formatting.effective import DIRECT_ORIGIN, Effective, FontFace, Origin
from docops_flask.engine.formatting.shortened import shortened
from docops_flask.engine.formatting.style_sheet import StyleSheet

# A chain longer than this is told by its ends: nobody reads it, and a file may hold thousands.
_SHOWN = 8


class SourceWriter:
    """Writes sources for the values of one document."""

    def __init__(self, styles: StyleSheet, related: RelatedParts) -> None:
        self._styles = styles
        self._related = related
        self._written: dict[tuple[object, ...], str] = {}

    def describe(self, value: Effective[Any], asked: tuple[str | None, ...], part_name: str) -> str | None:
        """Return where ``value`` comes from, ``None`` where nothing states it.

        ``asked`` are the styles that the run or paragraph asks for, ``part_name`` is the part it stands in:
        ``style Body, basedOn Normal, word/styles.xml``.
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
        """Return the way from the style asked for to the one that states the value."""
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
