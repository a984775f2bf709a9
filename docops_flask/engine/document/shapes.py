"""Paragraphs read from their bytes: the text of each, and its shape, which is read once for all alike.

A long document holds thousands of paragraphs and few shapes: how a paragraph looks and how its text is put
together is the same for all whose bytes differ in the texts of their w:t alone. All shapes of a part that
are not known yet are parsed together, as children of one element with the namespaces of the part's root.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.document.paragraph_text import ParagraphText, runs_of, text_of
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.opc.xml_part import HARDENED
from docops_flask.engine.oxml.markup import TOKEN, PartText, Scope, decoded, inner_scope
from docops_flask.engine.oxml.names import XML_SPACE, Vocabulary

# While a shape is read characters of private use (plane 15) stand for its texts: one of the lower half for each,
# from the number _HALF on with one of the upper half before it.
_FIRST_STAND_IN = 0xF0000
_HALF = 0x8000
_STAND_IN = "[\U000f8000-\U000ffffd]?[\U000f0000-\U000f7fff]"
_CDATA_TAG = b"<![CDATA["


class ShownText(NamedTuple):
    """A text that counts: its number among the texts of the paragraph, its run's number, its w:t's number.

    ``preserves`` says that the w:t states xml:space="preserve": Word keeps white space at its ends then.
    """

    number: int
    run_index: int
    node: int
    preserves: bool
    in_field_result: bool


class Shape:
    """How paragraphs look that differ in their texts alone, and how their text is put together.

    ``element`` is a w:p of this shape and ``runs`` are its runs by their numbers. ``between`` are the
    characters before, between and after the texts of ``shown``; ``is_plain`` says that there are none and that
    all texts count, in their order; ``is_parted_by_node`` that each text is all of its w:t.
    """

    __slots__ = ("between", "element", "is_parted_by_node", "is_plain", "runs", "shown", "texts")

    def __init__(
        self,
        element: _Element,
        runs: Sequence[_Element],
        shown: Sequence[ShownText],
        between: Sequence[str],
        texts: int,
    ) -> None:
        self.element = element
        self.runs = runs
        self.shown = shown
        self.between = between
        self.texts = texts
        self.is_parted_by_node = len({each.node for each in shown}) == len(shown)
        self.is_plain = not any(between) and [each.number for each in shown] == list(range(texts))

    def with_element(self, element: _Element, w: Vocabulary) -> "Shape":
        """Return this shape with other properties; ``element`` is a changed copy of its w:p."""
        return Shape(element, list(runs_of(element, w)), self.shown, self.between, self.texts)


class TextPiece(NamedTuple):
    """Characters that stand together in a w:t, at ``start``:``end`` of the paragraph's text."""

    start: int
    end: int
    shown: ShownText


_start = attrgetter("start")


