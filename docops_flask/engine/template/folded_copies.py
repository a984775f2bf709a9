"""The copies of blocks that were left out of the expanded template, put into the result as bytes."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from operator import itemgetter

from docops_flask.engine.document.document import RunPlace
from docops_flask.engine.document.edits import Edit, RepeatBlock, ReplaceText
from docops_flask.engine.oxml.markup import escaped
from docops_flask.engine.template.block_run import BlockRun
from docops_flask.engine.template.blocks.folds import FoldedChunk, PartFolds

_bounds = itemgetter(1, 2)


class _UnlikeCopies(Exception):
    """What is done in the copy that was read is not the same in all others."""


class FoldedCopies:
    """What is left out of a run's document, all values of which are known."""

    def __init__(self, run: BlockRun) -> None:
        self._run = run
        self.parts: Sequence[PartFolds] = [*run.expanded.folds.values()]

    @property
    def chunks(self) -> Iterator[FoldedChunk]:
        """The chunks that copies are left out of."""
        return (chunk for part in self.parts for chunk in part.chunks)

    @property
    def count(self) -> int:
        """How many fields are filled in them."""
        return sum(len(each.tags) * len(each.numbers) for each in self.chunks)

    @property
    def are_in_tables(self) -> bool:
        """Whether all of it is in tables: then what stands outside has the address of the result."""
        return all(place.table_depth for chunk in self.chunks for place, _, _ in chunk.places)

    def weights(self, runs: Sequence[RunPlace]) -> Mapping[str, int]:
        """Return how many copies ``runs`` and their paragraphs stand for, by address, where not for one."""
        of_places = {place: 1 + len(chunk.numbers) for chunk in self.chunks for place, _, _ in chunk.places}
        found: dict[str, int] = {}
        for run in runs:
            weight = of_places.get(run.paragraph)
            if weight is not None:
                found[run.run_id] = found[run.paragraph.path] = weight
        return found

    def edits(self, edits: Sequence[Edit]) -> list[Edit] | None:
        """Return the edits that put the copies in; ``edits`` are all those of what was read.

        ``None`` where one of them cannot be made in each copy alike.
        """
        try:
            return self._edits(edits)
        except _UnlikeCopies:
            return None

    def _edits(self, edits: Sequence[Edit]) -> list[Edit]:
        found: list[Edit] = []
        for part in self.parts:
            own = sorted((edit for edit in edits if edit.part is part.read), key=_bounds)
            starts = [edit.start for edit in own]
            copies = {id(chunk): self._copies(chunk, own, starts) for chunk in part.chunks}
            for fold, at in zip(part.folds, part.positions, strict=True):
                new = b"".join(
                    chain.from_iterable(islice(copies[id(chunk)], times) for chunk, times in fold.runs)
                )
                block = fold.runs[0][0].frames[0].found
                assert block is not None, "what has copies is a block"
                found.append(Edit(part.read, at, at, new, RepeatBlock(block.number)))
        return found

    def _copies(self, chunk: FoldedChunk, edits: Sequence[Edit], starts: Sequence[int]) -> Iterator[bytes]:
        """Return the bytes of all copies of a chunk that are left out; ``edits`` begin at ``starts``."""
        start = chunk.start
        content = chunk.chunk.content
        low, high = bisect_left(starts, start), bisect_left(starts, start + len(content))
        number_of, texts = self._values_of_first(chunk)
        pieces: list[bytes] = []
        order: list[int] = []
        at = 0
        for edit in edits[low:high]:
            first, last = edit.start - start, edit.end - start
            pieces.append(content[at:first].replace(b"%", b"%%"))
            number = number_of.get((edit.why.path, edit.why.start)) if type(edit.why) is ReplaceText else None
            if number is not None and edit.new == texts[number]:
                pieces.append(b"%b")
                order.append(number)
            else:
                pieces.append(edit.new.replace(b"%", b"%%"))
            at = last
        pieces.append(content[at:].replace(b"%", b"%%"))
        if sorted(order) != list(range(len(chunk.tags))):
            raise _UnlikeCopies
        columns = [escaped("\n".join(chunk.columns[number])).split(b"\n") for number in order]
        return map(b"".join(pieces).__mod__, zip(*columns, strict=True))

    def _values_of_first(self, chunk: FoldedChunk) -> tuple[dict[tuple[str, int], int], list[bytes]]:
        """Return the tags of the copy that was read by their place, and its values."""
        run = self._run
        number_of: dict[tuple[str, int], int] = {}
        texts: list[bytes] = []
        for place, _, _ in chunk.places:
            known = run.tags.get(place)
            if known is None:
                continue
            values = run.values.texts_in(place)
            found = run.found_in(place)
            for tag, name, each in zip(known.of, known.names, found, strict=True):
                own = chunk.tags[len(texts)] if len(texts) < len(chunk.tags) else None
                if own is None or (tag.path, tag.found.start) != (own.path, own.found.start):
                    raise _UnlikeCopies
                if name not in values:
                    raise _UnlikeCopies
                number_of[place.path, each.start] = len(texts)
                texts.append(escaped(values[name]))
        if len(texts) != len(chunk.tags):
            raise _UnlikeCopies
        return number_of, texts
