"""Repairs of paragraphs and runs: how they look then, and what changes in the bytes of their parts.

A repair is made on a copy of the properties, which all paragraphs that look alike and are repaired alike
share; the bytes follow from the attributes before and after.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import deepcopy
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.edits import Edit, SetAttributes, edits_at
from docops_flask.engine.document.shape import Shape
from docops_flask.engine.formatting.edit import Attributes, Edited
from docops_flask.engine.formatting.property_splices import PropertySplices, Repair
from docops_flask.engine.oxml.markup import name_at
from docops_flask.engine.oxml.names import Vocabulary, properties_of


class _RepairedRun(NamedTuple):
    """A w:r with the properties of a run after repairs; the attributes before and after the last of them."""

    element: _Element
    before: Attributes
    after: Attributes


class _RepairedParagraph(NamedTuple):
    """A shape after one repair, with the attributes before and after."""

    shape: Shape
    before: Attributes
    after: Attributes


_Change = Callable[[_Element], Edited]


class Repairs:
    """Makes the repairs of one document.

    Repairs of runs show in the shapes of their paragraphs once ``apply`` was called: a paragraph may have
    thousands of runs, and its shape is copied once for all of them.
    """

    def __init__(self) -> None:
        self._paragraphs: dict[tuple[Shape, Hashable], _RepairedParagraph] = {}
        self._runs: dict[tuple[Shape, int, tuple[Hashable, ...]], _RepairedRun] = {}
        self._shapes: dict[tuple[Shape, tuple[tuple[int, tuple[Hashable, ...]], ...]], Shape] = {}
        # Repairs of runs that the shape of their paragraph does not show yet: their keys by run.
        self._open: dict[ParagraphPlace, dict[int, tuple[Hashable, ...]]] = {}

    def paragraph(self, place: ParagraphPlace, key: Hashable, change: _Change) -> Edited:
        """Have ``change`` change a w:p; return the attributes before and after, to be read only.

        What it does depends on nothing but the w:p and ``key``. The same repair returns the same objects.
        """
        self._apply(place)
        shape = place.shape
        repaired = self._paragraphs.get((shape, key))
        if repaired is None:
            element = _with_properties_of(shape.element, place.part.w)
            before, after = change(element)
            changed = shape.repaired(element, {})
            repaired = self._paragraphs[shape, key] = _RepairedParagraph(changed, before, after)
        place.shape = repaired.shape
        return repaired.before, repaired.after

    def run(self, place: RunPlace, key: Hashable, change: _Change) -> Edited:
        """Have ``change`` change a w:r, likewise."""
        shape, index = place.paragraph.shape, place.index
        of_paragraph = self._open.setdefault(place.paragraph, {})
        done = of_paragraph.get(index, ())
        keys = of_paragraph[index] = (*done, key)
        repaired = self._runs.get((shape, index, keys))
        if repaired is None:
            run = self._runs[shape, index, done].element if done else shape.runs[index]
            element = _with_properties_of(run, place.paragraph.part.w)
            repaired = self._runs[shape, index, keys] = _RepairedRun(element, *change(element))
        return repaired.before, repaired.after

    def apply(self) -> None:
        """Have the shapes of all paragraphs show the repairs of their runs."""
        for place in tuple(self._open):
            self._apply(place)

    def _apply(self, place: ParagraphPlace) -> None:
        repairs = self._open.pop(place, None)
        if repairs is None:
            return
        shape = place.shape
        key = shape, tuple(repairs.items())
        repaired = self._shapes.get(key)
        if repaired is None:
            runs = {index: self._runs[shape, index, done].element for index, done in repairs.items()}
            repaired = self._shapes[key] = shape.repaired(None, runs)
        place.shape = repaired


def _with_properties_of(owner: _Element, w: Vocabulary) -> _Element:
    """Return a new w:p or w:r with a copy of the properties of ``owner`` and nothing else."""
    element = etree.Element(owner.tag)
    properties = properties_of(owner, w.pPr if owner.tag == w.p else w.rPr)
    if properties is not None:
        element.append(deepcopy(properties))
    return element


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
            of_part = splices[part] = PropertySplices(part.w, is_plain=bool(part.text.prefix))
        scope = place.scope or part.text.root_scope
        prefix = part.text.prefix or name_at(part.text.content, place.start).rpartition(b":")[0]
        found = of_part.of(place.reading, scope, prefix, of_place)
        edits += edits_at(place, found, SetAttributes(place.path))
    return edits
