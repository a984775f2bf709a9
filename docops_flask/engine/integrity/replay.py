"""Replays the replace log on the template: what each entry says must be so, and becomes what it says.

The rules are those of docs/analysis/integrity.md; an entry they do not allow is a misfit.
"""

import re
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.paragraph_reading import Reading, Span, read_paragraph
from docops_flask.engine.integrity.plan import Plan, PlannedParagraph

_DROPPED_BY_WORD = " \t\r\n"
_MARKS = r"([\n\t])"


class Where(NamedTuple):
    """The part that a paragraph lies in, and the names of its namespace."""

    part: str
    names: Names


def plan_on_trees(addresses: Addresses) -> Plan[Reading]:
    """Return a plan whose paragraphs are those of the template's trees."""

    def paragraphs_at(path: str) -> list[PlannedParagraph[Reading]]:
        return [
            PlannedParagraph(Where(flow.part, flow.names), read_paragraph(element, flow.names))
            for element, flow in addresses.paragraphs(path)
        ]

    return Plan(paragraphs_at)


def replay_paragraph(planned: PlannedParagraph[Reading]) -> None:
    """Put the values of the planned entries into the paragraph.

    Raises ``ValueError`` for a value with characters that XML cannot hold.
    """
    if len(planned.entries) == len(planned.covered[0]) == 1:
        _replay_alone(planned.entries[0], planned.covered[0][0], planned.where.names)
        return
    edits: dict[_Element, list[tuple[int, int, str]]] = {}
    for entry, covered in zip(planned.entries, planned.covered, strict=True):
        for node, first, _, _ in covered:
            value = entry.new_text if first <= entry.start else ""
            edits.setdefault(node, []).append((max(0, entry.start - first), entry.end - first, value))
    for node, of_node in edits.items():
        _write(node, _lines(node.text or "", of_node), planned.where.names)


def _replay_alone(entry: Replacement, span: Span, names: Names) -> None:
    """Put in a value that no other shares its w:t with, as nearly all are."""
    node, first, _, _ = span
    edit = (entry.start - first, entry.end - first, entry.new_text)
    _write(node, _lines(node.text or "", [edit]), names)


def _lines(text: str, edits: list[tuple[int, int, str]]) -> list[str]:
    """Return the new text in pieces: lines, and between them the newlines and tabs of values."""
    # Each piece as the texts it is made of: one text that grows would be copied again and again.
    pieces: list[list[str]] = [[]]
    done = 0
    for start, end, value in edits:
        pieces[-1].append(text[done:start])
        if "\n" in value or "\t" in value:
            head, *others = re.split(_MARKS, value)
            pieces[-1].append(head)
            pieces += ([other] for other in others)
        else:
            pieces[-1].append(value)
        done = end
    pieces[-1].append(text[done:])
    return ["".join(texts) for texts in pieces]


def _write(node: _Element, pieces: list[str], names: Names) -> None:
    """Write the first piece into a w:t, marks as elements and lines as further w:t behind it."""
    leading, trailing = _dropped_edges(node)
    last = _set_text(node, pieces[0])
    # No more than the prefix it has itself: copies of all in scope would take longer the more there are.
    nsmap = {node.prefix: names.namespace}
    for mark, line in zip(pieces[1::2], pieces[2::2], strict=True):
        element = etree.Element(names.br if mark == "\n" else names.tab)
        last.addnext(element)
        last = etree.Element(names.t, nsmap=nsmap)
        element.addnext(last)
        _set_text(last, line)
    # What Word dropped before stays out of where it would now be kept.
    if leading and node.get(SPACE) == "preserve":
        node.text = (node.text or "")[leading:]
    if trailing and last.get(SPACE) == "preserve":
        last.text = (last.text or "")[:-trailing]


def _set_text(node: _Element, text: str) -> _Element:
    node.text = text
    if text[:1].isspace() or text[-1:].isspace():
        node.set(SPACE, "preserve")
    return node


def _dropped_edges(node: _Element) -> tuple[int, int]:
    """Return how many characters Word drops at the beginning and at the end of a w:t."""
    if node.get(SPACE) == "preserve":
        return 0, 0
    text = node.text or ""
    return len(text) - len(text.lstrip(_DROPPED_BY_WORD)), len(text) - len(text.rstrip(_DROPPED_BY_WORD))
