"""The data of an opened Word document: stories, related parts, and the places of paragraphs, tables and runs.

An address names a story, a paragraph, a table or a run (contract section 2, Paths).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Literal, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.document.rendering import Filled, Rendering
from docops_flask.engine.document.shape import Paragraph, Shape
from docops_flask.engine.document.shapes import KnownShapes, Shapes, parse_fragment
from docops_flask.engine.opc.xml_part import Encoding
from docops_flask.engine.oxml.markup import TOKEN, PartText, Scope, element_end
from docops_flask.engine.oxml.names import Vocabulary


class StoryKind(Enum):
    """The kinds of story (text flow) in a Word document."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTES = "footnotes"
    ENDNOTES = "endnotes"
    COMMENTS = "comments"
    TEXTBOX = "textbox"


class TablePlace:
    """A table and its address (``t0``, ``t0.r0.c0.t0``); ``depth`` counts the tables around it.

    It begins at ``start`` of the part's bytes, its end tag at ``end``; ``row_count`` counts its rows;
    ``scope`` is as for a paragraph. No two places are the same.
    """

    __slots__ = ("_element", "depth", "end", "part", "path", "row_count", "scope", "start", "story")

    def __init__(self, part: StoryPart, story: StoryKind, path: str, depth: int, start: int) -> None:
        self.part = part
        self.story = story
        self.path = path
        self.depth = depth
        self.start = start
        self.end = start
        self.row_count = 0
        self.scope: Scope | None = None
        self._element: _Element | None = None

    @property
    def properties(self) -> _Element | None:
        """Its w:tblPr, which the schema wants to be its first child (17.4.37)."""
        text, w = self.part.text, self.part.w
        table = TOKEN.match(text.content, self.start)
        assert table is not None
        first = TOKEN.match(text.content, table.end())
        if text.prefix and first is not None and first[2] == text.prefix + b":tblPr":
            return self.part.parse(first.start(), element_end(text.content, first.start()))
        return self.element.find(w.tblPr)

    @property
    def element(self) -> _Element:
        """The w:tbl as a tree, parsed when it is first asked for."""
        if self._element is None:
            content = self.part.text.content
            table = TOKEN.match(content, self.start)
            assert table is not None
            # An empty-element tag has no end tag behind it.
            end = self.end if table[3].endswith(b"/") else content.index(b">", self.end) + 1
            self._element = self.part.parse(self.start, end, self.scope)
        return self._element


class CellPlace(NamedTuple):
    """A table cell: its table, its row index and its index among the cells of that row (both from 0)."""

    table: TablePlace
    row: int
    number: int


class TextBox:
    """The content of a text box: ``start``:``end`` are its bytes.

    ``owner`` is the outermost mc:AlternateContent around it and ``branch`` its branch there, both as the
    number of the byte where they begin, -1 where there is none.
    """

    __slots__ = ("branch", "end", "owner", "paragraphs", "start", "tables")

    def __init__(self, start: int, owner: int, branch: int) -> None:
        self.start = start
        self.end = start
        self.owner = owner
        self.branch = branch
        self.paragraphs: list[ParagraphPlace] = []
        self.tables: list[TablePlace] = []


