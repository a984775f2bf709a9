"""Reads the places of an XML part from its bytes: texts of elements, values of attributes, DrawingML text.

An address in a part counts the elements of one local name in document order, from 0: ``title[0]`` is the text
of the first of them, ``docPr[2]@descr`` an attribute's value as its name is written, ``p[1]`` the text of a
paragraph of DrawingML (the w:t or a:t in it together; a line break is a newline).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.oxml.markup import (
    TOKEN,
    Scope,
    attribute_spans,
    attributes_of,
    decoded,
    inner_scope,
)
from docops_flask.engine.template.grammar import OPEN
from docops_flask.engine.template.places.brackets import may_hold_bracket
from docops_flask.engine.template.places.rules import (
    CUSTOM_DATA,
    DRAWING_PARAGRAPH,
    FAMILIES,
    GLOSSARY_TEXT,
    LINK_TARGET,
    OTHER_TARGET,
    Rule,
    rule_of_attribute,
    rule_of_text,
)

_WHITE = re.compile(rb"\r\n|[\t\r\n]")


class Segment(NamedTuple):
    """Characters of a place in the bytes ``first``:``last``; they begin at ``start`` of its text."""

    start: int
    characters: str
    first: int
    last: int
    is_cdata: bool = False

    @property
    def end(self) -> int:
        """Where they end in the place's text."""
        return self.start + len(self.characters)


class Place(NamedTuple):
    """A place that holds a bracket: its address in the part, how it is treated, its text."""

    part: EditedPart
    address: str
    rule: Rule
    text: str
    segments: tuple[Segment, ...]
    is_attribute: bool = False

    @property
    def path(self) -> str:
        """Its whole address: the part's name, "#", the address in the part."""
        return f"{self.part.name}#{self.address}"


def read_places(part: EditedPart, *, is_custom_data: bool = False, is_glossary: bool = False) -> list[Place]:
    """Return the places of a well-formed part that hold a bracket, in document order.

    ``is_custom_data`` says that all its texts and values are places (custom XML); ``is_glossary`` that texts
    of its paragraphs, which are not filled, are to be told.
    """
    reader = _Reader(part, is_custom_data=is_custom_data, is_glossary=is_glossary)
    reader.read()
    return [place for _, place in sorted(reader.found, key=lambda each: each[0])]


class _Pieces:
    """The character data of an element or paragraph, piece by piece; ``at`` is where its start tag begins."""

    __slots__ = ("address", "at", "pieces", "rule")

    def __init__(self, at: int, address: str, rule: Rule) -> None:
        self.at = at
        self.address = address
        self.rule = rule
        # First and last byte and whether it is CDATA, or None for a line break.
        self.pieces: list[tuple[int, int, bool] | None] = []


class _Open(NamedTuple):
    """An open element: the namespaces in it, the paragraph around it, where its character data goes."""

    scope: Scope
    paragraph: _Pieces | None = None
    text: _Pieces | None = None
    # What is complete where the element ends.
    ends: _Pieces | None = None


class _Tag(NamedTuple):
    """A start tag: where it and its attributes begin, the word for its namespace, its address."""

    start: int
    at: int
    attributes: bytes
    family: str
    element: str
    scope: Scope


