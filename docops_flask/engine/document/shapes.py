"""Reads paragraphs from the bytes of a part, each shape once for all that are alike.

A long document holds thousands of paragraphs and few shapes: how a paragraph looks and how its text is put
together is the same for all whose bytes differ in the texts of their w:t alone. All shapes of a part that
are not known yet are parsed together, as children of one element with the namespaces of the part's root.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.document.form_reading import FormReading, ShownText, read_form
from docops_flask.engine.document.paragraph_text import ParagraphText, runs_of
from docops_flask.engine.document.shape import (
    CDATA_TAG,
    STAND_IN,
    Paragraph,
    Shape,
    numbers_in,
    stand_in,
)
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.opc.xml_part import HARDENED
from docops_flask.engine.oxml.markup import TOKEN, PartText, Scope, inner_scope
from docops_flask.engine.oxml.names import XML_SPACE, Vocabulary


class _Form(NamedTuple):
    """Paragraphs that differ in their texts alone.

    ``form`` is their markup with NUL bytes for the texts, ``of_shape`` that without what changes nothing;
    ``None`` where the markup is to be read tag by tag. ``shape`` is their shape where markup alone tells it.
    ``segments`` are the bytes before, between and behind the texts, ``parts`` a paragraph with empty texts.
    """

    form: bytes
    of_shape: bytes | None
    shape: Shape | None
    segments: Sequence[bytes]
    parts: list[bytes]


_NO_FORM = _Form(b"", None, None, (), [])
# Shapes by their markup and by what ``_declared`` says of the namespaces in scope; ``None``: texts are odd.
KnownShapes = dict[tuple[bytes, bytes], Shape | None]


def roots_alike(text: PartText) -> tuple[bytes, ...]:
    """Return a key: markup below the roots of two parts means the same where it is the same."""
    return text.prefix, text.namespace, _declared(text.root_scope)


def _texts_between(content: bytes, segments: Sequence[bytes]) -> list[bytes] | None:
    """Return the texts of a paragraph that has ``segments`` around them; ``None`` for another form."""
    texts: list[bytes] = []
    at = end = 0
    for segment in segments:
        if not content.startswith(segment, end):
            return None
        if at:
            texts.append(content[at:end])
        at = end + len(segment)
        end = content.find(b"<", at)
    # Behind the last there is nothing.
    return texts if at == len(content) and segments else None


class Shapes:
    """The paragraphs of one part by their bytes, each distinct one read once.

    Where one prefix stands for WordprocessingML in all of the part there are no comments and no CDATA
    sections (see ``PartText``), and a pattern parts a paragraph at its texts.
    """

    def __init__(self, text: PartText, w: Vocabulary, known: "KnownShapes | None" = None) -> None:
        """``known`` are the shapes of parts whose roots declare the same (``roots_alike``)."""
        self._text = text
        self._w = w
        is_usual = bool(text.prefix) and not _has_blank_behind(b"<" + text.prefix + b":t", text)
        self._part = _text_pattern(text.prefix).split if is_usual else None
        self._after_text = b"\0</" + text.prefix + b":t"
        self._idle = _idle_pattern(text.prefix).sub if text.prefix else None
        # By content and by what ``_declared`` says of the namespaces in scope.
        self._paragraphs: dict[bytes, dict[bytes, Paragraph]] = {b"": {}}
        self._shapes: KnownShapes = {} if known is None else known
        self._unparsed: list[tuple[bytes, Shape]] = []
        self._forms: dict[bytes, _Form] = {}
        self._readings: dict[bytes, FormReading | None] = {}

    def paragraph(self, content: bytes, scope: Scope | None = None) -> Paragraph:
        """Return the paragraph with the bytes ``content`` between its tags."""
        found = self._known(scope).get(content)
        return self.read(((content, scope),))[0] if found is None else found

    def apart(self) -> "Shapes":
        """Return an empty one for the same part: for paragraphs that are not the template's."""
        return Shapes(self._text, self._w)

    def _known(self, scope: Scope | None) -> dict[bytes, Paragraph]:
        return self._paragraphs.setdefault(_declared(scope), {})

    def read(self, contents: Iterable[tuple[bytes, Scope | None]]) -> list[Paragraph]:
        """Return paragraphs, read together.

        ``Scope`` are the namespaces in scope where they are not the root's.
        """
        wanted = list(contents)
        plain = self._paragraphs[b""]
        odd: list[tuple[bytes, Scope | None]] = [
            (content, scope)
            for content, scope in wanted
            if scope is not None and content not in self._known(scope)
        ]
        read, others = self._read_plain([content for content, scope in wanted if scope is None])
        plain.update(read)
        odd += others
        if odd:
            self._read_odd(odd)
        return [(plain if scope is None else self._known(scope))[content] for content, scope in wanted]

    def _read_plain(
        self, contents: Iterable[bytes]
    ) -> tuple[dict[bytes, Paragraph], list[tuple[bytes, Scope | None]]]:
        """Read paragraphs with the namespaces of the root in scope that are not known.

        Returns them, and those that are to be read tag by tag.
        """
        known, part, forms = self._paragraphs[b""], self._part, self._forms
        unread = [content for content in dict.fromkeys(contents) if content not in known]
        read: dict[bytes, Paragraph] = {}
        if part is None:
            return read, [(content, None) for content in unread]
        odd: list[tuple[bytes, Scope | None]] = []
        # Those of shapes that are to be parsed.
        pending: list[tuple[bytes, list[bytes], bytes, bytes]] = []
        # Most paragraphs have the form of one of the last two.
        last = other = _NO_FORM
        for content in unread:
            texts = _texts_between(content, last.segments)
            if texts is None:
                last, other = other, last
                texts = _texts_between(content, last.segments)
            if texts is None:
                parts = part(content)
                markup = parts[:]
                del markup[2::3]
                form = b"\0".join(markup)
                last = forms.get(form) or self._form(form, parts)
            else:
                parts = last.parts.copy()
                parts[2::3] = texts
            # One object for all of the form.
            form, of_shape, shape, _, _ = last
            if shape is not None:
                read[content] = Paragraph(parts, shape, form)
            elif of_shape is None:
                odd.append((content, None))
            else:
                pending.append((content, parts, form, of_shape))
        self._learn({(of_shape, b""): None for _, _, _, of_shape in pending})
        for content, parts, form, of_shape in pending:
            shape = self._shapes[of_shape, b""]
            if shape is None:
                odd.append((content, None))
            else:
                read[content] = Paragraph(parts, shape, form)
        return read, odd

    def read_usual(self, contents: Sequence[bytes]) -> list[Paragraph]:
        """Return paragraphs as ``read`` does, all with the namespaces of the root in scope.

        Where most are different, they are not kept for the next time.
        """
        known = self._paragraphs[b""]
        read, odd = self._read_plain(contents)
        if odd:
            self._read_odd(odd)
        if 2 * len(read) < len(contents):
            known.update(read)
        if len(read) == len(contents):
            return list(map(read.__getitem__, contents))
        return [read.get(content) or known[content] for content in contents]

    def _form(self, form: bytes, parts: Sequence[bytes]) -> _Form:
        """Return what is known of the form of a paragraph parted at its texts."""
        assert self._idle is not None
        of_shape = self._idle(b"", form) if self._is_usual(parts[1::3], form) else None
        shape = None if of_shape is None else self._shape_of_markup(of_shape)
        segments = [markup + tag for markup, tag in zip(parts[::3], (*parts[1::3], b""), strict=True)]
        without = list(parts)
        without[2::3] = [b""] * (len(segments) - 1)
        known = self._forms[form] = _Form(form, of_shape, shape, segments, without)
        return known

    def _shape_of_markup(self, markup: bytes) -> Shape | None:
        """Return the shape that ``markup`` alone tells, with the namespaces of the root in scope."""
        if (markup, b"") not in self._shapes:
            reading = read_form(markup, self._text.prefix, self._readings)
            if reading is None:
                return None
            shape = Shape(reading, markup.count(b"\0") // 2, self._w, self._parse)
            shape.markup = markup
            self._shapes[markup, b""] = shape
            self._unparsed.append((markup, shape))
        return self._shapes[markup, b""]

    def _is_usual(self, tags: Sequence[bytes], form: bytes) -> bool:
        """Say whether each text is all of its w:t, and ">" in no attribute's value of its tag."""
        return form.count(self._after_text) == len(tags) and not any(
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
        self._learn({shape for _, shape in pending.values()})
        for key, (parts, shape_key) in pending.items():
            shape = self._shapes[shape_key]
            if shape is None:
                raise DocopsError("A paragraph of the template could not be read.")
            content, declared = key
            self._paragraphs.setdefault(declared, {})[content] = Paragraph(parts, shape, shape_key[0])

    def _learn(self, keys: Iterable[tuple[bytes, bytes]]) -> None:
        """Learn the shapes ``keys``; those whose markup alone does not tell all are parsed together."""
        by_scope: dict[bytes, list[bytes]] = {}
        for markup, declared in keys:
            if (markup, declared) in self._shapes or (not declared and self._shape_of_markup(markup)):
                continue
            by_scope.setdefault(declared, []).append(markup)
        for declared, markups in by_scope.items():
            elements = _parsed(markups, declared or _declared(self._text.root_scope), self._text.namespace)
            for markup, element in zip(markups, elements, strict=True):
                texts = markup.count(b"\0") // 2
                found = _read(element, self._w, texts)
                parsed = None if found is None else Shape(found, texts, self._w, self._parse)
                if parsed is not None:
                    parsed.element = element
                self._shapes[markup, declared] = parsed

    def _parse(self) -> None:
        """Parse all shapes that were read without."""
        unparsed, self._unparsed = self._unparsed, []
        markups = [markup for markup, _ in unparsed]
        elements = _parsed(markups, _declared(self._text.root_scope), self._text.namespace)
        for (_, shape), element in zip(unparsed, elements, strict=True):
            shape.element = element


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
        pieces[at] += stand_in(number)
    return b"".join(pieces)


def _read(element: _Element, w: Vocabulary, texts: int) -> FormReading | None:
    """Return how a w:p with stand-ins is put together; ``None`` where a w:t holds other text."""
    reading = ParagraphText(element, w)
    shown: list[ShownText] = []
    for node, piece in enumerate(reading.pieces):
        preserves = piece.node.get(XML_SPACE) == "preserve"
        for number in numbers_in(reading.text[piece.start : piece.end]):
            if not 0 <= number < texts:
                return None
            shown.append(ShownText(number, piece.run_index, node, preserves, piece.in_field_result))
    between = re.split(STAND_IN, reading.text)
    if len(between) != len(shown) + 1:
        return None
    return FormReading(shown, between, sum(1 for _ in runs_of(element, w)))


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
    """Return the pattern of what changes neither look nor text: ids of sessions, marks without width."""
    w = re.escape(prefix) + b":"
    return re.compile(
        rb" "
        + w
        + rb"rsid[A-Za-z]*=\"[^\"<]*\"|<"
        + w
        + rb"(?:proofErr|bookmarkStart|bookmarkEnd|lastRenderedPageBreak"
        rb"|commentRangeStart|commentRangeEnd|permStart|permEnd)(?: [^<>]*)?/>"
    )


def _has_blank_behind(start: bytes, text: PartText) -> bool:
    """Say whether a line end or a tab stands right behind ``start`` somewhere."""
    # A single byte is looked for a hundred times faster than several.
    content, at = text.content, text.root_end
    return any(
        content.find(blank, at) >= 0 and content.find(start + blank, at) >= 0
        for blank in (b"\t", b"\r", b"\n")
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
        elif is_text and content.startswith(CDATA_TAG, start):
            yield content[at:start]
            yield CDATA_TAG
            yield content[start + len(CDATA_TAG) : end - 3]
            at = end - 3
        if is_text:
            # What follows is text again, behind a comment, an instruction, a section or a child.
            yield content[at:end]
            yield b""
            at = text_at = end
    yield content[at:]
