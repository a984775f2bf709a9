"""Where the paragraphs and tables of a story part lie in its bytes, without a tree.

The part is read once from its start to its end. What stands between the end of one paragraph and the start
of the next is nearly always one of a few strings (a cell ends and another begins), so each distinct one is
taken apart once and its steps are repeated. A part with comments, CDATA sections, processing instructions
or names bound more than once is read tag by tag instead; both feed the same ``_Elements``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.cell_count import CellCount
from docops_flask.engine.document.containers import CellBlocks, Content, Context, Found, Rows, root_context
from docops_flask.engine.document.document import ParagraphPlace, StoryPart, TablePlace
from docops_flask.engine.document.element_kinds import (
    CELL,
    CELL_PROPERTIES,
    CLOSE,
    GRID_BEFORE,
    GRID_SPAN,
    NOTE,
    OTHER,
    PARAGRAPH,
    ROW,
    ROW_PROPERTIES,
    TABLE,
    kinds_in,
)
from docops_flask.engine.opc.xml_part import holds
from docops_flask.engine.oxml.markup import (
    TOKEN,
    PartText,
    Scope,
    attributes_of,
    decoded,
    inner_scope,
    tag_end,
)

# So many are looked at to tell whether most pieces of a part are alike.
_SAMPLED_PIECES = 64
_MOST_NOTE_ID_CHARACTERS = 16


class _Elements:
    """Hands the elements of a part to the contexts of those that are open."""

    __slots__ = ("stack", "top")

    def __init__(self, root: Context) -> None:
        self.stack: list[Context] = []
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


def locate(part: StoryPart, cells: CellCount) -> tuple[list[ParagraphPlace], list[TablePlace]]:
    """Return the paragraphs and tables of ``part`` in document order, those of text boxes apart.

    What lies in a text box hangs on the paragraph that holds it, with addresses that begin in the box.
    Raises ``TemplateLimitExceeded`` (``table_cells``) when tables expand to more cells than ``cells`` allows.
    """
    counted = cells.cells
    if part.text.prefix:
        found = Found(part, part.kind, [], [], part.paragraphs)
        if _by_paragraphs(part, _Elements(root_context(cells, found))):
            return found.paragraphs, found.tables
        part.paragraphs.clear()
        cells.cells = counted
    found = Found(part, part.kind, [], [], part.paragraphs)
    _by_tags(part.text, _Elements(root_context(cells, found)))
    return found.paragraphs, found.tables


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
            if kind == PARAGRAPH and isinstance(elements.top, Content):
                elements.top.paragraph.scope = scope
            elif kind == TABLE and isinstance(elements.top, Rows):
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


def _by_paragraphs(part: StoryPart, elements: _Elements) -> bool:
    """Read the part from paragraph end to paragraph end; what stands between two is taken apart once.

    Returns ``False`` where paragraphs lie in paragraphs and in no text box, against the schema.
    """
    text = part.text
    names = _plain_names(text)
    content = text.content
    known: dict[bytes, tuple[_Step, ...]] = {}
    has_boxes = holds(content, names.box, text.root_end)
    position = text.root_end
    # From the end, as ``holds``.
    pieces = content[position:].rsplit(names.end)
    part.distinct = _distinct(content, position, pieces, names.end)
    last = pieces.pop()
    end_length = len(names.end)
    # What stood before the last paragraph, its start tag included, and before another: in a table most
    # paragraphs are the first of a cell or of a row.
    last_lead = other = _Lead(b"", 0, (), OTHER)
    stack = elements.stack
    for piece in pieces:
        if has_boxes or not last_lead.markup or not piece.startswith(last_lead.markup):
            last_lead, other = other, last_lead
            if has_boxes or not last_lead.markup or not piece.startswith(last_lead.markup):
                found = _lead_of(piece, names, known, has_boxes=has_boxes)
                if found is None:
                    if not has_boxes:
                        return False
                    _take(elements, _steps(piece, names), position)
                    elements.close(position + len(piece))
                    position += len(piece) + end_length
                    continue
                last_lead = found
        markup, at, steps, begins = last_lead
        end = position + len(piece)
        top = elements.top
        if (
            begins
            and isinstance(top, CellBlocks)
            and stack[-1] is top.row
            and (begins == CELL or _begins_row(stack, top))
        ):
            top.next_cell(position + at, position + len(markup), end)
        else:
            if steps:
                _take(elements, steps, position)
            elements.top.whole_paragraph(position + at, position + len(markup), end)
        position = end + end_length
    _take(elements, _steps(last, names), position)
    if not has_boxes:
        part.between = b"\0".join((*known, last))
    return True


def _distinct(content: bytes, begin: int, pieces: Sequence[bytes], end: bytes) -> bytes:
    """Return ``content`` with each of ``pieces`` once, into which ``end`` parts it from ``begin`` on.

    All of ``content`` where they are mostly different.
    """
    first = pieces[:_SAMPLED_PIECES]
    if 2 * len(set(first)) > len(first):
        # To look for those that are equal would take longer than it saves.
        return content
    return content[:begin] + end.join(dict.fromkeys(pieces))


class _Lead(NamedTuple):
    """What stands before the content of a paragraph; its start tag begins at ``start`` of ``markup``.

    ``begins`` is ``CELL`` where a cell ends and the next one begins, ``ROW`` where the row ends as well and
    the next one begins with it, else ``OTHER``.
    """

    markup: bytes
    start: int
    steps: tuple[_Step, ...]
    begins: int


def _lead_of(
    piece: bytes, names: _Names, known: dict[bytes, tuple[_Step, ...]], *, has_boxes: bool
) -> _Lead | None:
    """Return what stands before the last paragraph that begins in ``piece``; its steps are kept in ``known``.

    ``None`` where there is none or a text box lies around it.
    """
    at = max(piece.rfind(names.plain), piece.rfind(names.with_attributes))
    inner = tag_end(piece, at) if at >= 0 else 0
    if at < 0 or piece[inner - 2] == 0x2F or (has_boxes and names.box in piece):
        return None
    gap = piece[:at]
    steps = known.get(gap)
    if steps is None:
        steps = known[gap] = _before_paragraph(_steps(gap, names))
    return _Lead(piece[:inner], at, steps, _BEGINS.get(tuple([step[0] for step in steps]), OTHER))


_BEGINS = {(CLOSE, CELL): CELL, (CLOSE, CLOSE, ROW, CELL): ROW}


def _begins_row(stack: list[Context], cell: CellBlocks) -> bool:
    """Leave the innermost row for the next one of its table, if it lies in a table; ``cell`` goes with it."""
    rows = stack[-2]
    if not isinstance(rows, Rows):
        return False
    stack[-1] = cell.row = rows.next_row()
    return True


def _before_paragraph(steps: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """Return ``steps`` without properties that say nothing, right before what ends their time.

    A cell's count until its first paragraph, a row's until its first cell.
    """
    kept = list(steps)
    for number in reversed(range(len(steps) - 1)):
        following = steps[number + 2][0] if number + 2 < len(steps) else PARAGRAPH
        ends_time = (steps[number][0], following) in ((ROW_PROPERTIES, CELL), (CELL_PROPERTIES, PARAGRAPH))
        if ends_time and steps[number + 1][0] == CLOSE:
            del kept[number : number + 2]
    return tuple(kept)


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
        if len(steps) == begin + 1 and steps[begin][0] == OTHER:
            steps.pop()
            return
    steps.append((CLOSE, "", at, at))
