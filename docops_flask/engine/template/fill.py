"""Fills placeholders: the value takes the look of the run that holds the first character.

Nothing else in the paragraph changes: runs, marks and properties stay where they are; the characters
of the placeholder leave the w:t elements they lie in.
"""

import re
from collections.abc import Mapping

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.oxml.names import XML_SPACE, Vocabulary
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.scan import BracketedParagraph, Scan

_XML_WHITESPACE = " \t\r\n"
_MARKS = re.compile(r"([\n\t])")


def fill(scan: Scan, values: Mapping[str, str]) -> dict[str, None]:
    """Put ``values`` (placeholder name to text) into the scanned paragraphs and their mirrors.

    Returns the ids of all runs whose text changed, in document order (the keys of a dict).
    Each placeholder is filled once; brackets inside a value stay text.
    """
    touched: dict[str, None] = {}
    for paragraph in scan.paragraphs:
        wanted = [
            found for found in paragraph.found if found.kind is Kind.PLACEHOLDER and found.name in values
        ]
        if not wanted:
            continue
        _note_runs(paragraph, wanted, touched)
        w = paragraph.place.part.w
        for text in (paragraph.text, *paragraph.mirrors):
            _fill_paragraph(text, wanted, values, w)
        paragraph.place.part.changed = True
    return touched


def _note_runs(paragraph: BracketedParagraph, wanted: list[Found], touched: dict[str, None]) -> None:
    path = paragraph.place.path
    for found in wanted:
        for piece in paragraph.text.pieces_between(found.start, found.end):
            touched[f"{path}:r{piece.run_index}"] = None


def _fill_paragraph(
    text: ParagraphText, wanted: list[Found], values: Mapping[str, str], w: Vocabulary
) -> None:
    hidden = _hidden_edges(text, wanted)
    ends: dict[_Element, _Element] = {}
    # From the last to the first, so that earlier offsets stay true.
    for found in reversed(wanted):
        first, *others = text.pieces_between(found.start, found.end)
        for piece in others:
            ends.setdefault(piece.node, piece.node)
            _set_text(piece.node, (piece.node.text or "")[found.end - piece.start :])
        whole = first.node.text or ""
        before, after = whole[: found.start - first.start], whole[found.end - first.start :]
        ends.setdefault(first.node, _write_value(first.node, before, values[found.name], after, w))
    _drop_hidden_edges(hidden, ends)


def _hidden_edges(text: ParagraphText, wanted: list[Found]) -> dict[_Element, tuple[int, int]]:
    """Return how much white space Word drops at both ends of each w:t that is about to change.

    It does so without xml:space="preserve"; setting that for a value's sake must not bring it back.
    """
    edges = {}
    for found in wanted:
        for piece in text.pieces_between(found.start, found.end):
            content = piece.node.text or ""
            if piece.node.get(XML_SPACE) != "preserve":
                lead = len(content) - len(content.lstrip(_XML_WHITESPACE))
                trail = len(content) - len(content.rstrip(_XML_WHITESPACE))
                if lead or trail:
                    edges[piece.node] = (lead, trail)
    return edges


def _drop_hidden_edges(hidden: Mapping[_Element, tuple[int, int]], ends: Mapping[_Element, _Element]) -> None:
    for node, (lead, trail) in hidden.items():
        if lead and node.get(XML_SPACE) == "preserve":
            node.text = (node.text or "")[lead:]
        end = ends[node]
        if trail and end.get(XML_SPACE) == "preserve":
            end.text = (end.text or "")[:-trail]


def _set_text(node: _Element, text: str) -> None:
    node.text = text
    if text[:1].isspace() or text[-1:].isspace():
        node.set(XML_SPACE, "preserve")


def _write_value(node: _Element, before: str, value: str, after: str, w: Vocabulary) -> _Element:
    """Write ``before`` + ``value`` + ``after`` from ``node`` on: newlines as w:br, tabs as w:tab.

    Returns the w:t that ends with ``after``.
    """
    first, *rest = _MARKS.split(value)
    current = node
    _set_text(current, before + first)
    for mark, line in zip(rest[::2], rest[1::2], strict=True):
        element = etree.Element(w.br if mark == "\n" else w.tab)
        current.addnext(element)
        current = etree.Element(w.t, nsmap=dict(node.nsmap))  # type: ignore[arg-type]
        element.addnext(current)
        _set_text(current, line)
    if after:
        _set_text(current, (current.text or "") + after)
    return current
