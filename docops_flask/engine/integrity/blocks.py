"""The paragraphs and tables of a container (body, cell, note, text box), including those inside wrappers.

The proof has its own WordprocessingML names, independent of ``engine.oxml``.

Cells are many and wrappers rare, so fast paths avoid looking at each child.
"""

from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, cast

from lxml import etree
from lxml.etree import _Element

NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
ALTERNATE_CONTENT = f"{_COMPATIBILITY}AlternateContent"
BRANCHES = (f"{_COMPATIBILITY}Choice", f"{_COMPATIBILITY}Fallback")
ANCHORS = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor",
    "{http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing}anchor",
)
DRAWING_PROPERTIES = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr",
    "{http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing}docPr",
)
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Names:
    """The Clark names of one WordprocessingML namespace: ``names("p")`` is ``{…}p``."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._prefix = f"{{{namespace}}}"
        self.p, self.r, self.t = self("p"), self("r"), self("t")
        self.tbl, self.tr, self.tc = self("tbl"), self("tr"), self("tc")
        self.sdt, self.sdt_content = self("sdt"), self("sdtContent")
        self.blocks = frozenset((self.p, self.tbl))
        self.text_box = self("txbxContent")
        self.wrappers = self.all("customXml smartTag ins moveTo hyperlink")
        self.around_blocks = self.wrappers | {self.sdt, ALTERNATE_CONTENT, self.text_box}
        self.properties = self.all("tcPr trPr tblPr")
        self.look = self.all("pPr rPr")
        self.br, self.tab = self("br"), self("tab")

    def __call__(self, local: str) -> str:
        """Return the Clark name of ``local``."""
        return self._prefix + local

    def all(self, locals_: str) -> frozenset[str]:
        """Return the Clark names of the space-separated local names in ``locals_``."""
        return frozenset(self(local) for local in locals_.split())


@lru_cache(maxsize=2)
def names_of(namespace: str) -> Names:
    """Return the names of ``namespace``; the same object on each call."""
    return Names(namespace)


def names_in(tag: str) -> Names | None:
    """Return the names for a root's ``tag``, or ``None`` if it is not WordprocessingML."""
    namespace = tag[1:].partition("}")[0]
    return names_of(namespace) if namespace in NAMESPACES else None


_MAX_DIGITS = 9
# The same bound as in engine.document.walk.
_MAX_NOTE_ID_CHARACTERS = 16


def children_of(container: _Element, wanted: str, names: Names) -> list[_Element]:
    """Return the children with the Clark name ``wanted``, also inside wrappers, in document order."""
    found = list(container.iterchildren(wanted))
    others = len(container) - len(found)
    # No other children than these and the properties element.
    if not others or (others == 1 and container[0].tag in names.properties):
        return found
    return list(_descend_wrappers(container, {wanted}, names))


def blocks_of(container: _Element, names: Names) -> Iterator[_Element]:
    """Yield the w:p and w:tbl of a container in document order, including those inside wrappers."""
    return _descend_wrappers(container, names.blocks, names)


def cells_of(row: _Element, names: Names, *, has_spans: bool = True) -> dict[int, _Element]:
    """Return the cells of a w:tr by the grid column (from 0) they begin in (w:gridBefore, w:gridSpan).

    ``has_spans`` says whether the table has any w:gridBefore or w:gridSpan.
    """
    cells = children_of(row, names.tc, names)
    if not has_spans:
        return dict(enumerate(cells))
    column = max(0, _number(row, "trPr", "gridBefore", names, 0))
    by_column = {}
    for cell in cells:
        by_column[column] = cell
        column += max(1, _number(cell, "tcPr", "gridSpan", names, 1))
    return by_column


def paragraphs_of_plain_rows(rows: list[_Element], names: Names) -> list[list[_Element]] | None:
    """Return the paragraphs of each row if every cell has exactly one, else ``None``.

    Most large tables are like this; then the children of cells need not be examined one by one.
    """
    table = rows[0].getparent()
    if table is None or next(table.iterdescendants(names.tbl, *names.around_blocks), None) is not None:
        return None
    cells, paragraphs = list(table.iter(names.tc)), list(table.iter(names.p))
    if [paragraph.getparent() for paragraph in paragraphs] != cells:
        return None
    by_row: dict[_Element, list[_Element]] = {row: [] for row in rows}
    for cell, paragraph in zip(cells, paragraphs, strict=True):
        row = cell.getparent()
        if row is None or row not in by_row:
            return None
        by_row[row].append(paragraph)
    return list(by_row.values())


def has_spans(table: _Element, names: Names) -> bool:
    """Return whether a cell of the table or of a nested table has a grid column other than its index."""
    return next(table.iter(names("gridSpan"), names("gridBefore")), None) is not None


def note_number(note: _Element, names: Names) -> str:
    """Return a note's w:id as used in addresses: "" if it is too long for a number."""
    stated = note.get(names("id"), "")
    return stated if len(stated) <= _MAX_NOTE_ID_CHARACTERS else ""


def _descend_wrappers(container: _Element, wanted: Container[str], names: Names) -> Iterator[_Element]:
    # An explicit stack: with nested generators each element would pass through one generator per level.
    pending = [iter(container)]
    while pending:
        child = next(pending[-1], None)
        if child is None:
            pending.pop()
        elif child.tag in wanted:
            yield child
        else:
            pending.extend(iter(inner) for inner in reversed([*_contents(child, names)]))


def _contents(element: _Element, names: Names) -> Iterator[_Element]:
    tag = element.tag
    if tag == names.sdt:
        content = element.find(names.sdt_content)
        if content is not None:
            yield content
    elif tag == ALTERNATE_CONTENT:
        yield from element.iterchildren(*BRANCHES)
    elif tag in names.wrappers:
        yield element


def _number(element: _Element, properties: str, name: str, names: Names, absent: int) -> int:
    wanted = names(properties)
    # Only properties before all content count.
    first = element[0] if len(element) and element[0].tag == wanted else None
    if first is None:
        first = next(_descend_wrappers(element, names.blocks | {wanted, names.tc}, names), None)
    value = None if first is None or first.tag != wanted else first.find(names(name))
    text = None if value is None else value.get(names("val"))
    # Like Word, treat an invalid number as absent.
    return int(text) if text is not None and _is_integer(text) else absent


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in {"+", "-"} else text
    return digits.isdecimal() and len(digits) <= _MAX_DIGITS


class Flow(NamedTuple):
    """A container of blocks: ``element`` in the part ``part``, whose WordprocessingML names are ``names``."""

    part: str
    element: _Element
    names: Names

    def inner(self, element: _Element) -> "Flow":
        """Return the flow of ``element``, a container inside this one."""
        return Flow(self.part, element, self.names)

    def paragraphs(self) -> list[_Element]:
        """Return the paragraphs in document order; ``p3`` in an address is the index in this list."""
        return children_of(self.element, self.names.p, self.names)

    def tables(self) -> list[_Element]:
        """Return the tables in document order; ``t0`` in an address is the index in this list."""
        return children_of(self.element, self.names.tbl, self.names)


_MANY = 64
_ALL: Any = etree.XPath("@*")


def attributes_of(element: _Element) -> dict[str, str]:
    """Return the attributes, Clark name to value, in document order."""
    count = len(element.attrib)
    if count <= _MANY:
        return cast(dict[str, str], dict(element.items())) if count else {}
    # Each XPath result has its attribute's name. ``attrib`` would search all attributes for each value.
    return {str(each.attrname): str(each) for each in _ALL(element)}
