"""Pieces of a template's bytes that are copied as wholes, with the places their bytes come from."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from docops_flask.engine.template.blocks.tag_sites import SOLID

_CELL = re.compile(rb"<(?:[^\s<>/:!?]+:)?tc[\s/>]")
_ROW = re.compile(rb"<(?:[^\s<>/:!?]+:)?tr[\s/>]")
_MARKUP = re.compile(rb"<[^<>]*>")


class Chunk:
    """Bytes that are put into the result as often as wanted.

    ``segments`` say from which offset on they are the template's, and from which of its bytes on; where they
    are not, the template's byte is -1.
    """

    __slots__ = ("_has_row", "_has_something", "_starts", "content", "segments")

    def __init__(self, content: bytes, segments: list[tuple[int, int]]) -> None:
        self.content = content
        self.segments = segments
        self._has_something: bool | None = None
        self._starts = [start for start, _ in segments]
        self._has_row: bool | None = None

    @property
    def has_row(self) -> bool:
        """Whether a table row begins in it."""
        if self._has_row is None:
            self._has_row = _ROW.search(self.content) is not None
        return self._has_row

    @property
    def has_cell(self) -> bool:
        """Whether a table cell begins in it."""
        return _CELL.search(self.content) is not None

    @property
    def has_something(self) -> bool:
        """Whether there is anything in it that counts beside white space."""
        if self._has_something is None:
            text = _MARKUP.sub(b"", self.content).decode()
            self._has_something = bool(text.strip()) or SOLID.search(self.content) is not None
        return self._has_something

    def in_template(self, offset: int) -> int:
        """Return the byte of the template that the byte ``offset`` is; -1 for one that is new."""
        start, at = self.segments[bisect_right(self._starts, offset) - 1]
        return -1 if at < 0 else at + offset - start

    def spliced(self, splices: Sequence[tuple[int, int, bytes]]) -> "Chunk":
        """Return this chunk with ``splices`` of its bytes, which are in their order."""
        pieces: list[bytes] = []
        segments: list[tuple[int, int]] = []
        at = length = 0
        for start, end, new in (*splices, (len(self.content), len(self.content), b"")):
            for first, last, place in self._segments_between(at, start):
                segments.append((length, place))
                length += last - first
            pieces += (self.content[at:start], new)
            if new:
                segments.append((length, -1))
                length += len(new)
            at = end
        return Chunk(b"".join(pieces), segments)

    def _segments_between(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        number = max(0, bisect_right(self._starts, start) - 1)
        while start < end:
            first, place = self.segments[number]
            number += 1
            last = min(end, self.segments[number][0] if number < len(self.segments) else end)
            yield start, last, -1 if place < 0 else place + start - first
            start = last


class ChunkBuilder:
    """Puts a chunk together from bytes of the template and new ones."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._pieces: list[tuple[bytes, int]] = []
        self._ends_with_open = False

    def take(self, start: int, end: int) -> None:
        """Add the bytes ``start``:``end`` of the template."""
        if start < end:
            self._pieces.append((self._content[start:end], start))
            self._ends_with_open = False

    def take_all(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Add the bytes of the template in each of ``ranges``."""
        for start, end in ranges:
            self.take(start, end)

    def add(self, new: bytes, at: int = -1) -> None:
        """Add new bytes, which stand for the template's from ``at`` on."""
        if new:
            self._pieces.append((new, at))
            self._ends_with_open = False

    def open(self, new: bytes) -> None:
        """Add bytes that begin a run anew."""
        self.add(new)
        self._ends_with_open = bool(new)

    def close(self, new: bytes) -> None:
        """Add bytes that end a run; one that has nothing in it is left out."""
        if new and self._ends_with_open:
            self._pieces.pop()
            self._ends_with_open = False
        else:
            self.add(new)

    def finish(self) -> Chunk | None:
        """Return the chunk, ``None`` where it is empty, and begin the next."""
        if not self._pieces:
            return None
        segments = []
        at = 0
        for piece, start in self._pieces:
            segments.append((at, start))
            at += len(piece)
        chunk = Chunk(b"".join([piece for piece, _ in self._pieces]), segments)
        self._pieces = []
        self._ends_with_open = False
        return chunk
