"""Replays the replace log on the template: what each entry says must be so, and becomes what it says.

The rules are those of docs/analysis/integrity.md; an entry they do not allow is a misfit.
"""

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.flow import Paragraph
from docops_flask.engine.integrity.names import SPACE, Names
from docops_flask.engine.integrity.paragraph_reading import Reading, read_paragraph

_FIELD_NAME = re.compile(r"[A-Z0-9_]*[A-Z][A-Z0-9_]*")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_DROPPED_BY_WORD = " \t\r\n"
_MARKED = re.compile(r"[\n\t]")
# XML holds no lone surrogates, so no text and no value that can be written does.
_OUT_OF_THE_WAY = str.maketrans("\n\t", "\ud800\ud801")
_BACK = str.maketrans("\ud800\ud801", "\n\t")


@dataclass(slots=True, eq=False)
class PlannedParagraph:
    """A paragraph and the entries that are to be replayed there, in text order."""

    paragraph: Paragraph
    reading: Reading
    entries: list[Replacement] = field(default_factory=list)

    def takes(self, entry: Replacement, run_number: int | None) -> bool:
        """Say whether the paragraph holds what ``entry`` replaces, after the entries before it."""
        if not 0 <= entry.start < entry.end or (self.entries and entry.start < self.entries[-1].end):
            return False
        if self.reading.text[entry.start : entry.end] != entry.original_text:
            return False
        return run_number is None or self.reading.run_at(entry.start) == run_number


class Replay:
    """Plans the entries of a log first, for addresses count what the template holds, then replays them."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._planned: dict[str, list[PlannedParagraph]] = {}

    def plan(self, entry: Replacement) -> str | None:
        """Take ``entry``; return what does not fit, ``None`` when all does."""
        if entry.original_text != f"【{entry.field_name}】" or not _FIELD_NAME.fullmatch(entry.field_name):
            return "its original_text is not the placeholder of its field_name"
        path, _, run = entry.run_id.rpartition(":r")
        if path != entry.paragraph_path or not _NUMBER.fullmatch(run):
            return "its run_id is no run of its paragraph_path"
        if not self._take(path, entry, int(run)):
            return "the template has no such placeholder there"
        for mirror in entry.mirrored_at:
            if not self._take(mirror, entry, None):
                return "the template has no such placeholder at a place in mirrored_at"
        return None

    def planned(self) -> list[PlannedParagraph]:
        """Return the paragraphs that entries are to be replayed in."""
        return [planned for candidates in self._planned.values() for planned in candidates if planned.entries]

    def _take(self, path: str, entry: Replacement, run_number: int | None) -> bool:
        candidates = self._planned.get(path)
        if candidates is None:
            candidates = self._planned[path] = [
                PlannedParagraph(found, read_paragraph(found.element, found.names))
                for found in self._addresses.paragraphs(path)
            ]
        for planned in candidates:
            if planned.takes(entry, run_number):
                planned.entries.append(entry)
                return True
        return False


def replay_paragraph(planned: PlannedParagraph) -> None:
    """Put the values of the planned entries into the paragraph.

    Raises ``ValueError`` for a value with characters that XML cannot hold.
    """
    reading = planned.reading
    texts: dict[int, str] = {}
    # From the last to the first, so that the characters before keep their places.
    for entry in reversed(planned.entries):
        for number in reading.spans_between(entry.start, entry.end):
            span = reading.spans[number]
            text = texts[number] if number in texts else _with_literal_marks(span.node.text or "")
            value = entry.new_text if span.start <= entry.start else ""
            start, end = max(0, entry.start - span.start), entry.end - span.start
            texts[number] = text[:start] + value + text[end:]
    for number, text in texts.items():
        _write(reading.spans[number].node, text, planned.paragraph.names)


def _with_literal_marks(text: str) -> str:
    """Return a w:t's own text with its tabs and line ends, which are no marks, out of the way."""
    return text.translate(_OUT_OF_THE_WAY)


def _write(node: _Element, text: str, names: Names) -> None:
    """Write ``text`` into a w:t and, from its first newline or tab on, behind it."""
    leading, trailing = _dropped_edges(node)
    lines = [line.translate(_BACK) for line in _MARKED.split(text)]
    last = _set_text(node, lines[0])
    for mark, line in zip(_MARKED.findall(text), lines[1:], strict=True):
        element = etree.Element(names.br if mark == "\n" else names.tab)
        last.addnext(element)
        last = etree.Element(names.t, nsmap=dict(node.nsmap))  # type: ignore[arg-type]
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
    text = node.text or ""
    if node.get(SPACE) == "preserve":
        return 0, 0
    return len(text) - len(text.lstrip(_DROPPED_BY_WORD)), len(text) - len(text.rstrip(_DROPPED_BY_WORD))
