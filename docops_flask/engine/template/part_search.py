"""Finds bracketed names in the bytes of any part, whatever it is and whether or not anything fills it.

XML is searched in its texts, put together over elements up to the end of a paragraph, and in the value of
each attribute. Other bytes are searched as UTF-8, UTF-16 and GBK, and for the ways in which HTML, URLs,
JSON, RTF and MIME write the two brackets. All searches take time linear in the size of what they search.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import check_part, encoding_of, holds, recoded
from docops_flask.engine.oxml.markup import TOKEN, Scope, attributes_of, decoded, inner_scope
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL
from docops_flask.engine.template.grammar import CLOSE, IGNORED, OPEN, closed_names

# Characters quoted on each side of a name.
_MAX_CONTEXT_CHARACTERS = 60


# Yields start and end of the names in a text that have both brackets: those of language 1 or of language 2.
Closed = Callable[[str], Iterator[tuple[int, int]]]


class PlacedName(NamedTuple):
    """A bracketed name, its brackets included, at ``place`` of a part.

    The place is an element, an attribute (``wp:docPr@descr``), ``comment`` for an XML comment, or ``content``
    of a part that is not XML. ``before`` and ``after`` are the text on both sides.
    """

    place: str
    text: str
    before: str = ""
    after: str = ""


_OPEN, _CLOSE = OPEN.encode(), CLOSE.encode()
_FIRST_BYTE = _OPEN[:1]
# What may follow the opening bracket of a name: a character of names in UTF-8, one without width, markup, an
# escape. Most brackets in style sheets and settings stand among other signs.
_NAME_BEGINS = _OPEN + rb"(?=[A-Za-z0-9_.<&%\s-]|\xc2[\xa0\xad]|\xe2|\xef|\xe3\x80\x80)"
_REFERENCE = rb"&#(?:0*12304|[xX]0*3010);"
# In URLs: as UTF-8, encoded once or twice, as GBK, and as old scripts (escape of ECMAScript) write it.
_PERCENT_OPEN = rb"%(?:[eE]3%80%90|25[eE]3%2580%2590|[aA]1%[bB][eE]|u3010)"
_PERCENT = rb"%(?:[eE]3%80%9([01])|25[eE]3%2580%259([01])|[aA]1%[bB]([eEfF])|u301([01]))"
# In data that is written as the text of XML: JSON (RFC 8259, 7), markup.
_JSON_OPEN, _JSON = b"\\u3010", rb"\\u301([01])"
_ESCAPED_REFERENCE = rb"&amp;(#(?:0*1230[45]|[xX]0*301[01]);)"
# Brackets that are no text: a symbol (w:sym, ECMA-376 part 1, 17.3.3.30), the delimiters of an equation (m:d,
# 22.1.2.24, whose properties come before its content).
_SYMBOL = rb"char=[\"']301([01])[\"']"
_DELIMITER = (
    rb"(?:begChr|endChr)\s++(?:[A-Za-z0-9]++:)?val\s*+=\s*+[\"']"
    rb"(?:\xe3\x80[\x90\x91]|&#(?:0*1230[45]|[xX]0*301[01]);)"
)
UNWRITTEN_PLACES = ("sym", "begChr")


def seen(text: str) -> str:
    """Return ``text`` without the characters that have no width."""
    if not text.isascii() and re.search(f"[{IGNORED}]", text):
        # One after the other, which takes no memory for what lies between them.
        for each in IGNORED:
            text = text.replace(each, "")
    return text


def count_open(content: bytes) -> int:
    """Return how many opening brackets an XML part in UTF-8 has, as characters and by their number."""
    # A single byte is looked for many times faster than two.
    has_references = content.find(b"&") >= 0 and holds(content, b"&#")
    by_number = len(re.findall(_REFERENCE, content)) if has_references else 0
    return content.count(_OPEN) + by_number


def count_open_in(part: StoryPart) -> int:
    """Return what ``count_open`` does for the bytes of ``part``, counted once."""
    count = part.counts.get(_OPEN)
    if count is None:
        count = part.counts[_OPEN] = count_open(part.content)
    return count


def has_percent_open(content: bytes) -> bool:
    """Say whether an opening bracket is written as URLs write it (RFC 3986, 2.1)."""
    return content.find(b"%") >= 0 and re.search(_PERCENT_OPEN, content) is not None


def may_hold_name(content: bytes, closed: Closed = closed_names) -> bool:
    """Say whether XML in UTF-8 may have a bracketed name; most of it shows at once that it has none."""
    if closed is not closed_names:
        return count_open(content) > 0 or has_percent_open(content)
    # A single byte is looked for many times faster than several.
    has_references = content.find(b"&") >= 0
    return (
        (
            content.find(_FIRST_BYTE) >= 0
            and holds(content, _OPEN)
            and re.search(_NAME_BEGINS, content) is not None
        )
        or (has_references and holds(content, b"&#") and re.search(_REFERENCE, content) is not None)
        or has_percent_open(content)
        or (content.find(b"\\") >= 0 and holds(content, _JSON_OPEN))
        or (
            has_references
            and holds(content, b"&amp;#")
            and re.search(_ESCAPED_REFERENCE, content) is not None
        )
    )


def may_hold_unwritten(content: bytes) -> bool:
    """Say whether XML may have an opening bracket that is no text (``UNWRITTEN_PLACES``)."""
    return (holds(content, b"3010") and re.search(_SYMBOL, content) is not None) or (
        holds(content, b"begChr") and re.search(_DELIMITER, content) is not None
    )


def names_in_part(
    content: bytes, name: str, *, is_xml: bool, closed: Closed = closed_names
) -> Iterator[PlacedName]:
    """Yield the bracketed names in ``content``, all of the part ``name``.

    A part that should be XML (``is_xml``) and is not is searched like any other bytes.
    """
    if not is_xml:
        yield from names_in_bytes(content, closed)
        return
    try:
        text = recoded(content, encoding_of(content, name))
        if not may_hold_name(text, closed):
            return
        check_part(content, name)
    except (InvalidTemplate, UnicodeError, LookupError):
        yield from names_in_bytes(content, closed)
        return
    yield from names_in_xml(text, closed)


# Elements that end a line of text, whatever their namespace: a name does not go on behind them.
_BREAKS = frozenset((b"p", b"br", b"cr", b"tab", b"ptab", b"tr", b"tc", b"si", b"li", b"td"))
_DELETIONS = frozenset((b"del", b"moveFrom", b"delText", b"delInstrText"))
_W_NAMESPACES = frozenset((W_TRANSITIONAL.encode(), W_STRICT.encode()))
_CDATA = b"<![CDATA["


class _Texts:
    """The texts of a part put together, with the element that each stands in."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._places: list[bytes] = []
        self._length = 0

    def add(self, element: bytes, text: str) -> None:
        self._pieces.append(text)
        self._starts.append(self._length)
        self._places.append(element)
        self._length += len(text)

    def names(self, closed: Closed) -> Iterator[PlacedName]:
        text = "".join(self._pieces)
        for start, end in closed(text):
            element = self._places[bisect_right(self._starts, start) - 1]
            yield _placed(element.decode(), text, start, end)


