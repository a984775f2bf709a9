"""A paragraph's text with the way back to its bytes, read for the proof.

How a text is put together is the same for all paragraphs that differ in the texts of their w:t alone. Those
forms are parsed all at once, with characters of private use in place of the texts, and read by
``paragraph_reading``. Written apart from the reader of the code that fills (``engine.document.shapes``).
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
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
    """A paragraph as it was read: its content, its text, and the texts of its w:t that count.

    ``replayed`` is for the replay: the entry that was replayed last, and its edits.
    """

    __slots__ = ("_by_node", "_starts", "_text", "_texts", "content", "replayed")

    def __init__(self, content: bytes, text: str | None, texts: Sequence[Text] | None) -> None:
        self.content = content
        self._text = text
        self._texts = texts
        self._starts: list[int] | None = None
        self._by_node: dict[int, list[Text]] | None = None
        self.replayed: tuple[tuple[int | str, ...], Sequence[tuple[int, int, bytes]]] | None = None

    @property
    def text(self) -> str:
        """Its characters."""
        if self._text is None:
            self._text = self._read_text()
        return self._text

    def _read_text(self) -> str:
        raise NotImplementedError

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
        if self._by_node is None:
            self._by_node = {}
            for each in self.texts:
                self._by_node.setdefault(each.node, []).append(each)
        return self._by_node[text.node]

    def spans_between(self, start: int, end: int) -> Sequence[Text]:
        """Return the texts that hold characters of ``text[start:end]``."""
        texts = self.texts
        if self._starts is None:
            self._starts = [text.start for text in texts]
        # The last text that begins at ``start`` or before is the first that can hold something of it.
        index = max(0, bisect_right(self._starts, start) - 1)
        found = []
        while index < len(texts) and texts[index].start < end:
            if texts[index].end > start:
                found.append(texts[index])
            index += 1
        return found

    def exact(self, start: int, characters: str) -> "ExactText | None":
        """Return the text that is ``characters`` and nothing else, and begins at ``start`` of the paragraph's.

        ``None`` where there is none, or where that takes reading all texts.
        """
        return None


class ExactText(NamedTuple):
    """A whole text: its bytes are ``first``:``last``, ``run`` and ``kept`` are as those of ``Text``."""

    first: int
    last: int
    run: int
    kept: bool


class PlainParagraph(ByteParagraph):
    """A paragraph of a usual form; where its texts lie is worked out when it is first asked for.

    ``parts`` is its content parted at the texts: markup, the start tag before a text, the text, and so on.
    """

    __slots__ = ("form", "parts")

    def __init__(self, content: bytes, parts: Sequence[bytes], form: "Form") -> None:
        super().__init__(content, None, None)
        self.parts = parts
        self.form = form

    def _read_text(self) -> str:
        parts, form = self.parts, self.form
        if form.is_plain:
            raw = b"".join(parts[2::3])
            return plain_text(raw) if b"\r" not in raw else "".join(map(plain_text, parts[2::3]))
        shown: list[str] = []
        for (number, _, _), before in zip(form.texts, form.between, strict=False):
            shown += (before, plain_text(parts[3 * number + 2]))
        shown.append(form.between[-1])
        return "".join(shown)

    def _read_texts(self) -> Sequence[Text]:
        parts, form = self.parts, self.form
        begins = list(accumulate(map(len, parts), initial=0))
        texts: list[Text] = []
        at = 0
        for (number, run, kept), before in zip(form.texts, form.between, strict=False):
            characters = plain_text(parts[3 * number + 2])
            begin, end = begins[3 * number + 2 : 3 * number + 4]
            start = at + len(before)
            texts.append(Text(start, characters, begin, end, number, begin, run, kept))
            at = start + len(characters)
        return texts

    def node_texts(self, text: Text) -> Sequence[Text]:
        """Return the texts of the w:t of ``text``: it is the only one in a usual form."""
        return (text,)

    def exact(self, start: int, characters: str) -> ExactText | None:
        parts = self.parts
        try:
            part = parts.index(characters.encode())
        except ValueError:
            return None
        before = b"".join(parts[2:part:3])
        if not self.form.is_plain or part % 3 != 2 or b"&" in before or b"\r" in before:
            return None
        if len(before.decode()) != start:
            # The same characters come earlier in the paragraph as well.
            return None
        first = sum(map(len, parts[:part]))
        _, run, kept = self.form.texts[part // 3]
        return ExactText(first, first + len(parts[part]), run, kept)


class Form(NamedTuple):
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
        self._forms: dict[bytes, Form | None] = {}

    def read(self, contents: Iterable[bytes]) -> list[ByteParagraph]:
        """Return paragraphs, read together."""
        pending: dict[bytes, tuple[list[bytes], bytes]] = {}
        unknown: dict[bytes, list[bytes]] = {}
        wanted = list(contents)
        for content in wanted:
            if content in pending:
                continue
            parts = self._split(content)
            markup = parts[:]
            del markup[2::3]
            form = b"\0".join(markup)
            pending[content] = parts, form
            if form not in self._forms:
                unknown[form] = parts
        self._learn(unknown)
        read: dict[bytes, ByteParagraph] = {}
        for content, (parts, key) in pending.items():
            known = self._forms[key]
            if known is None:
                read[content] = read_by_tags(content, self._part, self._names)
            else:
                read[content] = PlainParagraph(content, parts, known)
        return [read[content] for content in wanted]

    def _learn(self, unknown: Mapping[bytes, Sequence[bytes]]) -> None:
        """Learn the forms ``unknown``, each with the parts of a paragraph of that form."""
        usual = {form for form, parts in unknown.items() if all(map(_is_usual, parts[1::3]))}
        self._forms.update(dict.fromkeys(unknown.keys() - usual))
        if not usual:
            return
        ordered = list(usual)
        start, end = b"<" + self._part.prefix + b"p>", b"</" + self._part.prefix + b"p>"
        pieces = [b"<forms", self._part.declared, b">"]
        for form in ordered:
            pieces += (start, _with_stand_ins(form), end)
        pieces.append(b"</forms>")
        for form, element in zip(ordered, etree.fromstring(b"".join(pieces), _parser()), strict=True):
            self._forms[form] = _read_form(element, form.count(b"\0") // 2, self._names)


def _is_usual(tag: bytes) -> bool:
    return b" " not in tag or tag[tag.index(b" ") : -1] in _USUAL_TAGS


def _with_stand_ins(form: bytes) -> bytes:
    pieces = form.split(b"\0")
    for number in range(len(pieces) // 2):
        pieces[2 * number + 1] += chr(min(_LAST, _FIRST + number)).encode()
    return b"".join(pieces)


def _read_form(element: _Element, count: int, names: Names) -> Form | None:
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
    return Form(between, texts, is_plain)


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


def bytes_at(raw: bytes, characters: str, places: Sequence[int], *, is_cdata: bool = False) -> list[int]:
    """Return where the characters number ``places`` of ``raw`` begin in its bytes.

    ``characters`` are what ``raw`` stands for, ``places`` ascend.
    """
    found: list[int] = []
    if b"\r" not in raw and (is_cdata or b"&" not in raw):
        at = done = 0
        for place in places:
            at += len(characters[done:place].encode())
            done = place
            found.append(at)
        return found
    units = rb"\r\n|[^\x80-\xbf][\x80-\xbf]*" if is_cdata else rb"&[^;]*;|\r\n|[^\x80-\xbf][\x80-\xbf]*"
    begins = [match.start() for match in re.finditer(units, raw)]
    begins.append(len(raw))
    return [begins[place] for place in places]


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