class Paragraph:
    """A paragraph as its bytes have it.

    ``parts`` are the bytes parted at the texts: markup, the tag before the text, the text, markup, and so on.
    The tag is that of the w:t, of a CDATA section, or empty behind a comment.
    """

    __slots__ = ("_offsets", "_pieces", "parts", "shape", "text")

    def __init__(self, parts: Sequence[bytes], shape: Shape) -> None:
        self.parts = parts
        self.shape = shape
        self._pieces: list[TextPiece] | None = None
        self._offsets: list[int] | None = None
        if shape.is_plain:
            raw = b"".join(parts[2::3])
            if b"&" not in raw and b"\r" not in raw:
                self.text = raw.decode()
                return
        shown = [shape.between[0]]
        for each, behind in zip(shape.shown, shape.between[1:], strict=True):
            shown += (self.text_of(each.number), behind)
        self.text = "".join(shown)

    def raw(self, number: int) -> bytes:
        """Return the bytes of a text."""
        return self.parts[3 * number + 2]

    def is_cdata(self, number: int) -> bool:
        """Say whether a text lies in a CDATA section (XML 1.0, 2.7): its bytes are its characters."""
        return self.parts[3 * number + 1] == _CDATA_TAG

    def text_of(self, number: int) -> str:
        """Return the characters of a text."""
        raw = self.raw(number)
        if self.is_cdata(number):
            return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()
        return decoded(raw)

    def offset(self, part: int) -> int:
        """Return where the part number ``part`` begins in the paragraph's bytes."""
        if self._offsets is None:
            self._offsets = list(accumulate(map(len, self.parts), initial=0))
        return self._offsets[part]

    @property
    def pieces(self) -> Sequence[TextPiece]:
        """The texts that count, in order."""
        if self._pieces is None:
            self._pieces = list(self._read_pieces())
        return self._pieces

    def run_text(self, run: _Element, w: Vocabulary) -> str:
        """Return the characters of the w:t that are children of ``run``, a run of the paragraph's shape."""
        return "".join([self.node_text(node) for node in run.iterchildren(w.t)])

    def node_text(self, node: _Element) -> str:
        """Return the characters of ``node``, a w:t of the paragraph's shape."""
        return "".join([self.text_of(number) for number in _numbers(text_of(node))])

    def pieces_between(self, start: int, end: int) -> Sequence[TextPiece]:
        """Return the pieces that hold characters of ``text[start:end]``, in order."""
        pieces = self.pieces
        if len(pieces) == 1:
            return pieces if pieces[0].start < end and start < pieces[0].end else ()
        index = max(0, bisect_right(pieces, start, key=_start) - 1)
        found = []
        while index < len(pieces) and pieces[index].start < end:
            if pieces[index].end > start:
                found.append(pieces[index])
            index += 1
        return found

    def _read_pieces(self) -> Iterator[TextPiece]:
        at = 0
        for each, before in zip(self.shape.shown, self.shape.between, strict=False):
            start = at + len(before)
            at = start + len(self.text_of(each.number))
            yield TextPiece(start, at, each)


