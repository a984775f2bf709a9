"""Where the paragraphs and tables of a story part lie in its bytes, without a tree.

The part is read once from its start to its end. What stands between the end of one paragraph and the start
of the next is nearly always one of a few strings (a cell ends and another begins), so each distinct one is
taken apart once and its steps are repeated. A part with comments, CDATA sections, processing instructions
or names bound more than once is read tag by tag instead; both feed the same ``_Locator``.

See docs/analysis/stories.md for what Word shows of each wrapper and why the walk treats it so.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.document.document import (
    CellPlace,
    ParagraphPlace,
    StoryKind,
    StoryPart,
    TablePlace,
    TextBox,
)
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.oxml.markup import (
    TOKEN,
    PartText,
    Scope,
    attributes_of,
    decoded,
    inner_scope,
    tag_end,
)
from docops_flask.engine.oxml.names import to_integer

_MAX_GRID_COLUMNS = 63
_MOST_NOTE_ID_CHARACTERS = 16
_MC = b"http://schemas.openxmlformats.org/markup-compatibility/2006"

# What an element means to the structure of a story.
OTHER, BODY, NOTE, PARAGRAPH, TABLE, ROW, CELL, SDT, SDT_CONTENT = range(9)
WRAPPER, ALTERNATE, BRANCH, BOX, ROW_PROPERTIES, CELL_PROPERTIES, GRID_BEFORE, GRID_SPAN = range(9, 17)
CLOSE = 17

_KINDS_OF_W = {
    "body": BODY,
    "footnote": NOTE,
    "endnote": NOTE,
    "comment": NOTE,
    "p": PARAGRAPH,
    "tbl": TABLE,
    "tr": ROW,
    "tc": CELL,
    "sdt": SDT,
    "sdtContent": SDT_CONTENT,
    "customXml": WRAPPER,
    "smartTag": WRAPPER,
    "ins": WRAPPER,
    "moveTo": WRAPPER,
    "hyperlink": WRAPPER,
    "txbxContent": BOX,
    "trPr": ROW_PROPERTIES,
    "tcPr": CELL_PROPERTIES,
    "gridBefore": GRID_BEFORE,
    "gridSpan": GRID_SPAN,
}
_KINDS_OF_MC = {"AlternateContent": ALTERNATE, "Choice": BRANCH, "Fallback": BRANCH}


class _Found(NamedTuple):
    """Where the paragraphs and tables of a story or text box go, in document order."""

    part: StoryPart
    story: StoryKind
    paragraphs: list[ParagraphPlace]
    tables: list[TablePlace]


class CellCount:
    """How many table cells a document has so far, in all its parts, and how many it may have."""

    __slots__ = ("cells", "most_cells")

    def __init__(self, most_cells: int) -> None:
        self.cells = 0
        self.most_cells = most_cells

    def count_cells(self, span: int, more: int) -> None:
        """Count ``more`` cells, of one that spans so many grid columns.

        Raises ``TemplateLimitExceeded`` beyond the limit.
        """
        self.cells += more
        if self.cells > self.most_cells or span > _MAX_GRID_COLUMNS:
            raise TemplateLimitExceeded(
                "template: its tables have too many cells, or a cell spans more than "
                f"{_MAX_GRID_COLUMNS} columns; {self.most_cells} cells are allowed.",
                limit="table_cells",
                maximum=self.most_cells,
            )


class _Context:
    """What an open element means to the elements in it. An element of no meaning keeps the context."""

    __slots__ = ()

    def child(self, kind: int, value: str, start: int, end: int) -> "_Context":
        """Return the context inside a child of ``kind`` whose start tag is ``start``:``end``."""
        return _IGNORED

    def close(self, start: int) -> None:
        """Leave an element of this context, its end tag begins at ``start``; the outermost comes last."""


_IGNORED = _Context()


class _Blocks(_Context):
    """A container of paragraphs and tables: what addresses in it begin with, how many came before."""

    __slots__ = ("_cells", "cell", "depth", "paragraph_count", "prefix", "table_count", "to")

    def __init__(self, cells: CellCount, to: _Found, prefix: str, depth: int, cell: CellPlace | None) -> None:
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
        paragraph = ParagraphPlace(self.to.part, self.to.story, path, self.depth, self.cell, start, content)
        self.to.paragraphs.append(paragraph)
        self.to.part.paragraphs.append(paragraph)
        return paragraph

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == PARAGRAPH:
            return _Content(self._cells, self.paragraph(start, end), -1, -1)
        if kind == TABLE:
            path = f"{self.prefix}t{self.table_count}"
            table = TablePlace(self.to.part, self.to.story, path, self.depth, start)
            self.table_count += 1
            self.to.tables.append(table)
            return _Rows(self._cells, self.to, table)
        if kind == CELL_PROPERTIES:
            return self._properties()
        return _seen_through(self, kind)

    def _properties(self) -> _Context:
        return _IGNORED


class _CellBlocks(_Blocks):
    """The content of a table cell. Its first w:tcPr says how many grid columns it spans (17.4.17)."""

    __slots__ = ("_is_spanned", "row")

    def __init__(self, cells: CellCount, to: _Found, row: "_Cells", cell: CellPlace) -> None:
        super().__init__(cells, to, f"{row.path}{row.column}.", cell.table.depth + 1, cell)
        self.row = row
        self._is_spanned = False

    def _properties(self) -> _Context:
        if self._is_spanned or self.paragraph_count or self.table_count:
            return _IGNORED
        self._is_spanned = True
        return _Properties(GRID_SPAN, self.span)

    def span(self, columns: int) -> None:
        """Take as many grid columns instead of one."""
        self.row.column += columns - 1
        self._cells.count_cells(columns, columns - 1)


class _Rows(_Context):
    """The content of a table."""

    __slots__ = ("_cells", "_to", "table")

    def __init__(self, cells: CellCount, to: _Found, table: TablePlace) -> None:
        self._cells = cells
        self._to = to
        self.table = table

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == ROW:
            row = _Cells(self._cells, self._to, self.table)
            self.table.row_count += 1
            return row
        return _seen_through(self, kind)

    def close(self, start: int) -> None:
        self.table.end = start


class _Cells(_Context):
    """The content of a row: the grid column of its next cell, how many cells came before."""

    __slots__ = ("_cells", "_is_begun", "_to", "cells", "column", "path", "table")

    def __init__(self, cells: CellCount, to: _Found, table: TablePlace) -> None:
        self._cells = cells
        self._to = to
        self.table = table
        self.path = f"{table.path}.r{table.row_count}.c"
        self.column = 0
        self.cells = 0
        self._is_begun = False

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == CELL:
            return self.next_cell()
        if kind == ROW_PROPERTIES:
            if self._is_begun or self.cells:
                return _IGNORED
            self._is_begun = True
            return _Properties(GRID_BEFORE, self.skip)
        return _seen_through(self, kind)

    def next_cell(self) -> _CellBlocks:
        """Return the content of the next cell."""
        blocks = _CellBlocks(
            self._cells, self._to, self, CellPlace(self.table, self.table.row_count - 1, self.cells)
        )
        self.cells += 1
        self.column += 1
        self._cells.count_cells(1, 1)
        return blocks

    def skip(self, columns: int) -> None:
        """Begin in a later grid column (17.4.15)."""
        self.column = columns


class _Properties(_Context):
    """The properties of a row or cell, for the first number of ``kind`` in them."""

    __slots__ = ("_kind", "_tell")

    def __init__(self, kind: int, tell: Callable[[int], None]) -> None:
        self._kind = kind
        self._tell: Callable[[int], None] | None = tell

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == self._kind and self._tell is not None:
            number = to_integer(value) or 0
            self._tell(max(number, 1 if kind == GRID_SPAN else 0))
            self._tell = None
        return _IGNORED


class _Content(_Context):
    """The content of a paragraph, with the outermost mc:AlternateContent around and its branch there."""

    __slots__ = ("_branch", "_cells", "_owner", "paragraph")

    def __init__(self, cells: CellCount, paragraph: ParagraphPlace, owner: int, branch: int) -> None:
        self._cells = cells
        self.paragraph = paragraph
        self._owner = owner
        self._branch = branch

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == BOX:
            box = TextBox(end, self._owner, self._branch)
            self.paragraph.boxes += (box,)
            return _BoxBlocks(self._cells, self.paragraph.part, box)
        if kind == ALTERNATE and self._owner < 0:
            return _Content(self._cells, self.paragraph, start, self._branch)
        if kind == BRANCH and self._branch < 0:
            return _Content(self._cells, self.paragraph, self._owner, start)
        return self

    def close(self, start: int) -> None:
        self.paragraph.end = start


class _BoxBlocks(_Blocks):
    """The content of a text box."""

    __slots__ = ("_box",)

    def __init__(self, cells: CellCount, part: StoryPart, box: TextBox) -> None:
        to = _Found(part, StoryKind.TEXTBOX, box.paragraphs, box.tables)
        super().__init__(cells, to, "", 0, None)
        self._box = box

    def close(self, start: int) -> None:
        self._box.end = start


class _Document(_Context):
    """The content of w:document: its first w:body counts."""

    __slots__ = ("_body",)

    def __init__(self, body: _Blocks) -> None:
        self._body: _Blocks | None = body

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == BODY and self._body is not None:
            body, self._body = self._body, None
            return body
        return _IGNORED


class _Notes(_Context):
    """The content of a part of notes or comments: each is a container, addressed by its id."""

    __slots__ = ("_cells", "_prefix", "_to")

    def __init__(self, cells: CellCount, to: _Found, prefix: str) -> None:
        self._cells = cells
        self._to = to
        self._prefix = prefix

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == NOTE:
            return _Blocks(self._cells, self._to, f"{self._prefix}n{value}.", 0, None)
        return _IGNORED


class _Sdt(_Context):
    """A content control: its first w:sdtContent is seen through (17.5.2.38)."""

    __slots__ = ("_around",)

    def __init__(self, around: _Context) -> None:
        self._around: _Context | None = around

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        if kind == SDT_CONTENT and self._around is not None:
            around, self._around = self._around, None
            return around
        return _IGNORED


class _Alternate(_Context):
    """An mc:AlternateContent around blocks, rows or cells: all its branches are seen through."""

    __slots__ = ("_around",)

    def __init__(self, around: _Context) -> None:
        self._around = around

    def child(self, kind: int, value: str, start: int, end: int) -> _Context:
        return self._around if kind == BRANCH else _IGNORED


def _seen_through(around: _Context, kind: int) -> _Context:
    if kind == WRAPPER:
        return around
    if kind == SDT:
        return _Sdt(around)
    if kind == ALTERNATE:
        return _Alternate(around)
    return _IGNORED


class _Elements:
    """Hands the elements of a part to the contexts of those that are open."""

    __slots__ = ("stack", "top")

    def __init__(self, root: _Context) -> None:
        self.stack: list[_Context] = []
        self.top = root

    def open(self, kind: int, value: str, start: int, end: int) -> None:
        """Enter an element of ``kind`` whose start tag is ``start``:``end``."""
        top = self.top
        self.stack.append(top)
        self.top = top.child(kind, value, start, end)

    def close(self, start: int) -> None:
        """Leave the innermost element, whose end tag begins at ``start``; the root's is passed over."""
        if self.stack:
            self.top.close(start)
            self.top = self.stack.pop()


