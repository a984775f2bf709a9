"""Where an inline block is cut out of its paragraph: the run of a tag ends before it and begins anew behind.

Where the tag begins or ends its run, the cut lies between two runs.
"""

import re
from typing import NamedTuple

from docops_flask.engine.integrity.byte_tags import ANY_MARKUP
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph, Tag

_MARKUP = re.compile(ANY_MARKUP, re.DOTALL)


class RunEnds(NamedTuple):
    """A cut at byte ``at``: ``close`` ends the run across it, ``open`` begins it anew.

    ``parent`` is the byte where the element around that run begins.
    """

    at: int
    close: bytes
    open: bytes
    parent: int


class _Node(NamedTuple):
    """An element in a paragraph: its bytes, where its tags lie, the number of the one around it."""

    name: bytes
    start: int
    tag_end: int
    last: int
    end: int
    parent: int


class Runs:
    """The runs of a paragraph, whose elements are read when it is first cut."""

    def __init__(self, content: bytes, paragraph: Paragraph) -> None:
        self._content = content
        element = paragraph.element
        name = content[element.start + 1 : element.tag_end].split(b">")[0].split()[0].rstrip(b"/")
        prefix = name[: -len(b"p")]
        self._names = prefix + b"r", prefix + b"t", prefix + b"rPr"
        self._nodes = _nodes(content, element.start, element.end)
        self._texts = [each for each in self._nodes if each.name == self._names[1]]

    def before(self, tag: Tag) -> RunEnds | None:
        """Return the cut before a tag; ``None`` where it does not stand in a run of the usual form."""
        found = self._run_of(tag.first)
        if found is None:
            return None
        text, run, begin, properties = found
        content = self._content
        is_first = begin <= text.start and not content[begin : text.start].strip()
        if is_first and tag.first == text.tag_end:
            return self._beside(run, run.start)
        return self._inside(tag.first, text, run, properties)

    def behind(self, tag: Tag) -> RunEnds | None:
        """Return the cut behind a tag."""
        found = self._run_of(tag.last - 1)
        if found is None:
            return None
        text, run, _, properties = found
        is_last = not self._content[text.end : run.last].strip()
        if is_last and tag.last == text.last:
            return self._beside(run, run.end)
        return self._inside(tag.last, text, run, properties)

    def _beside(self, run: _Node, at: int) -> RunEnds:
        return RunEnds(at, b"", b"", self._nodes[run.parent].start)

    def _inside(self, at: int, text: _Node, run: _Node, properties: bytes) -> RunEnds:
        content = self._content
        text_tag = content[text.start : text.tag_end]
        if b"xml:space" not in text_tag:
            text_tag = text_tag[:-1] + b' xml:space="preserve">'
        close = content[text.last : text.end] + content[run.last : run.end]
        opens = content[run.start : run.tag_end] + properties + text_tag
        return RunEnds(at, close, opens, self._nodes[run.parent].start)

    def _run_of(self, at: int) -> tuple[_Node, _Node, int, bytes] | None:
        """Return the w:t and the w:r around a byte, where the run's content begins, and its properties."""
        text = next((each for each in reversed(self._texts) if each.start <= at), None)
        if text is None or at >= text.end or text.parent < 0:
            return None
        run = self._nodes[text.parent]
        if run.name != self._names[0] or run.parent < 0:
            return None
        first = self._nodes[text.parent + 1]
        if first.name == self._names[2]:
            return text, run, first.end, self._content[first.start : first.end]
        return text, run, run.tag_end, b""


def _nodes(content: bytes, start: int, end: int) -> list[_Node]:
    found: list[_Node] = []
    opened: list[int] = []
    for match in _MARKUP.finditer(content, start, end):
        if match[3] is None:
            continue
        if match[2]:
            number = opened.pop()
            found[number] = found[number]._replace(last=match.start(), end=match.end())
            continue
        around = opened[-1] if opened else -1
        at = match.end()
        found.append(_Node(match[3], match.start(), at, at, at, around))
        if not match[4].endswith(b"/"):
            opened.append(len(found) - 1)
    return found
