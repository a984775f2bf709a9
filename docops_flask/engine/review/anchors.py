"""Where comments stand: in the body, at the paragraph they are about or the one nearest to it.

A comment's marks stand beside the children of a w:p (ECMA-376 part 1, 17.13.4). Word allows none in headers,
footers, notes and text boxes, so that what is about these stands at the body's paragraph that shows them.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind
from docops_flask.engine.document.paragraph_text import runs_of
from docops_flask.engine.opc.package import Package
from docops_flask.engine.oxml.markup import TOKEN, attributes_of, element_end

_NOTES = {StoryKind.FOOTNOTES: b"footnoteReference", StoryKind.ENDNOTES: b"endnoteReference"}


class Anchor(NamedTuple):
    """A stretch of the paragraph ``place``: the bytes ``start``:``end`` of its part.

    ``is_own`` says that it is the place itself, not one near it. A paragraph that is one empty tag has
    ``start`` and ``end`` behind this.
    """

    place: ParagraphPlace
    start: int
    end: int
    is_own: bool

    @property
    def is_empty_tag(self) -> bool:
        """Whether the paragraph is one tag without an end tag."""
        content = self.place.part.content
        return content[self.place.content - 2 : self.place.content] == b"/>"


class Anchors:
    """Finds the anchors of addresses in ``document``, that of ``package``.

    ``removed_runs`` are the numbers of runs, by paragraph, that addresses count and the document lacks.
    """

    def __init__(
        self, document: Document, package: Package, removed_runs: Mapping[str, Collection[int]]
    ) -> None:
        self._document = document
        self._package = package
        self._removed = removed_runs
        self._main = document.parts[0]
        self._by_path = {place.path: place for place in document.walk.paragraphs}
        self._body = sorted(
            (each for each in document.walk.paragraphs if each.story is StoryKind.BODY),
            key=lambda each: each.start,
        )
        self._starts = [each.start for each in self._body]
        self._runs_of: dict[ParagraphPlace, tuple[Sequence[int], Sequence[tuple[int, int]]]] = {}

    def of(self, path: str, run_ids: Sequence[str] = ()) -> Anchor | None:
        """Return the anchor of the address ``path``, of the runs ``run_ids`` in it if they are told.

        ``None`` where the body has no paragraph.
        """
        path = path.partition("#")[0].partition(":")[0]
        place = self._by_path.get(path) or self._first_in(path)
        if place is not None and place.story is StoryKind.BODY:
            indexes = [number for each in run_ids if (number := self._index(path, each)) is not None]
            start, end = _inside(place)
            if indexes:
                start, end = self._around_runs(place, indexes) or (start, end)
            return Anchor(place, start, end, is_own=True)
        near = self._near(path, place)
        return None if near is None else Anchor(near, *_inside(near), is_own=False)

    def last(self) -> Anchor | None:
        """Return the anchor of the last paragraph of the body."""
        return Anchor(self._body[-1], *_inside(self._body[-1]), is_own=False) if self._body else None

    @cached_property
    def _by_container(self) -> Mapping[str, ParagraphPlace]:
        """The first paragraph in each table, note and story, by its address."""
        first: dict[str, ParagraphPlace] = {}
        for place in self._document.walk.paragraphs:
            around = place.path
            while "." in around:
                around = around.rpartition(".")[0]
                first.setdefault(around, place)
            first.setdefault(around.partition("/")[0], place)
        return first

    def _first_in(self, path: str) -> ParagraphPlace | None:
        found = self._by_container.get(path)
        # A branch of a text box that has an address of its own is told by its box.
        return found or self._by_container.get(path.partition("/")[0].removesuffix(".fallback"))

    def _near(self, path: str, place: ParagraphPlace | None) -> ParagraphPlace | None:
        """Return the paragraph of the body that shows what is at ``path``."""
        if not self._body:
            return None
        if place is None:
            return self._body[0]
        if place.part is self._main:
            return self._before(place.start)
        note = re.search(r"/n([^.]*)\.", path)
        if place.part.kind in _NOTES and note is not None:
            return self._before(self._references.get((_NOTES[place.part.kind], note[1].encode()), -1))
        ids = [
            each.id
            for each in self._package.relationships(self._main.name)
            if each.target == place.part.name and not each.external
        ]
        name = b"headerReference" if place.part.kind is StoryKind.HEADER else b"footerReference"
        found = [at for each in ids if (at := self._references.get((name, each.encode()))) is not None]
        return self._first_of_section(min(found, default=-1))

    @cached_property
    def _references(self) -> Mapping[tuple[bytes, bytes], int]:
        """Where the body first refers to a note, header or footer, by the name of the element and its id."""
        names = (
            rb"<(?:[\w.-]+:)?(footnoteReference|endnoteReference|headerReference|footerReference)\s([^<>]*)"
        )
        found: dict[tuple[bytes, bytes], int] = {}
        for match in re.finditer(names, self._main.content):
            for name, value in attributes_of(match[2]).items():
                if name.rpartition(b":")[2] == b"id":
                    found.setdefault((match[1], value), match.start())
        return found

    @cached_property
    def _section_ends(self) -> Sequence[int]:
        """Where the w:sectPr of the body begin."""
        return [match.start() for match in re.finditer(rb"<(?:[\w.-]+:)?sectPr[\s/>]", self._main.content)]

    def _before(self, offset: int) -> ParagraphPlace:
        """Return the last paragraph of the body that begins before ``offset``, the first if none does."""
        return self._body[max(bisect_right(self._starts, offset) - 1, 0)]

    def _first_of_section(self, offset: int) -> ParagraphPlace:
        """Return the first paragraph of the section whose w:sectPr lies around ``offset``.

        The w:sectPr of all sections but the last lie in their last paragraphs (17.6.18).
        """
        ends = self._section_ends
        own = bisect_right(ends, offset) - 1
        if own <= 0:
            return self._body[0]
        number = bisect_right(self._starts, ends[own - 1])
        return self._body[min(number, len(self._body) - 1)]

    def _index(self, path: str, run_id: str) -> int | None:
        """Return which run of its paragraph in the document ``run_id`` is, ``None`` if it is not there."""
        digits = run_id.rpartition(":r")[2]
        if not digits.isdecimal():
            return None
        removed = self._removed.get(path, ())
        number = int(digits)
        return None if number in removed else number - sum(each < number for each in removed)

    def _around_runs(self, place: ParagraphPlace, indexes: Sequence[int]) -> tuple[int, int] | None:
        """Return the bytes of the children of a w:p from the one with the first run to that with the last."""
        numbers, spans = self._runs(place)
        first, last = min(indexes), max(indexes)
        return None if last >= len(numbers) else (spans[numbers[first]][0], spans[numbers[last]][1])

    def _runs(self, place: ParagraphPlace) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        """Return in which child of its w:p each run stands, and the bytes of each child."""
        known = self._runs_of.get(place)
        if known is None:
            part = place.part
            paragraph = part.parse(place.start, element_end(part.content, place.start), place.scope)
            children = {child: number for number, child in enumerate(paragraph.iterchildren("*"))}
            numbers = []
            for run in runs_of(paragraph, part.w):
                child = run
                while child not in children:
                    above = child.getparent()
                    assert above is not None
                    child = above
                numbers.append(children[child])
            known = self._runs_of[place] = numbers, _children(part.content, place.content, place.end)
        return known


def _inside(place: ParagraphPlace) -> tuple[int, int]:
    """Return where the content of a paragraph begins behind its w:pPr, and where it ends."""
    spans = _children(place.part.content, place.content, place.end, most=1)
    if spans:
        start, end = spans[0]
        name = TOKEN.match(place.part.content, start)
        if name is not None and name[2].rpartition(b":")[2] == b"pPr":
            return end, place.end
    return place.content, place.end


def _children(content: bytes, start: int, end: int, most: int = 0) -> list[tuple[int, int]]:
    """Return the bytes of each child element between ``start`` and ``end``; of the first ``most`` if told."""
    spans: list[tuple[int, int]] = []
    depth = begin = 0
    for match in TOKEN.finditer(content, start, end):
        slash, name, attributes = match.groups()
        if slash:
            depth -= 1
        elif name is not None:
            if not depth:
                begin = match.start()
            depth += not attributes.endswith(b"/")
        if not depth and (slash or name is not None):
            spans.append((begin, match.end()))
            if len(spans) == most:
                break
    return spans
