"""Fills placeholders with the values of a task's payload.

The value goes into the run that holds the placeholder's first character and so gets that run's formatting.
The placeholder's characters are removed from every w:t that holds some of them. Nothing else in the
paragraph changes: runs, marks and properties stay.
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
    r"""Return the text for each placeholder name whose field the payload gives.

    A field is not given if its key is absent, its value is ``null`` or, for a required field, only white
    space. An optional field with the value "" or [] becomes "". A list is joined with the field's separator.
    Line ends become ``\n``.
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
    """Fill ``values`` (placeholder name to text) into the scanned paragraphs and their mirrors.

    Returns the addresses of all runs whose text changed, as the keys of a dict in document order.
    Placeholders inside a value are not filled. Sets ``changed`` of the parts it edits.
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
    """Replaces characters ``start``:``end`` of one w:t by ``value``, split at newlines and tabs."""

    start: int
    end: int
    value: Sequence[str]


_NOTHING = ("",)


def _fill_paragraph(
    text: ParagraphText, wanted: list[Found], values: Mapping[str, Sequence[str]], w: Vocabulary
) -> list[TextPiece]:
    """Fill ``wanted`` and return the pieces that changed, in the order of the placeholders."""
    # Each w:t is written once, with all placeholders in it.
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
            # The first piece gets the whole value; the others only lose their characters.
            value = _NOTHING
    for node, of_node in edits.items():
        _rewrite(node, of_node, w)
    return changed


def _replace(node: _Element, start: int, end: int, value: str) -> None:
    """Replace ``start``:``end`` by ``value``, which is one line and the only edit of ``node``."""
    content = node.text or ""
    lead, trail = _hidden_edges(node, content)
    _set_text(node, content[:start] + value + content[end:])
    if lead or trail:
        _drop_edges(node, lead, node, trail)


def _rewrite(node: _Element, edits: Sequence[_Edit], w: Vocabulary) -> None:
    """Apply ``edits`` to ``node``: newlines become w:br, tabs w:tab, with a new w:t after each."""
    content = node.text or ""
    lead, trail = _hidden_edges(node, content)
    (first, *others), marks = _lines(content, edits)
    _set_text(node, first)
    last = node
    # Only the node's own prefix: copying all namespaces in scope for every value would be slow with many.
    nsmap = {node.prefix: w.namespace}
    for mark, line in zip(marks, others, strict=True):
        element = etree.Element(w.br if mark == "\n" else w.tab)
        last.addnext(element)
        last = etree.Element(w.t, nsmap=nsmap)
        element.addnext(last)
        _set_text(last, line)
    _drop_edges(node, lead, last, trail)


def _lines(content: str, edits: Sequence[_Edit]) -> tuple[list[str], list[str]]:
    """Return the edited text split at the newlines and tabs of the values, and these characters."""
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
    """Return how many white space characters Word ignores at the start and the end of a w:t.

    It ignores them without xml:space="preserve". If a value needs that attribute, they are removed, so that
    they do not become visible.
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
    """Split ``value`` at newlines and tabs and return the pieces with these characters between them."""
    return re.split(_MARKS, value) if "\n" in value or "\t" in value else [value]
