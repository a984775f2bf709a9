"""Replays log entries about texts inside paragraphs: field codes, ruby, equations.

docs/analysis/integrity.md and docs/analysis/texts-inside-paragraphs.md have the rules.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.claims import InlineReplacement, Replacement
from docops_flask.engine.integrity.field_arguments import Arguments
from docops_flask.engine.integrity.inline_reading import InlineReading, read_inline
from docops_flask.engine.integrity.plan import PLACEHOLDER, PlannedParagraph, is_placeholder
from docops_flask.engine.integrity.replay import Where, replay_paragraph


class InlinePlace(NamedTuple):
    """A text inside a paragraph; ``where`` says what the replay has to know of the paragraph's place."""

    where: Any
    text: InlineReading


class PlannedInline:
    """A text inside a paragraph and the entries that are to be replayed in it."""

    __slots__ = ("entries", "text", "where")

    def __init__(self, place: InlinePlace) -> None:
        self.where, self.text = place
        self.entries: list[Replacement] = []

    def written(self) -> list[Replacement]:
        """Return the entries in the order of the text, with their values as they stand in it.

        Raises ``ValueError`` for a value that must not stand where it is said to.
        """
        ordered = sorted(self.entries, key=_start)
        text = self.text
        if text.has_lines:
            return ordered
        arguments = Arguments(text.reading.text) if text.is_code else None
        written = []
        for entry in ordered:
            value: str | None = entry.new_text
            if arguments is not None:
                value = arguments.written(entry.start, entry.end, entry.new_text) if text.is_whole else None
            elif "\n" in entry.new_text or "\t" in entry.new_text:
                value = None
            if value is None:
                raise ValueError(entry.new_text)
            written.append(entry._replace(new_text=value))
        return written


def _start(entry: Replacement) -> int:
    return entry.start


# A placeholder in a text: the text's address in its paragraph, first character, original text.
_Key = tuple[str, int, str]


class InlinePlan:
    """The entries by the texts they fit; ``texts_at`` returns those inside the paragraphs at an address."""

    def __init__(self, texts_at: Callable[[str], Sequence[InlinePlace]]) -> None:
        self._texts_at = texts_at
        # By address of the paragraph: the placeholders that wait for an entry.
        self._waiting: dict[str, dict[_Key, deque[PlannedInline]]] = {}
        self._planned: list[PlannedInline] = []

    def take(self, entry: InlineReplacement) -> str | None:
        """Take ``entry``; return what does not fit, ``None`` where all does."""
        replacement = entry.replacement
        if not is_placeholder(replacement.original_text, replacement.field_name):
            return "its original_text is not the placeholder of its field_name"
        if replacement.end - replacement.start != len(replacement.original_text):
            return "its end is not its start plus the length of its original_text"
        if not self._take(entry.place, replacement, is_mirror=False):
            return "the template has no such placeholder there, or the value cannot stand there"
        for mirror in entry.mirrors:
            if not self._take(mirror, replacement, is_mirror=True):
                return "the template has no such placeholder at a place in mirrored_at"
        return None

    def planned(self) -> Iterator[PlannedInline]:
        """Yield the texts that entries are to be replayed in."""
        return (planned for planned in self._planned if planned.entries)

    def _take(self, place: tuple[str, str], entry: Replacement, *, is_mirror: bool) -> bool:
        path, inside = place
        waiting = self._waiting_at(path).get((inside, entry.start, entry.original_text))
        if not waiting:
            return False
        planned = waiting.popleft()
        run = planned.text.run_at(entry.start)
        if not is_mirror and entry.run_id != ("" if run < 0 else f"{path}:r{run}"):
            return False
        planned.entries.append(entry)
        return True

    def _waiting_at(self, path: str) -> dict[_Key, deque[PlannedInline]]:
        known = self._waiting.get(path)
        if known is None:
            known = self._waiting[path] = {}
            for place in self._texts_at(path):
                planned = PlannedInline(place)
                self._planned.append(planned)
                for match in re.finditer(PLACEHOLDER, place.text.reading.text):
                    key = place.text.name, match.start(), match[0]
                    known.setdefault(key, deque()).append(planned)
        return known


def plan_inline_on_trees(addresses: Addresses) -> InlinePlan:
    """Return a plan whose texts are those of the template's trees."""

    def texts_at(path: str) -> list[InlinePlace]:
        return [
            InlinePlace(Where(flow.part, flow.names), text)
            for element, flow in addresses.paragraphs(path)
            for text in read_inline(element, flow.names)
        ]

    return InlinePlan(texts_at)


def replay_on_tree(planned: PlannedInline) -> None:
    """Replay the entries of a text on the tree of its part.

    Raises ``ValueError`` for a value that must not stand where it is said to, or that XML cannot hold.
    """
    text = planned.text
    entries = planned.written()
    if text.is_attribute:
        pieces: list[str] = []
        at = 0
        for entry in entries:
            pieces += (text.reading.text[at : entry.start], entry.new_text)
            at = entry.end
        pieces.append(text.reading.text[at:])
        text.reading.spans[0].node.set(planned.where.names("instr"), "".join(pieces))
        return
    paragraph = PlannedParagraph(planned.where, text.reading)
    paragraph.entries = entries
    paragraph.covered = [text.reading.spans_between(entry.start, entry.end) for entry in entries]
    replay_paragraph(paragraph)
