"""Replays the replace log on the template: checks each entry against the template, then applies it.

docs/analysis/integrity.md has the rules. An entry that breaks them is a misfit and is not applied.
"""

import re
from collections import deque
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.paragraph_reading import Reading, Span, read_paragraph

_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAME_CHARACTERS = _CAPITALS | frozenset("0123456789_")
_DROPPED_BY_WORD = " \t\r\n"
_MARKS = r"([\n\t])"
_PLACEHOLDER = "【[A-Z0-9_]+】"


class PlannedParagraph:
    """A paragraph of the part ``part`` and the entries to replay in it, in text order."""

    __slots__ = ("covered", "entries", "names", "part", "reading")

    def __init__(self, part: str, names: Names, reading: Reading) -> None:
        self.part = part
        self.names = names
        self.reading = reading
        self.entries: list[Replacement] = []
        self.covered: list[list[Span]] = []

    def take(self, entry: Replacement, path: str, *, is_mirror: bool) -> bool:
        """Add ``entry`` if its original text is at its place, after the entries before; return whether it is.

        Refusing an entry takes time proportional to the entry, not to the paragraph.
        """
        start, end = entry.start, entry.end
        if not 0 <= start < end or (self.entries and start < self.entries[-1].end):
            return False
        if end - start != len(entry.original_text) or not self.reading.text.startswith(
            entry.original_text, start
        ):
            return False
        first = self.reading.spans_between(start, start + 1)
        if not first or not (is_mirror or entry.run_id == f"{path}:r{first[0].run}"):
            return False
        self.entries.append(entry)
        self.covered.append(first if first[0].end >= end else self.reading.spans_between(start, end))
        return True


class _Places:
    """The paragraphs with the same address; an entry goes to the first one that accepts it."""

    def __init__(self, path: str, paragraphs: list[PlannedParagraph]) -> None:
        self._path = path
        self.paragraphs = paragraphs
        # Start, placeholder and run (None: any) to the paragraphs with it. One that refused an entry for it
        # will refuse later ones too, so it is removed.
        self._waiting: dict[tuple[int, str, str | None], deque[PlannedParagraph]] | None = None

    def take(self, entry: Replacement, *, is_mirror: bool) -> bool:
        """Add ``entry`` to the first paragraph that accepts it; return whether one did."""
        if len(self.paragraphs) == 1:
            return self.paragraphs[0].take(entry, self._path, is_mirror=is_mirror)
        if entry.end - entry.start != len(entry.original_text):
            return False
        if self._waiting is None:
            self._waiting = self._by_placeholder()
        waiting = self._waiting.get((entry.start, entry.original_text, None if is_mirror else entry.run_id))
        while waiting:
            if waiting.popleft().take(entry, self._path, is_mirror=is_mirror):
                return True
        return False

    def _by_placeholder(self) -> dict[tuple[int, str, str | None], deque[PlannedParagraph]]:
        found: dict[tuple[int, str, str | None], deque[PlannedParagraph]] = {}
        for paragraph in self.paragraphs:
            reading = paragraph.reading
            for match in re.finditer(_PLACEHOLDER, reading.text):
                start = match.start()
                for span in reading.spans_between(start, start + 1)[:1]:
                    for run_id in (None, f"{self._path}:r{span.run}"):
                        found.setdefault((start, match[0], run_id), deque()).append(paragraph)
        return found


class Replay:
    """Collects the entries of a log by paragraph before any is replayed.

    Addresses refer to the unchanged template, so all are resolved first.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._planned: dict[str, _Places] = {}
        self._placeholders: set[tuple[str, str]] = set()

    def plan(self, entry: Replacement) -> str | None:
        """Add ``entry`` to its paragraphs; return why it does not fit, or ``None`` if it does."""
        if not self._is_placeholder(entry.original_text, entry.field_name):
            return "its original_text is not the placeholder of its field_name"
        if not self._take(entry.paragraph_path, entry, is_mirror=False):
            return "the template has no such placeholder there"
        for mirror in entry.mirrored_at:
            if not self._take(mirror, entry, is_mirror=True):
                return "the template has no such placeholder at a place in mirrored_at"
        return None

    def planned(self) -> Iterator[PlannedParagraph]:
        """Yield the paragraphs that have entries to replay."""
        for places in self._planned.values():
            yield from (planned for planned in places.paragraphs if planned.entries)

    def _is_placeholder(self, text: str, name: str) -> bool:
        if (text, name) not in self._placeholders:
            characters = set(name)
            if text != f"【{name}】" or not characters <= _NAME_CHARACTERS or not characters & _CAPITALS:
                return False
            self._placeholders.add((text, name))
        return True

    def _take(self, path: str, entry: Replacement, *, is_mirror: bool) -> bool:
        places = self._planned.get(path)
        if places is None:
            paragraphs = [
                PlannedParagraph(flow.part, flow.names, read_paragraph(element, flow.names))
                for element, flow in self._addresses.paragraphs(path)
            ]
            places = self._planned[path] = _Places(path, paragraphs)
        return places.take(entry, is_mirror=is_mirror)


def replay_paragraph(planned: PlannedParagraph) -> None:
    """Replace the placeholders of the planned entries by their values.

    Raises ``ValueError`` if a value has characters that XML does not allow.
    """
    if len(planned.entries) == len(planned.covered[0]) == 1:
        _replay_alone(planned.entries[0], planned.covered[0][0], planned.names)
        return
    edits: dict[_Element, list[tuple[int, int, str]]] = {}
    for entry, covered in zip(planned.entries, planned.covered, strict=True):
        for node, first, _, _ in covered:
            value = entry.new_text if first <= entry.start else ""
            edits.setdefault(node, []).append((max(0, entry.start - first), entry.end - first, value))
    for node, of_node in edits.items():
        _write(node, _lines(node.text or "", of_node), planned.names)


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
