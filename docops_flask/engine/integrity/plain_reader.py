"""Reads paragraphs of plain parts for the proof.

How a text is put together is the same for all paragraphs that differ in the texts of their w:t alone. Those
forms are read by ``plain_forms``; those that it does not know are parsed all at once, with characters of
private use in place of the texts, and read by ``paragraph_reading``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.byte_text import ByteParagraph, Text, WithinText, plain_text
from docops_flask.engine.integrity.plain_forms import Form, read_plain_form
from docops_flask.engine.integrity.plain_part import PlainPart

_FIRST, _LAST = 0x100000, 0x10FFFD
_USUAL_TAGS = frozenset((b"", b' xml:space="preserve"', b" xml:space='preserve'", b' xml:space="default"'))


class PlainParagraph(ByteParagraph):
    """A paragraph of a usual form; where its texts lie is worked out when it is first asked for.

    ``parts`` is its content parted at the texts: markup, the start tag before a text, the text, and so on.
    """

    __slots__ = ("form", "parts")

    def __init__(self, parts: Sequence[bytes], form: "Form") -> None:
        # As ``ByteParagraph``, without a call: thousands are made.
        self.begin = 0
        self._text = self._texts = self._starts = self._by_node = self.replayed = None
        self.parts = parts
        self.form = form

    @property
    def content(self) -> bytes:
        """What lies between its tags."""
        return b"".join(self.parts)

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

    def within(self, start: int, characters: str) -> WithinText | None:
        """Return where ``characters`` lie in a text, found without reading the others."""
        if not self.form.is_plain:
            return None
        parts = self.parts
        raw = characters.encode()
        for part in range(2, len(parts), 3):
            at = parts[part].find(raw)
            if at < 0:
                continue
            before = parts[part][:at] if at else b""
            if part > 2:
                before = b"".join((*parts[2:part:3], before))
            if len(before.decode()) != start or b"&" in before or b"\r" in before:
                # The same characters come earlier in the paragraph as well, or are hard to count.
                return None
            at += sum(map(len, parts[:part]))
            _, run, kept = self.form.texts[part // 3]
            return WithinText(at, at + len(raw), run, kept)
        return None


class _Frame(NamedTuple):
    """What paragraphs of one form have around their texts: the bytes before each, and behind the last.

    ``lengths`` says how long these are, ``empty`` are the parts of a paragraph with empty texts.
    """

    around: Sequence[bytes]
    lengths: Sequence[int]
    empty: list[bytes]
    form: Form | None

    @classmethod
    def of(cls, parts: Sequence[bytes], form: Form) -> "_Frame":
        """Return that of a paragraph with ``parts``."""
        around = [parts[at - 1] + parts[at] for at in range(1, len(parts), 3)] + [parts[-1]]
        empty = [b"" if number % 3 == 2 else part for number, part in enumerate(parts)]
        return cls(around, list(map(len, around)), empty, form)

    def parts_of(self, content: bytes) -> list[bytes] | None:
        """Return the parts of a paragraph of this form; ``None`` for another."""
        begin, found = 0, []
        # A text ends where the next markup begins.
        end = 0
        for each, length in zip(self.around, self.lengths, strict=True):
            if content[end : end + length] != each:
                return None
            found.append(content[begin:end])
            begin = end + length
            end = content.find(b"<", begin)
        if begin != len(content):
            return None
        parts = self.empty.copy()
        parts[2::3] = found[1:]
        return parts


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
        content = part.content
        # The pattern knows only spaces in a start tag. A single byte is looked for faster than several.
        self._is_usual = not any(
            content.find(blank, part.start) >= 0 and start + blank in content
            for blank in (b"\t", b"\r", b"\n")
        )
        self._forms: dict[bytes, Form | None] = {}
        self._unparsed: set[bytes] = set()

    def read(self, contents: Iterable[bytes]) -> list[ByteParagraph]:
        """Return paragraphs, read together."""
        read: dict[bytes, ByteParagraph] = {}
        # Those whose forms a tree has to tell.
        pending: list[tuple[bytes, list[bytes], bytes]] = []
        wanted = list(contents)
        split, forms = self._split, self._forms
        # Mostly a paragraph is like the last one but for its texts.
        frame = _Frame((), (), [], None)
        for content in dict.fromkeys(wanted):
            parts = frame.parts_of(content) if frame.form is not None else None
            if parts is not None and frame.form is not None:
                read[content] = PlainParagraph(parts, frame.form)
                continue
            parts = split(content)
            markup = parts[:]
            del markup[2::3]
            key = b"\0".join(markup)
            form = forms[key] if key in forms else self._learn(key, parts)
            if form is None:
                pending.append((content, parts, key))
            else:
                frame = _Frame.of(parts, form)
                read[content] = PlainParagraph(parts, form)
        if pending:
            self._parse({key: None for _, _, key in pending if forms[key] is None})
        for content, parts, key in pending:
            form = forms[key]
            if form is None:
                # Few paragraphs are such, and a renderer starts the faster for what it does not load.
                from docops_flask.engine.integrity.byte_tags import read_by_tags

                read[content] = read_by_tags(content, self._part, self._names)
            else:
                read[content] = PlainParagraph(parts, form)
        return [read[content] for content in wanted]

    def _learn(self, key: bytes, parts: Sequence[bytes]) -> Form | None:
        """Learn the form of a paragraph with ``parts``; ``None`` where its markup alone does not tell it."""
        form = None
        if self._is_usual and all(map(_is_usual, parts[1::3])):
            form = read_plain_form(key, self._part.prefix)
            if form is None:
                self._unparsed.add(key)
        self._forms[key] = form
        return form

    def _parse(self, keys: Iterable[bytes]) -> None:
        """Parse those of the forms ``keys`` that are usual and were not parsed yet."""
        ordered = [key for key in keys if key in self._unparsed]
        if not ordered:
            return
        # As above.
        from docops_flask.engine.integrity.byte_tags import forms_parser

        self._unparsed.difference_update(ordered)
        start, end = b"<" + self._part.prefix + b"p>", b"</" + self._part.prefix + b"p>"
        pieces = [b"<forms", self._part.declared, b">"]
        for form in ordered:
            pieces += (start, _with_stand_ins(form), end)
        pieces.append(b"</forms>")
        for form, element in zip(ordered, etree.fromstring(b"".join(pieces), forms_parser()), strict=True):
            self._forms[form] = _read_form(element, form.count(b"\0") // 2, self._names)


def _is_usual(tag: bytes) -> bool:
    at = tag.find(b" ")
    return at < 0 or tag[at:-1] in _USUAL_TAGS


def _with_stand_ins(form: bytes) -> bytes:
    pieces = form.split(b"\0")
    for number in range(len(pieces) // 2):
        pieces[2 * number + 1] += chr(min(_LAST, _FIRST + number)).encode()
    return b"".join(pieces)


def _read_form(element: _Element, count: int, names: Names) -> Form | None:
    """Return how the text of a w:p with stand-ins is made; ``None`` where it holds other text."""
    if count > _LAST - _FIRST:
        return None
    # As above.
    from docops_flask.engine.integrity.paragraph_reading import read_paragraph

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
    return Form.of(between, texts, count, reading.runs)
