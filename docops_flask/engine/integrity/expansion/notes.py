"""Footnotes and endnotes that blocks refer to: each copy of a reference has a note of its own.

A note that several places refer to, or without a part, is none of these.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import PartText, element_end_at

_ID = rb"[^<>]*?:id\s*=\s*[\"'](-?[0-9]+)[\"'][^<>]*>"
_REFERENCE = re.compile(rb"<(?:[^\s<>/:!?]+:)?(footnote|endnote)Reference\s" + _ID)
_NOTE = re.compile(rb"<(?:[^\s<>/:!?]+:)?(footnote|endnote)\s" + _ID)
NOTE_KINDS = ("footnotes", "endnotes")

# The kind of a note and its id.
NoteKey = tuple[str, str]


def _key(match: "re.Match[bytes]") -> NoteKey:
    return match[1].decode() + "s", match[2].decode()


class Notes:
    """The notes of one result: what refers to them, and which ids the notes of copies have.

    ``references`` are, by part and the byte where they begin, those that blocks hold.
    """

    def __init__(self, parts: Sequence[PartText]) -> None:
        self._found = {
            part.name: {match.start(): _key(match) for match in _REFERENCE.finditer(part.content)}
            for part in parts
            if part.kind not in (*NOTE_KINDS, "comments") and b"noteReference" in part.content
        }
        kinds = {part.kind for part in parts}
        counts = Counter(key for of_part in self._found.values() for key in of_part.values())
        self._sound = {key for key, count in counts.items() if count == 1 and key[0] in kinds}
        self.references: dict[str, Mapping[int, NoteKey]] = {}
        self._highest = dict.fromkeys(NOTE_KINDS, 0)
        for part in parts if self._sound else ():
            if part.kind in NOTE_KINDS:
                own = (int(match[2]) for match in _NOTE.finditer(part.content))
                self._highest[part.kind] = max([0, *own])
        self._frames: dict[NoteKey, list[Frame]] = {}
        self._numbers: dict[tuple[NoteKey, Frame], int] = {}
        self.added: list[dict[str, object]] = []

    def take_part(self, name: str, blocks: Iterable[Block]) -> None:
        """Take the references of a part that its ``blocks`` hold."""
        ranges = [(block.first, block.last) for block in blocks]
        self.references[name] = {
            at: key
            for at, key in self._found.get(name, {}).items()
            if key in self._sound and any(first <= at < last for first, last in ranges)
        }

    def in_part(self, part: PartText) -> dict[int, tuple[int, NoteKey]]:
        """Return the notes in a part that blocks refer to: where they end, by where they begin."""
        if part.kind not in NOTE_KINDS:
            return {}
        wanted = {key for of_part in self.references.values() for key in of_part.values()}
        return {
            match.start(): (element_end_at(part.content, match.start()), _key(match))
            for match in (_NOTE.finditer(part.content) if wanted else ())
            if _key(match) in wanted and _key(match)[0] == part.kind and not match[0].endswith(b"/>")
        }

    def keep(self, key: NoteKey, frame: Frame) -> None:
        """Take a reference that keeps its id."""
        self._frames.setdefault(key, []).append(frame)

    def add(self, key: NoteKey, frame: Frame) -> int:
        """Take a reference of a copy; return the id of its note."""
        self.keep(key, frame)
        self._highest[key[0]] += 1
        number = self._numbers[key, frame] = self._highest[key[0]]
        copies = [list(each) for each in frame.copies]
        self.added.append({"kind": key[0], "id": number, "of": int(key[1]), "copy": copies})
        return number

    def frames(self, key: NoteKey) -> Sequence[Frame]:
        """Return the copies that refer to a note, in the order of their references."""
        return self._frames.get(key, ())

    def number(self, key: NoteKey, frame: Frame) -> int | None:
        """Return the id of the note of a copy; ``None`` where it keeps that of the template."""
        return self._numbers.get((key, frame))
