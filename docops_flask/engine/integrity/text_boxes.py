"""Text boxes by their addresses (``textbox0/``, ``textbox0.fallback/``), counted through all stories.

What stands in two branches of mc:AlternateContent is one box with two places (docs/analysis/stories.md).
"""

from collections.abc import Iterator, Sequence

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import blocks_of, cells_of, children_of
from docops_flask.engine.integrity.flow import Flow
from docops_flask.engine.integrity.names import ALTERNATE_CONTENT, BRANCHES, Names

_NOTE_TAGS = "footnote endnote comment"


def find_text_boxes(stories: Sequence[Flow]) -> dict[str, list[Flow]]:
    """Return the flows of all text boxes by what addresses in them begin with.

    ``stories`` are the flows of the stories in the order in which boxes are counted.
    """
    census = _Census()
    for story in stories:
        if next(story.element.iter(story.names.text_box), None) is None:
            continue
        for flow in notes_in(story) or [story]:
            census.visit(flow)
    return census.found


def notes_in(story: Flow) -> list[Flow]:
    """Return the notes of a story of notes, each a flow of its own; none in another story."""
    notes = story.element.iterchildren(*story.names.all(_NOTE_TAGS))
    return [story.inner(note) for note in notes]


class _Census:
    def __init__(self) -> None:
        self.found: dict[str, list[Flow]] = {}
        self._count = 0

    def visit(self, flow: Flow) -> None:
        """Count the boxes of all paragraphs of ``flow``, those in its tables too."""
        names = flow.names
        for block in blocks_of(flow.element, names):
            if block.tag == names.p:
                for box, twins in _boxes_in(block, names, []):
                    self._enter(flow.inner(box), [flow.inner(twin) for twin in twins])
                continue
            for row in children_of(block, names.tr, names):
                for cell in cells_of(row, names).values():
                    self.visit(flow.inner(cell))

    def _enter(self, box: Flow, twins: Sequence[Flow]) -> None:
        prefix = f"textbox{self._count}"
        self._count += 1
        self.found.setdefault(f"{prefix}/", []).append(box)
        self.visit(box)
        counted = self._count
        for twin in twins:
            self.found.setdefault(f"{prefix}.fallback/", []).append(twin)
            self.visit(twin)
            # A box in both branches is one box.
            self._count = counted


# A box with its twins in other branches.
_Boxes = list[tuple[_Element, list[_Element]]]


def _boxes_in(element: _Element, names: Names, found: _Boxes) -> _Boxes:
    """Add the boxes in ``element``, not those in a box, to ``found``, and return it."""
    for child in element:
        if child.tag == names.text_box:
            found.append((child, []))
        elif child.tag == ALTERNATE_CONTENT:
            found += _paired([_flat(branch, names, []) for branch in child.iterchildren(*BRANCHES)])
        elif len(child):
            _boxes_in(child, names, found)
    return found


def _flat(element: _Element, names: Names, found: list[_Element]) -> list[_Element]:
    for child in element:
        if child.tag == names.text_box:
            found.append(child)
        else:
            _flat(child, names, found)
    return found


def _paired(branches: list[list[_Element]]) -> Iterator[tuple[_Element, list[_Element]]]:
    filled = [branch for branch in branches if branch]
    if not filled:
        return
    first, *others = filled
    twins: list[list[_Element]] = [[] for _ in first]
    for other in others:
        # A branch may hold fewer boxes than the first, or more.
        for of_box, twin in zip(twins, other, strict=False):
            of_box.append(twin)
    yield from zip(first, twins, strict=True)
    for other in others:
        yield from ((box, []) for box in other[len(first) :])
