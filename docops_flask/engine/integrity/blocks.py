"""What stands in a container (body, cell, note, text box): paragraphs and tables, wrappers seen through."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.etree import _Element

from docops_flask.engine.integrity.names import ALTERNATE_CONTENT, BRANCHES, Names

_WRAPPERS = "customXml smartTag ins moveTo hyperlink"
_INTEGER = re.compile(r"[+-]?\d{1,9}")


def children_of(container: _Element, wanted: str, names: Names) -> list[_Element]:
    """Return the children called ``wanted`` (a Clark name), those inside wrappers too, in document order."""
    found = list(container.iterchildren(wanted))
    if len(found) == len(container):
        return found
    return list(_seen_through(container, wanted, names))


def blocks_of(container: _Element, names: Names) -> Iterator[_Element]:
    """Yield the paragraphs and tables of a container in document order."""
    for child in container:
        if child.tag in names.blocks:
            yield child
        else:
            for inner in _contents(child, names):
                yield from blocks_of(inner, names)


def cells_of(row: _Element, names: Names) -> dict[int, _Element]:
    """Return the cells of a w:tr by the grid column they begin in (w:gridBefore, w:gridSpan)."""
    column = max(0, _number(row, "trPr", "gridBefore", names, 0))
    cells = {}
    for cell in children_of(row, names.tc, names):
        cells[column] = cell
        column += max(1, _number(cell, "tcPr", "gridSpan", names, 1))
    return cells


def _seen_through(container: _Element, wanted: str, names: Names) -> Iterator[_Element]:
    for child in container:
        if child.tag == wanted:
            yield child
        else:
            for inner in _contents(child, names):
                yield from _seen_through(inner, wanted, names)


def _contents(element: _Element, names: Names) -> Iterator[_Element]:
    tag = element.tag
    if tag == names.sdt:
        content = element.find(names.sdt_content)
        if content is not None:
            yield content
    elif tag == ALTERNATE_CONTENT:
        yield from element.iterchildren(*BRANCHES)
    elif tag in _wrappers(names):
        yield element


def _number(element: _Element, properties: str, name: str, names: Names, absent: int) -> int:
    found = element.find(names(properties))
    value = None if found is None else found.find(names(name))
    text = None if value is None else value.get(names("val"))
    # As Word does with what is no number there: as if it were not said.
    return int(text) if text is not None and _INTEGER.fullmatch(text) else absent


@lru_cache(maxsize=2)
def _wrappers(names: Names) -> frozenset[str]:
    return names.all(_WRAPPERS)
