"""The bytes of an XML part as markup: its start tags, end tags and what stands between them.

A part is read as UTF-8; one in another encoding is recoded first (``opc.xml_part``). The patterns hold for
well-formed XML alone: there no "<" stands anywhere but where markup, a comment, a CDATA section or a
processing instruction begins (XML 1.0, 2.4 and 3.1).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.opc.xml_part import holds

# A tag with its attributes; ">" may stand in an attribute's value.
_ATTRIBUTES = rb"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+"
# Groups: "/" of an end tag, the qualified name of a tag, its attributes with "/" where it closes itself.
TOKEN = re.compile(
    rb"<(?:(/)[^>]*+|!--.*?--|!\[CDATA\[.*?\]\]|\?.*?\?|([^\s/>!?]++)(" + _ATTRIBUTES + rb"))>", re.DOTALL
)
_ATTRIBUTE = re.compile(rb"([^\s=\"']++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_ENTITY = re.compile(rb"&(?:#[xX]([0-9A-Fa-f]++)|#([0-9]++)|(\w++));")
_NAMED = {b"amp": "&", b"lt": "<", b"gt": ">", b"quot": '"', b"apos": "'"}


def attributes_of(attributes: bytes) -> dict[bytes, bytes]:
    """Return qualified name to value as written, of the attributes of a start tag in their order."""
    if b"=" not in attributes:
        return {}
    return {name: one or other for name, one, other in _ATTRIBUTE.findall(attributes)}


class AttributeSpan(NamedTuple):
    """An attribute: its qualified name, and where its value lies, without quotes."""

    name: bytes
    start: int
    end: int


def attribute_spans(attributes: bytes) -> Iterator[AttributeSpan]:
    """Yield the attributes of a start tag, whose text behind the element's name is ``attributes``."""
    for match in _ATTRIBUTE.finditer(attributes):
        yield AttributeSpan(match[1], *match.span(2 if match[2] is not None else 3))


def decoded(raw: bytes) -> str:
    """Return the characters that character data or an attribute's value stands for.

    Line ends become one newline (XML 1.0, 2.11); a character reference to a carriage return stays one.
    """
    if raw.find(b"\r") >= 0:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.find(b"&") < 0:
        return raw.decode()
    return _ENTITY.sub(_referenced, raw).decode()


@lru_cache(maxsize=256)
def _character(hexadecimal: bytes | None, decimal: bytes | None, name: bytes | None) -> bytes:
    if hexadecimal:
        return chr(int(hexadecimal, 16)).encode()
    if decimal:
        return chr(int(decimal)).encode()
    return _NAMED[name or b""].encode()


def _referenced(match: "re.Match[bytes]") -> bytes:
    return _character(*match.groups())


_WIDE = re.compile(rb"&[^;]*+;|\r\n?")
_LINE_END = re.compile(rb"\r\n?")


def byte_offsets(raw: bytes, text: str, places: Iterable[int], *, is_cdata: bool = False) -> list[int]:
    """Return where the characters number ``places`` of ``text`` begin in ``raw``, which it was decoded from.

    ``places`` ascend. In a CDATA section (``is_cdata``) nothing but line ends takes more bytes than its
    characters.
    """
    found: list[int] = []
    # Where ``text`` and ``raw`` are in step.
    done = at = 0
    points = iter(()) if b"\r" not in raw and (is_cdata or b"&" not in raw) else _in_step(raw, is_cdata)
    following = next(points, None)
    for place in places:
        while following is not None and following[0] <= place:
            done, at = following
            following = next(points, None)
        at += len(text[done:place].encode())
        done = place
        found.append(at)
    return found


def _in_step(raw: bytes, is_cdata: bool) -> Iterator[tuple[int, int]]:
    """Yield how many characters and bytes come before the end of each reference and line end."""
    done = at = 0
    for match in (_LINE_END if is_cdata else _WIDE).finditer(raw):
        done += len(raw[at : match.start()].decode()) + 1
        at = match.end()
        yield done, at


def escaped(text: str) -> bytes:
    """Return ``text`` as character data: "&", "<" and ">" as references, as every XML writer does."""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A carriage return as a character would be read as a newline (XML 1.0, 2.11).
    if "\r" in text:
        text = text.replace("\r", "&#13;")
    return text.encode()


class Splice(NamedTuple):
    """The bytes ``start``:``end`` give way to ``new``."""

    start: int
    end: int
    new: bytes