def locate(part: StoryPart, cells: "CellCount") -> tuple[list[ParagraphPlace], list[TablePlace]]:
    """Return the paragraphs and tables of ``part`` in document order, those of text boxes apart.

    What lies in a text box hangs on the paragraph that holds it, with addresses that begin in the box.
    Raises ``TemplateLimitExceeded`` (``table_cells``) when tables expand to more cells than ``cells`` allows.
    """
    found = _Found(part, part.kind, [], [])
    elements = _Elements(_root_context(cells, found))
    if part.text.prefix:
        _by_paragraphs(part.text, elements)
    else:
        _by_tags(part.text, elements)
    return found.paragraphs, found.tables


def _root_context(cells: "CellCount", found: _Found) -> _Context:
    prefix = found.part.prefix
    if found.story in (StoryKind.FOOTNOTES, StoryKind.ENDNOTES, StoryKind.COMMENTS):
        return _Notes(cells, found, prefix)
    blocks = _Blocks(cells, found, prefix, 0, None)
    return _Document(blocks) if found.story is StoryKind.BODY else blocks


def _by_tags(text: PartText, elements: _Elements) -> None:
    """Read the part tag by tag, with the namespaces in scope at each."""
    scope = text.root_scope
    kinds = kinds_in(scope, text.namespace)
    outer: list[tuple[Scope, Mapping[bytes, int]]] = []
    for match in TOKEN.finditer(text.content, text.root_end):
        slash, name, attributes = match.groups()
        if slash:
            if not outer:
                return
            elements.close(match.start())
            scope, kinds = outer.pop()
        elif name is not None:
            outer.append((scope, kinds))
            if b"xmlns" in attributes:
                scope = inner_scope(scope, attributes)
                kinds = kinds_in(scope, text.namespace)
            kind = kinds.get(name, OTHER)
            value = _value(kind, attributes, scope, text.namespace)
            elements.open(kind, value, match.start(), match.end())
            if kind == PARAGRAPH and isinstance(elements.top, _Content):
                elements.top.paragraph.scope = scope
            elif kind == TABLE and isinstance(elements.top, _Rows):
                elements.top.table.scope = scope
            if attributes.endswith(b"/"):
                elements.close(match.end())
                scope, kinds = outer.pop()


