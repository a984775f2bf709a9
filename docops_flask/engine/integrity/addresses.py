"""From an address (``p3``, ``header1/t0.r1.c2.p0``) to the paragraphs it names, in the template's stories.

Text boxes (``textbox0/``, ``textbox0.fallback/``) are counted through all stories.

What stands in two branches of mc:AlternateContent is one box with two places (docs/analysis/stories.md).

The code that fills walks all stories and gives addresses out; here an address is followed down, step by step.
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


_NOTE_KINDS = ("footnotes", "endnotes")
# libxml2 reads 256 levels of elements; a table in a table takes three.
_MAX_NESTED = 85
_MAX_DIGITS = 9

# A paragraph that an address leads to, and the flow whose part and names it has.
Paragraph = tuple[_Element, Flow]
StoryFlow = Callable[[Story], Flow | None]


class Addresses:
    """Follows addresses; ``flow_of`` gives the flow of a story's root, ``None`` where it holds no story.

    It is asked for a story that an address leads into, for all when one leads to a text box.
    """

    def __init__(self, stories: Sequence[Story], flow_of: StoryFlow) -> None:
        self._stories = {story.prefix: story for story in stories if story.kind != "comments"}
        self._flow_of = cache(flow_of)
        # Whole flows and tables are learned at once: where one placeholder is, others are.
        self._known: dict[str, list[Paragraph]] = {}
        self._learned: set[str] = set()
        self._rows = cache(self._find_rows)
        self._cells = cache(self._find_cells)
        self._tables = cache(self._find_tables)
        self._notes_of = cache(self._find_notes)
        self._has_spans: dict[_Element, bool] = {}
        self._text_boxes = cache(self._find_text_boxes)

    def paragraphs(self, path: str) -> list[Paragraph]:
        """Return the paragraphs that ``path`` names, in document order; none when it leads nowhere."""
        found = self._known.get(path)
        if found is None:
            self._learn(path)
            found = self._known.get(path, [])
        return found

    def _learn(self, path: str) -> None:
        """Learn the addresses of the table that ``path`` leads into, else of its flow."""
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
            self._learn_table(table_path)
        # A note's id may look like anything, a cell's address too.
        if not table_path or path not in self._known:
            for flow in self._flows(prefix):
                self._learn_flow(prefix, flow, flow.paragraphs())

    def _learn_table(self, table_path: str) -> None:
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
                    self._learn_flow(f"{table_path}.r{number}.c{column}.", flow, paragraphs)

    def _learn_flow(self, prefix: str, flow: Flow, paragraphs: list[_Element]) -> None:
        for number, paragraph in enumerate(paragraphs):
            self._known.setdefault(f"{prefix}p{number}", []).append((paragraph, flow))

    def _flows(self, prefix: str) -> list[Flow]:
        """Return the flows in which addresses begin with ``prefix``."""
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
        """Say whether a cell may stand elsewhere than in the column of its number.

        It is looked for once where tables lie in one another.
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
    """Return a place's number; without leading zeros and the like: every place has one address."""
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        return None
    number = int(text)
    return number if str(number) == text else None
