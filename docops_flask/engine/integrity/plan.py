"""Which paragraphs the entries of a replace log fit, before anything is replayed.

Addresses count what the template holds, so all entries are planned first. An entry that fits nowhere is a
misfit: it is told by what does not fit. The rules are those of docs/analysis/integrity.md.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

from docops_flask.engine.integrity.claims import Replacement

_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAME_CHARACTERS = _CAPITALS | frozenset("0123456789_")
# What is ignored in a name: soft hyphens, zero-width spaces and joiners, word joiners, byte order marks,
# variation selectors.
_IGNORED = "\u00ad\u200b\u200c\u200d\u2060\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10)))
# A text that may be a placeholder, of template language 1 or 2.
PLACEHOLDER = "【[^【】]+】"


_NOTHING = dict.fromkeys(map(ord, _IGNORED))


class ReadParagraph(Protocol):
    """A paragraph's text, with the way back to where it lies."""

    @property
    def text(self) -> str:
        """Its characters."""

    def spans_between(self, start: int, end: int) -> Sequence[Any]:
        """Return the spans that hold characters of ``text[start:end]``."""


R = TypeVar("R", bound=ReadParagraph)


class PlannedParagraph(Generic[R]):
    """A paragraph and the entries that are to be replayed there, in text order.

    ``where`` says what the replay has to know of its place, ``path`` is the address that leads to it.
    """

    __slots__ = ("covered", "entries", "path", "reading", "where")

    def __init__(self, where: Any, reading: R) -> None:
        self.where = where
        self.path = ""
        self.reading = reading
        self.entries: list[Replacement] = []
        self.covered: list[Sequence[Any]] = []

    def take(self, entry: Replacement, path: str, *, is_mirror: bool) -> bool:
        """Take ``entry`` if the paragraph holds what it replaces, after the entries before it.

        What is refused costs no more than what the entry says itself, however long the paragraph is.
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


class _Places(Generic[R]):
    """The paragraphs that one path leads to, told apart by order: the first that still can takes an entry."""

    def __init__(self, path: str, paragraphs: list[PlannedParagraph[R]]) -> None:
        self._path = path
        self.paragraphs = paragraphs
        for paragraph in paragraphs:
            paragraph.path = path
        # By start, placeholder and run (None: any) those that hold it. One that cannot take it never will.
        self._waiting: dict[tuple[int, str, str | None], deque[PlannedParagraph[R]]] | None = None

    def take(self, entry: Replacement, *, is_mirror: bool) -> bool:
        """Have a paragraph take ``entry``; say whether one did."""
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

    def _by_placeholder(self) -> dict[tuple[int, str, str | None], deque[PlannedParagraph[R]]]:
        found: dict[tuple[int, str, str | None], deque[PlannedParagraph[R]]] = {}
        for paragraph in self.paragraphs:
            reading = paragraph.reading
            for match in re.finditer(PLACEHOLDER, reading.text):
                start = match.start()
                for span in reading.spans_between(start, start + 1)[:1]:
                    for run_id in (None, f"{self._path}:r{span.run}"):
                        found.setdefault((start, match[0], run_id), deque()).append(paragraph)
        return found


def without_ignored(text: str) -> str:
    """Return ``text`` without the characters that are ignored in a name."""
    return text.translate(_NOTHING)


@lru_cache(maxsize=1024)
def is_placeholder(text: str, name: str) -> bool:
    """Return whether ``text`` is the placeholder of the field ``name``, in template language 1 or 2."""
    characters = set(name)
    is_usual = characters <= _NAME_CHARACTERS and characters & _CAPITALS
    if is_usual and text == f"【{name}】":
        return True
    if text[:1] != "【" or text[-1:] != "】":
        return False
    inner = without_ignored(text[1:-1])
    if is_usual and inner == name:
        return True
    # Imported here: most templates are in language 1.
    from docops_flask.engine.integrity.tags import name_in_copies, path_of_field

    return bool(name) and name in (path_of_field(inner), name_in_copies(inner))


class Plan(Generic[R]):
    """The entries of a log by the paragraphs they fit; ``paragraphs_at`` returns those at an address."""

    def __init__(self, paragraphs_at: Callable[[str], list[PlannedParagraph[R]]]) -> None:
        self._paragraphs_at = paragraphs_at
        self._planned: dict[str, _Places[R]] = {}

    def take(self, entry: Replacement) -> str | None:
        """Take ``entry``; return what does not fit, ``None`` when all does."""
        if not is_placeholder(entry.original_text, entry.field_name):
            return "its original_text is not the placeholder of its field_name"
        if not self._take(entry.paragraph_path, entry, is_mirror=False):
            return "the template has no such placeholder there"
        for mirror in entry.mirrored_at:
            if not self._take(mirror, entry, is_mirror=True):
                return "the template has no such placeholder at a place in mirrored_at"
        return None

    def planned(self) -> Iterator[PlannedParagraph[R]]:
        """Yield the paragraphs that entries are to be replayed in."""
        for places in self._planned.values():
            yield from (planned for planned in places.paragraphs if planned.entries)

    def _take(self, path: str, entry: Replacement, *, is_mirror: bool) -> bool:
        places = self._planned.get(path)
        if places is None:
            places = self._planned[path] = _Places(path, self._paragraphs_at(path))
        return places.take(entry, is_mirror=is_mirror)