def names_in_xml(content: bytes, closed: Closed = closed_names) -> Iterator[PlacedName]:
    """Yield the bracketed names in well-formed XML in UTF-8, those of attributes and comments first.

    Tracked deletions are left out (w:del, w:moveFrom, w:delText, w:delInstrText; ECMA-376 part 1, 17.13.5).
    """
    reader = _Reader(closed)
    at = 0
    for match in TOKEN.finditer(content):
        slash, name, attributes = match.groups()
        if match.start() > at:
            reader.text(content[at : match.start()])
        at = match.end()
        if slash:
            reader.leave()
        elif name is None:
            yield from reader.other(match[0])
        else:
            yield from reader.enter(name, attributes)
            if attributes.endswith(b"/"):
                reader.leave()
    yield from reader.texts.names(closed)


class _Reader:
    """Takes the tokens of a part one after the other and puts its texts together."""

    def __init__(self, closed: Closed) -> None:
        self._closed = closed
        self.texts = _Texts()
        # What is in force in the innermost open element, and around it.
        self._element, self._is_deleted, self._scope = b"", False, _NO_SCOPE
        # How many of the open equations in delimiters end with a closing bracket.
        self._to_close = 0
        self._outer: list[tuple[bytes, bool, Scope]] = []

    def text(self, raw: bytes) -> None:
        """Take character data; white space that lays the markup out is no text."""
        if not self._is_deleted and not (raw.isspace() and b"\n" in raw):
            self.texts.add(self._element, _decoded(raw))

    def enter(self, name: bytes, attributes: bytes) -> Iterator[PlacedName]:
        """Take a start tag; yield the names in its attributes."""
        self._outer.append((self._element, self._is_deleted, self._scope))
        self._element = name
        if b"xmlns" in attributes:
            self._scope = inner_scope(self._scope, attributes)
        self._is_deleted = self._is_deleted or _deletes(name, self._scope)
        if not self._is_deleted and name.endswith((b"sym", b"Chr")):
            self._unwritten(name, attributes)
        if not self._is_deleted and may_hold_name(attributes, self._closed):
            yield from _in_attributes(name, attributes, self._closed)

    def _unwritten(self, name: bytes, attributes: bytes) -> None:
        """Take a bracket that is an element."""
        symbol = re.search(_SYMBOL, attributes) if _local(name) == b"sym" else None
        if symbol is not None:
            self.texts.add(name, OPEN if symbol[1] == b"0" else CLOSE)
        elif re.match(_DELIMITER, _local(name) + attributes):
            if _local(name) == b"begChr":
                self.texts.add(name, OPEN)
            else:
                self._to_close += 1

    def leave(self) -> None:
        """Take an end tag."""
        if self._to_close and _local(self._element) == b"d":
            self._to_close -= 1
            self.texts.add(self._element, CLOSE)
        if _local(self._element) in _BREAKS:
            self.texts.add(self._element, "\n")
        if self._outer:
            self._element, self._is_deleted, self._scope = self._outer.pop()

    def other(self, token: bytes) -> Iterator[PlacedName]:
        """Take a CDATA section, a comment or a processing instruction; yield the names in the last two."""
        if self._is_deleted:
            return
        if token.startswith(_CDATA):
            self.texts.add(self._element, seen(token[len(_CDATA) : -3].decode()))
        elif may_hold_name(token, self._closed):
            yield from _in_text("comment", token.decode(), self._closed)