def _value(kind: int, attributes: bytes, scope: Scope, namespace: bytes) -> str:
    """Return the attribute that matters of an element of ``kind``, "" where none does."""
    if kind == NOTE:
        value = _attribute(attributes, b"id", scope, namespace)
        # It would stand in each address of the note.
        return value if len(value) <= _MOST_NOTE_ID_CHARACTERS else ""
    if kind in (GRID_BEFORE, GRID_SPAN):
        return _attribute(attributes, b"val", scope, namespace)
    return ""


def _attribute(attributes: bytes, local: bytes, scope: Scope, namespace: bytes) -> str:
    for name, value in attributes_of(attributes).items():
        prefix, colon, own = name.rpartition(b":")
        if own == local and colon and scope.get(prefix) == namespace:
            return decoded(value)
    return ""


# A step from one paragraph to the next: the kind of an element that is opened or ``CLOSE``, the attribute
# that matters, where its tag begins and ends after the last paragraph's end.
_Step = tuple[int, str, int, int]


def _by_paragraphs(text: PartText, elements: _Elements) -> None:
    """Read the part from paragraph end to paragraph end; what stands between two is taken apart once."""
    names = _plain_names(text)
    content = text.content
    known: dict[bytes, tuple[_Step, ...]] = {}
    has_boxes = content.find(names.box, text.root_end) >= 0
    position = text.root_end
    pieces = content[position:].split(names.end)
    last = pieces.pop()
    end_length = len(names.end)
    for piece in pieces:
        at = max(piece.rfind(names.plain), piece.rfind(names.with_attributes))
        inner = tag_end(piece, at) if at >= 0 else 0
        if at < 0 or piece[inner - 2] == 0x2F or (has_boxes and names.box in piece):
            _take(elements, _steps(piece, names), position)
            elements.close(position + len(piece))
        else:
            lead = piece[:at]
            if lead:
                steps = known.get(lead)
                if steps is None:
                    steps = known[lead] = _steps(lead, names)
                _take(elements, steps, position)
            top = elements.top
            if isinstance(top, _Blocks):
                top.paragraph(position + at, position + inner).end = position + len(piece)
        position += len(piece) + end_length
    _take(elements, _steps(last, names), position)


