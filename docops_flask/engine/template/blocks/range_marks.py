"""The marks of ranges in a part: where bookmarks, comments and permissions begin and end."""

import re
from bisect import bisect_left
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.oxml.markup import TOKEN, attributes_of, empty_end

_MARK = re.compile(rb"<(?:[^\s<>/:!?]+:)?(bookmark|commentRange|perm)(Start|End)(?=[\s/>])")


class Mark(NamedTuple):
    """A mark of a range: its bytes ``start``:``end``, and where the other mark of the range begins or -1."""

    start: int
    end: int
    is_start: bool
    partner: int


class RangeMarks:
    """The marks of a part by where they begin."""

    def __init__(self, part: StoryPart) -> None:
        content = part.text.content
        found: list[tuple[int, int, bool, tuple[bytes, bytes]]] = []
        for match in _MARK.finditer(content):
            tag = TOKEN.match(content, match.start())
            end = None if tag is None else empty_end(content, tag)
            if tag is None or end is None:
                continue
            identity = next(
                (value for name, value in attributes_of(tag[3]).items() if name.endswith(b":id")), b""
            )
            found.append((match.start(), end, match[2] == b"Start", (match[1], identity)))
        starts = {key: start for start, _, is_start, key in reversed(found) if is_start}
        ends = {key: start for start, _, is_start, key in reversed(found) if not is_start}
        self.by_start = {
            start: Mark(start, end, is_start, (ends if is_start else starts).get(key, -1))
            for start, end, is_start, key in found
        }
        self._starts = list(self.by_start)

    def outward(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the bytes of the marks in ``start``:``end`` whose other mark lies outside these."""
        first = bisect_left(self._starts, start)
        inside = (self.by_start[at] for at in self._starts[first : bisect_left(self._starts, end, first)])
        return [
            (mark.start, mark.end) for mark in inside if mark.partner >= 0 and not start <= mark.partner < end
        ]
