"""The data of an opened Word document: stories, related parts, and the places of paragraphs, tables and runs.

An address names a story, a paragraph, a table or a run (contract section 2, Paths).
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import parse_part
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


class CellPlace(NamedTuple):
    """A table cell: its table, its row index and its index among the cells of that row (both from 0)."""

    table: "TablePlace"
    row: int
    number: int


class ParagraphPlace(NamedTuple):
    """A paragraph and its address.

    ``path`` is the full address (``p3``, ``header1/t0.r1.c2.p0``). ``story`` is the kind of story it belongs
    to; for a text box in the body that is ``TEXTBOX``. ``part`` is the part that stores it. ``table_depth``
    is the number of tables around it within its story. ``cell`` is the innermost table cell around it.
    ``mirrors`` are the paragraphs with the same text in the other branches of an ``mc:AlternateContent``.
    """

    element: _Element
    path: str
    story: StoryKind
    part: "StoryPart"
    table_depth: int = 0
    cell: CellPlace | None = None
    mirrors: "tuple[ParagraphPlace, ...]" = ()

    def __eq__(self, other: object) -> bool:
        # Identity is enough: each place is created once, and comparing the fields is slow.
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(self)


class TablePlace(NamedTuple):
    """A table and its address (``t0``, ``t0.r0.c0.t0``); ``depth`` is the number of tables around it."""

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
    """A run and its address: ``p3:r1`` is run 1 (from 0, in document order) of paragraph ``p3``."""

    element: _Element
    run_id: str
    paragraph: ParagraphPlace


class Walk:
    """All paragraphs and tables of a document, in document order; those of comments are kept separately.

    ``paragraphs`` does not contain the mirrors; these are in ``mirrors`` of the paragraph they repeat.
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
    """Related parts by relationship kind (``styles``, ``theme``); each is read and parsed at first use.

    ``names`` maps kinds to part names; ``read`` returns a part's bytes. Parsing at first use saves time:
    few jobs need all of these parts, and parsing a theme takes longer than filling a short notice.
    """

    def __init__(
        self, names: Mapping[str, str] | None = None, read: Callable[[str], bytes] = _no_part
    ) -> None:
        self._names = dict(names or {})
        self._read = read
        self._roots: dict[str, _Element | None] = {}

    def name(self, kind: str) -> str | None:
        """Return the part's name (``word/styles.xml``), or ``None`` if there is no such part."""
        return self._names.get(kind)

    def root(self, kind: str) -> _Element | None:
        """Return the part's root element, or ``None`` if the part is absent or not well-formed XML.

        Formatting that cannot be read is treated as absent; it never fails a job.
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
    """A package part that holds text: its name, story kind, address prefix and parsed root.

    ``prefix`` is what addresses in the part begin with: "" for the body, ``header1/`` and so on elsewhere.
    Code that edits the tree sets ``changed``; only changed parts are serialized again.
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
    """An opened document. ``styles`` is the root of the styles part, or ``None`` if there is none.

    ``related`` holds the other parts that affect formatting: numbering, theme, settings.
    """

    parts: tuple[StoryPart, ...]
    styles: _Element | None
    walk: Walk
    related: RelatedParts = RelatedParts()
