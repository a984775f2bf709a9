"""Resolves an address (``p3``, ``header1/t0.r1.c2.p0``) to the paragraphs it names in the template.

Text boxes (``textbox0/``, ``textbox0.fallback/``) are numbered across all stories. A text box in two branches
of mc:AlternateContent counts once and has two places (docs/analysis/stories.md).

This is independent of ``engine.document.walk``, which assigns addresses while it walks all stories; this
module resolves a given address step by step.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import (
    ALTERNATE_CONTENT,
    BRANCHES,
    Flow,
    Names,
    blocks_of,
    cells_of,
    children_of,
    has_spans,
    note_number,
    paragraphs_of_plain_rows,
)
from docops_flask.engine.integrity.template_parts import Story

_NOTE_TAGS = "footnote endnote comment"


def find_text_boxes(stories: Sequence[Flow]) -> dict[str, list[Flow]]:
    """Return the flows of all text boxes by address prefix.

    ``stories`` are the flows of the stories, in the order in which text boxes are numbered.
    """
    census = _TextBoxCounter()
    for story in stories:
        if next(story.element.iter(story.names.text_box), None) is None:
            continue
        for flow in notes_in(story) or [story]:
            census.visit(flow)
    return census.found


def notes_in(story: Flow) -> list[Flow]:
    """Return a flow for each note of a footnotes, endnotes or comments part; none for other stories."""
    notes = story.element.iterchildren(*story.names.all(_NOTE_TAGS))
    return [story.inner(note) for note in notes]


class _TextBoxCounter:
    def __init__(self) -> None:
        self.found: dict[str, list[Flow]] = {}
        self._count = 0

    def visit(self, flow: Flow) -> None:
        """Number the text boxes of all paragraphs of ``flow``, including those in its tables."""
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
        for twin in twins:
            self.found.setdefault(f"{prefix}.fallback/", []).append(twin)
            self.visit(twin)


# Text boxes, each with its counterparts in other branches.
_Boxes = list[tuple[_Element, list[_Element]]]


def _boxes_in(element: _Element, names: Names, found: _Boxes) -> _Boxes:
    """Add the text boxes in ``element`` to ``found`` and return it; nested text boxes are left out."""
    for child in element:
        if child.tag == names.text_box:
            found.append((child, []))
        elif child.tag == ALTERNATE_CONTENT:
            found += _paired([_flat(branch, names, []) for branch in _branches_in(child, names)])
        elif len(child) and child.tag not in BRANCHES:
            # Nothing shows a branch outside an mc:AlternateContent.
            _boxes_in(child, names, found)
    return found


def _branches_in(element: _Element, names: Names) -> Iterator[_Element]:
    """Yield the outermost branches in an mc:AlternateContent; in a sound file they are its children."""
    for child in element:
        if child.tag in BRANCHES:
            yield child
        elif child.tag != names.text_box:
            yield from _branches_in(child, names)


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
        # A branch may have fewer text boxes than the first branch, or more.
        for of_box, twin in zip(twins, other, strict=False):
            of_box.append(twin)
    yield from zip(first, twins, strict=True)
    for other in others:
        yield from ((box, []) for box in other[len(first) :])


_NOTE_KINDS = ("footnotes", "endnotes")
# libxml2 allows 256 levels of elements, and each nested table takes three.
_MAX_NESTED = 85
_MAX_DIGITS = 9

# A paragraph and the flow it belongs to.
Paragraph = tuple[_Element, Flow]
StoryFlow = Callable[[Story], Flow | None]


class Addresses:
    """Resolves addresses. ``flow_of`` returns the flow of a story, or ``None`` if its part has none.

    It is called for a story when an address in it is resolved, and for all stories when one in a text box is.
    """

    def __init__(self, stories: Sequence[Story], flow_of: StoryFlow) -> None:
        self._stories = {story.prefix: story for story in stories if story.kind != "comments"}
        self._flow_of = cache(flow_of)
        # Filled for whole flows and tables at once, because placeholders occur together.
        self._known: dict[str, list[Paragraph]] = {}
        self._learned: set[str] = set()
        self._rows = cache(self._find_rows)
        self._cells = cache(self._find_cells)
        self._tables = cache(self._find_tables)
        self._notes_of = cache(self._find_notes)
        self._has_spans: dict[_Element, bool] = {}
        self._text_boxes = cache(self._find_text_boxes)

    def paragraphs(self, path: str) -> list[Paragraph]:
        """Return the paragraphs that ``path`` names, in document order; empty if there are none."""
        found = self._known.get(path)
        if found is None:
            self._cache_addresses(path)
            found = self._known.get(path, [])
        return found

    def holds_paragraphs(self, box: str) -> bool:
        """Say whether a text box whose addresses begin with ``box`` has a paragraph."""
        flows = self._text_boxes().get(box, [])
        return any(next(flow.element.iter(flow.names.p), None) is not None for flow in flows)

    def _cache_addresses(self, path: str) -> None:
        """Cache the addresses of the table that ``path`` is in, or else those of its flow."""
        if path.count(".c") > _MAX_NESTED:
            return
        prefix = path[: path.rfind("p") + 1].removesuffix("p")
        row_path, mark, _ = prefix.rpartition(".c")
        table_path = row_path.rpartition(".r")[0] if mark else ""
        source = table_path or prefix
        if source in self._learned:
            return
        self._learned.add(source)
        if table_path:
            self._cache_table(table_path)
        # The id of a note is arbitrary text and may look like a cell's address.
        if not table_path or path not in self._known:
            for flow in self._flows(prefix):
                self._cache_flow(prefix, flow, flow.paragraphs())

    def _cache_table(self, table_path: str) -> None:
        for flow, rows, spans in self._rows(table_path):
            names = flow.names
            plain = None if spans or not rows else paragraphs_of_plain_rows(rows, names)
            if plain is not None:
                for number, paragraphs in enumerate(plain):
                    prefix = f"{table_path}.r{number}.c"
                    for column, paragraph in enumerate(paragraphs):
                        self._known.setdefault(f"{prefix}{column}.p0", []).append((paragraph, flow))
                continue
            for number, row in enumerate(rows):
                for column, cell in cells_of(row, names, has_spans=spans).items():
                    paragraphs = children_of(cell, names.p, names)
                    self._cache_flow(f"{table_path}.r{number}.c{column}.", flow, paragraphs)

    def _cache_flow(self, prefix: str, flow: Flow, paragraphs: list[_Element]) -> None:
        for number, paragraph in enumerate(paragraphs):
            self._known.setdefault(f"{prefix}p{number}", []).append((paragraph, flow))

    def _flows(self, prefix: str) -> list[Flow]:
        """Return the flows with the address prefix ``prefix``."""
        if prefix in self._stories:
            story = self._stories[prefix]
            flow = self._flow_of(story)
            return [] if flow is None or story.kind in _NOTE_KINDS else [flow]
        if prefix.endswith("/"):
            return self._text_boxes().get(prefix, [])
        row_path, mark, last = prefix.removesuffix(".").rpartition(".c")
        column = _number(last)
        if not mark or column is None or not prefix.endswith("."):
            return self._notes(prefix)
        found = [flow.inner(cells[column]) for flow, cells in self._cells(row_path) if column in cells]
        return found or self._notes(prefix)

    def _notes(self, prefix: str) -> list[Flow]:
        story_prefix, _, note = prefix.partition("/")
        return self._notes_of(f"{story_prefix}/").get(note, [])

    def _find_notes(self, story_prefix: str) -> dict[str, list[Flow]]:
        story = self._stories.get(story_prefix)
        flow = None if story is None or story.kind not in _NOTE_KINDS else self._flow_of(story)
        found: dict[str, list[Flow]] = {}
        for note in [] if flow is None else notes_in(flow):
            found.setdefault(f"n{note_number(note.element, note.names)}.", []).append(note)
        return found

    def _find_cells(self, row_path: str) -> list[tuple[Flow, dict[int, _Element]]]:
        table_path, _, last = row_path.rpartition(".r")
        number = _number(last)
        if number is None:
            return []
        return [
            (flow, cells_of(rows[number], flow.names, has_spans=spans))
            for flow, rows, spans in self._rows(table_path)
            if number < len(rows)
        ]

    def _find_rows(self, table_path: str) -> list[tuple[Flow, list[_Element], bool]]:
        prefix, _, last = table_path.rpartition("t")
        number = _number(last)
        if number is None:
            return []
        found = []
        for flow, tables in self._tables(prefix):
            if number < len(tables):
                rows = children_of(tables[number], flow.names.tr, flow.names)
                found.append((flow, rows, self._spans_in(tables[number], flow.names)))
        return found

    def _find_tables(self, prefix: str) -> list[tuple[Flow, list[_Element]]]:
        return [(flow, flow.tables()) for flow in self._flows(prefix)]

    def _spans_in(self, table: _Element, names: Names) -> bool:
        """Return whether a cell's grid column may differ from its index in the row.

        Nested tables are checked together with the outermost one.
        """
        outer = next(table.iterancestors(names.tbl), None)
        known = None if outer is None else self._has_spans.get(outer)
        if known is None:
            known = has_spans(table, names)
        self._has_spans[table] = known
        return known

    def _find_text_boxes(self) -> dict[str, list[Flow]]:
        flows = [self._flow_of(story) for story in self._stories.values()]
        return find_text_boxes([flow for flow in flows if flow is not None])


def _number(text: str) -> int | None:
    """Return the number in an address, or ``None``; leading zeros are invalid: a place has one address."""
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        return None
    number = int(text)
    return number if str(number) == text else None
