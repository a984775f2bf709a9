"""Walks all stories and gives every paragraph and table its address.

docs/analysis/stories.md describes what Word shows of each wrapper element, and so what the walk visits.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from lxml.etree import _Element

from docops_flask.engine.document.document import (
    CellPlace,
    ParagraphPlace,
    StoryKind,
    StoryPart,
    TablePlace,
    Walk,
)
from docops_flask.engine.document.paragraph_text import visible_text
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.oxml.names import (
    MC_ALTERNATE_CONTENT,
    MC_CHOICE,
    MC_FALLBACK,
    Vocabulary,
    first_child,
    to_integer,
)

_MAX_GRID_COLUMNS = 63
_MAX_NOTE_ID_CHARACTERS = 16


def walk_stories(parts: Sequence[StoryPart], max_cells: int) -> Walk:
    """Return all paragraphs and tables of ``parts``, in the order of ``parts``.

    Raises ``TemplateLimitExceeded`` (limit ``table_cells``) if the tables have more than ``max_cells`` grid
    cells, where a cell counts as often as the columns it spans.
    """
    walker = _Walker(max_cells)
    walk = Walk()
    for part in parts:
        if part.kind is StoryKind.COMMENTS:
            aside = Walk()
            walker.walk_part(part, aside)
            walk.comments.extend(aside.paragraphs)
        else:
            walker.walk_part(part, walk)
    return walk


class _Flow:
    """The container being walked: its address prefix and how many paragraphs and tables it had so far."""

    __slots__ = ("cell", "depth", "paragraphs", "part", "prefix", "story", "tables")

    def __init__(
        self, part: StoryPart, prefix: str, story: StoryKind, depth: int, cell: CellPlace | None = None
    ) -> None:
        self.part = part
        self.prefix = prefix
        self.story = story
        self.depth = depth
        self.cell = cell
        self.paragraphs = 0
        self.tables = 0


class _Walker:
    def __init__(self, max_cells: int) -> None:
        self._cells = 0
        self._max_cells = max_cells
        self._textboxes = 0

    def walk_part(self, part: StoryPart, walk: Walk) -> None:
        w = part.w
        # Most parts have no text box; one check for the part saves a check for each paragraph.
        has_textboxes = next(part.root.iter(w.txbxContent), None) is not None
        if part.kind in (StoryKind.FOOTNOTES, StoryKind.ENDNOTES, StoryKind.COMMENTS):
            for note in part.root:
                if note.tag in (w.footnote, w.endnote, w.comment):
                    prefix = f"{part.prefix}n{_note_id(note, w)}."
                    self._blocks(note, _Flow(part, prefix, part.kind, 0), walk, has_textboxes)
            return
        container = part.root
        if part.kind is StoryKind.BODY:
            body = part.root.find(w.body)
            if body is None:
                return
            container = body
        self._blocks(container, _Flow(part, part.prefix, part.kind, 0), walk, has_textboxes)

    def _blocks(self, container: _Element, flow: _Flow, walk: Walk, has_textboxes: bool) -> None:
        w = flow.part.w
        for child in container:
            tag = child.tag
            if tag == w.p:
                path = f"{flow.prefix}p{flow.paragraphs}"
                flow.paragraphs += 1
                walk.paragraphs.append(
                    ParagraphPlace(child, path, flow.story, flow.part, flow.depth, flow.cell)
                )
                if has_textboxes:
                    self._textboxes_in(child, flow.part, walk)
            elif tag == w.tbl:
                path = f"{flow.prefix}t{flow.tables}"
                flow.tables += 1
                table = TablePlace(child, path, flow.story, flow.part, flow.depth)
                walk.tables.append(table)
                self._table(table, flow, walk, has_textboxes)
            else:
                for inner in _transparent(child, w):
                    self._blocks(inner, flow, walk, has_textboxes)

    def _table(self, table: TablePlace, flow: _Flow, walk: Walk, has_textboxes: bool) -> None:
        w = flow.part.w
        if not has_textboxes and _is_plain(table.element, w):
            self._plain_table(table, flow, walk)
            return
        for row_index, row in enumerate(children_named(table.element, w.tr, w)):
            column = _grid_before(row, w)
            for cell_index, cell in enumerate(children_named(row, w.tc, w)):
                prefix = f"{table.path}.r{row_index}.c{column}."
                place = CellPlace(table, row_index, cell_index)
                inner = _Flow(flow.part, prefix, flow.story, flow.depth + 1, place)
                span = _grid_span(cell, w)
                self._count_cells(span)
                self._blocks(cell, inner, walk, has_textboxes)
                column += span

    def _plain_table(self, table: TablePlace, flow: _Flow, walk: Walk) -> None:
        """Walk a table without spans, wrappers and nested tables, as nearly all large tables are."""
        part, story, depth, add = flow.part, flow.story, flow.depth + 1, walk.paragraphs.append
        tc, p = part.w.tc, part.w.p
        for row_index, row in enumerate(table.element.iterchildren(part.w.tr)):
            row_path = f"{table.path}.r{row_index}.c"
            for column, cell in enumerate(row.iterchildren(tc)):
                self._count_cells(1)
                place = CellPlace(table, row_index, column)
                for number, paragraph in enumerate(cell.iterchildren(p)):
                    add(ParagraphPlace(paragraph, f"{row_path}{column}.p{number}", story, part, depth, place))

    def _count_cells(self, span: int) -> None:
        self._cells += span
        if self._cells > self._max_cells or span > _MAX_GRID_COLUMNS:
            raise TemplateLimitExceeded(
                "template: its tables have too many cells, or a cell spans more than "
                f"{_MAX_GRID_COLUMNS} columns; {self._max_cells} cells are allowed.",
                limit="table_cells",
                maximum=self._max_cells,
            )

    def _textboxes_in(self, paragraph: _Element, part: StoryPart, walk: Walk) -> None:
        for box, twins in _own_textboxes(paragraph, part.w):
            name = f"textbox{self._textboxes}"
            self._textboxes += 1
            found = Walk()
            self._textbox(box, part, f"{name}/", found)
            if twins:
                mirrored = _Mirrored(found.paragraphs)
                for twin in twins:
                    other = Walk()
                    self._textbox(twin, part, f"{name}.fallback/", other)
                    mirrored.pair(other.paragraphs)
                found.paragraphs = mirrored.paragraphs()
            walk.paragraphs.extend(found.paragraphs)
            walk.tables.extend(found.tables)

    def _textbox(self, box: _Element, part: StoryPart, prefix: str, found: Walk) -> None:
        counter = self._textboxes
        self._blocks(box, _Flow(part, prefix, StoryKind.TEXTBOX, 0), found, True)
        if ".fallback/" in prefix:
            # Text boxes nested in both branches are one text box; the first branch counted them.
            self._textboxes = counter


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
            elif twin.text() == other.text():
                twin.mirrors.append(place)
                met.append(twin)
            else:
                met += (twin, other)
        self._pending.extend(reversed(met))

    def paragraphs(self) -> list[ParagraphPlace]:
        """Return the paragraphs in document order, with their mirrors."""
        return [
            twin.place._replace(mirrors=(*twin.place.mirrors, *twin.mirrors)) if twin.mirrors else twin.place
            for twin in reversed(self._pending)
        ]


class _TwinParagraph:
    """A paragraph with its mirrors; its text is read at the first comparison and kept."""

    __slots__ = ("_text", "mirrors", "place")

    def __init__(self, place: ParagraphPlace) -> None:
        self.place = place
        self.mirrors: list[ParagraphPlace] = []
        self._text: str | None = None

    def text(self) -> str:
        if self._text is None:
            self._text = visible_text(self.place.element, self.place.part.w)
        return self._text


def _own_textboxes(paragraph: _Element, w: Vocabulary) -> list[tuple[_Element, list[_Element]]]:
    """Return the paragraph's text boxes, each with its counterparts in other mc:AlternateContent branches.

    Nested text boxes are left out: they belong to the paragraphs of the outer text box.
    """
    if next(paragraph.iter(w.txbxContent), None) is None:
        return []
    alone: list[tuple[_Element, list[_Element]]] = []
    groups: dict[_Element, dict[_Element, list[_Element]]] = {}
    for box, owner, branch in _boxes_with_branches(paragraph, w):
        if owner is None or branch is None:
            if branch is None:
                alone.append((box, []))
            continue
        if owner not in groups:
            groups[owner] = {}
            alone.append((owner, []))
        groups[owner].setdefault(branch, []).append(box)
    boxes: list[tuple[_Element, list[_Element]]] = []
    for box, twins in alone:
        boxes.extend(_paired(groups[box]) if box in groups else [(box, twins)])
    return boxes


def _paired(branches: dict[_Element, list[_Element]]) -> list[tuple[_Element, list[_Element]]]:
    first, *others = branches.values()
    pairs: list[tuple[_Element, list[_Element]]] = [(box, []) for box in first]
    for other in others:
        # A branch may have fewer text boxes than the first branch, or more.
        for (_, twins), twin in zip(pairs[: len(other)], other, strict=False):
            twins.append(twin)
    for other in others:
        pairs.extend((box, []) for box in other[len(first) :])
    return pairs


_Branched = tuple[_Element, _Element | None, _Element | None]


def _boxes_with_branches(paragraph: _Element, w: Vocabulary) -> list[_Branched]:
    """Return each text box with the outermost mc:AlternateContent around it and the branch it is in.

    Nested text boxes are left out.
    """
    found: list[_Branched] = []

    def visit(element: _Element, owner: _Element | None, branch: _Element | None) -> None:
        for child in element:
            if child.tag == w.txbxContent:
                found.append((child, owner, branch))
            elif child.tag == MC_ALTERNATE_CONTENT:
                visit(child, child if owner is None else owner, branch)
            elif child.tag in (MC_CHOICE, MC_FALLBACK):
                visit(child, owner, child if branch is None else branch)
            elif len(child):
                visit(child, owner, branch)

    visit(paragraph, None, None)
    return found


def _note_id(note: _Element, w: Vocabulary) -> str:
    """Return a note's w:id, or "" if it is too long for a number: every address in the note repeats it."""
    note_id = note.get(w.id, "")
    return note_id if len(note_id) <= _MAX_NOTE_ID_CHARACTERS else ""


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


def _is_plain(table: _Element, w: Vocabulary) -> bool:
    """Return whether a table has no nested tables, wrappers or spans: rows and cells are direct children."""
    return next(table.iterdescendants(*_not_plain(w)), None) is None


@lru_cache(maxsize=2)
def _not_plain(w: Vocabulary) -> tuple[str, ...]:
    # Elements that may wrap rows, cells or paragraphs. Where they wrap only runs, the general walk is used
    # without need, which is slower but correct.
    wrappers = (w.sdt, w.customXml, w.smartTag, w.ins, w.moveTo, w.hyperlink, MC_ALTERNATE_CONTENT)
    return (w.tbl, w.gridSpan, w.gridBefore, *wrappers)


def _grid_before(row: _Element, w: Vocabulary) -> int:
    properties = first_child(row, w.trPr)
    before = None if properties is None else first_child(properties, w.gridBefore)
    return 0 if before is None else max(0, to_integer(before.get(w.val)) or 0)


def _grid_span(cell: _Element, w: Vocabulary) -> int:
    properties = first_child(cell, w.tcPr)
    span = None if properties is None else first_child(properties, w.gridSpan)
    return 1 if span is None else max(1, to_integer(span.get(w.val)) or 1)