class ParagraphPlace:
    """A paragraph and its address.

    ``path`` is the whole address (``p3``, ``header1/t0.r1.c2.p0``); ``story`` is the kind of text flow
    it belongs to (a text box in the body is ``TEXTBOX``); ``table_depth`` counts the tables around
    it inside its story; ``part`` is where it is stored; ``cell`` is the cell it stands in, the innermost
    one. ``mirrors`` holds the paragraphs that show the same text in the other branch of an
    ``mc:AlternateContent``.

    Its start tag begins at ``start`` of the part's bytes, its content is ``content``:``end``; ``boxes`` are
    the text boxes in it, whose bytes are no text of its own. ``scope`` are the namespaces in scope where
    they differ from those of the root. No two places are the same.
    """

    __slots__ = (
        "_reading", "boxes", "cell", "content", "end", "mirrors", "part", "path",
        "scope", "start", "story", "table_depth",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917, thousands are made, and names take time
        self,
        part: StoryPart,
        story: StoryKind,
        path: str,
        table_depth: int,
        cell: CellPlace | None,
        start: int,
        content: int,
        end: int,
    ) -> None:
        self.part = part
        self.story = story
        self.path = path
        self.table_depth = table_depth
        self.cell = cell
        self.start = start
        self.content = content
        self.end = end
        self.boxes: tuple[TextBox, ...] = ()
        self.mirrors: tuple[ParagraphPlace, ...] = ()
        self.scope: Scope | None = None
        self._reading: Paragraph | None = None

    @property
    def own_bytes(self) -> bytes:
        """The bytes between its tags, those of its text boxes left out."""
        content = self.part.text.content
        if not self.boxes:
            return content[self.content : self.end]
        pieces, at = [], self.content
        for box in self.boxes:
            pieces.append(content[at : box.start])
            at = box.end
        pieces.append(content[at : self.end])
        return b"".join(pieces)

    def position(self, offset: int) -> int:
        """Return where the byte ``offset`` of ``own_bytes`` lies in the part."""
        at = self.content + offset
        for box in self.boxes:
            if at < box.start:
                break
            at += box.end - box.start
        return at

    @property
    def reading(self) -> Paragraph:
        """Its text and its shape in the template."""
        if self._reading is None:
            self._reading = self.part.shapes.paragraph(self.own_bytes, self.scope)
        return self._reading

    @reading.setter
    def reading(self, reading: Paragraph) -> None:
        self._reading = reading

    def fill(self, filled: Filled) -> None:
        """Have ``filled`` for its own bytes in this rendering."""
        self.part.rendering.filled[self] = filled

    @property
    def keeps_look(self) -> bool:
        """Whether it looks as in the template, for nothing but texts and marks between them differ."""
        filled = self.part.rendering.filled.get(self)
        return filled is None or filled.keeps_look

    @property
    def now(self) -> Paragraph:
        """Its text as it is now: in the template or, once it was filled, in the result."""
        filled = self.part.rendering.filled.get(self)
        return self.reading if filled is None else filled.now(self.part.shapes, self.scope)

    @property
    def shape(self) -> Shape:
        """The shape that tells how it looks now, repairs included; ``now`` tells its texts."""
        repaired = self.part.rendering.shapes.get(self)
        if repaired is not None:
            return repaired
        return self.reading.shape if self.keeps_look else self.now.shape

    @shape.setter
    def shape(self, shape: Shape) -> None:
        self.part.rendering.shapes[self] = shape

    def first_run_with_text(self) -> RunPlace | None:
        """Return the run of its first character that stands in a w:t, as it is now."""
        index = self.now.first_run_with_text()
        return None if index is None else self.run(index)

    def run(self, index: int) -> RunPlace:
        """Return its run number ``index``."""
        return RunPlace(index, f"{self.path}:r{index}", self)

    @property
    def element(self) -> _Element:
        """A w:p whose properties are its own now; others that look alike share it, so it is not changed."""
        return self.shape.element


class RunPlace(NamedTuple):
    """A run and its address (``p3:r1``): ``index`` says the how-many-eth run of its paragraph it is."""

    # The method of tuples that the field hides is not used.
    index: int  # type: ignore[assignment]
    run_id: str
    paragraph: ParagraphPlace

    @property
    def element(self) -> _Element:
        """A w:r that looks as it does now; as ``ParagraphPlace.element``."""
        return self.paragraph.shape.runs[self.index]


def read_together(places: Iterable[ParagraphPlace]) -> None:
    """Read paragraphs, all of a part in one go: faster than one by one when they are first asked for."""
    by_part: dict[StoryPart, list[ParagraphPlace]] = {}
    for place in places:
        if place._reading is None:
            by_part.setdefault(place.part, []).append(place)
    for part, of_part in by_part.items():
        content = part.text.content
        if any(place.boxes or place.scope is not None for place in of_part):
            readings = part.shapes.read([(place.own_bytes, place.scope) for place in of_part])
        else:
            readings = part.shapes.read_usual([content[place.content : place.end] for place in of_part])
        for place, reading in zip(of_part, readings, strict=True):
            place._reading = reading


class Walk:
    """All paragraphs and tables of a document, in document order; those of comments are kept separately.

    ``paragraphs`` does not contain the mirrors; these are in ``mirrors`` of the paragraph they repeat.
    """

    __slots__ = ("comments", "paragraphs", "tables")

    def __init__(self) -> None:
        self.paragraphs: list[ParagraphPlace] = []
        self.tables: list[TablePlace] = []
        self.comments: list[ParagraphPlace] = []


