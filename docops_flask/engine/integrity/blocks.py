"""What stands in a container (body, cell, note, text box): paragraphs and tables, wrappers seen through.

The names the proof needs of WordprocessingML are kept here, apart from those of the code that fills.

Cells come in thousands and wrappers hardly ever, so nothing looks at each child before there is a reason to.
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
        """Return the Clark names of the words in ``locals_``."""
        return frozenset(self(local) for local in locals_.split())


@lru_cache(maxsize=2)
def names_of(namespace: str) -> Names:
    """Return the names of ``namespace``, one object for each."""
    return Names(namespace)


def names_in(tag: str) -> Names | None:
    """Return the names of the namespace of a root's ``tag``; ``None`` when it is no WordprocessingML."""
    namespace = tag[1:].partition("}")[0]
    return names_of(namespace) if namespace in NAMESPACES else None


_MAX_DIGITS = 9
# As the walk has it.
_MAX_NOTE_ID_CHARACTERS = 16


def children_of(container: _Element, wanted: str, names: Names) -> list[_Element]:
    """Return the children called ``wanted`` (a Clark name), those inside wrappers too, in document order."""
    found = list(container.iterchildren(wanted))
    others = len(container) - len(found)
    # Nothing else, or its properties alone.
    if not others or (others == 1 and container[0].tag in names.properties):
        return found
    return list(_seen_through(container, {wanted}, names))


def blocks_of(container: _Element, names: Names) -> Iterator[_Element]:
    """Yield the paragraphs and tables of a container in document order."""
    return _seen_through(container, names.blocks, names)


def cells_of(row: _Element, names: Names, *, has_spans: bool = True) -> dict[int, _Element]:
    """Return the cells of a w:tr by the grid column they begin in (w:gridBefore, w:gridSpan).

    ``has_spans`` says whether the table has any of the two at all.
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
    """Return the paragraphs of a table row by row, one a cell; ``None`` when it is no such table.

    Most great tables are: then a cell's children need not be looked at one by one.
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
    """Say whether a cell of the table, or of one in it, does not stand in the column of its number."""
    return next(table.iter(names("gridSpan"), names("gridBefore")), None) is not None


def note_number(note: _Element, names: Names) -> str:
    """Return what stands for a note's id in its addresses: "" for one that is no number's length."""
    stated = note.get(names("id"), "")
    return stated if len(stated) <= _MAX_NOTE_ID_CHARACTERS else ""


def _seen_through(container: _Element, wanted: Container[str], names: Names) -> Iterator[_Element]:
    # One generator however deep the wrappers are: each level of them would cost every block that lies below.
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
    found = element.find(names(properties))
    value = None if found is None else found.find(names(name))
    text = None if value is None else value.get(names("val"))
    # As Word does with what is no number there: as if it were not said.
    return int(text) if text is not None and _is_integer(text) else absent


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in {"+", "-"} else text
    return digits.isdecimal() and len(digits) <= _MAX_DIGITS


class Flow(NamedTuple):
    """What holds the blocks: ``element`` in the part ``part``, whose WordprocessingML names are ``names``."""

    part: str
    element: _Element
    names: Names

    def inner(self, element: _Element) -> "Flow":
        """Return the flow in ``element``, which lies in this one."""
        return Flow(self.part, element, self.names)

    def paragraphs(self) -> list[_Element]:
        """Return the paragraphs in document order; an address counts them (``p3``)."""
        return children_of(self.element, self.names.p, self.names)

    def tables(self) -> list[_Element]:
        """Return the tables in document order; an address counts them (``t0``)."""
        return children_of(self.element, self.names.tbl, self.names)


_MANY = 64
_ALL: Any = etree.XPath("@*")


def attributes_of(element: _Element) -> dict[str, str]:
    """Return name (a Clark name where it has a namespace) to value, in the order of the document."""
    count = len(element.attrib)
    if count <= _MANY:
        return cast(dict[str, str], dict(element.items())) if count else {}
    # Each result knows the name of its attribute.
    return {str(each.attrname): str(each) for each in _ALL(element)}
