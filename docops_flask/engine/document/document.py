"""A Word document opened from a package: its stories, its related parts, the places in it.

An address says where a story, a paragraph, a table or a run stands (contract section 2, Paths).
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import parse_part
from docops_flask.engine.oxml.names import Vocabulary


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


KINDS = frozenset(("styles", "numbering", "theme", "settings"))


def _no_part(name: str) -> bytes:
    raise KeyError(name)


class RelatedParts:
    """Related parts by the kind of their relationship, each read and parsed when it is first asked for.

    ``names`` are their part names by kind; ``read`` returns a part's bytes. Most documents never need
    most of these parts, and a theme alone takes longer to parse than a short notice to fill.
    """

    def __init__(
        self, names: Mapping[str, str] | None = None, read: Callable[[str], bytes] = _no_part
    ) -> None:
        self._names = dict(names or {})
        self._read = read
        self._roots: dict[str, _Element | None] = {}

    def name(self, kind: str) -> str | None:
        """Return the part's name (``word/styles.xml``), ``None`` where there is no such part."""
        return self._names.get(kind)

    def root(self, kind: str) -> _Element | None:
        """Return the part's root, ``None`` where there is no such part or it is not well formed.

        Formatting that cannot be read counts as not stated; it never stops a job.
        """
        if kind not in self._roots:
            self._roots[kind] = self._parse(kind)
        return self._roots[kind]

    def _parse(self, kind: str) -> _Element | None:
        name = self._names.get(kind)
        if name is None:
            return None
        try:
            return parse_part(self._read(name), name)
        except InvalidTemplate:
            return None


class StoryPart:
    """A package part that holds text: its parsed root, its kind and what addresses begin with.

    ``prefix`` is "" for the body, ``header1/`` and the like elsewhere. ``changed`` is set by whoever
    edits the tree; only changed parts are written anew.
    """

    __slots__ = ("changed", "kind", "name", "prefix", "root", "w")

    def __init__(self, name: str, kind: StoryKind, prefix: str, root: _Element, w: Vocabulary) -> None:
        self.name = name
        self.kind = kind
        self.prefix = prefix
        self.root = root
        self.w = w
        self.changed = False


class Document(NamedTuple):
    """An opened document. ``styles`` is the root of the styles part, ``None`` where there is none.

    ``related`` holds what else decides how text looks: numbering, theme, settings.
    """

    parts: tuple[StoryPart, ...]
    styles: _Element | None
    walk: Walk
    related: RelatedParts = RelatedParts()
