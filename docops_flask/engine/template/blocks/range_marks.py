"""The marks of ranges in a part: where bookmarks, comments and permissions begin and end."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.oxml.markup import TOKEN, attributes_of, empty_end
from docops_flask.engine.template.blocks.byte_ranges import Ranges

_MARK = re.compile(rb"<(?:[^\s<>/:!?]+:)?(bookmark|commentRange|perm)(Start|End)(?=[\s/>])")


class Mark(NamedTuple):
    """A mark of a range: its bytes ``start``:``end``, and where the other mark of the range begins or -1."""

    start: int
    end: int
    is_start: bool
    partner: int


def refuse_filled_bookmarks(part: StoryPart, blocks: Iterable[tuple[int, int]]) -> None:
    """Raise ``InvalidTemplate`` where the mark of a bookmark holds anything inside ``blocks`` (their bytes).

    A mark is empty (ECMA-376 part 1, 17.13.6.2). One that is not cannot be left out of copies, as what it
    holds has to stay, nor be repeated, as its id is unique.
    """
    content, spans = part.text.content, Ranges(blocks)
    opening = b"<" + part.text.root_prefix + b"bookmarkStart"
    for match in re.finditer(re.escape(opening) + rb"(?=[\s>])", content) if opening in content else ():
        tag = TOKEN.match(content, match.start()) if spans.contain(match.start()) else None
        if tag is not None and empty_end(content, tag) is None:
            raise InvalidTemplate(
                f"template: {part.name} has a bookmark inside a block whose mark (w:bookmarkStart) is not "
                "empty; open the template in Word and save it again.",
                part=part.name,
                reason="bookmark_mark",
            )


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
