"""Copies of a paragraph as the proof makes them: what each keeps of the paragraph, and which may have any.

docs/analysis/lines.md has the rules.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.byte_stories import StoryBytes
from docops_flask.engine.integrity.byte_tags import ANY_MARKUP, forms_parser
from docops_flask.engine.integrity.plain_part import PlainPart

_WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_AROUND_TEXT = (
    "r t tab ptab br cr hyperlink smartTag customXml dir bdo sdt sdtContent proofErr bookmarkStart "
    "bookmarkEnd commentRangeStart commentRangeEnd commentReference permStart permEnd lastRenderedPageBreak"
)
_PROPERTIES = "pPr rPr sdtPr sdtEndPr smartTagPr customXmlPr"
_TRACKED = "ins del moveFrom moveTo pPrChange rPrChange sectPrChange numberingChange"
_STARTS = ("bookmarkStart", "commentRangeStart", "permStart")
_ENDS = ("bookmarkEnd", "commentRangeEnd", "permEnd")


def parsed_paragraph(paragraph: bytes, part: PlainPart) -> _Element:
    """Return a w:p of a plain part, whose bytes are ``paragraph``."""
    return etree.fromstring(b"<_" + part.declared + b">" + paragraph + b"</_>", forms_parser())[0]


class Span(NamedTuple):
    """The bytes of an element, ``start``:``end``; its start tag ends at ``tag_end``."""

    start: int
    tag_end: int
    end: int


class Repeated:
    """A paragraph that a block repeats: its w:p and where it and all in it lie in the bytes of its part."""

    def __init__(self, part: StoryBytes, element: _Element, start: int, names: Names) -> None:
        self.part = part
        self.start = start
        self._element = element
        self._names = names
        elements = list(element.iter("*"))
        self._spans = dict(zip(elements, spans_in(part.content, start), strict=True))
        self.end = self._spans[element].end
        self._open_before = self._ranges_open_before()

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.end - self.start

    def holds_text_alone(self) -> bool:
        """Say whether it holds nothing but runs with text, what is around them, and marks of ranges."""
        names = self._names
        around, properties = names.all(_AROUND_TEXT), names.all(_PROPERTIES)
        refused = names.all(_TRACKED)
        in_properties: set[_Element] = set()
        for element in self._spans:
            tag = element.tag
            if tag in refused or tag.endswith("}dataBinding"):
                return False
            if tag in properties or element.getparent() in in_properties:
                in_properties.add(element)
            elif (element is not self._element and tag not in around) or (
                tag == names.br and element.get(names("type"), "textWrapping") != "textWrapping"
            ):
                return False
        return True

    def copies(self, count: int) -> bytes:
        """Return ``count`` copies; the first, the last and those between differ in what they keep."""
        between = self.copy(is_first=False, is_last=False) if count > 2 else b""
        ends = self.copy(is_first=True, is_last=False), self.copy(is_first=False, is_last=True)
        return ends[0] + between * (count - 2) + ends[1]

    def copy(self, *, is_first: bool, is_last: bool) -> bytes:
        """Return one copy: the first, the last, both or neither."""
        content, done = self.part.content, self.start
        pieces: list[bytes] = []
        for element, span in self._spans.items():
            if span.end <= done:
                # It lies in something that goes.
                continue
            if self._goes(element, is_first=is_first, is_last=is_last):
                pieces.append(content[done : span.start])
                done = span.end
            elif not is_first:
                for start, end in self._ids(element, span):
                    pieces.append(content[done:start])
                    done = end
        pieces.append(content[done : self.end])
        return b"".join(pieces)

    def _goes(self, element: _Element, *, is_first: bool, is_last: bool) -> bool:
        names = self._names
        if not element.tag.startswith(names("")):
            return False
        local = element.tag[len(names("")) :]
        parent = element.getparent()
        around = "" if parent is None else parent.tag.rpartition("}")[2]
        if local in _STARTS:
            return not is_first
        if local in _ENDS or local == "commentReference":
            end = "commentRangeEnd" if local == "commentReference" else local
            return not (is_last if (end, element.get(names("id"))) in self._open_before else is_first)
        if around == "pPr" and local in ("pageBreakBefore", "sectPr"):
            return not (is_first if local == "pageBreakBefore" else is_last)
        return not is_first and around == "sdtPr" and local == "id"

    def _ranges_open_before(self) -> set[tuple[str, str | None]]:
        """Return the end marks, as name and id, of ranges that begin before the paragraph."""
        names = self._names
        starts, ends = (
            {(number, each.get(names("id"))) for number, local in enumerate(locals_)
             for each in self._element.iter(names(local))}
            for locals_ in (_STARTS, _ENDS)
        )  # fmt: skip
        return {(_ENDS[number], identity) for number, identity in ends - starts}

    def _ids(self, element: _Element, span: Span) -> Iterator[tuple[int, int]]:
        """Yield where the start tag of ``element`` has w14:paraId and w14:textId, with the blanks before."""
        if not any(element.get(_WORD_2010 + local) is not None for local in ("paraId", "textId")):
            return
        prefixes = [
            prefix.encode() for prefix, uri in element.nsmap.items() if prefix and f"{{{uri}}}" == _WORD_2010
        ]
        tag = self.part.content[span.start : span.tag_end]
        for match in re.finditer(rb"\s+([^\s=]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')", tag):
            prefix, _, local = match[1].partition(b":")
            if prefix in prefixes and local in (b"paraId", b"textId"):
                yield span.start + match.start(), span.start + match.end()


def spans_in(content: bytes, start: int) -> list[Span]:
    """Return where the element that begins at ``start`` and all elements in it lie, by their start tags."""
    starts: list[tuple[int, int]] = []
    ends: dict[int, int] = {}
    opened: list[int] = []
    for match in re.compile(ANY_MARKUP, re.DOTALL).finditer(content, start):
        if match[3] is None:
            continue
        if not match[2]:
            opened.append(len(starts))
            starts.append(match.span())
        if match[2] or match[0].endswith(b"/>"):
            ends[opened.pop()] = match.end()
            if not opened:
                break
    return [Span(*tag, ends[number]) for number, tag in enumerate(starts)]
