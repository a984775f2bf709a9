"""Walks all stories and gives every paragraph and table its address.

docs/analysis/stories.md describes what Word shows of each wrapper element, and so what the walk visits.
"""

from collections.abc import Callable, Iterator, Sequence

from lxml.etree import _Element

from docops_flask.engine.document.cell_count import CellCount
from docops_flask.engine.document.document import ParagraphPlace, StoryKind, StoryPart, TextBox, Walk
from docops_flask.engine.document.locate import locate
from docops_flask.engine.opc.xml_part import holds
from docops_flask.engine.oxml.names import MC_ALTERNATE_CONTENT, MC_CHOICE, MC_FALLBACK, Vocabulary


def walk_stories(parts: Sequence[StoryPart], max_cells: int) -> Walk:
    """Return all paragraphs and tables of ``parts``, in the order of ``parts``.

    Raises ``TemplateLimitExceeded`` (limit ``table_cells``) if the tables have more than ``max_cells`` grid
    cells, where a cell counts as often as the columns it spans.
    """
    cells = CellCount(max_cells)
    boxes = _TextBoxes()
    walk = Walk()
    for part in parts:
        to = Walk() if part.kind is StoryKind.COMMENTS else walk
        paragraphs, tables = locate(part, cells)
        to.tables.extend(tables)
        if holds(part.text.content, b"txbxContent"):
            boxes.add(paragraphs, to)
        else:
            to.paragraphs.extend(paragraphs)
        if part.kind is StoryKind.COMMENTS:
            walk.comments.extend(to.paragraphs)
    return walk


def separate_mirrors(walk: Walk, are_mirrors: Callable[[ParagraphPlace, ParagraphPlace], bool]) -> None:
    """Make paragraphs of their own of those mirrors in ``walk`` for which ``are_mirrors`` does not hold.

    It gets a paragraph and one of its mirrors.
    """
    paragraphs: list[ParagraphPlace] = []
    for place in walk.paragraphs:
        paragraphs.append(place)
        left = place.mirrors
        while left:
            # What is no mirror of this one may be one of the next that is none.
            original = paragraphs[-1]
            original.mirrors = tuple([each for each in left if are_mirrors(original, each)])
            left = tuple([each for each in left if each not in original.mirrors])
            for parted in left[:1]:
                # In a text box in a text box it has mirrors of its own, which are among these.
                parted.mirrors = ()
                paragraphs.append(parted)
            left = left[1:]
    walk.paragraphs[:] = paragraphs


