"""A native mark as the proof finds it in the template, and what takes its place."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.byte_tags import TagMap, element_end


class FoundMark(NamedTuple):
    """A mark: the bytes ``start``:``end`` of its part, ``new`` in their place, as ``NativeClaim`` names it.

    ``paragraph`` is the w:p that it lies in. ``finish`` makes the finished bytes of the element that holds the
    tag once a value is in; ``bare`` are the bytes of the mark without what ``new`` has behind that element;
    ``choices`` are value and shown text of the entries of a list.
    """

    kind: str
    name: str
    original_text: str
    tag: str
    paragraph: _Element
    start: int
    end: int
    new: bytes
    bare: bytes
    finish: Callable[[bytes], bytes] | None = None
    choices: tuple[tuple[str, str], ...] = ()


class Source(NamedTuple):
    """A part that marks are looked for in: its root, its bytes as UTF-8, where its start tags lie."""

    root: _Element
    content: bytes
    tags: TagMap
    names: Names

    def span(self, element: _Element) -> tuple[int, int]:
        """Return where an element begins and ends."""
        span = self.tags[element]
        return span.start, element_end(self.content, span)

    def bytes_of(self, element: _Element) -> bytes:
        """Return the bytes of an element."""
        start, end = self.span(element)
        return self.content[start:end]


def marks_in(source: Source, kinds: set[str]) -> Iterator[FoundMark]:
    """Yield the marks of ``kinds`` in a part, in document order."""
    found: list[FoundMark] = []
    if kinds & {"merge_field"}:
        # Each kind is loaded where a log speaks of it.
        from docops_flask.engine.integrity.native.fields import field_marks

        found += field_marks(source)
    if "control" in kinds:
        from docops_flask.engine.integrity.native.controls import control_marks

        found += control_marks(source)
    end = 0
    # What stands between two bytes comes before what begins at the second.
    for each in sorted(found, key=lambda mark: (mark.start, mark.start != mark.end, -mark.end)):
        if each.start >= end:
            end = each.end
            yield each
