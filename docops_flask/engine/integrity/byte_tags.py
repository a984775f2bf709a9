"""Paragraphs read tag by tag for the proof: what belongs to which start tag is told by a tree."""

import re
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.byte_text import ByteParagraph, Text, plain_text
from docops_flask.engine.integrity.paragraph_reading import read_paragraph
from docops_flask.engine.integrity.plain_part import PlainPart
from docops_flask.engine.opc.xml_part import HARDENED

_PARSERS: list[etree.XMLParser] = []


def forms_parser() -> etree.XMLParser:
    """Return the parser for pieces of a part that was parsed before."""
    if not _PARSERS:
        _PARSERS.append(etree.XMLParser(huge_tree=False, strip_cdata=False, **HARDENED))
    return _PARSERS[0]


_TAG = rb"<(?:!--.*?--|!\[CDATA\[(.*?)\]\]|\?.*?\?|(/?)([^\s/>!?]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*))>"


class TagSpan(NamedTuple):
    """Where the start tag of an element lies in the bytes."""

    start: int
    end: int


def map_elements(root: _Element, content: bytes, start: int = 0) -> dict[_Element, TagSpan]:
    """Return where the start tags of ``root`` and all elements in it lie in the bytes it was parsed from.

    ``content`` is UTF-8; ``start`` is where ``root`` begins or stands before it.
    """
    tags = [
        TagSpan(*match.span())
        for match in re.finditer(_TAG, content[start:] if start else content, re.DOTALL)
        if match[3] is not None and not match[2]
    ]
    elements = list(root.iter("*"))
    if len(tags) < len(elements):
        raise ValueError("the bytes have fewer start tags than the tree has elements")
    return {
        element: TagSpan(tag.start + start, tag.end + start)
        for element, tag in zip(elements, tags, strict=False)
    }


def element_end(content: bytes, span: TagSpan) -> int:
    """Return where the element ends whose start tag is ``span``."""
    depth = 0
    for match in re.compile(_TAG, re.DOTALL).finditer(content, span.start):
        if match[3] is None:
            continue
        if match[2]:
            depth -= 1
        elif not match[4].endswith(b"/"):
            depth += 1
        if depth == 0:
            return match.end()
    raise ValueError("an element without an end tag")


def parse_paragraph(content: bytes, part: PlainPart) -> tuple[_Element, dict[_Element, TagSpan]]:
    """Return the w:p with ``content`` as a tree, and where the start tags in ``content`` lie."""
    opening = b"<" + part.prefix + b"p" + part.declared + b">"
    paragraph = etree.fromstring(b"".join((opening, content, b"</", part.prefix, b"p>")), forms_parser())
    # The start tag of the w:p itself is none of them.
    tags = map_elements(paragraph, b"<p>" + content)
    return paragraph, {element: TagSpan(start - 3, end - 3) for element, (start, end) in tags.items()}


def read_by_tags(content: bytes, part: PlainPart, names: Names) -> ByteParagraph:
    """Read a paragraph of a plain part whatever form its tags have."""
    paragraph, tags = parse_paragraph(content, part)
    return read_tree(paragraph, content, tags, names)


def read_tree(
    paragraph: _Element, content: bytes, tags: dict[_Element, TagSpan], names: Names
) -> ByteParagraph:
    """Read a w:p of a tree that was parsed from ``content``."""
    reading = read_paragraph(paragraph, names)
    texts: list[Text] = []
    for node, span in enumerate(reading.spans):
        tag = tags[span.node]
        kept = span.node.get(SPACE) == "preserve"
        at = span.start
        if content[tag.end - 2] == 0x2F:
            continue
        for first, last, is_cdata in _segments(content, tag.end):
            raw = content[first:last]
            characters = (
                raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode() if is_cdata else plain_text(raw)
            )
            texts.append(Text(at, characters, first, last, node, tag.end, span.run, kept, is_cdata))
            at += len(characters)
        if at != span.end:
            raise ValueError("the bytes have another text than the tree")
    return ByteParagraph(content, reading.text, texts)


def _segments(content: bytes, start: int) -> list[tuple[int, int, bool]]:
    """Return the character data from ``start`` to the end tag or a child, each with whether it is CDATA."""
    found: list[tuple[int, int, bool]] = []
    at = start
    while True:
        match = re.compile(_TAG, re.DOTALL).search(content, at)
        if match is None:
            return found
        found.append((at, match.start(), False))
        if match[3] is not None:
            return found
        if match[1] is not None:
            found.append((*match.span(1), True))
        at = match.end()
