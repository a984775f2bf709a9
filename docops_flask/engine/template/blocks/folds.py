"""Copies that are left out of the expanded template while it is read, and put into the result as bytes.

Copies of one chunk of whole paragraphs or whole rows differ in the values of their fields alone. One of them
is read, looked at and filled as everything else; the others, which are *folded*, are its bytes with other
values, its entries in the log with other values. What is folded has nothing that depends on where it stands:
see ``FoldedChunk`` for the chunks, ``folded_values`` for the values. All other copies are read as they are.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.tags import TagKind
from docops_flask.engine.template.template_tags import TemplateTag

# A chunk that stands less often is not worth while.
LEAST_COPIES = 4
# What has an address, a number or a look of its own in each copy, or is no text of the paragraph.
_ODD = re.compile(
    rb"txbxContent|AlternateContent|<[^\s<>/:]+:(?:tbl|sdt|customXml|instrText|fldSimple|ruby|oMath|framePr)[\s/>]"
    rb"|footnoteReference|endnoteReference|&#|<!|<\?|trHeight\b[^<>]*exact"
)
_OPEN, _CLOSE = "【".encode(), "】".encode()
# Returns the texts of a tag in copies, ``None`` for one that has to be filled as everything else is.
ValuesOf = Callable[[TemplateTag, Sequence[Frame]], Sequence[str | None]]


class FoldedChunk:
    """A chunk of which copies are folded: whole paragraphs, or with ``is_rows`` whole rows, fields in them.

    ``count`` are these paragraphs or rows. ``first`` is the number of the span that is read for all others,
    which stand in ``frames`` and are the spans ``numbers``. ``columns`` are their texts by tag, in the order
    of ``tags``. ``places`` are the paragraphs of the span that is read with their addresses in it: the number
    of the paragraph or row of the chunk, and what follows in the address. ``heads`` are, for each paragraph
    or row of the chunk, the beginnings of its addresses in all copies.
    """

    __slots__ = (
        "chunk", "columns", "count", "first", "frames", "heads", "is_rows", "numbers", "places", "start",
        "tags",
    )  # fmt: skip

    def __init__(self, chunk: Chunk, tags: Sequence[TemplateTag], count: int, *, is_rows: bool) -> None:
        self.chunk = chunk
        self.tags = tags
        self.count = count
        self.is_rows = is_rows
        self.first = -1
        # Where the span that is read begins.
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

    def __init__(self, part: StoryPart, chunks: Sequence[FoldedChunk], folds: Sequence[Fold]) -> None:
        self.part = part
        self.chunks = chunks
        self.folds = folds
        # The part as it is read, and where each fold stands in it.
        self.read = part
        self.positions: list[int] = []
        # By what comes before the number in an address: numbers from behind which on so many are left out.
        self._shifts: dict[str, tuple[list[int], list[int]]] = {}
        self._numbers = {number: (each, at) for each in chunks for at, number in enumerate(each.numbers)}

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


class Folding:
    """Decides what is folded of the parts of one expanded template."""

    def __init__(
        self,
        tags: Mapping[str, Mapping[int, TemplateTag]],
        values_of: ValuesOf,
        may_repeat: Callable[[TemplateTag], bool],
    ) -> None:
        """``tags`` are those of the template by part and byte.

        ``may_repeat`` says whether what stands around a tag looks the same in all copies, and is all seen.
        """
        self._tags = tags
        self._values_of = values_of
        self._may_repeat = may_repeat
        # By part, where its tags begin.
        self._bytes: dict[str, list[int]] = {}
        # How many bytes the texts of what is folded take.
        self.size = 0

    def fold(self, part: StoryPart, spans: Sequence[tuple[Chunk, Frame]]) -> PartFolds | None:
        """Return what is folded of the ``spans`` of a part, ``None`` for nothing."""
        times = Counter([id(chunk) for chunk, _ in spans])
        often = {each for each, count in times.items() if count >= LEAST_COPIES}
        if not often or not part.text.prefix:
            return None
        known: dict[int, FoldedChunk | None] = {}
        # What stands before tells the address: whole paragraphs or whole rows as well.
        before: FoldedChunk | None = None
        for number, (chunk, frame) in enumerate(spans):
            key = id(chunk)
            if key not in often:
                before = None
                continue
            if key not in known:
                known[key] = self._of_chunk(part, chunk)
            of_chunk = known[key]
            if of_chunk is not None and not frame.is_kept and frame.scope.outer is not None:
                follows = before is not None and before.is_rows == of_chunk.is_rows
                if follows or not of_chunk.numbers:
                    of_chunk.numbers.append(number)
                    of_chunk.frames.append(frame)
            before = of_chunk
        chunks = [each for each in known.values() if each is not None and self._take(each)]
        return PartFolds(part, chunks, _folds_of(chunks)) if chunks else None

    def _of_chunk(self, part: StoryPart, chunk: Chunk) -> FoldedChunk | None:
        """Return a chunk that may be folded; it is whole paragraphs or rows with nothing but fields."""
        content, w = chunk.content.strip(), part.text.prefix
        is_rows = content.startswith((b"<%b:tr>" % w, b"<%b:tr " % w))
        name = b"%b:%b" % (w, b"tr" if is_rows else b"p")
        begins = content.count(b"<%b>" % name) + content.count(b"<%b " % name)
        ends = b"</%b>" % name
        if (
            _ODD.search(content)
            or not content.startswith((b"<%b>" % name, b"<%b " % name))
            or not content.endswith(ends)
            or content.count(ends) != begins
            or b"<%b/" % name in content
            or (not is_rows and (b"</%b:tr>" % w in content or b"</%b:tc>" % w in content))
        ):
            return None
        tags = self._tags_in(part, chunk)
        if not tags or not all(map(_is_field, tags)) or not all(map(self._may_repeat, tags)):
            return None
        if content.count(_OPEN) != len(tags) or content.count(_CLOSE) != len(tags):
            return None
        return FoldedChunk(chunk, tags, begins, is_rows=is_rows)

    def _tags_in(self, part: StoryPart, chunk: Chunk) -> list[TemplateTag]:
        tags = self._tags.get(part.name, {})
        if part.name not in self._bytes:
            self._bytes[part.name] = sorted(tags)
        places = self._bytes[part.name]
        ends = [*(start for start, _ in chunk.segments[1:]), len(chunk.content)]
        found: list[TemplateTag] = []
        for (start, first), end in zip(chunk.segments, ends, strict=True):
            if first >= 0:
                low, high = bisect_left(places, first), bisect_left(places, first + end - start)
                found += (tags[at] for at in places[low:high])
        return found

    def _take(self, chunk: FoldedChunk) -> bool:
        """Look the values of a chunk up; say whether any copy is folded."""
        columns = [self._values_of(tag, chunk.frames) for tag in chunk.tags]
        if any(None in column for column in columns):
            good = [None not in texts for texts in zip(*columns, strict=True)]
            columns = [
                [text for text, is_good in zip(column, good, strict=True) if is_good] for column in columns
            ]
            chunk.frames = [each for each, is_good in zip(chunk.frames, good, strict=True) if is_good]
            chunk.numbers = [each for each, is_good in zip(chunk.numbers, good, strict=True) if is_good]
        if len(chunk.numbers) < 2:
            return False
        # The first is read.
        chunk.first = chunk.numbers.pop(0)
        del chunk.frames[0]
        chunk.columns = [[text for text in column[1:] if text is not None] for column in columns]
        self.size += sum(len("".join(column).encode()) for column in chunk.columns)
        return True


def _is_field(tag: TemplateTag) -> bool:
    """Say whether a tag of a paragraph's own text gets a text."""
    return (
        tag.found.kind is Kind.PLACEHOLDER
        and tag.tag is not None
        and tag.tag.kind in (TagKind.FIELD, TagKind.ITEM, TagKind.NUMBER)
        and tag.detail is None
        and tag.path == tag.place.path
        and not tag.mirrored_at
        and not tag.place.boxes
    )


def _folds_of(chunks: Sequence[FoldedChunk]) -> list[Fold]:
    """Return the spans that are left out, those behind each other together."""
    left_out = sorted((number, each) for each, chunk in enumerate(chunks) for number in chunk.numbers)
    folds: list[Fold] = []
    runs: list[tuple[FoldedChunk, int]] = []
    first = last = -1
    for number, which in left_out:
        chunk = chunks[which]
        if number != last:
            if runs:
                folds.append(Fold(first, last, runs))
            first, runs = number, []
        if runs and runs[-1][0] is chunk:
            runs[-1] = chunk, runs[-1][1] + 1
        else:
            runs.append((chunk, 1))
        last = number + 1
    if runs:
        folds.append(Fold(first, last, runs))
    return folds
