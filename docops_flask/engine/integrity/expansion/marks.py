"""The marks of ranges: where bookmarks, comments and permissions begin and end (17.13.4 to 17.13.7)."""

import re
from bisect import bisect_left
from typing import NamedTuple

# What ends an element that holds nothing: its start tag, or an end tag with nothing said before it.
EMPTY_END = rb"(?:/>|>(?:\s|<!--.*?-->|<\?.*?\?>)*</[^<>]*>)"
_MARK = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?(bookmark|commentRange|perm)(Start|End)((?:\s(?:[^>\"'/]|\"[^\"]*\"|'[^']*')*)?)"
    + EMPTY_END,
    re.DOTALL,
)
_ID = re.compile(rb"\s[^\s=\"':]+:id\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class Mark(NamedTuple):
    """A mark of a range: its bytes, whether it begins the range, where the other one begins (-1: nowhere)."""

    start: int
    end: int
    is_start: bool
    partner: int


class Marks:
    """The marks of a part by where they begin."""

    def __init__(self, content: bytes) -> None:
        read = []
        for match in _MARK.finditer(content):
            identity = _ID.search(match[3])
            own = b"" if identity is None else identity[1] or identity[2] or b""
            read.append((*match.span(), match[2] == b"Start", (match[1], own)))
        firsts: dict[tuple[bool, tuple[bytes, bytes]], int] = {}
        for start, _, is_start, key in read:
            firsts.setdefault((is_start, key), start)
        self.by_start = {
            start: Mark(start, end, is_start, firsts.get((not is_start, key), -1))
            for start, end, is_start, key in read
        }
        self._starts = list(self.by_start)

    def leading_out(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the bytes of the marks in ``start``:``end`` whose other mark lies outside of these."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        inside = (self.by_start[each] for each in self._starts[first:last])
        return [
            (mark.start, mark.end) for mark in inside if mark.partner >= 0 and not start <= mark.partner < end
        ]
