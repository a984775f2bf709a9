"""Ranges of the bytes of a part."""

from bisect import bisect_right
from collections.abc import Iterable


class Ranges:
    """Ranges of bytes, joined where they overlap."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def contain(self, at: int) -> bool:
        """Say whether the byte ``at`` lies in one of them."""
        index = bisect_right(self._starts, at) - 1
        return index >= 0 and at < self._ends[index]
