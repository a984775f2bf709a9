"""Texts inside a paragraph that are no part of its own text: field codes, ruby, equations.

Each has an address behind that of the paragraph (``p3:field0``, ``p3:ruby0.base``, ``p3:math0``) and is read
as a paragraph is, so that it is filled alike. docs/analysis/texts-inside-paragraphs.md says what counts.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum

from lxml.etree import _Element

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.form_reading import FormReading, ShownText
from docops_flask.engine.document.inline_elements import Code, Equation, FieldFlaw, Finder, Flow, Guide
from docops_flask.engine.document.paragraph_text import OBJECT, text_of
from docops_flask.engine.document.shape import CDATA_TAG, INLINE_ELEMENTS, Paragraph, Shape
from docops_flask.engine.document.shapes import parse_fragment
from docops_flask.engine.oxml.markup import TOKEN, attribute_spans, element_end
from docops_flask.engine.oxml.names import XML_SPACE, Vocabulary


class InlineKind(Enum):
    """The kinds of text inside a paragraph."""

    FIELD = "field"
    RUBY = "ruby"
    EQUATION = "math"


class InlineText:
    """A text inside a paragraph; ``name`` is its address there (``field0``). No two are the same.

    The bytes of ``reading`` begin at ``offset`` of the paragraph's own bytes. ``runs`` are the numbers of the
    paragraph's runs around its characters, each with the first character there; -1 is no run. ``quote`` is
    the quotation mark around an attribute's value, empty for the text of elements.
    """

    __slots__ = ("_runs", "flaw", "kind", "name", "offset", "place", "quote", "reading")

    def __init__(
        self,
        place: ParagraphPlace,
        name: str,
        kind: InlineKind,
        reading: Paragraph,
        *,
        offset: int,
        runs: Sequence[tuple[int, int]],
        quote: bytes = b"",
        flaw: FieldFlaw | None = None,
    ) -> None:
        self.place = place
        self.name = name
        self.kind = kind
        self.reading = reading
        self.offset = offset
        self.quote = quote
        self.flaw = flaw
        self._runs = runs

    @property
    def address(self) -> str:
        """Its whole address (``p3:field0``)."""
        return f"{self.place.path}:{self.name}"

    def run_id(self, start: int) -> str | None:
        """Return the address of the run around the character ``start``; ``None`` where there is none."""
        at = bisect_right(self._runs, start, key=_first_character) - 1
        return None if self._runs[at][1] < 0 else f"{self.place.path}:r{self._runs[at][1]}"


def _first_character(run: tuple[int, int]) -> int:
    return run[0]


def inline_texts(place: ParagraphPlace) -> list[InlineText]:
    """Return the texts inside a paragraph, in the order in which they begin.

    Takes time linear in the bytes of the paragraph.
    """
    content = place.own_bytes
    if not any(name in content for name in INLINE_ELEMENTS):
        return []
    root = parse_fragment(b"<_>" + content + b"</_>", place.scope or place.part.text.root_scope)
    found = Finder(root, place.part.w)
    return list(_Builder(place, content, root).texts(found.found))


class _Builder:
    """Makes readings of what was found in ``root``, whose content are the bytes ``content``."""

    def __init__(self, place: ParagraphPlace, content: bytes, root: _Element) -> None:
        self._place = place
        self._content = content
        self._root = root
        # Where the start tag of each element lies: both come in the order of the document.
        tags = (each for each in TOKEN.finditer(content) if each[2] is not None)
        self._tags = {
            element: each.span() for element, each in zip(root.iterdescendants("*"), tags, strict=True)
        }

    def texts(self, found: Sequence[Code | Guide | Equation]) -> Iterator[InlineText]:
        """Yield a text for each of ``found`` that holds characters."""
        fields = equations = 0
        for each in found:
            if isinstance(each, Guide):
                text = self._of_guide(each)
            elif isinstance(each, Equation):
                text = self._of_flow(f"math{equations}", InlineKind.EQUATION, each.flow)
                equations += 1
            else:
                text = self._of_code(f"field{fields}", each)
                fields += 1
            if text is not None:
                yield text

    def _of_guide(self, guide: Guide) -> InlineText | None:
        start, end = self._tags[guide.element]
        if self._content[end - 2] == 0x2F:
            return None
        inner = self._content[end : self._content.rindex(b"<", end, element_end(self._content, start))]
        place = self._place
        scope = {(prefix or "").encode(): uri.encode() for prefix, uri in guide.element.nsmap.items()}
        reading = place.part.shapes.paragraph(inner, None if place.scope is None else scope)
        return InlineText(place, guide.name, InlineKind.RUBY, reading, offset=end, runs=((0, guide.run),))

    def _of_code(self, name: str, code: Code) -> InlineText | None:
        if code.simple is None:
            return self._of_flow(name, InlineKind.FIELD, code.flow, code.flaw)
        span = self._instruction(code.simple)
        if span is None:
            return None
        shape = _shape([ShownText(0, code.run, 0, True, False)], ["", ""], self._place.part.w)
        reading = Paragraph((b"", b"", self._content[slice(*span)], b""), shape, b"")
        quote = self._content[span[1] : span[1] + 1]
        runs = ((0, code.run),)
        return InlineText(
            self._place,
            name,
            InlineKind.FIELD,
            reading,
            offset=span[0],
            runs=runs,
            quote=quote,
            flaw=code.flaw,
        )

    def _instruction(self, simple: _Element) -> tuple[int, int] | None:
        """Return where the value of w:instr lies in the start tag of a w:fldSimple (17.16.19)."""
        tag = TOKEN.match(self._content, self._tags[simple][0])
        assert tag is not None
        for name, first, last in attribute_spans(tag[3]):
            prefix, colon, local = name.rpartition(b":")
            if (
                local == b"instr"
                and colon
                and simple.nsmap.get(prefix.decode()) == self._place.part.w.namespace
            ):
                return tag.start(3) + first, tag.start(3) + last
        return None

    def _of_flow(
        self, name: str, kind: InlineKind, flow: Flow, flaw: FieldFlaw | None = None
    ) -> InlineText | None:
        content = self._content
        parts: list[bytes] = []
        shown: list[ShownText] = []
        # How many things stand before, between and behind the texts.
        between = [0]
        runs: list[tuple[int, int]] = []
        offset, at, length = -1, 0, 0
        for node, each in enumerate(flow):
            if each is None:
                between[-1] += 1
                length += 1
                continue
            element, run = each
            runs.append((length, run))
            length += len(text_of(element))
            preserves = element.get(XML_SPACE) == "preserve"
            for tag, first, last in self._segments(element):
                if offset < 0:
                    offset = at = tag
                parts += (content[at:tag], content[tag:first], content[first:last])
                at = last
                shown.append(ShownText(len(shown), run, node, preserves, False))
                between.append(0)
        if not shown:
            return None
        parts.append(b"")
        shape = _shape(shown, [count * OBJECT for count in between], self._place.part.w)
        reading = Paragraph(parts, shape, b"")
        return InlineText(self._place, name, kind, reading, offset=offset, runs=runs, flaw=flaw)

    def _segments(self, element: _Element) -> Iterator[tuple[int, int, int]]:
        """Yield where characters lie right in an element, up to a child: the tag before, their bytes."""
        content = self._content
        tag, at = self._tags[element]
        if content[at - 2] == 0x2F:
            return
        for token in TOKEN.finditer(content, at):
            yield tag, at, token.start()
            if token[1] or token[2] is not None:
                return
            tag = at = token.end()
            if content.startswith(CDATA_TAG, token.start()):
                first = token.start() + len(CDATA_TAG)
                yield token.start(), first, token.end() - 3


def _shape(shown: list[ShownText], between: list[str], w: Vocabulary) -> Shape:
    """Return the shape of a text inside a paragraph, which has no look of its own to be parsed."""
    return Shape(FormReading(shown, between, 0), len(shown), w, _no_look)


def _no_look() -> None:
    raise ValueError("a text inside a paragraph has no look of its own")
