"""Addresses: where a story, a paragraph, a table or a run stands (contract section 2, Paths)."""

from dataclasses import dataclass, field
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


# Not frozen, as one is made for each paragraph and that takes three times as long; nobody changes them.
@dataclass(slots=True, eq=False)
class ParagraphPlace:
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


@dataclass(frozen=True, slots=True, eq=False)
class TablePlace:
    """A table and its address (``t0``, ``t0.r0.c0.t0``); ``depth`` counts the tables around it."""

    element: _Element
    path: str
    story: StoryKind
    part: "StoryPart"
    depth: int = 0


@dataclass(slots=True, eq=False)
class RunPlace:
    """A run and its address (``p3:r1``): the k-th run of its paragraph, in document order."""

    element: _Element
    run_id: str
    paragraph: ParagraphPlace


@dataclass(slots=True, eq=False)
class Walk:
    """What one walk over all stories met, in document order; comments are apart.

    ``paragraphs`` leaves out the mirrors; each hangs on the paragraph it mirrors.
    """

    paragraphs: list[ParagraphPlace] = field(default_factory=list)
    tables: list[TablePlace] = field(default_factory=list)
    comments: list[ParagraphPlace] = field(default_factory=list)