def spliced(content: bytes, splices: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Return ``content`` with ``splices`` (as ``Splice``) in, which are in the order of its bytes.

    Raises ``ValueError`` where two are about the same bytes.
    """
    pieces: list[bytes] = []
    at = 0
    for start, end, new in splices:
        if start < at:
            raise ValueError("two splices of the same bytes")
        pieces += (content[at:start], new)
        at = end
    pieces.append(content[at:])
    return b"".join(pieces)


def name_at(content: bytes, start: int) -> bytes:
    """Return the qualified name in the start tag that begins at ``start``."""
    match = TOKEN.match(content, start)
    return b"" if match is None else match[2]


def tag_end(content: bytes, start: int) -> int:
    """Return where the start tag that begins at ``start`` ends; ">" may stand in an attribute's value."""
    end = content.index(b">", start) + 1
    tag = content[start:end]
    if tag.find(b"'") < 0 and not tag.count(b'"') % 2:
        return end
    match = TOKEN.match(content, start)
    assert match is not None
    return match.end()


# Behind the start tag of an element that holds nothing: its end tag, with what says nothing before it.
_EMPTY_END = re.compile(rb"(?:\s++|<!--.*?-->|<\?.*?\?>)*+</[^>]*+>", re.DOTALL)


def empty_end(content: bytes, tag: "re.Match[bytes]") -> int | None:
    """Return where the element ends whose start tag is ``tag`` in ``content``; ``None`` if it holds anything.

    ``tag`` matches ``TOKEN``. An element that holds nothing may have an end tag (XML 1.0, 3.1).
    """
    if tag[0].endswith(b"/>"):
        return tag.end()
    end = _EMPTY_END.match(content, tag.end())
    return None if end is None else end.end()


def element_end(content: bytes, start: int) -> int:
    """Return where the element ends whose start tag begins at ``start``."""
    depth = 0
    for match in TOKEN.finditer(content, start):
        slash, name, attributes = match.groups()
        if slash:
            depth -= 1
        elif name is not None and not attributes.endswith(b"/"):
            depth += 1
        if not depth:
            return match.end()
    raise ValueError("an element without an end tag")


# Prefix ("" for the default namespace) to namespace name.
Scope = Mapping[bytes, bytes]


def _declared(attributes: bytes) -> dict[bytes, bytes]:
    """Return prefix to namespace name of the declarations among the attributes of a start tag."""
    return {
        name[6:]: decoded(value).encode()
        for name, value in attributes_of(attributes).items()
        if name == b"xmlns" or name.startswith(b"xmlns:")
    }


def inner_scope(outer: Scope, attributes: bytes) -> Scope:
    """Return the namespaces in scope inside a start tag with ``attributes`` (Namespaces in XML 1.0, 6)."""
    declared = _declared(attributes)
    return {**outer, **declared} if declared else outer


class PartText(NamedTuple):
    """A well-formed XML part as UTF-8, with what its root says.

    ``content[root_start:root_end]`` is the start tag of the root; ``namespace`` is the root's. ``prefix``
    stands for it in all of the part, and for nothing else, and there is no comment, CDATA section or
    processing instruction in the root; it is empty where that is not so. ``root_scope`` are the namespaces
    that the root declares; where there is a ``prefix``, all that the part declares (of a prefix for several
    that have no meaning here the first).
    """

    content: bytes
    root_start: int
    root_end: int
    namespace: bytes
    prefix: bytes
    root_scope: Scope

    @property
    def root_name(self) -> bytes:
        """The local name of the root."""
        return name_at(self.content, self.root_start).rpartition(b":")[2]

    @property
    def root_prefix(self) -> bytes:
        """The prefix of the root with its colon, "" without one, in parts of any form."""
        prefix, colon, _ = name_at(self.content, self.root_start).rpartition(b":")
        return prefix + colon


def part_text(content: bytes) -> PartText:
    """Return a well-formed part, in UTF-8, with what its root says."""
    root = next(match for match in TOKEN.finditer(content) if match[2] is not None)
    scope = _root_scope(root[3])
    prefix = root[2].rpartition(b":")[0]
    namespace = scope.get(prefix, b"")
    is_plain, scope_of_all = _is_plain(content, root.end(), prefix, namespace, scope)
    return PartText(
        content,
        root.start(),
        root.end(),
        namespace,
        prefix if is_plain else b"",
        scope_of_all if is_plain else scope,
    )


@lru_cache(maxsize=16)
def _root_scope(attributes: bytes) -> Scope:
    # Headers and footers mostly begin alike.
    return inner_scope({}, attributes)


def _is_plain(
    content: bytes, start: int, prefix: bytes, namespace: bytes, scope: Scope
) -> tuple[bool, Scope]:
    if not prefix:
        return False, scope
    # A single byte is looked for a hundred times faster than several.
    for mark in (b"!", b"?"):
        if content.find(mark, start) >= 0 and content.find(b"<" + mark, start) >= 0:
            return False, scope
    start_tag, end_tag = b"<" + prefix + b":p", b"</" + prefix + b":p"
    for blank in (b"\t", b"\r", b"\n"):
        if content.find(blank, start) >= 0 and (start_tag + blank in content or end_tag + blank in content):
            return False, scope
    if holds(content, end_tag + b" "):
        return False, scope
    if holds(content, b"xmlns", start):
        everywhere = dict(scope)
        for bound, uri in _declarations(content, start):
            # A prefix that stands for several namespaces of no meaning stands for none of meaning.
            known = everywhere.setdefault(bound, uri)
            if known != uri and not _OF_MEANING.isdisjoint((known, uri)):
                return False, scope
        scope = everywhere
    return list(scope.values()).count(namespace) == 1, scope


def _declarations(content: bytes, start: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield prefix and namespace name of all declarations behind ``start``; a text may read like one."""
    at = content.find(b"xmlns", start)
    while at >= 0:
        tag = TOKEN.match(content, content.rfind(b"<", 0, at))
        if tag is not None and tag[2] is not None and tag.end() > at:
            yield from _declared(tag[3]).items()
            at = tag.end()
        at = content.find(b"xmlns", at + 1)


# The namespaces of the elements that are told apart.
_OF_MEANING = frozenset((
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/markup-compatibility/2006",
    b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
))  # fmt: skip
