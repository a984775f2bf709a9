"""A paragraph's text with the way back to its bytes, read for the proof.

How a text is put together is the same for all paragraphs that differ in the texts of their w:t alone. Those
forms are parsed all at once, with characters of private use in place of the texts, and read by
``paragraph_reading``. Written apart from the reader of the code that fills (``engine.document.shapes``).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.byte_walk import PlainPart
from docops_flask.engine.integrity.paragraph_reading import read_paragraph
from docops_flask.engine.opc.xml_part import HARDENED

_FIRST, _LAST = 0x100000, 0x10FFFD
_USUAL_TAGS = frozenset((b"", b' xml:space="preserve"', b" xml:space='preserve'", b' xml:space="default"'))
_REFERENCE = rb"&(?:#[xX]([0-9A-Fa-f]+)|#([0-9]+)|(\w+));"
_NAMED = {b"amp": "&", b"lt": "<", b"gt": ">", b"quot": '"', b"apos": "'"}


class Text(NamedTuple):
    """Characters of a w:t that stand together in the bytes.

    ``start`` is where they begin in the paragraph's text; their bytes are ``first``:``last`` of its content.
    ``tag_end`` is where the start tag of their w:t ends, ``node`` a number that its texts share. ``kept``
    says that it states xml:space="preserve", ``is_cdata`` that the bytes lie in a CDATA section.
    """

    start: int
    characters: str
    first: int
    last: int
    node: int
    tag_end: int
    run: int
    kept: bool
    is_cdata: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.characters)


class ByteParagraph:
    """A paragraph as it was read: its content, its text, and the texts of its w:t that count."""

    __slots__ = ("_texts", "content", "text")

    def __init__(self, content: bytes, text: str, texts: Sequence[Text] | None) -> None:
        self.content = content
        self.text = text
        self._texts = texts

    @property
    def texts(self) -> Sequence[Text]:
        """The texts, in order."""
        if self._texts is None:
            self._texts = self._read_texts()
        return self._texts

    def _read_texts(self) -> Sequence[Text]:
        raise NotImplementedError

    def node_texts(self, text: Text) -> Sequence[Text]:
        """Return the texts of the w:t of ``text``."""
        return [each for each in self.texts if each.node == text.node]

    def spans_between(self, start: int, end: int) -> Sequence[Text]:
        """Return the texts that hold characters of ``text[start:end]``."""
        texts = self.texts
        if len(texts) == 1:
            return texts if texts[0].start < end and start < texts[0].end else ()
        return [text for text in texts if text.start < end and text.end > start]


class _PlainParagraph(ByteParagraph):
    """A paragraph of a usual form; where its texts lie is worked out when it is first asked for."""

    __slots__ = ("_form", "_parts")

    def __init__(self, content: bytes, parts: Sequence[bytes], form: "_Form") -> None:
        if form.is_plain:
            raw = b"".join(parts[2::3])
            text = plain_text(raw) if b"\r" not in raw else "".join(map(plain_text, parts[2::3]))
        else:
            shown: list[str] = []
            for (number, _, _), before in zip(form.texts, form.between, strict=False):
                shown += (before, plain_text(parts[3 * number + 2]))
            shown.append(form.between[-1])
            text = "".join(shown)
        super().__init__(content, text, None)
        self._parts = parts
        self._form = form

    def _read_texts(self) -> Sequence[Text]:
        return self._between(-1, len(self.text) + 1)

    def spans_between(self, start: int, end: int) -> Sequence[Text]:
        """Return the texts that hold characters of ``text[start:end]``; no others are made."""
        return self._between(start, end)

    def _between(self, start: int, end: int) -> list[Text]:
        parts, form = self._parts, self._form
        texts: list[Text] = []
        at = 0
        for (number, run, kept), before in zip(form.texts, form.between, strict=False):
            raw = parts[3 * number + 2]
            characters = plain_text(raw)
            first = at + len(before)
            at = first + len(characters)
            if first < end and at > start:
                begin = sum(map(len, parts[: 3 * number + 2]))
                texts.append(Text(first, characters, begin, begin + len(raw), number, begin, run, kept))
            elif first >= end:
                break
        return texts

    def node_texts(self, text: Text) -> Sequence[Text]:
        """Return the texts of the w:t of ``text``: it is the only one in a usual form."""
        return (text,)


class _Form(NamedTuple):
    """How a text is made: what stands between the texts; of each its number, its run, whether edges are kept.

    ``is_plain`` says that nothing stands between them and that all count, in their order.
    """

    between: Sequence[str]
    texts: Sequence[tuple[int, int, bool]]
    is_plain: bool


class PlainReader:
    """Reads paragraphs of one plain part, those with the same bytes once."""

    def __init__(self, part: PlainPart, names: Names) -> None:
        self._part = part
        self._names = names
        w = re.escape(part.prefix)
        self._split: Callable[[bytes], list[Any]] = re.compile(
            rb"(<" + w + rb"t(?: [^<>]*[^<>/])?>)([^<]*)"
        ).split
        start = b"<" + part.prefix + b"t"
        self._is_usual = not any(start + blank in part.content for blank in (b"\t", b"\r", b"\n"))
        self._forms: dict[bytes, _Form | None] = {}
        self._read: dict[bytes, ByteParagraph] = {}

    def read(self, contents: Iterable[bytes]) -> None:
        """Read paragraphs together."""
        parted: dict[bytes, list[bytes]] = {}
        for content in contents:
            if content in self._read or content in parted:
                continue
            parts = self._split(content)
            if self._is_usual and all(map(_is_usual, parts[1::3])):
                parted[content] = parts
            else:
                self._read[content] = read_by_tags(content, self._part, self._names)
        forms = {content: _form_of(parts) for content, parts in parted.items()}
        self._learn({form for form in forms.values() if form not in self._forms})
        for content, parts in parted.items():
            form = self._forms[forms[content]]
            if form is None:
                self._read[content] = read_by_tags(content, self._part, self._names)
            else:
                self._read[content] = _PlainParagraph(content, parts, form)

    def paragraph(self, content: bytes) -> ByteParagraph:
        """Return a paragraph that was read."""
        if content not in self._read:
            self.read((content,))
        return self._read[content]

    def _learn(self, forms: Iterable[bytes]) -> None:
        ordered = list(forms)
        if not ordered:
            return
        start, end = b"<" + self._part.prefix + b"p>", b"</" + self._part.prefix + b"p>"
        pieces = [b"<forms", self._part.declared, b">"]
        for form in ordered:
            pieces += (start, _with_stand_ins(form), end)
        pieces.append(b"</forms>")
        for form, element in zip(ordered, etree.fromstring(b"".join(pieces), _parser()), strict=True):
            self._forms[form] = _read_form(element, form.count(b"\0") // 2, self._names)


def _is_usual(tag: bytes) -> bool:
    return b" " not in tag or tag[tag.index(b" ") : -1] in _USUAL_TAGS


def _form_of(parts: Sequence[bytes]) -> bytes:
    return b"\0".join([each for number, each in enumerate(parts) if number % 3 != 2])


def _with_stand_ins(form: bytes) -> bytes:
    pieces = form.split(b"\0")
    for number in range(len(pieces) // 2):
        pieces[2 * number + 1] += chr(min(_LAST, _FIRST + number)).encode()
    return b"".join(pieces)


def _read_form(element: _Element, count: int, names: Names) -> _Form | None:
    """Return how the text of a w:p with stand-ins is made; ``None`` where it holds other text."""
    if count > _LAST - _FIRST:
        return None
    reading = read_paragraph(element, names)
    between, texts, at = [], [], 0
    for span in reading.spans:
        if span.start == span.end:
            # A w:t without a text, <w:t/>: nothing can stand in it.
            continue
        number = ord(reading.text[span.start]) - _FIRST
        if span.end - span.start != 1 or not 0 <= number < count:
            return None
        between.append(reading.text[at : span.start])
        texts.append((number, span.run, span.node.get(SPACE) == "preserve"))
        at = span.end
    between.append(reading.text[at:])
    is_plain = not any(between) and [number for number, _, _ in texts] == list(range(count))
    return _Form(between, texts, is_plain)


def plain_text(raw: bytes) -> str:
    """Return what character data stands for (XML 1.0, 2.11 and 4.1)."""
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = raw.decode() if b"&" not in raw else re.sub(_REFERENCE, _referenced, raw).decode()
    return text


def _referenced(match: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED[name].encode()
    return chr(int(hexadecimal, 16) if hexadecimal is not None else int(decimal)).encode()


def byte_at(raw: bytes, characters: int, *, is_cdata: bool = False) -> int:
    """Return where the character number ``characters`` of character data begins in its bytes."""
    units = rb"\r\n|[^\x80-\xbf][\x80-\xbf]*" if is_cdata else rb"&[^;]*;|\r\n|[^\x80-\xbf][\x80-\xbf]*"
    if b"&" not in raw and b"\r" not in raw:
        return characters if not characters or raw.isascii() else len(raw.decode()[:characters].encode())
    at = 0
    for number, match in enumerate(re.finditer(units, raw)):
        if number == characters:
            return match.start()
        at = match.end()
    return at


_PARSERS: list[etree.XMLParser] = []


def _parser() -> etree.XMLParser:
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


def parse_paragraph(content: bytes, part: PlainPart) -> tuple[_Element, dict[_Element, TagSpan]]:
    """Return the w:p with ``content`` as a tree, and where the start tags in ``content`` lie."""
    opening = b"<" + part.prefix + b"p" + part.declared + b">"
    paragraph = etree.fromstring(b"".join((opening, content, b"</", part.prefix, b"p>")), _parser())
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
    """Return the character data from ``start`` to the end tag or a child, and whether it is a CDATA section."""
    found, at = [], start
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