_NO_SCOPE: Scope = {}


def _local(name: bytes) -> bytes:
    return name.rpartition(b":")[2]


def _deletes(name: bytes, scope: Scope) -> bool:
    prefix, _, local = name.rpartition(b":")
    return local in _DELETIONS and scope.get(prefix) in _W_NAMESPACES


def _in_attributes(element: bytes, attributes: bytes, closed: Closed) -> Iterator[PlacedName]:
    for name, value in attributes_of(attributes).items():
        yield from _in_text(f"{element.decode()}@{name.decode()}", _decoded(value), closed)


def _decoded(raw: bytes) -> str:
    if b"%" in raw:
        raw = re.sub(_PERCENT, _bracket, raw)
    if _JSON_OPEN in raw:
        raw = re.sub(_JSON, _bracket, raw)
    if b"&amp;#" in raw:
        raw = re.sub(_ESCAPED_REFERENCE, rb"&\1", raw)
    return seen(decoded(raw))


def _in_text(place: str, text: str, closed: Closed) -> Iterator[PlacedName]:
    for start, end in closed(text):
        yield _placed(place, text, start, end)


def _placed(place: str, text: str, start: int, end: int) -> PlacedName:
    before = text[max(0, start - _MAX_CONTEXT_CHARACTERS) : start]
    return PlacedName(place, text[start:end], before, text[end : end + _MAX_CONTEXT_CHARACTERS])


# How both brackets are written in HTML and XML, URLs, JSON, RTF (by number and in GBK) and quoted-printable.
_ESCAPES = (
    rb"&#(?:0*1230([45])|[xX]0*301([01]));|%[eE]3%80%9([01])|\\u301([01])|\\u1230([45])[ ?]?"
    rb"|\\'[aA]1\\'[bB]([eEfF])|=E3=80=9([01])"
)
_ESCAPE_MARKS = (b"&#", b"%E3", b"%e3", b"\\u", b"\\'", b"=E3")
_NAME = rb"[A-Za-z0-9_.\- ]"
# Names of ASCII characters in brackets, in encodings that a text may have without saying so. The last are
# those of Taiwan, Japan and Korea.
_ENCODED = (
    (b"\x10\x30", "utf-16-le", rb"\x10\x30((?:" + _NAME + rb"\0)++)\x11\x30"),
    (b"\x30\x10", "utf-16-be", rb"\x30\x10((?:\0" + _NAME + rb")++)\x30\x11"),
    (b"\xa1\xbe", "gb18030", rb"\xa1\xbe(" + _NAME + rb"++)\xa1\xbf"),
    (b"\xa1\x69", "big5", rb"\xa1\x69(" + _NAME + rb"++)\xa1\x6a"),
    (b"\x81\x79", "shift_jis", rb"\x81\x79(" + _NAME + rb"++)\x81\x7a"),
    (b"\xa1\xda", "euc_jp", rb"\xa1\xda(" + _NAME + rb"++)\xa1\xdb"),
    (b"\xa1\xbc", "euc_kr", rb"\xa1\xbc(" + _NAME + rb"++)\xa1\xbd"),
)


def _bracket(match: "re.Match[bytes]") -> bytes:
    return _OPEN if match[match.lastindex or 0] in b"04eE" else _CLOSE


def names_in_bytes(content: bytes, closed: Closed = closed_names) -> Iterator[PlacedName]:
    """Yield the bracketed names in bytes of any kind, sorted."""
    found: Counter[str] = Counter()
    for text in _views(content):
        names = Counter(text[start:end] for start, end in closed(text))
        # The views show the same content: what is in two of them is there once.
        found |= names
    for mark, encoding, pattern in _ENCODED:
        if mark in content:
            names = Counter(inner.decode(encoding) for inner in re.findall(pattern, content))
            found += Counter({
                f"{OPEN}{name}{CLOSE}": count
                for name, count in names.items()
                if any(closed_names(f"{OPEN}{name}{CLOSE}"))
            })  # fmt: skip
    for text in sorted(found.elements()):
        yield PlacedName("content", text)


def _views(content: bytes) -> Iterator[str]:
    """Yield the text that UTF-8 bytes may stand for: with the escapes of brackets resolved, without tags."""
    if any(mark in content for mark in _ESCAPE_MARKS):
        if b"=E3" in content:
            # A line of quoted-printable text may go on behind its end (RFC 2045, 6.7).
            content = content.replace(b"=\r\n", b"").replace(b"=\n", b"")
        content = re.sub(_ESCAPES, _bracket, content)
    if _OPEN not in content:
        return
    yield seen(content.decode(errors="replace"))
    if b"<" in content:
        yield seen(re.sub(rb"<[^<>]*+>", b"", content).decode(errors="replace"))
