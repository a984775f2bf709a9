"""Bytes of the expanded template that stand together, with the bytes of the template that they are."""

from bisect import bisect_right
from collections.abc import Sequence

# Offset in the chunk, byte of the template from there on; -1 where the bytes are new.
Segment = tuple[int, int]


class Chunk:
    """Bytes that are put into the result in one piece."""

    __slots__ = ("_offsets", "_ranges", "content", "segments")

    def __init__(self, content: bytes, segments: Sequence[Segment]) -> None:
        self.content = content
        self.segments = segments
        self._offsets = [offset for offset, _ in segments]
        self._ranges: list[tuple[int, int, int]] | None = None

    def place_of(self, offset: int) -> int:
        """Return the byte of the template at an offset, -1 for a new one."""
        start, place = self.segments[bisect_right(self._offsets, offset) - 1]
        return -1 if place < 0 else place + offset - start

    @property
    def ranges(self) -> list[tuple[int, int, int]]:
        """The bytes of the template that it has: the first, the one behind the last, the offset."""
        if self._ranges is None:
            ends = [*self._offsets[1:], len(self.content)]
            self._ranges = [
                (place, place + end - offset, offset)
                for (offset, place), end in zip(self.segments, ends, strict=True)
                if place >= 0
            ]
        return self._ranges


class ChunkWriter:
    """Puts chunks together from the template's bytes and new ones."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._parts: list[tuple[bytes, int]] = []
        self._begins_run = False

    def take(self, start: int, end: int) -> None:
        """Add bytes of the template."""
        if start < end:
            self.add(self._content[start:end], start)

    def take_all(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Add ranges of the template's bytes."""
        for start, end in ranges:
            self.take(start, end)

    def add(self, new: bytes, place: int = -1) -> None:
        """Add bytes, which are the template's from ``place`` on."""
        if new:
            self._parts.append((new, place))
            self._begins_run = False

    def begin_run(self, new: bytes) -> None:
        """Add bytes that begin a run anew."""
        self.add(new)
        self._begins_run = bool(new)

    def end_run(self, new: bytes) -> None:
        """Add bytes that end a run; a run with nothing in it is left out."""
        if new and self._begins_run:
            self._parts.pop()
            self._begins_run = False
        else:
            self.add(new)

    def finished(self) -> list[Chunk]:
        """Return what was added as a chunk, none where that is nothing, and begin anew."""
        parts, self._parts = self._parts, []
        self._begins_run = False
        segments: list[Segment] = []
        at = 0
        for new, place in parts:
            segments.append((at, place))
            at += len(new)
        return [Chunk(b"".join([new for new, _ in parts]), segments)] if parts else []
