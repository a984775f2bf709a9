"""Runs that the replay leaves without a character: what takes the rest of them away.

The rule of docs/analysis/integrity.md, by one walk over the tags of a paragraph.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.byte_replay import ByteEdit
from docops_flask.engine.integrity.byte_tags import ANY_MARKUP
from docops_flask.engine.integrity.byte_text import ByteParagraph, Text

# Elements that are not left without a run.
_NEVER_EMPTY = (b"sdtContent", b"rt", b"rubyBase")


class EmptiedRun(NamedTuple):
    """The number of a run that holds nothing any more, and the edits that take its rest away."""

    number: int
    edits: Sequence[ByteEdit]


def emptied_runs(paragraph: ByteParagraph, edits: Sequence[ByteEdit]) -> list[EmptiedRun]:
    """Return the runs of ``paragraph`` that hold nothing once ``edits`` are made."""
    gone = _emptied_texts(paragraph, edits)
    if not gone:
        return []
    written = sorted(edit.start for edit in edits if edit.new)
    walk = _Walk(paragraph, gone)
    # Where a value, or an attribute, stands in a run as well, the run stays.
    return [
        run for run, (start, end) in walk.found() if bisect_left(written, start) == bisect_left(written, end)
    ]


def _emptied_texts(paragraph: ByteParagraph, edits: Sequence[ByteEdit]) -> dict[int, Text]:
    """Return the texts that lose all their bytes, by where they begin."""
    bounds = {edit.start: edit.end for edit in edits if not edit.new and edit.end > edit.start}
    if not bounds:
        return {}
    gone: dict[int, Text] = {}
    for text in paragraph.texts:
        at = text.first
        while at < text.last and at in bounds:
            at = bounds[at]
        if at == text.last > text.first:
            gone[text.first] = text
    return gone


class _Open:
    """An open element: its local name and where it begins; of a run also what was found in it."""

    __slots__ = ("gone", "has_child", "is_bare", "local", "start")

    def __init__(self, local: bytes, start: int) -> None:
        self.local = local
        self.start = start
        self.is_bare = True
        self.has_child = False
        self.gone: list[Text] = []


class _Walk:
    """Reads the tags of a paragraph for runs that hold properties and w:t without a character."""

    def __init__(self, paragraph: ByteParagraph, gone: Mapping[int, Text]) -> None:
        self._paragraph = paragraph
        self._gone = gone
        self._open: list[_Open] = []
        # Of the open run: how many elements are open around its content.
        self._depths: list[int] = []

    def found(self) -> list[tuple[EmptiedRun, tuple[int, int]]]:
        """Return the runs and their bytes."""
        content = self._paragraph.content
        found: list[tuple[EmptiedRun, tuple[int, int]]] = []
        at = self._paragraph.begin
        for match in re.compile(ANY_MARKUP, re.DOTALL).finditer(content, at):
            self._pass_characters(content, at, match.start())
            at = match.end()
            if match[3] is None:
                if match[1] is None:
                    # A comment or a processing instruction.
                    self._spoil()
                else:
                    self._pass_characters(content, *match.span(1), is_section=True)
                continue
            if not match[2]:
                self._enter(match[3].rpartition(b":")[2], match.start())
            if match[2] or match[0].endswith(b"/>"):
                if not self._open:
                    break
                closed = self._leave()
                if closed is not None and self._may_go(closed):
                    found.append((_without(closed, match.end()), (closed.start, match.end())))
        return found

    def _run(self) -> _Open | None:
        return self._open[self._depths[-1]] if self._depths else None

    def _spoil(self) -> None:
        run = self._run()
        if run is not None:
            run.is_bare = False

    def _pass_characters(self, content: bytes, start: int, end: int, *, is_section: bool = False) -> None:
        run = self._run()
        if run is None or (start == end and not is_section):
            return
        text = self._gone.get(start)
        if text is not None and text.last == end:
            run.gone.append(text)
        elif start < end and (is_section or not content[start:end].isspace()):
            run.is_bare = False

    def _enter(self, local: bytes, start: int) -> None:
        run = self._run()
        if local == b"r":
            self._spoil()
            self._depths.append(len(self._open))
        elif run is not None:
            level = len(self._open) - self._depths[-1]
            if level == 1:
                if local == b"rPr" and not run.has_child:
                    run.is_bare = run.is_bare and not run.gone
                elif local != b"t":
                    run.is_bare = False
                run.has_child = True
            elif self._open[self._depths[-1] + 1].local != b"rPr":
                run.is_bare = False
        self._open.append(_Open(local, start))

    def _leave(self) -> _Open | None:
        """Leave an element; return it if it is a run."""
        closed = self._open.pop()
        if self._depths and self._depths[-1] == len(self._open):
            self._depths.pop()
            return closed
        return None

    def _may_go(self, run: _Open) -> bool:
        around = self._open[-1].local if self._open else b""
        return run.is_bare and bool(run.gone) and around not in _NEVER_EMPTY


def _without(run: _Open, end: int) -> EmptiedRun:
    edits = []
    at = run.start
    for text in run.gone:
        edits.append(ByteEdit(at, text.first, b""))
        at = text.last
    edits.append(ByteEdit(at, end, b""))
    return EmptiedRun(run.gone[0].run, edits)
