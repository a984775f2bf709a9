"""Replays the replace log on the template: checks each entry against the template, then applies it.

docs/analysis/integrity.md has the rules. An entry that breaks them is a misfit and is not applied.
"""

import re
from collections.abc import Collection, Iterable
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


def replay_paragraph(planned: PlannedParagraph[Reading]) -> "list[Emptied]":
    """Replace the placeholders of the planned entries by their values; return the w:t emptied by that.

    Raises ``ValueError`` if a value has characters that XML does not allow.
    """
    nodes = {span.node: span.run for covered in planned.covered for span in covered}
    spaces = [node.get(SPACE) for node in nodes]
    _replay(planned)
    return [
        Emptied(node, f"{planned.path}:r{run}", planned.where.names)
        for (node, run), space in zip(nodes.items(), spaces, strict=True)
        if not node.text and node.get(SPACE) == space
    ]


class Emptied(NamedTuple):
    """A w:t that the replay leaves without a character, and the address of its run."""

    node: _Element
    run_id: str
    names: Names


# Elements that are not left without a run.
_NEVER_EMPTY = "sdtContent rt rubyBase"


def drop_emptied_runs(emptied: Iterable[Emptied], fixed: Collection[str]) -> None:
    """Take away the runs of ``emptied`` that hold nothing any more, but for those that fixes speak of."""
    for node, run_id, names in emptied:
        run = node.getparent()
        around = None if run is None else run.getparent()
        if run is None or around is None or run_id in fixed or run.tag != names.r:
            continue
        if around.tag not in names.all(_NEVER_EMPTY) and _holds_nothing(run, names):
            _take_away(run, around)


def _holds_nothing(run: _Element, names: Names) -> bool:
    """Say whether a run holds its properties, as the first, and w:t without a character at most."""
    children = list(run)
    if children and children[0].tag == names("rPr"):
        # In a comment or in characters a run holds more than its look.
        own = children.pop(0)
        if any(not isinstance(each.tag, str) or (each.text or "").strip() for each in own.iter()) or any(
            (each.tail or "").strip() for each in own.iterdescendants()
        ):
            return False
    texts = [run.text, *(child.tail for child in run)]
    return not any((text or "").strip() for text in texts) and all(
        child.tag == names.t and not child.text and not len(child) for child in children
    )


def _take_away(run: _Element, around: _Element) -> None:
    before = run.getprevious()
    if run.tail:
        if before is None:
            around.text = (around.text or "") + run.tail
        else:
            before.tail = (before.tail or "") + run.tail
    around.remove(run)


def _replay(planned: PlannedParagraph[Reading]) -> None:
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