class _Reader:
    def __init__(self, part: EditedPart, *, is_custom_data: bool, is_glossary: bool) -> None:
        self._part = part
        self._content = part.content
        self._is_custom_data = is_custom_data
        self._is_glossary = is_glossary
        self._counts: dict[bytes, int] = {}
        self._families: dict[tuple[int, bytes], str] = {}
        self._scopes: list[Scope] = []
        self.found: list[tuple[int, Place]] = []

    def read(self) -> None:
        content = self._content
        stack: list[_Open] = [_Open({})]
        at = 0
        for match in TOKEN.finditer(content):
            start = match.start()
            inner = stack[-1]
            if inner.text is not None and start > at:
                inner.text.pieces.append((at, start, False))
            at = match.end()
            slash, name, attributes = match.groups()
            if slash:
                self._finish(stack.pop().ends)
            elif name is not None:
                if inner.text is not None:
                    # What stands behind a child has no address.
                    self._finish(inner.ends)
                    stack[-1] = inner._replace(text=None, ends=None)
                opened = self._opened(inner, start, match.start(3), name, attributes)
                if not attributes.endswith(b"/"):
                    stack.append(opened)
            elif content.startswith(b"<![CDATA[", start) and inner.text is not None:
                inner.text.pieces.append((start + 9, at - 3, True))

    def _opened(self, outer: _Open, start: int, attributes_at: int, name: bytes, attributes: bytes) -> _Open:
        prefix, _, local = name.rpartition(b":")
        number = self._counts.get(local, 0)
        self._counts[local] = number + 1
        scope = inner_scope(outer.scope, attributes) if b"xmlns" in attributes else outer.scope
        if may_hold_bracket(attributes):
            family = self._family(scope, prefix)
            element = f"{local.decode()}[{number}]"
            self._attributes(_Tag(start, attributes_at, attributes, family, element, scope))
        if self._is_custom_data:
            own = _Pieces(start, f"{local.decode()}[{number}]", CUSTOM_DATA)
            return _Open(scope, None, own, own)
        family = self._family(scope, prefix)
        paragraph = outer.paragraph
        if local == b"p" and (family == "a" or (family == "w" and self._is_glossary)):
            rule = DRAWING_PARAGRAPH if family == "a" else GLOSSARY_TEXT
            own = _Pieces(start, f"p[{number}]", rule)
            return _Open(scope, own, None, own)
        if paragraph is not None:
            if local == b"t" and family in ("a", "w"):
                return _Open(scope, paragraph, paragraph)
            if local == b"br" and family == "a":
                paragraph.pieces.append(None)
            return _Open(scope, paragraph)
        rule_found = rule_of_text(family, local.decode()) if family in _FAMILIES_WITH_TEXTS else None
        if rule_found is None:
            return _Open(scope)
        own = _Pieces(start, f"{local.decode()}[{number}]", rule_found)
        return _Open(scope, None, own, own)

    def _finish(self, pieces: _Pieces | None) -> None:
        if pieces is None or not pieces.pieces:
            return
        content = self._content
        if not any(
            may_hold_bracket(content[each[0] : each[1]]) for each in pieces.pieces if each is not None
        ):
            return
        segments: list[Segment] = []
        texts: list[str] = []
        length = 0
        for piece in pieces.pieces:
            if piece is None:
                texts.append("\n")
                length += 1
                continue
            first, last, is_cdata = piece
            raw = content[first:last]
            characters = raw.decode() if is_cdata else decoded(raw)
            if is_cdata and "\r" in characters:
                characters = characters.replace("\r\n", "\n").replace("\r", "\n")
            segments.append(Segment(length, characters, first, last, is_cdata))
            texts.append(characters)
            length += len(characters)
        text = "".join(texts)
        if OPEN in text:
            place = Place(self._part, pieces.address, pieces.rule, text, tuple(segments))
            self.found.append((pieces.at, place))

    def _attributes(self, tag: _Tag) -> None:
        for name, start, end in attribute_spans(tag.attributes):
            raw = tag.attributes[start:end]
            if not may_hold_bracket(raw) or name == b"xmlns" or name.startswith(b"xmlns:"):
                continue
            rule = self._rule_of_attribute(tag, name)
            if rule is None:
                continue
            # Literal white space in a value is read as blanks (XML 1.0, 3.3.3).
            text = decoded(_WHITE.sub(b" ", raw))
            segment = Segment(0, text, tag.at + start, tag.at + end)
            address = f"{tag.element}@{name.decode()}"
            self.found.append((tag.start, Place(self._part, address, rule, text, (segment,), True)))

    def _rule_of_attribute(self, tag: _Tag, name: bytes) -> Rule | None:
        if self._is_custom_data:
            return CUSTOM_DATA
        if tag.family == "rels":
            # The others are not gone through again for each of them.
            return _rule_of_target(attributes_of(tag.attributes)) if name == b"Target" else None
        prefix, colon, local = name.rpartition(b":")
        of_attribute = self._family(tag.scope, prefix) + ":" if colon else ""
        element = tag.element.partition("[")[0]
        return rule_of_attribute(tag.family, element, of_attribute + local.decode())

    def _family(self, scope: Scope, prefix: bytes) -> str:
        key = id(scope), prefix
        found = self._families.get(key)
        if found is None:
            # The scope is kept, so that its id stays its own.
            self._scopes.append(scope)
            found = self._families[key] = FAMILIES.get(scope.get(prefix, b"").decode(), "")
        return found


_FAMILIES_WITH_TEXTS = frozenset(("a", "c", "cx", "dc", "dcterms", "cp", "ep", "vt"))


def _rule_of_target(attributes: Mapping[bytes, bytes]) -> Rule:
    """Return the rule for the target of a relationship with ``attributes`` (ECMA-376 part 2, 9.3.2.2)."""
    is_link = attributes.get(b"Type", b"").endswith(b"/hyperlink")
    return LINK_TARGET if is_link and attributes.get(b"TargetMode") == b"External" else OTHER_TARGET
