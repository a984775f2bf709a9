"""Copies that the log tells of in groups, left out of the expanded template and compared by columns.

A chunk of whole paragraphs or rows stands in each of these copies with the same bytes but for values. One
more copy of it, with entries of its own, is placed and replayed as everything else. What it comes to, with
other values in the same bytes, has to stand in the others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from docops_flask.engine.integrity.byte_replay import as_data
from docops_flask.engine.integrity.byte_stories import Stories
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.copy_groups import Copies, CopyGroup
from docops_flask.engine.integrity.expansion.chunks import Chunk
from docops_flask.engine.integrity.expansion.whole_elements import (
    NotAlike,
    Whole,
    is_unusual,
    lines_as_data,
    numbered,
    parted,
    whole_of,
)
from docops_flask.engine.integrity.gate import holds_ids
from docops_flask.engine.opc.xml_part import recoded

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.frames import Frame
    from docops_flask.engine.integrity.expansion.paragraphs import PartText


class _Folded:
    """A group with its chunk.

    ``first`` is the span that is read, ``numbers`` are those that are not; ``content`` are the bytes of each.
    The placeholders begin at ``places``, bytes of the template, and ``offsets`` of the content.
    """

    def __init__(self, group: CopyGroup, chunk: Chunk, whole: Whole, places: Sequence[int]) -> None:
        self.group = group
        self.chunk = chunk
        self.whole = whole
        self.places = places
        self.offsets = [_offset_in(chunk, at) for at in places]
        self.first = -1
        self.numbers: Sequence[int] = ()
        self.content = b""
        # Where the span that is read begins.
        self.start = 0
        # The beginnings of addresses in the copies, for each element of the chunk.
        self.heads: list[list[str]] = [[] for _ in range(whole.elements)]
        # What the addresses of the copy that is read have for each placeholder: element, what follows.
        self.addressed: list[tuple[int, str]] = []
        self.paths: Sequence[tuple[int, str]] = ()
        self.read: Sequence[str] = ()
        # The values in the copy that is read, as they stand in it.
        self.values: Sequence[bytes] = ()

    def move(self, edits: Sequence[tuple[int, int, bytes]]) -> None:
        """Have the offsets where ``edits`` of the chunk move them."""
        self.offsets = [
            at + sum(len(new) - (end - start) for start, end, new in edits if end <= at)
            for at in self.offsets
        ]

    def takes(self, entries: Mapping[tuple[str, int], Replacement]) -> bool:
        """Say whether a copy stands for those of the group.

        ``entries`` are those of the copy, by paragraph and first character.
        """
        values = []
        for own in self.group.entries:
            entry = entries.get((own.paragraph_path, own.start))
            if entry is None or entry.mirrored_at or entry.picture is not None:
                return False
            if entry[1:7] != own[:6] or is_unusual(entry.new_text):
                return False
            values.append(as_data(entry.new_text))
        self.values = values
        return True


def _offset_in(chunk: Chunk, at: int) -> int:
    for first, last, offset in chunk.ranges:
        if first <= at < last:
            return offset + at - first
    raise NotAlike


class PartFolds:
    """What is left out of a part."""

    def __init__(  # noqa: PLR0917, all of a part
        self,
        part: "PartText",
        groups: Sequence[CopyGroup],
        spans: "Sequence[tuple[Chunk, Frame]]",
        pieces: Sequence[bytes],
        edits: Mapping[int, Sequence[tuple[int, int, bytes]]],
        entries: Mapping[Copies, Mapping[tuple[str, int], Replacement]],
    ) -> None:
        """``groups`` are those of the part, ``entries`` the others by copy.

        ``pieces`` are the bytes of its spans, ``edits`` how they differ from those of their chunks.

        Raises ``NotAlike``.
        """
        self.part = part
        self.groups = groups
        self._wholes: dict[int, Whole | None] = {}
        chunks: dict[int, Chunk] = {}
        by_copies: dict[int, dict[Copies, int]] = {}
        last: Chunk | None = None
        of_chunk: dict[Copies, int] = {}
        for number, (chunk, frame) in enumerate(spans):
            if not frame.is_kept:
                if chunk is not last:
                    last = chunk
                    chunks.setdefault(id(chunk), chunk)
                    of_chunk = by_copies.setdefault(id(chunk), {})
                of_chunk[frame.copies] = number
        places = [_places(part, group) for group in groups]
        self.folded: list[_Folded] = []
        for group, of_group in zip(groups, places, strict=True):
            found = next((each for each in chunks.values() if _holds(each, of_group[0])), None)
            whole = None if found is None else self._whole(found)
            if found is None or whole is None:
                raise NotAlike
            self.folded.append(_Folded(group, found, whole, of_group))
        for each in self.folded:
            self._find(each, by_copies[id(each.chunk)], pieces, entries)
            each.move(edits.get(each.first, ()))
        self.left_out = {number: each for each in self.folded for number in each.numbers}
        if len(self.left_out) != sum(len(each.numbers) for each in self.folded):
            raise NotAlike
        self.folds = [*self._together(spans)]
        # Numbers in addresses behind which so many are left out, by what stands before the number.
        self._moved: dict[str, tuple[list[int], list[int]]] = {}
        self._at: list[int] = []
        # The written part without what is left out, where that tells of all defects; else nothing.
        self.rest = b""

    def _whole(self, chunk: Chunk) -> Whole | None:
        if id(chunk) not in self._wholes:
            self._wholes[id(chunk)] = whole_of(chunk.content)
        return self._wholes[id(chunk)]

    @staticmethod
    def _find(
        folded: _Folded,
        by_copies: Mapping[Copies, int],
        pieces: Sequence[bytes],
        entries: Mapping[Copies, Mapping[tuple[str, int], Replacement]],
    ) -> None:
        """Find the copies of a group, and one with the same bytes that is read.

        ``by_copies`` are the spans of its chunk.
        """
        try:
            numbers = [*map(by_copies.__getitem__, folded.group.copies)]
        except KeyError:
            raise NotAlike from None
        own = {*numbers}
        if not numbers or numbers != sorted(own):
            raise NotAlike
        content = pieces[numbers[0]]
        # Mostly it is one object.
        if {*map(pieces.__getitem__, numbers)} != {content}:
            raise NotAlike
        # A copy of which an entry of its own tells is read, and so is none of the group.
        for copies, number in by_copies.items():
            if copies not in entries or number in own:
                continue
            if pieces[number] == content and folded.takes(entries[copies]):
                folded.numbers, folded.first, folded.content = numbers, number, content
                return
        raise NotAlike

    def _together(
        self, spans: "Sequence[tuple[Chunk, Frame]]"
    ) -> "Iterator[tuple[int, list[tuple[_Folded, int]]]]":
        """Yield the spans that are left out one behind the other: the first, the groups, how many of each."""
        last = -2
        runs: list[tuple[_Folded, int]] = []
        first, count = -1, 0
        left_out = self.left_out
        for number in sorted(left_out):
            folded = left_out[number]
            if number != last + 1:
                if runs:
                    yield first, runs
                first, runs = number, []
                # The address of what is left out follows from that of what stands before it.
                before = self._whole(spans[number - 1][0]) if number else None
                if before is None or before.is_rows != folded.whole.is_rows:
                    raise NotAlike
            if runs and runs[-1][0] is folded:
                count += 1
                runs[-1] = folded, count
            else:
                count = 1
                runs.append((folded, count))
            last = number
        yield first, runs

    def address(self, starts: Sequence[int], begins: Sequence[int], paths: Sequence[str]) -> None:
        """Work out the addresses of what is left out, and hold them against those of the groups.

        ``starts`` are where spans begin, ``begins`` and ``paths`` are the paragraphs, all of the part as it
        is read. Raises ``NotAlike``.
        """
        for each in self.folded:
            start, end = starts[each.first], starts[each.first + 1]
            each.start = start
            low, high = bisect_left(begins, start), bisect_left(begins, end)
            own = [parted(path, is_rows=each.whole.is_rows) for path in paths[low:high]]
            if not own:
                raise NotAlike
            each.paths = [(number - own[0][1], rest) for _, number, rest in own]
            each.read = paths[low:high]
            for offset in each.offsets:
                paragraph = bisect_right(begins, start + offset) - 1 - low
                if not 0 <= paragraph < len(own):
                    raise NotAlike
                each.addressed.append(each.paths[paragraph])
        for first, runs in self.folds:
            at = starts[first]
            self._at.append(at)
            number = bisect_left(begins, at) - 1
            if begins[number] < starts[first - 1]:
                raise NotAlike
            before = paths[number]
            head, number, _ = parted(before, is_rows=runs[0][0].whole.is_rows)
            own_head, own_number = numbered(self.shown(head + str(number)))
            following = own_number + 1
            for folded, times in runs:
                count = folded.whole.elements
                for element, heads in enumerate(folded.heads):
                    begin = following + element
                    heads += [own_head + str(each) for each in range(begin, begin + times * count, count)]
                following += times * count
            numbers, moved = self._moved.setdefault(head, ([], [0]))
            numbers.append(number)
            moved.append(moved[-1] + following - own_number - 1)
        for each in self.folded:
            for entry, (element, rest) in zip(each.group.entries, each.addressed, strict=True):
                if entry.suffix != rest or entry.heads != each.heads[element]:
                    raise NotAlike

    def shown(self, path: str) -> str:
        """Return the address in the result of a paragraph with an address in the part as it is read."""
        around, slash, steps = path.rpartition("/")
        read = shown = around + slash
        for step in steps.split("."):
            moved = self._moved.get(read + step[:1])
            if moved is None:
                shown += step
            else:
                number, mark, rest = step[1:].partition(":")
                more = moved[1][bisect_left(moved[0], int(number))]
                shown += f"{step[0]}{int(number) + more}{mark}{rest}"
            read += step + "."
            shown += "."
        return shown[:-1]

    def paths_in(self, number: int) -> list[str]:
        """Return the addresses in the result of the paragraphs of a span that is left out."""
        folded = self.left_out[number]
        at = bisect_left(folded.numbers, number)
        return [folded.heads[element][at] + rest for element, rest in folded.paths]

    def insert(self, stories: Stories, claims: Claims) -> None:
        """Have what is left out put in where the rest is replayed; ``claims`` are placed.

        Raises ``NotAlike`` where the copy that was read comes to something that the others cannot.
        """
        story = stories.part(self.part.name)
        edits = sorted(story.edits)
        if not any(holds_ids(each.content) for each in self.folded):
            self.rest = recoded(story.written(), story.encoding)
        firsts = [start for start, _, _ in edits]
        count: dict[str, int] = {}
        for entry in claims.replacements:
            count[entry.paragraph_path] = count.get(entry.paragraph_path, 0) + 1
        inside = {each.place[0] for each in claims.inline}
        copies = {}
        for each in self.folded:
            # All that is filled in the copy that was read is told of in the group.
            told = sum(count.get(path, 0) for path in each.read)
            if told != len(each.values) or not inside.isdisjoint(each.read):
                raise NotAlike
            low, high = (bisect_left(firsts, at) for at in (each.start, each.start + len(each.content)))
            copies[id(each)] = _copies(each, edits[low:high])
        for (_, runs), at in zip(self.folds, self._at, strict=True):
            new = chain.from_iterable(islice(copies[id(folded)], times) for folded, times in runs)
            story.edits.append((at, at, b"".join(new)))
        story.replacements += sum(len(each.numbers) * len(each.places) for each in self.folded)


def _places(part: "PartText", group: CopyGroup) -> list[int]:
    """Return the bytes of the template where the placeholders of a group begin."""
    by_path = {each.path: each for each in part.paragraphs.values()}
    found: list[int] = []
    for entry in group.entries:
        paragraph = by_path.get(entry.paragraph_path)
        ranges = paragraph.reading.bytes_of(entry.start, entry.start + 1) if paragraph is not None else ()
        if not ranges or entry.start < 0:
            raise NotAlike
        found.append(ranges[0][0])
    if not found or any(one >= other for one, other in pairwise(found)):
        raise NotAlike
    return found


def _holds(chunk: Chunk, at: int) -> bool:
    return any(first <= at < last for first, last, _ in chunk.ranges)


def _copies(folded: _Folded, edits: Sequence[tuple[int, int, bytes]]) -> Iterator[bytes]:
    """Return the bytes of the copies that are left out; ``edits`` are those of the one that is read."""
    content, start = folded.content, folded.start
    numbers = {start + offset: number for number, offset in enumerate(folded.offsets)}
    # What stands in all copies, parted where values stand.
    constant = [b""]
    order: list[int] = []
    at = 0
    for first, last, new in edits:
        number = numbers.get(first)
        constant[-1] += content[at : first - start]
        if number is not None and new == folded.values[number]:
            order.append(number)
            constant.append(b"")
        else:
            constant[-1] += new
        at = last - start
    constant[-1] += content[at:]
    if sorted(order) != [*range(len(folded.values))]:
        raise NotAlike
    columns = [lines_as_data(folded.group.entries[number].texts) for number in order]
    pattern = b"%b".join([each.replace(b"%", b"%%") for each in constant])
    return map(pattern.__mod__, zip(*columns, strict=True))