class Shapes:
    """The paragraphs of one part by their bytes, each distinct one read once."""

    def __init__(self, text: PartText, w: Vocabulary) -> None:
        self._text = text
        self._w = w
        start = b"<" + text.prefix + b":t"
        is_usual = text.prefix and not any(start + blank in text.content for blank in (b"\t", b"\r", b"\n"))
        self._part = _text_pattern(text.prefix).split if is_usual else None
        self._after_text = b"\0</" + text.prefix + b":t"
        self._idle = _idle_pattern(text.prefix).sub if text.prefix else None
        self._paragraphs: dict[tuple[bytes, bytes], Paragraph] = {}
        self._shapes: dict[tuple[bytes, bytes], Shape | None] = {}
        # None where the markup is to be read tag by tag.
        self._without_idle: dict[bytes, bytes | None] = {}

    def paragraph(self, content: bytes, scope: Scope | None = None) -> Paragraph:
        """Return the paragraph with the bytes ``content`` between its tags."""
        found = self._paragraphs.get((content, _declared(scope)))
        if found is None:
            self.read(((content, scope),))
            found = self._paragraphs[content, _declared(scope)]
        return found

    def read(self, contents: Iterable[tuple[bytes, Scope | None]]) -> None:
        """Read paragraphs together; ``Scope`` are the namespaces in scope where they are not the root's."""
        pending: dict[tuple[bytes, bytes], tuple[list[bytes], tuple[bytes, bytes]]] = {}
        odd: list[tuple[bytes, Scope | None]] = []
        for content, scope in contents:
            declared = _declared(scope)
            key = content, declared
            if key in self._paragraphs or key in pending:
                continue
            if self._part is None or scope is not None or b"<!" in content or b"<?" in content:
                odd.append((content, scope))
                continue
            parts = self._part(content)
            markup = parts[:]
            del markup[2::3]
            joined = b"\0".join(markup)
            if joined not in self._without_idle:
                is_usual = self._is_usual(parts[1::3], joined)
                self._without_idle[joined] = self._idle(b"", joined) if is_usual else None
            idle = self._without_idle[joined]
            if idle is None:
                odd.append((content, scope))
            else:
                pending[key] = parts, (idle, declared)
        self._parse({shape for _, shape in pending.values()})
        for key, (parts, shape_key) in pending.items():
            shape = self._shapes[shape_key]
            if shape is None:
                odd.append((key[0], None))
            else:
                self._paragraphs[key] = Paragraph(parts, shape)
        if odd:
            self._read_odd(odd)

    def _is_usual(self, tags: Sequence[bytes], joined: bytes) -> bool:
        """Say whether each text is all of its w:t, and ">" in no attribute's value of its tag."""
        return joined.count(self._after_text) == len(tags) and not any(
            b"'" in tag or tag.count(b'"') % 2 for tag in set(tags)
        )

    def _read_odd(self, contents: Sequence[tuple[bytes, Scope | None]]) -> None:
        """Read paragraphs tag by tag: with comments, CDATA sections, names bound anew, tags written oddly."""
        pending = {}
        for content, scope in contents:
            parts = list(_parted(content, scope or self._text.root_scope, self._text.namespace))
            markup = parts[:]
            del markup[2::3]
            pending[content, _declared(scope)] = parts, (b"\0".join(markup), _declared(scope))
        self._parse({shape for _, shape in pending.values()})
        for key, (parts, shape_key) in pending.items():
            shape = self._shapes[shape_key]
            if shape is None:
                raise DocopsError("A paragraph of the template could not be read.")
            self._paragraphs[key] = Paragraph(parts, shape)

    def _parse(self, keys: Iterable[tuple[bytes, bytes]]) -> None:
        by_scope: dict[bytes, list[bytes]] = {}
        for markup, declared in keys:
            if (markup, declared) not in self._shapes:
                by_scope.setdefault(declared, []).append(markup)
        for declared, markups in by_scope.items():
            elements = _parsed(markups, declared or _declared(self._text.root_scope), self._text.namespace)
            for markup, element in zip(markups, elements, strict=True):
                self._shapes[markup, declared] = _shape(element, self._w, markup.count(b"\0") // 2)


def _parsed(markups: Sequence[bytes], declared: bytes, namespace: bytes) -> list[_Element]:
    """Return a w:p for each of ``markups``, with stand-ins for its texts."""
    prefix = b"docops"
    while b"xmlns:" + prefix + b"=" in declared:
        prefix += b"_"
    start, end = b"<" + prefix + b":p>", b"</" + prefix + b":p>"
    opening = b"<" + prefix + b":body xmlns:" + prefix + b'="' + namespace + b'"' + declared + b">"
    content = (end + start).join(map(_with_stand_ins, markups))
    root = etree.fromstring(b"".join((opening, start, content, end, b"</", prefix, b":body>")), _parser())
    return list(root)


def _with_stand_ins(markup: bytes) -> bytes:
    """Return markup whose texts, each between a tag and what follows it, are their stand-ins."""
    pieces = markup.split(b"\0")
    # Markup, tag, markup, tag, markup: a text stands behind each tag.
    for number, at in enumerate(range(1, len(pieces), 2)):
        pieces[at] += _stand_in(number)
    return b"".join(pieces)


@lru_cache(maxsize=1024)
def _stand_in(number: int) -> bytes:
    upper, lower = divmod(number, _HALF)
    before = chr(_FIRST_STAND_IN + _HALF + upper - 1) if upper else ""
    return (before + chr(_FIRST_STAND_IN + lower)).encode()


def _numbers(text: str) -> Iterator[int]:
    """Yield the numbers of the texts for which stand-ins are in ``text``."""
    upper = 0
    for character in text:
        number = ord(character) - _FIRST_STAND_IN
        if number >= _HALF:
            upper = (number - _HALF + 1) * _HALF
        else:
            yield upper + number
            upper = 0


def _shape(element: _Element, w: Vocabulary, texts: int) -> Shape | None:
    """Return the shape of a w:p with stand-ins; ``None`` where a w:t holds other text."""
    reading = ParagraphText(element, w)
    shown: list[ShownText] = []
    for node, piece in enumerate(reading.pieces):
        preserves = piece.node.get(XML_SPACE) == "preserve"
        for number in _numbers(reading.text[piece.start : piece.end]):
            if not 0 <= number < texts:
                return None
            shown.append(ShownText(number, piece.run_index, node, preserves, piece.in_field_result))
    between = re.split(_STAND_IN, reading.text)
    if len(between) != len(shown) + 1:
        return None
    return Shape(element, list(runs_of(element, w)), shown, between, texts)


def parse_fragment(content: bytes, scope: Scope) -> _Element:
    """Return the element whose bytes are ``content``; ``scope`` are the namespaces in scope around it."""
    wrapped = b"<_" + _declared(scope) + b">" + content + b"</_>"
    return etree.fromstring(wrapped, _parser())[0]


_PARSER: list[etree.XMLParser] = []


def _parser() -> etree.XMLParser:
    if not _PARSER:
        _PARSER.append(etree.XMLParser(huge_tree=False, strip_cdata=False, **HARDENED))
    return _PARSER[0]


@lru_cache(maxsize=8)
def _text_pattern(prefix: bytes) -> re.Pattern[bytes]:
    """Return the pattern that parts a paragraph at its w:t: markup, start tag, text, markup, and so on."""
    return re.compile(rb"(<" + re.escape(prefix) + rb":t(?: [^<>]*[^<>/])?>)([^<]*)")


@lru_cache(maxsize=8)
def _idle_pattern(prefix: bytes) -> re.Pattern[bytes]:
    """Return the pattern of what changes neither look nor text: ids of editing sessions, marks without width."""
    w = re.escape(prefix) + b":"
    return re.compile(
        rb" "
        + w
        + rb"rsid[A-Za-z]*=\"[^\"<]*\"|<"
        + w
        + rb"(?:proofErr|bookmarkStart|bookmarkEnd|lastRenderedPageBreak"
        rb"|commentRangeStart|commentRangeEnd|permStart|permEnd)(?: [^<>]*)?/>"
    )


def _quoted(uri: bytes) -> bytes:
    return uri.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b'"', b"&quot;")