class StoryPart:
    """A package part that holds text: its bytes, its kind and what addresses in it begin with.

    ``prefix`` is "" for the body, ``header1/`` and the like elsewhere. ``text`` are its bytes as UTF-8,
    ``encoding`` says how the package has them where that is another. ``shapes`` are its paragraphs by their
    bytes, ``rendering`` what is made of them now. ``distinct`` is each stretch of the bytes between two ends
    of paragraphs, once: a word of markup stands there if it stands in the part, and a table has few.
    ``between`` are the bytes between paragraphs, likewise: the markup of tables, rows and cells is there.
    ``counts`` keeps what was counted in the bytes.
    """

    __slots__ = (
        "_by_end",
        "between",
        "counts",
        "distinct",
        "encoding",
        "kind",
        "name",
        "paragraphs",
        "prefix",
        "rendering",
        "shapes",
        "text",
        "w",
    )

    def __init__(
        self,
        name: str,
        kind: StoryKind,
        prefix: str,
        text: PartText,
        w: Vocabulary,
        *,
        encoding: Encoding | None = None,
        shapes: KnownShapes | None = None,
    ) -> None:
        """``shapes`` are those of parts with the same root, as ``Shapes`` has them."""
        self.name = name
        self.kind = kind
        self.prefix = prefix
        self.text = text
        self.encoding = encoding
        self.w = w
        self.shapes = Shapes(text, w, shapes)
        # All paragraphs of the part, those of text boxes too, in the order of their start tags.
        self.paragraphs: list[ParagraphPlace] = []
        self._by_end: dict[int, ParagraphPlace] | None = None
        self.rendering: Rendering[ParagraphPlace] = Rendering()
        self.distinct = self.between = text.content
        self.counts: dict[bytes, int] = {}

    @property
    def content(self) -> bytes:
        """Its bytes as UTF-8."""
        return self.text.content

    def sibling_before(self, place: ParagraphPlace) -> ParagraphPlace | Literal[False] | None:
        """Return the paragraph right before ``place``, in the same container.

        ``None`` where ``place`` is the first of its container, ``False`` where something else comes before.
        """
        content = self.text.content
        end = place.start
        while content[end - 1 : end].isspace():
            end -= 1
        if self._by_end is None:
            self._by_end = {each.end: each for each in self.paragraphs}
        tag = content.rfind(b"<", 0, end)
        if tag < 0 or content[end - 1] != 0x3E:
            return False
        found = self._by_end.get(tag if content.startswith(b"</", tag) else end)
        if found is not None:
            return found
        is_start = content[tag + 1] not in b"/!?" and content[end - 2] != 0x2F
        return None if is_start else False

    def parse(self, start: int, end: int, scope: Scope | None = None) -> _Element:
        """Return the element whose bytes are ``start``:``end``; ``scope`` is as for a paragraph."""
        return parse_fragment(self.text.content[start:end], scope or self.text.root_scope)


class Document(NamedTuple):
    """An opened document. ``styles`` is the root of the styles part, or ``None`` if there is none.

    ``related`` holds the other parts that affect formatting: numbering, theme, settings.
    """

    parts: tuple[StoryPart, ...]
    styles: _Element | None
    walk: Walk
    related: RelatedParts = RelatedParts()

    def fillings(self) -> Iterator[tuple[ParagraphPlace, Filled]]:
        """Yield the paragraphs that are filled in this rendering, each with what becomes of it."""
        # The parts may share one rendering.
        for rendering in dict.fromkeys(part.rendering for part in self.parts):
            yield from rendering.filled.items()

    @contextmanager
    def as_in_template(self) -> Iterator[None]:
        """Return a context in which nothing is filled or repaired."""
        renderings = [part.rendering for part in self.parts]
        self.begin_rendering()
        try:
            yield
        finally:
            for part, rendering in zip(self.parts, renderings, strict=True):
                part.rendering = rendering

    def distinct_fillings(self) -> set[Filled]:
        """Return what becomes of paragraphs in this rendering; those that are filled alike share one."""
        renderings = dict.fromkeys(part.rendering for part in self.parts)
        return {filled for rendering in renderings for filled in rendering.filled.values()}

    def keeps_looks(self) -> bool:
        """Say whether filling changes nothing but texts, and adds no line breaks."""
        # The parts may share one rendering.
        renderings = dict.fromkeys(part.rendering for part in self.parts)
        return all(rendering.keeps_looks() for rendering in renderings)

    def begin_rendering(self) -> None:
        """Forget what the last rendering made of the paragraphs; there is one at a time."""
        rendering: Rendering[ParagraphPlace] = Rendering()
        for part in self.parts:
            part.rendering = rendering
