"""Copies that are left out of the expanded template while it is read, and put into the result as bytes.

Copies of one chunk of whole paragraphs or whole rows differ in the values of their fields alone. One of them
is read, looked at and filled as everything else; the others, which are *folded*, are its bytes with other
values, its entries in the log with other values. What is folded has nothing that depends on where it stands:
``template.folding`` says which. All other copies are read as they are.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.grammar import Found
from docops_flask.engine.template.tag_kinds import Tag


class FoldedTag(Protocol):
    """A field in a chunk: a ``TemplateTag``."""

    @property
    def found(self) -> Found:
        """Where it stands in its paragraph of the template."""

    @property
    def path(self) -> str:
        """The address of the paragraph."""

    @property
    def tag(self) -> Tag | None:
        """What is written in its brackets."""

    @property
    def key(self) -> str | None:
        """The name of the member of an item that it asks for as it is."""


class FoldedChunk:
    """A chunk of which copies are folded: whole paragraphs, or with ``is_rows`` whole rows, fields in them.

    ``count`` are these paragraphs or rows. ``first`` is the number of the span that is read for all others,
    which stand in ``frames`` and are the spans ``numbers``; it begins at the byte ``start``. ``columns`` are
    their texts by tag, in the order of ``tags``.

    ``places`` are the paragraphs of the span that is read, with the number of the paragraph or row of the
    chunk and what follows in their addresses. ``heads`` are, for each paragraph or row of the chunk, what
    its addresses in all copies begin with.
    """

    __slots__ = (
        "chunk", "columns", "count", "first", "frames", "heads", "is_rows", "numbers", "places", "start",
        "tags",
    )  # fmt: skip

    def __init__(self, chunk: Chunk, tags: Sequence[FoldedTag], count: int, *, is_rows: bool) -> None:
        self.chunk = chunk
        self.tags = tags
        self.count = count
        self.is_rows = is_rows
        self.first = -1
        self.start = 0
        self.numbers: list[int] = []
        self.frames: list[Frame] = []
        self.columns: list[list[str]] = []
        self.places: list[tuple[ParagraphPlace, int, str]] = []
        self.heads: list[list[str]] = [[] for _ in range(count)]


class Fold(NamedTuple):
    """Copies that are left out one behind the other, spans ``first``:``last``: chunks, how often each."""

    first: int
    last: int
    runs: Sequence[tuple[FoldedChunk, int]]


class PartFolds:
    """What is folded of a part. Addresses are known once the rest is read (``place``)."""

    def __init__(self, part: StoryPart, chunks: Sequence[FoldedChunk]) -> None:
        self.part = part
        self.chunks = chunks
        # The part as it is read, and where each fold stands in it.
        self.read = part
        self.positions: list[int] = []
        # By what comes before the number in an address: numbers from behind which on so many are left out.
        self._shifts: dict[str, tuple[list[int], list[int]]] = {}
        self._numbers = {number: (each, at) for each in chunks for at, number in enumerate(each.numbers)}
        self.folds = _folds_of(self._numbers)

    @property
    def left_out(self) -> Mapping[int, tuple[FoldedChunk, int]]:
        """The spans that are left out: the chunk that each is, and which of its copies."""
        return self._numbers

    @property
    def cells(self) -> int:
        """How many cells may be left out at the most."""
        return sum(_cells_in(each.chunk.content) * len(each.numbers) for each in self.chunks)

    def place(self, read: StoryPart, starts: Sequence[int]) -> None:
        """Work addresses out: ``read`` is the part without the folds, ``starts`` where its spans begin."""
        self.read = read
        paragraphs = read.paragraphs
        begins = [each.start for each in paragraphs]
        for each in self.chunks:
            each.start = starts[each.first]
            low = bisect_left(begins, each.start)
            high = bisect_left(begins, starts[each.first + 1])
            own = [(place, *_parted(place.path, each.is_rows)) for place in paragraphs[low:high]]
            least = own[0][2]
            each.places = [(place, number - least, suffix) for place, _, number, suffix in own]
        for fold in self.folds:
            at = starts[fold.first]
            self.positions.append(at)
            before = paragraphs[bisect_left(begins, at) - 1].path
            head, last, _ = _parted(before, fold.runs[0][0].is_rows)
            self._place(fold, head, last)

    def _place(self, fold: Fold, head: str, last: int) -> None:
        """Give the copies of a fold their addresses; what stands before it is number ``last``."""
        shown = self.shifted(head + str(last))
        own, number = shown[: len(shown) - len(_digits(shown))], int(_digits(shown)) + 1
        first = number
        for chunk, times in fold.runs:
            count = chunk.count
            for offset, heads in enumerate(chunk.heads):
                stop = number + offset + times * count
                heads += [f"{own}{each}" for each in range(number + offset, stop, count)]
            number += times * count
        numbers, left_out = self._shifts.setdefault(head, ([], [0]))
        numbers.append(last)
        left_out.append(left_out[-1] + number - first)

    def shifted(self, path: str) -> str:
        """Return the address in the result of a paragraph, or a text in it, of the part as it is read."""
        if not self._shifts:
            return path
        story, slash, rest = path.rpartition("/")
        before = shown = story + slash
        for step in rest.split("."):
            name, colon, inside = step.partition(":")
            known = self._shifts.get(before + name[:1])
            if known is not None:
                number = int(name[1:])
                name = f"{name[0]}{number + known[1][bisect_left(known[0], number)]}"
            shown += f"{name}{colon}{inside}."
            before += step + "."
        return shown[:-1]

    def first_path(self, number: int) -> str:
        """Return the address in the result of the first paragraph of a span that is left out."""
        return self._path(number, 0)

    def last_path(self, number: int) -> str:
        """Return the address in the result of the last paragraph of a span that is left out."""
        return self._path(number, -1)

    def _path(self, number: int, which: int) -> str:
        chunk, at = self._numbers[number]
        _, offset, suffix = chunk.places[which]
        return chunk.heads[offset][at] + suffix


def _folds_of(left_out: Mapping[int, tuple[FoldedChunk, int]]) -> list[Fold]:
    """Return the spans that are left out, those behind each other together."""
    folds: list[Fold] = []
    runs: list[tuple[FoldedChunk, int]] = []
    first = last = -1
    chunk: FoldedChunk | None = None
    times = 0
    for number in sorted(left_out):
        follows = number == last
        last = number + 1
        of = left_out[number][0]
        if follows and of is chunk:
            times += 1
            continue
        if chunk is not None:
            runs.append((chunk, times))
            if not follows:
                folds.append(Fold(first, first + sum(count for _, count in runs), runs))
        if not follows:
            first, runs = number, []
        chunk, times = of, 1
    if chunk is not None:
        runs.append((chunk, times))
        folds.append(Fold(first, last, runs))
    return folds


def _digits(path: str) -> str:
    return path[len(path.rstrip("0123456789")) :]


def _parted(path: str, is_rows: bool) -> tuple[str, int, str]:
    """Return an address before the number of its paragraph or row, the number, what follows."""
    steps = path.split(".")
    own = len(steps) - (3 if is_rows else 1)
    head = ".".join((*steps[:own], steps[own]))
    number = _digits(head)
    return head[: len(head) - len(number)], int(number), path[len(head) :]


def _cells_in(content: bytes) -> int:
    spans = re.findall(rb"gridSpan\b[^<>]*val\s*=\s*[\"']([0-9]{1,3})", content)
    return content.count(b":tc>") + content.count(b":tc ") + sum(map(int, spans))
