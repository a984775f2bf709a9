"""Footnotes and endnotes that blocks refer to: each copy of a reference gets a note of its own.

A note is filled in the copy that refers to it. Where no copy does, it goes.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.oxml.markup import element_end
from docops_flask.engine.template.blocks.block_scopes import Around
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.frames import Frame

NOTES = frozenset((StoryKind.FOOTNOTES, StoryKind.ENDNOTES))
_KINDS = {b"footnote": StoryKind.FOOTNOTES, b"endnote": StoryKind.ENDNOTES}
_ID = rb"[^<>]*?:id\s*=\s*[\"'](-?\d+)[\"'][^<>]*>"
_REFERENCE = re.compile(rb"<(?:[^\s<>/:!?]+:)?(footnote|endnote)Reference\s" + _ID)
_NOTE = re.compile(rb"<(?:[^\s<>/:!?]+:)?(footnote|endnote)\s" + _ID)

# The kind of a note and its id.
NoteKey = tuple[StoryKind, str]


class References:
    """The references to notes of a document: by part, where each begins and what it refers to."""

    def __init__(self, document: Document) -> None:
        kinds = {part.kind for part in document.parts}
        self._by_part: dict[str, Sequence[tuple[int, NoteKey]]] = {}
        for part in document.parts:
            if part.kind not in NOTES and b"noteReference" in part.text.content:
                self._by_part[part.name] = [
                    (match.start(), (_KINDS[match[1]], match[2].decode()))
                    for match in _REFERENCE.finditer(part.text.content)
                ]
        counts = Counter(key for of_part in self._by_part.values() for _, key in of_part)
        # Those that cannot have a note of their own: there is no such part, or others refer to it as well.
        self._unsound = {key for key, count in counts.items() if count > 1 or key[0] not in kinds}

    def has_unsound(self, part: StoryPart, start: int, end: int) -> bool:
        """Say whether the bytes ``start``:``end`` of a part refer to a note that cannot be repeated."""
        return any(key in self._unsound for _, key in self._between(part, start, end))

    def _between(self, part: StoryPart, start: int, end: int) -> Sequence[tuple[int, NoteKey]]:
        references = self._by_part.get(part.name, ())
        return references[bisect_left(references, start, key=_at) : bisect_left(references, end, key=_at)]

    def of_part(self, part: StoryPart) -> Mapping[int, NoteKey]:
        """Return what the references of a part refer to, by where they begin."""
        return {at: key for at, key in self._by_part.get(part.name, ()) if key not in self._unsound}

    def hung(self, part: StoryPart, blocks: Iterable[FoundBlock]) -> Iterator[tuple[NoteKey, Around]]:
        """Yield the notes that blocks of a part refer to, with the innermost of these."""
        # An inner block comes behind those around it.
        for block in sorted(blocks, key=lambda each: (each.first, -each.last, each.start.first)):
            for at, key in self._between(part, block.first, block.last):
                if key not in self._unsound:
                    yield key, Around(block, at)


def _at(reference: tuple[int, NoteKey]) -> int:
    return reference[0]


def notes_in(part: StoryPart, keys: Collection[NoteKey]) -> Mapping[int, tuple[int, NoteKey]]:
    """Return those of the notes ``keys`` that a part holds: where they end, by where they begin."""
    content = part.text.content
    found = {}
    for match in _NOTE.finditer(content):
        key = _KINDS[match[1]], match[2].decode()
        if key in keys and part.kind is key[0] and not match[0].endswith(b"/>"):
            found[match.start()] = element_end(content, match.start()), key
    return found


class AddedNote(NamedTuple):
    """A note for a copy: its id, that of the note it copies, blocks and copies."""

    kind: StoryKind
    number: int
    of: int
    copies: Sequence[Sequence[int]]

    def as_dict(self) -> dict[str, Any]:
        """Return it as the replace log has it."""
        return {"kind": self.kind.value, "id": self.number, "of": self.of, "copy": self.copies}


class NewNotes:
    """The notes that the copies of one result refer to, in the order of the references."""

    def __init__(self, highest: Mapping[StoryKind, int]) -> None:
        self._highest = dict(highest)
        self._frames: dict[NoteKey, list[Frame]] = {}
        self._numbers: dict[tuple[NoteKey, int], int] = {}
        self.added: list[AddedNote] = []

    def keep(self, key: NoteKey, frame: Frame) -> None:
        """Take a reference that keeps its id."""
        self._frames.setdefault(key, []).append(frame)

    def add(self, key: NoteKey, frame: Frame) -> int:
        """Take a reference of a copy; return the id of its note."""
        self.keep(key, frame)
        self._highest[key[0]] += 1
        number = self._numbers[key, id(frame)] = self._highest[key[0]]
        self.added.append(AddedNote(key[0], number, int(key[1]), frame.copies))
        return number

    def frames(self, key: NoteKey) -> Sequence[Frame]:
        """Return the copies that refer to a note."""
        return self._frames.get(key, ())

    def number(self, key: NoteKey, frame: Frame) -> int | None:
        """Return the id of the note of a copy, ``None`` where it keeps that of the template."""
        return self._numbers.get((key, id(frame)))


def highest_ids(document: Document) -> dict[StoryKind, int]:
    """Return the highest id of footnotes and of endnotes."""
    found = dict.fromkeys(NOTES, 0)
    for part in document.parts:
        if part.kind in NOTES:
            for match in _NOTE.finditer(part.text.content):
                kind = _KINDS[match[1]]
                found[kind] = max(found[kind], int(match[2]))
    return found
