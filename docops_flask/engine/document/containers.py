"""What the containers of a story hold: paragraphs and tables with their addresses, met in document order.

See docs/analysis/stories.md for what Word shows of each wrapper and why the walk treats it so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from docops_flask.engine.document.cell_count import CellCount
from docops_flask.engine.document.document import (
    CellPlace,
    ParagraphPlace,
    StoryKind,
    StoryPart,
    TablePlace,
    TextBox,
)
from docops_flask.engine.document.element_kinds import (
    ALTERNATE,
    BODY,
    BOX,
    BRANCH,
    CELL,
    CELL_PROPERTIES,
    GRID_BEFORE,
    GRID_SPAN,
    NOTE,
    PARAGRAPH,
    ROW,
    ROW_PROPERTIES,
    SDT,
    SDT_CONTENT,
    TABLE,
    WRAPPER,
)
from docops_flask.engine.oxml.names import to_integer


class Found(NamedTuple):
    """Where the paragraphs and tables of a story or text box go, in document order.

    ``all_paragraphs`` are those of the part.
    """

    part: StoryPart
    story: StoryKind
    paragraphs: list[ParagraphPlace]
    tables: list[TablePlace]
    all_paragraphs: list[ParagraphPlace]


class Context:
    """What an open element means to the elements in it. An element of no meaning keeps the context."""

    __slots__ = ()

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        """Return the context inside a child of ``kind`` whose start tag is ``start``:``end``."""
        return _IGNORED

    def whole_paragraph(self, start: int, content: int, end: int) -> None:
        """Take a paragraph that holds nothing that matters; its content is ``content``:``end``."""

    def close(self, start: int) -> None:
        """Leave an element of this context, its end tag begins at ``start``; the outermost comes last."""


_IGNORED = Context()


class Blocks(Context):
    """A container of paragraphs and tables: what addresses in it begin with, how many came before."""

    __slots__ = ("_cells", "cell", "depth", "paragraph_count", "prefix", "table_count", "to")

    def __init__(self, cells: CellCount, to: Found, prefix: str, depth: int, cell: CellPlace | None) -> None:
        self._cells = cells
        self.to = to
        self.prefix = prefix
        self.depth = depth
        self.cell = cell
        self.paragraph_count = 0
        self.table_count = 0

    def paragraph(self, start: int, content: int) -> ParagraphPlace:
        """Return the next paragraph."""
        path = f"{self.prefix}p{self.paragraph_count}"
        self.paragraph_count += 1
        to = self.to
        paragraph = ParagraphPlace(to.part, to.story, path, self.depth, self.cell, start, content, content)
        to.paragraphs.append(paragraph)
        to.all_paragraphs.append(paragraph)
        return paragraph

    def whole_paragraph(self, start: int, content: int, end: int) -> None:
        """Take the next paragraph."""
        to = self.to
        # As ``paragraph``, without a call: thousands are taken.
        path = f"{self.prefix}p{self.paragraph_count}"
        self.paragraph_count += 1
        paragraph = ParagraphPlace(to.part, to.story, path, self.depth, self.cell, start, content, end)
        to.paragraphs.append(paragraph)
        to.all_paragraphs.append(paragraph)

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        """Enter a paragraph, a table or what is seen through."""
        if kind == PARAGRAPH:
            return Content(self._cells, self.paragraph(start, end), -1, -1)
        if kind == TABLE:
            path = f"{self.prefix}t{self.table_count}"
            table = TablePlace(self.to.part, self.to.story, path, self.depth, start)
            self.table_count += 1
            self.to.tables.append(table)
            return Rows(self._cells, self.to, table)
        if kind == CELL_PROPERTIES:
            return self._properties()
        return _seen_through(self, kind)

    def _properties(self) -> Context:
        return _IGNORED


class CellBlocks(Blocks):
    """The content of a table cell. Its first w:tcPr says how many grid columns it spans (17.4.17)."""

    __slots__ = ("_is_spanned", "row")

    def __init__(self, cells: CellCount, to: Found, row: Cells, cell: CellPlace) -> None:
        super().__init__(cells, to, f"{row.path}{row.column}.", cell.table.depth + 1, cell)
        self.row = row
        self._is_spanned = False

    def next_cell(self, start: int, content: int, end: int) -> None:
        """Leave the cell, begin the next one of the row, and take its first paragraph."""
        row, to = self.row, self.to
        # As ``Cells`` and ``whole_paragraph`` do it, without calls: most cells of a table are such.
        self.cell = cell = tuple.__new__(CellPlace, (row.table, row.index, row.cells))
        self.prefix = prefix = f"{row.path}{row.column}."
        row.cells += 1
        row.column += 1
        self._cells.count_cells(1, 1)
        self.paragraph_count = 1
        self.table_count = 0
        self._is_spanned = False
        paragraph = ParagraphPlace(to.part, to.story, f"{prefix}p0", self.depth, cell, start, content, end)
        to.paragraphs.append(paragraph)
        to.all_paragraphs.append(paragraph)

    def _properties(self) -> Context:
        if self._is_spanned or self.paragraph_count or self.table_count:
            return _IGNORED
        self._is_spanned = True
        return _Properties(GRID_SPAN, self.span)

    def span(self, columns: int) -> None:
        """Take as many grid columns instead of one."""
        self.row.column += columns - 1
        self._cells.count_cells(columns, columns - 1)


class Rows(Context):
    """The content of a table."""

    __slots__ = ("_cells", "_to", "table")

    def __init__(self, cells: CellCount, to: Found, table: TablePlace) -> None:
        self._cells = cells
        self._to = to
        self.table = table

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        """Enter a row or what is seen through."""
        if kind == ROW:
            return self.next_row()
        return _seen_through(self, kind)

    def next_row(self) -> Cells:
        """Return the content of the next row."""
        row = Cells(self._cells, self._to, self.table)
        self.table.row_count += 1
        return row

    def close(self, start: int) -> None:
        """Leave it: its end tag begins at ``start``."""
        self.table.end = start


class Cells(Context):
    """The content of row number ``index``: the grid column of its next cell, how many cells came before."""

    __slots__ = ("_cells", "_is_begun", "_to", "cells", "column", "index", "path", "table")

    def __init__(self, cells: CellCount, to: Found, table: TablePlace) -> None:
        self._cells = cells
        self._to = to
        self.table = table
        self.index = table.row_count
        self.path = f"{table.path}.r{table.row_count}.c"
        self.column = 0
        self.cells = 0
        self._is_begun = False

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        """Enter a cell or what is seen through."""
        if kind == CELL:
            blocks = CellBlocks(self._cells, self._to, self, CellPlace(self.table, self.index, self.cells))
            self.cells += 1
            self.column += 1
            self._cells.count_cells(1, 1)
            return blocks
        if kind == ROW_PROPERTIES:
            if self._is_begun or self.cells:
                return _IGNORED
            self._is_begun = True
            return _Properties(GRID_BEFORE, self.skip)
        return _seen_through(self, kind)

    def skip(self, columns: int) -> None:
        """Begin in a later grid column (17.4.15)."""
        self.column = columns


class _Properties(Context):
    """The properties of a row or cell, for the first number of ``kind`` in them."""

    __slots__ = ("_kind", "_tell")

    def __init__(self, kind: int, tell: Callable[[int], None]) -> None:
        self._kind = kind
        self._tell: Callable[[int], None] | None = tell

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        if kind == self._kind and self._tell is not None:
            number = to_integer(value) or 0
            self._tell(max(number, 1 if kind == GRID_SPAN else 0))
            self._tell = None
        return _IGNORED


class Content(Context):
    """The content of a paragraph, with the outermost mc:AlternateContent around and its branch there."""

    __slots__ = ("_branch", "_cells", "_owner", "paragraph")

    def __init__(self, cells: CellCount, paragraph: ParagraphPlace, owner: int, branch: int) -> None:
        self._cells = cells
        self.paragraph = paragraph
        self._owner = owner
        self._branch = branch

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        """Enter what a paragraph holds."""
        if kind == BOX:
            box = TextBox(end, self._owner, self._branch)
            self.paragraph.boxes += (box,)
            return _BoxBlocks(self._cells, self.paragraph.part, box)
        if kind == ALTERNATE and self._owner < 0 and self._branch < 0:
            return Content(self._cells, self.paragraph, start, self._branch)
        if kind == BRANCH and self._branch < 0:
            return Content(self._cells, self.paragraph, self._owner, start)
        return self

    def close(self, start: int) -> None:
        """Leave it: its end tag begins at ``start``."""
        self.paragraph.end = start


class _BoxBlocks(Blocks):
    """The content of a text box."""

    __slots__ = ("_box",)

    def __init__(self, cells: CellCount, part: StoryPart, box: TextBox) -> None:
        to = Found(part, StoryKind.TEXTBOX, box.paragraphs, box.tables, part.paragraphs)
        super().__init__(cells, to, "", 0, None)
        self._box = box

    def close(self, start: int) -> None:
        self._box.end = start


class _Document(Context):
    """The content of w:document: its first w:body counts."""

    __slots__ = ("_body",)

    def __init__(self, body: Blocks) -> None:
        self._body: Blocks | None = body

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        if kind == BODY and self._body is not None:
            body, self._body = self._body, None
            return body
        return _IGNORED


class _Notes(Context):
    """The content of a part of notes or comments: each is a container, addressed by its id."""

    __slots__ = ("_cells", "_prefix", "_to")

    def __init__(self, cells: CellCount, to: Found, prefix: str) -> None:
        self._cells = cells
        self._to = to
        self._prefix = prefix

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        if kind == NOTE:
            return Blocks(self._cells, self._to, f"{self._prefix}n{value}.", 0, None)
        return _IGNORED


class _Sdt(Context):
    """A content control: its first w:sdtContent is seen through (17.5.2.38)."""

    __slots__ = ("_around",)

    def __init__(self, around: Context) -> None:
        self._around: Context | None = around

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        if kind == SDT_CONTENT and self._around is not None:
            around, self._around = self._around, None
            return around
        return _IGNORED


class _Alternate(Context):
    """An mc:AlternateContent around blocks, rows or cells: all its branches are seen through."""

    __slots__ = ("_around",)

    def __init__(self, around: Context) -> None:
        self._around = around

    def child(self, kind: int, value: str, start: int, end: int) -> Context:
        return self._around if kind == BRANCH else _IGNORED


def _seen_through(around: Context, kind: int) -> Context:
    if kind == WRAPPER:
        return around
    if kind == SDT:
        return _Sdt(around)
    if kind == ALTERNATE:
        return _Alternate(around)
    return _IGNORED


def root_context(cells: CellCount, found: Found) -> Context:
    """Return the context of the root of the part that ``found`` is for."""
    prefix = found.part.prefix
    if found.story in (StoryKind.FOOTNOTES, StoryKind.ENDNOTES, StoryKind.COMMENTS):
        return _Notes(cells, found, prefix)
    blocks = Blocks(cells, found, prefix, 0, None)
    return _Document(blocks) if found.story is StoryKind.BODY else blocks
