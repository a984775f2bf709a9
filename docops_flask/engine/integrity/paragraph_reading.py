"""A paragraph's text and its w:t elements, as specified in docs/analysis/placeholders-across-runs.md.

This is a second implementation, independent of ``engine.document.paragraph_text``, so that the proof fails
if one of them has an error.
"""

from bisect import bisect_right
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import ALTERNATE_CONTENT, ANCHORS, BRANCHES, Names

_start = attrgetter("start")
_OBJECT = "\ufffc"
_NO_WIDTH = (
    "pPr rPr proofErr bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd commentReference "
    "lastRenderedPageBreak delText instrText delInstrText permStart permEnd moveFromRangeStart "
    "moveFromRangeEnd moveToRangeStart moveToRangeEnd customXmlInsRangeStart customXmlInsRangeEnd "
    "customXmlDelRangeStart customXmlDelRangeEnd annotationRef smartTagPr customXmlPr"
)
_AROUND_RUNS = "hyperlink ins moveTo smartTag customXml fldSimple dir bdo"
_CHARACTERS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\u2011",
    "softHyphen": "\u00ad",
    "fldChar": "",
}


class Span(NamedTuple):
    """One w:t: its characters are ``text[start:end]`` of the paragraph, in the run with the index ``run``."""

    node: _Element
    start: int
    end: int
    run: int


class Reading(NamedTuple):
    """A paragraph's text and its spans, in order, and the number of its runs."""

    text: str
    spans: list[Span]
    runs: int

    def spans_between(self, start: int, end: int) -> list[Span]:
        """Return the spans that hold characters of ``text[start:end]``, in order."""
        spans = self.spans
        if len(spans) == 1:
            return spans if spans[0].start <= start < spans[0].end else []
        number = max(0, bisect_right(spans, start, key=_start) - 1)
        found = []
        while number < len(spans) and spans[number].start < end:
            if spans[number].end > start:
                found.append(spans[number])
            number += 1
        return found


class _Roles(NamedTuple):
    """How each element contributes to the text: the characters it stands for, or how its content is read."""

    characters: dict[str, str]
    no_width: frozenset[str]
    around_runs: frozenset[str]
    deleted: frozenset[str]
    drawings: frozenset[str]


@cache
def _roles(names: Names) -> _Roles:
    no_width = names.all(_NO_WIDTH)
    in_runs = {names(local): text for local, text in _CHARACTERS.items()}
    return _Roles(
        characters=dict.fromkeys(no_width, "") | in_runs,
        no_width=no_width,
        around_runs=names.all(_AROUND_RUNS),
        deleted=names.all("del moveFrom"),
        drawings=names.all("drawing pict object") | {ALTERNATE_CONTENT},
    )


def read_paragraph(paragraph: _Element, names: Names) -> Reading:
    """Return the text of a w:p with its w:t elements."""
    only = _only_text(paragraph, names)
    if only is not None:
        text = characters_of(only)
        return Reading(text, [Span(only, 0, len(text), 0)], 1)
    reader = _Reader(names)
    reader.read_content(paragraph, shown=True)
    return Reading("".join(reader.texts), reader.spans, reader.runs + 1)


def characters_of(node: _Element) -> str:
    """Return the text of a w:t up to an element in it, which the schema does not know."""
    text = node.text or ""
    for child in node.iterchildren():
        # A comment's tag is a function, which the stubs do not say.
        tag: object = child.tag
        if isinstance(tag, str):
            return text
        text += child.tail or ""
    return text


def _only_text(paragraph: _Element, names: Names) -> _Element | None:
    """Return the w:t of a paragraph that holds just one run with one w:t and properties; else ``None``."""
    holder = paragraph
    for wanted in (names.r, names.t):
        count = len(holder)
        if not 0 < count <= 2 or (count == 2 and holder[0].tag not in names.look):
            return None
        holder = holder[-1]
        if holder.tag != wanted:
            return None
    return holder


def runs_of(paragraph: _Element, names: Names) -> list[_Element]:
    """Return the w:r elements of a w:p, in the order of their indices in addresses."""
    found: list[_Element] = []
    _collect_runs(paragraph, names, found)
    return found


class _Reader:
    def __init__(self, names: Names) -> None:
        self._names = names
        self._roles = _roles(names)
        self._length = 0
        self.texts: list[str] = []
        self.spans: list[Span] = []
        self.runs = -1
        # Cached by mc:AlternateContent: nested ones would otherwise be examined once for each level.
        self._floating: dict[_Element, bool] = {}

    def read_content(self, parent: _Element, *, shown: bool) -> None:
        """Read the paragraph or an element around runs; ``shown`` is false for deleted text."""
        names = self._names
        for child in parent:
            if child.tag == names.r:
                self.runs += 1
                if shown:
                    self._read_run(child)
            elif child.tag not in self._roles.no_width:
                self._read_other(child, shown=shown)

    def _read_other(self, child: _Element, *, shown: bool) -> None:
        """Read a child of a paragraph that is neither a run nor a zero-width mark."""
        tag, roles = child.tag, self._roles
        if tag in roles.around_runs:
            self.read_content(child, shown=shown)
        elif tag in roles.deleted:
            self.read_content(child, shown=False)
        elif tag == self._names.sdt:
            content = child.find(self._names.sdt_content)
            if content is not None:
                self.read_content(content, shown=shown)
        elif tag == ALTERNATE_CONTENT:
            for branch in child.iterchildren(*BRANCHES):
                self.read_content(branch, shown=shown)
                self._add(_OBJECT)
        elif shown and isinstance(tag, str):
            self._add(_OBJECT)

    def _read_run(self, content: _Element) -> None:
        names, roles = self._names, self._roles
        for child in content:
            tag = child.tag
            if tag == names.t:
                start = self._length
                self._add(characters_of(child))
                self.spans.append(Span(child, start, self._length, self.runs))
            elif tag in roles.drawings:
                if not self._is_floating(child):
                    for branch in child.iterchildren(*BRANCHES):
                        self._read_run(branch)
                    self._add(_OBJECT)
            elif isinstance(tag, str):
                self._add(roles.characters.get(tag, _OBJECT))

    def _is_floating(self, drawing: _Element) -> bool:
        """Return whether a drawing is anchored (floating) rather than inline."""
        if drawing.tag == self._names("drawing"):
            return next(drawing.iterchildren(*ANCHORS), None) is not None
        if drawing.tag != ALTERNATE_CONTENT:
            return any("position:absolute" in child.get("style", "") for child in drawing.iterchildren("*"))
        if drawing not in self._floating:
            first = next(drawing.iterchildren(BRANCHES[0]), None)
            self._floating[drawing] = first is not None and any(map(self._is_floating, first))
        return self._floating[drawing]

    def _add(self, text: str) -> None:
        if text:
            self.texts.append(text)
            self._length += len(text)


def _collect_runs(parent: _Element, names: Names, found: list[_Element]) -> None:
    roles = _roles(names)
    for child in parent:
        tag = child.tag
        if tag == names.r:
            found.append(child)
        elif tag in roles.around_runs or tag in roles.deleted:
            _collect_runs(child, names, found)
        elif tag == names.sdt:
            content = child.find(names.sdt_content)
            if content is not None:
                _collect_runs(content, names, found)
        elif tag == ALTERNATE_CONTENT:
            for branch in child.iterchildren(*BRANCHES):
                _collect_runs(branch, names, found)
