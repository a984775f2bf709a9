"""Replays the replace log on the template: checks each entry against the template, then applies it.

docs/analysis/integrity.md has the rules. An entry that breaks them is a misfit and is not applied.
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
    """Replace the placeholders of the planned entries by their values.

    Raises ``ValueError`` if a value has characters that XML does not allow.
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
    """Replay the only entry of a paragraph, whose placeholder is in one w:t; most are like this."""
    node, first, _, _ = span
    edit = (entry.start - first, entry.end - first, entry.new_text)
    _write(node, _lines(node.text or "", [edit]), names)


def _lines(text: str, edits: list[tuple[int, int, str]]) -> list[str]:
    """Return the new text split at the newlines and tabs of values, with these characters between."""
    # Each piece is a list of texts to join: a growing string would be copied at each step.
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
    """Write the first piece into a w:t, and after it w:br or w:tab and a new w:t for each further piece."""
    leading, trailing = _dropped_edges(node)
    last = _set_text(node, pieces[0])
    # Only the node's own prefix: copying all namespaces in scope for every value would be slow with many.
    nsmap = {node.prefix: names.namespace}
    for mark, line in zip(pieces[1::2], pieces[2::2], strict=True):
        element = etree.Element(names.br if mark == "\n" else names.tab)
        last.addnext(element)
        last = etree.Element(names.t, nsmap=nsmap)
        element.addnext(last)
        _set_text(last, line)
    # Edge spaces that Word ignored must not become visible with xml:space="preserve".
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
    """Return the number of white space characters that Word ignores at the start and the end of a w:t."""
    if node.get(SPACE) == "preserve":
        return 0, 0
    text = node.text or ""
    return len(text) - len(text.lstrip(_DROPPED_BY_WORD)), len(text) - len(text.rstrip(_DROPPED_BY_WORD))
