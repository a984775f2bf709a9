"""Fills placeholders: the value takes the look of the run that holds the first character.

The values are what the payload of a task gives to each placeholder, as text.

Nothing else in the paragraph changes: runs, marks and properties stay where they are; the characters
of the placeholder leave the w:t elements they lie in.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.document.paragraph_text import ParagraphText, TextPiece
from docops_flask.engine.job import Payload
from docops_flask.engine.oxml.names import XML_SPACE, Vocabulary
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.scan import Scan


def build_values(skill: Skill, payload: Payload) -> dict[str, str]:
    r"""Return placeholder name to text for every field the payload gives.

    Not given is: no key, ``null``, or, for a required field, nothing but white space. An optional
    field given as "" or [] is filled with nothing. Line ends become ``\n``.
    """
    values = {}
    for placeholder, field in skill.placeholders().items():
        given = payload.get(field.key)
        if given is None:
            continue
        text = _as_text(field, given)
        if text.strip() or not field.required:
            values[placeholder] = text
    return values


def _as_text(field: Field, given: str | list[str]) -> str:
    text = given if isinstance(given, str) else field.separator.join(given)
    return text.replace("\r\n", "\n").replace("\r", "\n")


_XML_WHITESPACE = " \t\r\n"
_MARKS = r"([\n\t])"


def fill(scan: Scan, values: Mapping[str, str]) -> dict[str, None]:
    """Put ``values`` (placeholder name to text) into the scanned paragraphs and their mirrors.

    Returns the ids of all runs whose text changed, in document order (the keys of a dict).
    Each placeholder is filled once; brackets inside a value stay text.
    """
    parted = {name: _parted(value) for name, value in values.items()}
    touched: dict[str, None] = {}
    for paragraph in scan.paragraphs:
        wanted = [
            found for found in paragraph.found if found.kind is Kind.PLACEHOLDER and found.name in values
        ]
        if not wanted:
            continue
        path, part = paragraph.place.path, paragraph.place.part
        for piece in _fill_paragraph(paragraph.text, wanted, parted, part.w):
            touched[f"{path}:r{piece.run_index}"] = None
        for mirror in paragraph.mirrors:
            _fill_paragraph(mirror, wanted, parted, part.w)
        part.changed = True
    return touched


class _Edit(NamedTuple):
    """Characters ``start``:``end`` of one w:t give way to a value, parted at its newlines and tabs."""

    start: int
    end: int
    value: Sequence[str]


_NOTHING = ("",)


def _fill_paragraph(
    text: ParagraphText, wanted: list[Found], values: Mapping[str, Sequence[str]], w: Vocabulary
) -> list[TextPiece]:
    """Fill ``wanted`` and return the pieces that changed, in the order of the placeholders."""
    # Each w:t is written once, however many placeholders it holds.
    edits: dict[_Element, list[_Edit]] = {}
    changed: list[TextPiece] = []
    for found in wanted:
        value = values[found.name]
        pieces = text.pieces_between(found.start, found.end)
        if len(wanted) == len(pieces) == len(value) == 1:
            _replace(pieces[0].node, found.start - pieces[0].start, found.end - pieces[0].start, value[0])
            return pieces
        for piece in pieces:
            edit = _Edit(max(found.start, piece.start) - piece.start, found.end - piece.start, value)
            edits.setdefault(piece.node, []).append(edit)
            changed.append(piece)
            # The first piece takes the whole value, the others only lose their characters.
            value = _NOTHING
    for node, of_node in edits.items():
        _rewrite(node, of_node, w)
    return changed


def _replace(node: _Element, start: int, end: int, value: str) -> None:
    """Put the single line ``value`` in the place of ``start``:``end``, the only edit of ``node``."""
    content = node.text or ""
    lead, trail = _hidden_edges(node, content)
    _set_text(node, content[:start] + value + content[end:])
    if lead or trail:
        _drop_edges(node, lead, node, trail)


def _rewrite(node: _Element, edits: Sequence[_Edit], w: Vocabulary) -> None:
    """Put the edited text into ``node``, its further lines behind it: newlines as w:br, tabs as w:tab."""
    content = node.text or ""
    lead, trail = _hidden_edges(node, content)
    (first, *others), marks = _lines(content, edits)
    _set_text(node, first)
    last = node
    # Its own prefix alone: a copy of all that are in scope takes longer the more there are, for every value.
    nsmap = {node.prefix: w.namespace}
    for mark, line in zip(marks, others, strict=True):
        element = etree.Element(w.br if mark == "\n" else w.tab)
        last.addnext(element)
        last = etree.Element(w.t, nsmap=nsmap)
        element.addnext(last)
        _set_text(last, line)
    _drop_edges(node, lead, last, trail)


def _lines(content: str, edits: Sequence[_Edit]) -> tuple[list[str], list[str]]:
    """Return the edited text, parted at the newlines and tabs of the values, and these marks."""
    lines: list[list[str]] = [[]]
    marks: list[str] = []
    at = 0
    for start, end, (first, *rest) in edits:
        lines[-1] += (content[at:start], first)
        marks += rest[::2]
        lines += ([line] for line in rest[1::2])
        at = end
    lines[-1].append(content[at:])
    return ["".join(pieces) for pieces in lines], marks


def _hidden_edges(node: _Element, content: str) -> tuple[int, int]:
    """Return how much white space Word drops at both ends of a w:t that is about to change.

    It does so without xml:space="preserve"; setting that for a value's sake must not bring it back.
    """
    if node.get(XML_SPACE) == "preserve":
        return 0, 0
    lead = len(content) - len(content.lstrip(_XML_WHITESPACE))
    return lead, len(content) - len(content.rstrip(_XML_WHITESPACE))


def _drop_edges(first: _Element, lead: int, last: _Element, trail: int) -> None:
    if lead and first.get(XML_SPACE) == "preserve":
        first.text = (first.text or "")[lead:]
    if trail and last.get(XML_SPACE) == "preserve":
        last.text = (last.text or "")[:-trail]


def _set_text(node: _Element, text: str) -> None:
    node.text = text
    if text[:1].isspace() or text[-1:].isspace():
        node.set(XML_SPACE, "preserve")


def _parted(value: str) -> list[str]:
    """Return lines of ``value`` and between them the newlines and tabs; most values are one line."""
    return re.split(_MARKS, value) if "\n" in value or "\t" in value else [value]