def _take(elements: _Elements, steps: tuple[_Step, ...], position: int) -> None:
    for kind, value, start, end in steps:
        if kind == CLOSE:
            elements.close(position + start)
        else:
            elements.open(kind, value, position + start, position + end)


class _Names(NamedTuple):
    """How the tags of paragraphs are written where one prefix alone stands for WordprocessingML."""

    end: bytes
    plain: bytes
    with_attributes: bytes
    box: bytes
    kinds: Mapping[bytes, int]
    scope: Scope
    namespace: bytes


def _plain_names(text: PartText) -> _Names:
    w = text.prefix + b":"
    return _Names(
        end=b"</" + w + b"p>",
        plain=b"<" + w + b"p>",
        with_attributes=b"<" + w + b"p ",
        box=b"<" + w + b"txbxContent",
        kinds=kinds_in(text.root_scope, text.namespace),
        scope=text.root_scope,
        namespace=text.namespace,
    )


def _steps(markup: bytes, names: _Names) -> tuple[_Step, ...]:
    """Return what the elements in ``markup`` come to; those that matter to nothing are left out."""
    steps: list[_Step] = []
    # Where the elements that are open stand among the steps.
    opened: list[int] = []
    kinds = names.kinds
    for match in TOKEN.finditer(markup):
        slash, name, attributes = match.groups()
        if slash:
            _close(steps, opened, match.start())
        elif name is not None:
            kind = kinds.get(name, OTHER)
            value = _value(kind, attributes, names.scope, names.namespace)
            opened.append(len(steps))
            steps.append((kind, value, match.start(), match.end()))
            if attributes.endswith(b"/"):
                _close(steps, opened, match.end())
    return tuple(steps)


def _close(steps: list[_Step], opened: list[int], at: int) -> None:
    if opened:
        begin = opened.pop()
        # Without anything in it that matters.
        if len(steps) == begin + 1 and steps[begin][0] in (OTHER, ROW_PROPERTIES, CELL_PROPERTIES):
            steps.pop()
            return
    steps.append((CLOSE, "", at, at))


@lru_cache(maxsize=16)
def _qualified(prefix: bytes, kinds: tuple[tuple[str, int], ...]) -> Mapping[bytes, int]:
    before = prefix + b":" if prefix else b""
    return {before + local.encode(): kind for local, kind in kinds}


_W_KINDS, _MC_KINDS = tuple(_KINDS_OF_W.items()), tuple(_KINDS_OF_MC.items())


def kinds_in(scope: Scope, namespace: bytes) -> Mapping[bytes, int]:
    """Return qualified name to kind, as ``scope`` has the prefixes."""
    kinds: dict[bytes, int] = {}
    for prefix, uri in scope.items():
        if uri == namespace:
            kinds |= _qualified(prefix, _W_KINDS)
        elif uri == _MC:
            kinds |= _qualified(prefix, _MC_KINDS)
    return kinds
