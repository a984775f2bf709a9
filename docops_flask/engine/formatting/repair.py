"""Repairs of paragraphs and runs: how they look then, and what changes in the bytes of their parts.

A repair is made on a copy of the paragraph's shape, which all paragraphs that look alike and are repaired
alike share; the bytes follow from the attributes before and after.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import deepcopy
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.edits import Edit
from docops_flask.engine.document.shape import Shape
from docops_flask.engine.formatting.edit import Attributes, Edited
from docops_flask.engine.formatting.property_splices import PropertySplices, Repair
from docops_flask.engine.oxml.markup import name_at


class _Repaired(NamedTuple):
    """A shape after one repair, with the attributes before and after."""

    shape: Shape
    before: Attributes
    after: Attributes


class Repairs:
    """Makes the repairs of one document."""

    def __init__(self) -> None:
        self._known: dict[tuple[Shape, int | None, Hashable], _Repaired] = {}

    def paragraph(self, place: ParagraphPlace, key: Hashable, edit: Callable[[_Element], Edited]) -> Edited:
        """Have ``edit`` change a w:p; return the attributes before and after, to be read only.

        What it does depends on nothing but the w:p and ``key``. The same repair returns the same objects.
        """
        return self._make(place, None, key, edit)

    def run(self, place: RunPlace, key: Hashable, edit: Callable[[_Element], Edited]) -> Edited:
        """Have ``edit`` change a w:r, likewise."""
        return self._make(place.paragraph, place.index, key, edit)

    def _make(
        self, place: ParagraphPlace, run_index: int | None, key: Hashable, edit: Callable[[_Element], Edited]
    ) -> Edited:
        shape = place.shape
        repaired = self._known.get((shape, run_index, key))
        if repaired is None:
            changed = shape.with_element(deepcopy(shape.element), place.part.w)
            edited = edit(changed.element if run_index is None else changed.runs[run_index])
            repaired = self._known[shape, run_index, key] = _Repaired(changed, *edited)
        place.shape = repaired.shape
        return repaired.before, repaired.after


def repair_edits(
    repairs: Sequence[tuple[ParagraphPlace | RunPlace, str, Mapping[str, str], Mapping[str, str]]],
) -> list[Edit]:
    """Return the edits of repairs, which come in the order in which they were made.

    Each names its paragraph or run, the element in its properties, and the attributes before and after.
    """
    by_paragraph: dict[ParagraphPlace, list[Repair]] = {}
    # Repairs with the same attributes before and after, which are the same objects, are one object.
    same: dict[tuple[int | None, str, int, int], Repair] = {}
    for owner, element, before, after in repairs:
        place, index = (owner.paragraph, owner.index) if isinstance(owner, RunPlace) else (owner, None)
        key = index, element, id(before), id(after)
        repair = same.get(key)
        if repair is None:
            repair = same[key] = Repair(index, element, before, after)
        known = by_paragraph.get(place)
        if known is None:
            by_paragraph[place] = [repair]
        else:
            known.append(repair)
    splices: dict[StoryPart, PropertySplices] = {}
    edits: list[Edit] = []
    for place, of_place in by_paragraph.items():
        part = place.part
        of_part = splices.get(part)
        if of_part is None:
            of_part = splices[part] = PropertySplices(part.w)
        scope = place.scope or part.text.root_scope
        prefix = part.text.prefix or name_at(part.text.content, place.start).rpartition(b":")[0]
        found = of_part.of(place.reading, scope, prefix, of_place)
        if place.boxes:
            position = place.position
            edits += [Edit(part, position(start), position(end), new) for start, end, new in found]
        else:
            at = place.content
            edits += [Edit(part, at + start, at + end, new) for start, end, new in found]
    return edits