@lru_cache(maxsize=64)
def _declared_in(items: tuple[tuple[bytes, bytes], ...]) -> bytes:
    return b"".join(
        [
            b" xmlns" + (b":" + prefix if prefix else b"") + b'="' + _quoted(uri) + b'"'
            for prefix, uri in items
        ]
    )


def _declared(scope: Scope | None) -> bytes:
    """Return the declarations of ``scope`` as attributes; nothing for that of the root."""
    return b"" if scope is None else _declared_in(tuple(scope.items()))


def _parted(content: bytes, scope: Scope, namespace: bytes) -> Iterator[bytes]:
    """Yield markup, tag, text, markup, and so on, whatever form the markup has."""
    at = 0
    # Of each open element whether it is a w:t, and the namespaces in scope around it.
    opened: list[tuple[bool, Scope]] = []
    is_text = False
    text_at = -1
    for match in TOKEN.finditer(content):
        slash, name, attributes = match.groups()
        start, end = match.span()
        if is_text and text_at >= 0:
            # The text before this token.
            yield content[text_at:start]
            at = start
            text_at = -1
        if slash:
            if opened:
                is_text, scope = opened.pop()
        elif name is not None:
            if not attributes.endswith(b"/"):
                opened.append((is_text, scope))
                if b"xmlns" in attributes:
                    scope = inner_scope(scope, attributes)
                prefix, _, local = name.rpartition(b":")
                is_text = local == b"t" and scope.get(prefix) == namespace
                if is_text:
                    yield content[at:start]
                    yield content[start:end]
                    at = text_at = end
                continue
        elif is_text and content.startswith(_CDATA_TAG, start):
            yield content[at:start]
            yield _CDATA_TAG
            yield content[start + len(_CDATA_TAG) : end - 3]
            at = end - 3
        if is_text:
            # What follows is text again, behind a comment, an instruction, a section or a child.
            yield content[at:end]
            yield b""
            at = text_at = end
    yield content[at:]
