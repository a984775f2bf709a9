"""Addresses: where a story, a paragraph, a table or a run stands (contract section 2, Paths)."""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from lxml.etree import _Element

if TYPE_CHECKING:
    from docops_flask.engine.document.document import StoryPart


class StoryKind(Enum):
    """The kinds of text flow a Word document has."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTES = "footnotes"
    ENDNOTES = "endnotes"
    COMMENTS = "comments"
    TEXTBOX = "textbox"


class CellPlace(NamedTuple):
    """A table cell: its table, its row's number and its own number among the cells of that row."""

    table: "TablePlace"
    row: int
    number: int


class ParagraphPlace(NamedTuple):
    """A paragraph and its address.

    ``path`` is the whole address (``p3``, ``header1/t0.r1.c2.p0``); ``story`` is the kind of text flow
    it belongs to (a text box in the body is ``TEXTBOX``); ``table_depth`` counts the tables around
    it inside its story; ``part`` is where it is stored; ``cell`` is the cell it stands in, the innermost
    one. ``mirrors`` holds the paragraphs that show the same text in the other branch of an
    ``mc:AlternateContent``.
    """

    element: _Element
    path: str
    story: StoryKind
    part: "StoryPart"
    table_depth: int = 0
    cell: CellPlace | None = None
    mirrors: "tuple[ParagraphPlace, ...]" = ()

    def __eq__(self, other: object) -> bool:
        # No two places are the same, and what they hold takes long to compare.
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


class TablePlace(NamedTuple):
    """A table and its address (``t0``, ``t0.r0.c0.t0``); ``depth`` counts the tables around it."""

    element: _Element
    path: str
    story: StoryKind
    part: "StoryPart"
    depth: int = 0

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


class RunPlace(NamedTuple):
    """A run and its address (``p3:r1``): the k-th run of its paragraph, in document order."""

    element: _Element
    run_id: str
    paragraph: ParagraphPlace


class Walk:
    """What one walk over all stories met, in document order; comments are apart.

    ``paragraphs`` leaves out the mirrors; each hangs on the paragraph it mirrors.
    """

    __slots__ = ("comments", "paragraphs", "tables")

    def __init__(self) -> None:
        self.paragraphs: list[ParagraphPlace] = []
        self.tables: list[TablePlace] = []
        self.comments: list[ParagraphPlace] = []
