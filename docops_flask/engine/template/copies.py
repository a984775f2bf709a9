"""Copies of a paragraph: which of them may stand more than once, and what each copy keeps.

docs/analysis/lines.md has the rules. The proof has an implementation of its own (``integrity.expansion``).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import Splice, spliced
from docops_flask.engine.template.elements import WORD_2010, Element, elements_in

# Elements that take no place and no part in what a paragraph says, and those around runs.
_BESIDE = frozenset(
    b"p pPr r rPr t tab ptab br cr hyperlink smartTag smartTagPr customXml customXmlPr dir bdo sdt sdtPr "
    b"sdtEndPr sdtContent proofErr bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd "
    b"commentReference permStart permEnd lastRenderedPageBreak".split()
)
_PROPERTIES = frozenset((b"pPr", b"rPr", b"sdtPr", b"sdtEndPr", b"smartTagPr", b"customXmlPr"))
_TRACKED = frozenset(b"ins del moveFrom moveTo pPrChange rPrChange sectPrChange numberingChange".split())
# Marks of ranges: kind of range by the name of the mark.
_RANGE_STARTS = {b"bookmarkStart": b"bookmark", b"commentRangeStart": b"comment", b"permStart": b"perm"}
_RANGE_ENDS = {b"bookmarkEnd": b"bookmark", b"commentRangeEnd": b"comment", b"permEnd": b"perm"}
_COMMENT_REFERENCE = b"commentReference"
_PARAGRAPH_IDS = (b"paraId", b"textId")
_ATTRIBUTE = rb"\s++([^\s=\"']++)\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')"


class Repeated:
    """A paragraph that is to stand several times, with what its copies differ in."""

    def __init__(self, place: ParagraphPlace) -> None:
        part = place.part
        self._content = part.text.content
        self._w = part.text.namespace
        # The scope of a place has the declarations of its own start tag in it, which changes nothing.
        self._elements = elements_in(self._content, place.scope or part.text.root_scope, place.start)
        self.start, self.end = self._elements[0].start, self._elements[0].end

    def may_be_repeated(self) -> bool:
        """Say whether it holds nothing but runs with text, what is around them, and marks of ranges."""
        return all(self._may_stand(each) for each in self._elements)

    def _may_stand(self, element: Element) -> bool:
        is_word, local = element.namespace == self._w, element.local
        if (is_word and local in _TRACKED) or local == b"dataBinding":
            return False
        if self._in_properties(element):
            return True
        if not is_word or local not in _BESIDE or (local == b"p" and element.parent >= 0):
            return False
        return local != b"br" or element.attribute(self._w, b"type") in (None, "textWrapping")

    def _in_properties(self, element: Element) -> bool:
        while element.parent >= 0:
            element = self._elements[element.parent]
            if element.namespace == self._w and element.local in _PROPERTIES:
                return True
        return False

    def copies(self, count: int) -> bytes:
        """Return the bytes of ``count`` copies, one after the other."""
        if count == 1:
            return self._content[self.start : self.end]
        first, middle, last = (
            self.copy(is_first=is_first, is_last=is_last)
            for is_first, is_last in ((True, False), (False, False), (False, True))
        )
        return b"".join((first, middle * (count - 2), last))

    def copy(self, *, is_first: bool, is_last: bool) -> bytes:
        """Return the bytes of one copy: the first, the last, both or neither."""
        start = done = self.start
        splices: list[Splice] = []
        for first, last in self._dropped(is_first=is_first, is_last=is_last):
            # What lies in something that goes is gone already.
            if first >= done:
                splices.append(Splice(first - start, last - start, b""))
                done = last
        return spliced(self._content[start : self.end], splices)

    def _dropped(self, *, is_first: bool, is_last: bool) -> "Iterator[_Range]":
        outside = self._ranges_begun_outside()
        for element in self._elements:
            if element.namespace == self._w and not self._keeps(element, outside, is_first, is_last):
                yield _Range(element.start, element.end)
            elif not is_first:
                yield from _ids_of_paragraph(element)

    def _keeps(
        self, element: Element, outside: frozenset[tuple[bytes, str | None]], is_first: bool, is_last: bool
    ) -> bool:
        local = element.local
        around = self._elements[element.parent].local if element.parent >= 0 else b""
        if local in _RANGE_STARTS or (local == b"pageBreakBefore" and around == b"pPr"):
            return is_first
        if local in _RANGE_ENDS or local == _COMMENT_REFERENCE:
            kind = _RANGE_ENDS.get(local, b"comment")
            return is_last if (kind, element.attribute(self._w, b"id")) in outside else is_first
        if local == b"sectPr" and around == b"pPr":
            return is_last
        return is_first or not (local == b"id" and around == b"sdtPr")

    def _ranges_begun_outside(self) -> frozenset[tuple[bytes, str | None]]:
        """Return kind and id of the ranges that end in the paragraph and do not begin in it."""
        begun, ended = (
            {
                (marks[each.local], each.attribute(self._w, b"id"))
                for each in self._elements
                if each.namespace == self._w and each.local in marks
            }
            for marks in (_RANGE_STARTS, _RANGE_ENDS)
        )
        return frozenset(ended - begun)


class _Range(NamedTuple):
    """The bytes ``start``:``end``."""

    start: int
    end: int


def _ids_of_paragraph(element: Element) -> Iterator[_Range]:
    """Yield where w14:paraId and w14:textId stand in a start tag, with the white space before each."""
    if b"paraId" not in element.attributes and b"textId" not in element.attributes:
        return
    at = element.tag_end - 1 - len(element.attributes)
    for match in re.finditer(_ATTRIBUTE, element.attributes):
        prefix, _, local = match[1].partition(b":")
        if local in _PARAGRAPH_IDS and element.scope.get(prefix) == WORD_2010:
            yield _Range(at + match.start(), at + match.end())
