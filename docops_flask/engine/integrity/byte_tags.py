"""Paragraphs read tag by tag for the proof: what belongs to which start tag is told by a tree."""

import re
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.byte_text import ByteParagraph, Text, plain_text
from docops_flask.engine.integrity.paragraph_reading import Reading, read_paragraph
from docops_flask.engine.integrity.plain_part import PlainPart
from docops_flask.engine.opc.xml_part import HARDENED

_PARSERS: list[etree.XMLParser] = []


def forms_parser() -> etree.XMLParser:
    """Return the parser for pieces of a part that was parsed before."""
    if not _PARSERS:
        _PARSERS.append(etree.XMLParser(huge_tree=False, strip_cdata=False, **HARDENED))
    return _PARSERS[0]


# Groups: the name of a start tag, "/" of an end tag, the characters of a CDATA section.
_TAG = (
    rb"<(?:([^\s/>!?]++)(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+|(/)[^>]*+"
    rb"|!--.*?--|!\[CDATA\[(.*?)\]\]|\?.*?\?)>"
)
# Groups: the content of a CDATA section, "/" of an end tag, a name, attributes.
ANY_MARKUP = rb"<(?:!--.*?--|!\[CDATA\[(.*?)\]\]|\?.*?\?|(/?)([^\s/>!?]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*))>"


class TagSpan(NamedTuple):
    """Where the start tag of an element lies in the bytes."""

    start: int
    end: int


class TagMap:
    """Where the start tags of ``root`` and all elements in it lie in ``content``, which it was parsed from.

    ``content`` is UTF-8. ``shift`` is added to the numbers of its bytes.
    """

    def __init__(self, root: _Element, content: bytes, shift: int = 0) -> None:
        self._shift = shift
        self._spans = [
            match.span() for match in re.finditer(_TAG, content, re.DOTALL) if match[1] is not None
        ]
        self._numbers = {element: number for number, element in enumerate(root.iter("*"))}
        if len(self._spans) < len(self._numbers):
            raise ValueError("the bytes have fewer start tags than the tree has elements")

    def __getitem__(self, element: _Element) -> TagSpan:
        """Return where the start tag of ``element`` lies."""
        start, end = self._spans[self._numbers[element]]
        return TagSpan(start + self._shift, end + self._shift)


def element_end(content: bytes, span: TagSpan) -> int:
    """Return where the element ends whose start tag is ``span``; ``ValueError`` where it has no end tag."""
    depth = 0
    for match in re.compile(ANY_MARKUP, re.DOTALL).finditer(content, span.start):
        if match[3] is None:
            continue
        if match[2]:
            depth -= 1
        elif not match[4].endswith(b"/"):
            depth += 1
        if depth == 0:
            return match.end()
    raise ValueError("an element without an end tag")


def parse_paragraph(content: bytes, part: PlainPart) -> tuple[_Element, TagMap]:
    """Return the w:p with ``content`` as a tree, and where the start tags in ``content`` lie."""
    opening = b"<" + part.prefix + b"p" + part.declared + b">"
    paragraph = etree.fromstring(b"".join((opening, content, b"</", part.prefix, b"p>")), forms_parser())
    # The start tag of the w:p itself is none of them.
    return paragraph, TagMap(paragraph, b"<p>" + content, -3)


def read_by_tags(content: bytes, part: PlainPart, names: Names) -> ByteParagraph:
    """Read a paragraph of a plain part whatever form its tags have."""
    paragraph, tags = parse_paragraph(content, part)
    return read_tree(paragraph, content, tags, names)


def read_tree(paragraph: _Element, content: bytes, tags: TagMap, names: Names) -> ByteParagraph:
    """Read a w:p of a tree that was parsed from ``content``."""
    return read_reading(read_paragraph(paragraph, names), content, tags, tags[paragraph].end)


def read_reading(reading: Reading, content: bytes, tags: TagMap, begin: int) -> ByteParagraph:
    """Return a text that was read on a tree with the way back to the bytes the tree was parsed from.

    ``begin`` is where the content of its paragraph begins.
    """
    texts: list[Text] = []
    for node, span in enumerate(reading.spans):
        tag = tags[span.node]
        kept = span.node.get(SPACE) == "preserve"
        at = span.start
        if content[tag.end - 2] == 0x2F:
            continue
        for first, last, is_cdata in segments_behind(content, tag.end):
            raw = content[first:last]
            characters = (
                raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode() if is_cdata else plain_text(raw)
            )
            texts.append(Text(at, characters, first, last, node, tag.end, span.run, kept, is_cdata))
            at += len(characters)
        if at != span.end:
            raise ValueError("the bytes have another text than the tree")
    return ByteParagraph(content, reading.text, texts, begin)


def segments_behind(content: bytes, start: int) -> list[tuple[int, int, bool]]:
    """Return the character data from ``start`` to the end tag or a child, each with whether it is CDATA."""
    found: list[tuple[int, int, bool]] = []
    at = start
    while True:
        match = re.compile(_TAG, re.DOTALL).search(content, at)
        if match is None:
            return found
        found.append((at, match.start(), False))
        if match[1] is not None or match[2] is not None:
            return found
        if match[3] is not None:
            found.append((*match.span(3), True))
        at = match.end()