class _TextBoxes:
    """Gives text boxes their numbers, in document order, and their paragraphs their whole addresses."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, paragraphs: Sequence[ParagraphPlace], walk: Walk) -> None:
        """Add ``paragraphs`` to ``walk``, behind each those of the text boxes in it."""
        for paragraph in paragraphs:
            walk.paragraphs.append(paragraph)
            for box, twins in _paired_boxes(paragraph.boxes):
                self._add_box(box, twins, walk)

    def _add_box(self, box: TextBox, twins: Sequence[TextBox], walk: Walk) -> None:
        name = f"textbox{self._count}"
        self._count += 1
        found = Walk()
        self._content(box, f"{name}/", found)
        if twins:
            mirrored = _Mirrored(found.paragraphs)
            for twin in twins:
                other = Walk()
                self._content(twin, f"{name}.fallback/", other)
                mirrored.pair(other.paragraphs)
            found.paragraphs = mirrored.paragraphs()
        walk.paragraphs.extend(found.paragraphs)
        walk.tables.extend(found.tables)

    def _content(self, box: TextBox, prefix: str, found: Walk) -> None:
        for paragraph in box.paragraphs:
            paragraph.path = prefix + paragraph.path
        for table in box.tables:
            table.path = prefix + table.path
        found.tables.extend(box.tables)
        self.add(box.paragraphs, found)


class _Mirrored:
    """The paragraphs of a text box, each with its mirrors in other branches of mc:AlternateContent.

    Pairing a branch takes time proportional to that branch, regardless of the branches before it.
    """

    def __init__(self, paragraphs: Sequence[ParagraphPlace]) -> None:
        # A stack with the first paragraph on top: a short branch touches only the first paragraphs.
        self._pending = [_TwinParagraph(place) for place in reversed(paragraphs)]

    def pair(self, others: Sequence[ParagraphPlace]) -> None:
        """Make each of ``others`` a mirror of the paragraph at the same index if their texts are equal.

        The rest become paragraphs of their own.
        """
        met: list[_TwinParagraph] = []
        for place in others:
            other = _TwinParagraph(place)
            twin = self._pending.pop() if self._pending else None
            if twin is None:
                met.append(other)
            elif twin.place.reading.text == place.reading.text:
                # A text box in a text box has mirrors of its own.
                twin.mirrors += (place, *place.mirrors)
                met.append(twin)
            else:
                met += (twin, other)
        self._pending.extend(reversed(met))

    def paragraphs(self) -> list[ParagraphPlace]:
        """Return all of them in the order of the box."""
        for twin in self._pending:
            twin.place.mirrors += tuple(twin.mirrors)
        return [twin.place for twin in reversed(self._pending)]


class _TwinParagraph:
    """A paragraph and those found so far that show the same text in other branches."""

    __slots__ = ("mirrors", "place")

    def __init__(self, place: ParagraphPlace) -> None:
        self.place = place
        self.mirrors: list[ParagraphPlace] = []


def _paired_boxes(boxes: Sequence[TextBox]) -> list[tuple[TextBox, list[TextBox]]]:
    """Return a paragraph's text boxes, each with its twins in other branches of mc:AlternateContent."""
    groups: dict[int, dict[int, list[TextBox]]] = {}
    # In the order of their first boxes: a box alone, or the mc:AlternateContent of several.
    order: list[TextBox | int] = []
    for box in boxes:
        if box.owner < 0 or box.branch < 0:
            # Nothing shows a branch outside an mc:AlternateContent, nor what stands beside branches in one.
            if box.owner == box.branch:
                order.append(box)
            continue
        if box.owner not in groups:
            groups[box.owner] = {}
            order.append(box.owner)
        groups[box.owner].setdefault(box.branch, []).append(box)
    paired: list[tuple[TextBox, list[TextBox]]] = []
    for each in order:
        if isinstance(each, int):
            paired.extend(_paired(groups[each]))
        else:
            paired.append((each, []))
    return paired


def _paired(branches: dict[int, list[TextBox]]) -> list[tuple[TextBox, list[TextBox]]]:
    first, *others = branches.values()
    pairs: list[tuple[TextBox, list[TextBox]]] = [(box, []) for box in first]
    for other in others:
        # A branch may have fewer text boxes than the first branch, or more.
        for (_, twins), twin in zip(pairs[: len(other)], other, strict=False):
            twins.append(twin)
    for other in others:
        pairs.extend((box, []) for box in other[len(first) :])
    return pairs


def _transparent(element: _Element, w: Vocabulary) -> Iterator[_Element]:
    """Yield the content of a wrapper element (w:sdt, w:ins and so on); nothing for any other element."""
    tag = element.tag
    if tag == w.sdt:
        content = element.find(w.sdtContent)
        if content is not None:
            yield content
    elif tag in (w.customXml, w.smartTag, w.ins, w.moveTo, w.hyperlink):
        yield element
    elif tag == MC_ALTERNATE_CONTENT:
        yield from (branch for branch in element if branch.tag in (MC_CHOICE, MC_FALLBACK))


def children_named(parent: _Element, wanted: str, w: Vocabulary) -> Iterator[_Element]:
    """Yield the children with the Clark name ``wanted``, including those inside wrapper elements."""
    # An explicit stack: with nested generators each element would pass through one generator per level.
    pending = [iter(parent)]
    while pending:
        child = next(pending[-1], None)
        if child is None:
            pending.pop()
        elif child.tag == wanted:
            yield child
        else:
            pending.extend(iter(inner) for inner in reversed([*_transparent(child, w)]))
