"""The paragraph that gives way to a document (docs/analysis/subdocuments.md, *In place of the paragraph*)."""

import re
from collections.abc import Sequence

from lxml.etree import _Element

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import TOKEN, decoded
from docops_flask.engine.template.elements import Element, elements_in
from docops_flask.engine.template.subdocument.markers import MARKER

MARKS = frozenset(b"bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd permStart permEnd".split())
_SKIPPED = MARKS | frozenset(
    b"proofErr moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd".split()
)
_BESIDE = MARKS | frozenset(b"r t tab proofErr lastRenderedPageBreak".split())
_PROPERTIES = frozenset((b"pPr", b"rPr"))
_BLOCKS = frozenset(b"p tbl sdt customXml".split())
_BEFORE_BREAK = ("pStyle", "keepNext", "keepLines")
_OFF = ("0", "false", "off")
_BLANKS = " \t\r\n\u3000\u00a0"
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


class TagParagraph:
    """A paragraph of the main part that may give way to a document (``is_alone`` says whether it can)."""

    def __init__(self, place: ParagraphPlace) -> None:
        part = place.part
        self.place = place
        self._content = part.text.content
        self._w = part.text.namespace
        self._elements = elements_in(self._content, place.scope or part.text.root_scope, place.start)
        self.start, self.end = self._elements[0].start, self._elements[0].end
        self._properties = next(
            (each for each in self._elements if each.parent == 0 and self._is(each, b"pPr")), None
        )

    def is_fit(self) -> bool:
        """Say whether it holds nothing but runs with text and blanks, and marks of ranges."""
        for number, each in enumerate(self._elements):
            if not number or self._in_properties(each):
                continue
            if each.namespace != self._w or each.local not in _BESIDE:
                return False
        return True

    def text(self) -> str:
        """Return its text."""
        return "".join(
            self._text(each)
            for each in self._elements
            if self._is(each, b"t") and not self._in_properties(each)
        )

    def is_alone(self) -> bool:
        """Say whether it is fit, and its text is one marker with nothing but white space beside it."""
        if not self.is_fit():
            return False
        text = self.text()
        return len(MARKER.findall(text)) == 1 and not MARKER.sub("", text).strip(_BLANKS)

    def marks(self) -> bytes:
        """Return the marks of ranges in it."""
        return b"".join(
            self._content[each.start : each.end]
            for each in self._elements
            if each.namespace == self._w and each.local in MARKS
        )

    def breaks_page(self) -> bool:
        """Say whether its properties have it begin a page (17.3.1.23)."""
        found = self._property(b"pageBreakBefore")
        return found is not None and (found.attribute(self._w, b"val") or "1") not in _OFF

    def ends_section(self) -> bool:
        """Say whether its properties have it end a section (17.6.18)."""
        return self._property(b"sectPr") is not None

    def emptied(self, without: bytes) -> bytes:
        """Return it with nothing in it but its properties, the one called ``without`` left out."""
        start_tag = self._content[self.start : self._elements[0].tag_end]
        match = TOKEN.match(start_tag)
        assert match is not None
        kept = b""
        if self._properties is not None:
            gone = self._property(without)
            first, end = self._properties.start, self._properties.end
            kept = self._content[first:end]
            if gone is not None:
                kept = self._content[first : gone.start] + self._content[gone.end : end]
        return start_tag + kept + b"</" + match[2] + b">"

    def block_before(self) -> tuple[bytes, int] | None:
        """Return the local name of the element right before it, and where it ends; ``None`` without one.

        Marks of ranges are passed over.
        """
        at = self.start
        while True:
            head = self._content.rfind(b"<", 0, at)
            token = TOKEN.match(self._content, head)
            if token is None or token.end() > at:
                return None
            slash, name, attributes = token.groups()
            local = (token[0][2:-1].strip() if slash else name or b"").rpartition(b":")[2]
            if local and local not in _SKIPPED:
                # Behind a start tag nothing stands before it in its parent.
                is_whole = slash or attributes.endswith(b"/")
                return (local, token.end()) if is_whole else None
            at = head

    def _behind(self) -> tuple[list[bytes], bytes | None]:
        """Return the local names of the elements behind it up to the first block, and that of its parent.

        That is ``None`` where there is a block.
        """
        found: list[bytes] = []
        depth = 0
        for token in TOKEN.finditer(self._content, self.end):
            slash, name, attributes = token.groups()
            if slash:
                if not depth:
                    return found, token[0][2:-1].strip().rpartition(b":")[2]
                depth -= 1
            elif name is not None:
                if not depth:
                    found.append(name.rpartition(b":")[2])
                    if found[-1] in _BLOCKS:
                        break
                depth += not attributes.endswith(b"/")
        return found, None

    def has_table_behind(self) -> bool:
        """Say whether a table stands right behind it."""
        return [each for each in self._behind()[0] if each not in _SKIPPED][:1] == [b"tbl"]

    def ends_container(self) -> bool:
        """Say whether no block stands behind it in the cell or content control that it stands in."""
        return self._behind()[1] not in (None, b"body")

    def _property(self, local: bytes) -> Element | None:
        if self._properties is None:
            return None
        number = self._elements.index(self._properties)
        return next(
            (each for each in self._elements if each.parent == number and self._is(each, local)), None
        )

    def _is(self, element: Element, local: bytes) -> bool:
        return element.local == local and element.namespace == self._w

    def _in_properties(self, element: Element) -> bool:
        while True:
            if element.namespace == self._w and element.local in _PROPERTIES:
                return True
            if element.parent < 0:
                return False
            element = self._elements[element.parent]

    def _text(self, element: Element) -> str:
        if element.attributes.endswith(b"/"):
            return ""
        end = self._content.rindex(b"</", element.tag_end, element.end)
        return decoded(_CDATA.sub(rb"\1", self._content[element.tag_end : end]))


def begin_page(elements: Sequence[_Element], w: str) -> bool:
    """Give the first of ``elements`` w:pageBreakBefore if it is a paragraph without; say if it got one."""
    if not elements or elements[0].tag != f"{w}p":
        return False
    first = elements[0]
    properties = first.find(f"{w}pPr")
    if properties is None:
        properties = first.makeelement(f"{w}pPr")
        first.insert(0, properties)
    if properties.find(f"{w}pageBreakBefore") is not None:
        return False
    earlier = [each for each in properties if each.tag in [f"{w}{name}" for name in _BEFORE_BREAK]]
    properties.insert(len(earlier), properties.makeelement(f"{w}pageBreakBefore"))
    return True
