"""A native mark as the proof finds it in the template, and what takes its place."""

from collections.abc import Callable
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.byte_tags import TagMap, element_end


class FoundMark(NamedTuple):
    """A mark: the bytes ``start``:``end`` of its part, ``new`` in their place, as ``NativeClaim`` names it.

    ``paragraph`` is the w:p that it lies in. ``finish`` makes the finished bytes of the element that holds
    the tag once a value is in; ``bare`` are the bytes of the mark without what ``new`` has behind it.
    ``second`` is an element behind ``new`` that ``finish`` gets too, alone where the value is empty.
    ``choices`` are value and shown text of the entries of a list; ``identity`` are bytes that later copies
    of the mark lack. ``instead`` are the marks to look for in place of this one if the log does not name it.
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
    second: bytes = b""
    choices: tuple[tuple[str, str], ...] = ()
    identity: bytes = b""
    instead: "tuple[FoundMark, ...]" = ()


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
