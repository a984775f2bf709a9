"""Entries of the replace log about copies that were folded: text with holes for each tag of the template."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

from docops_flask.engine.artefacts import quoted
from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.template.block_run import BlockRun
from docops_flask.engine.template.blocks.folds import FoldedChunk, FoldedTag
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.copied_values import resolved
from docops_flask.engine.template.folded_copies import FoldedCopies
from docops_flask.engine.template.open_task import with_key

_Copies = tuple[tuple[int, int], ...]
# Stand for what differs in an entry; no text of a document and no JSON text can hold them.
_VALUE, _COPY, _RESULT, _PAYLOAD = "\x01", "\x02", "\x03", "\x04"


class FoldedEntries:
    """The entries about the copies that a run folded; ``count`` are all."""

    def __init__(
        self, copies: FoldedCopies, run: BlockRun, others: Sequence[LogEntry], keys: Mapping[str, str]
    ) -> None:
        """``others`` are the entries about what was read.

        ``keys`` are the payload's keys for names of fields where a document type has others.
        """
        self.count = copies.count
        firsts = _Firsts(run)
        self._runs = [fold.runs for part in copies.parts for fold in part.folds]
        # How many of the other entries stand before each fold.
        self._behind = [firsts.before(part.read.name, at) for part in copies.parts for at in part.positions]
        self._columns = {
            id(chunk): _Columns(chunk, firsts.of_chunk(chunk, others), keys) for chunk in copies.chunks
        }

    def as_json(self, others: Sequence[LogEntry], head: bytes, behind: bytes) -> bytes:
        """Return all entries as JSON, a line for each, in the order of the result, between two texts.

        ``others`` are those that are not folded.
        """
        texts = {key: columns.as_json() for key, columns in self._columns.items()}
        pieces: list[bytes] = []
        at = 0
        for runs, count in zip(self._runs, self._behind, strict=True):
            pieces += [entry.as_json().encode() for entry in others[at:count]]
            at = count
            for chunk, times in runs:
                pieces += islice(texts[id(chunk)], times)
        pieces += [entry.as_json().encode() for entry in others[at:]]
        pieces[0], pieces[-1] = head + pieces[0], pieces[-1] + behind
        return b",\n".join(pieces)

    def claims(self) -> list[dict[str, Any]]:
        """Return what the entries claim, those about copies of one chunk together."""
        return [columns.claims() for columns in self._columns.values()]


class _Firsts:
    """Where the entries about paragraphs stand among those about what was read."""

    def __init__(self, run: BlockRun) -> None:
        self._run = run
        self._of_places: dict[object, int] = {}
        # By part, where paragraphs with entries begin, and how many entries there are up to their ends.
        self._counts: dict[str, list[tuple[int, int]]] = {}
        count = 0
        for paragraph in run.scan.paragraphs:
            place = paragraph.place
            self._of_places[place] = count
            count += len(run.tags[place].of)
            self._counts.setdefault(place.part.name, []).append((place.start, count))

    def before(self, part: str, at: int) -> int:
        """Return how many entries are about what stands before the byte ``at`` of a part."""
        counts = self._counts[part]
        return counts[bisect_left(counts, at, key=_start) - 1][1]

    def of_chunk(self, chunk: FoldedChunk, entries: Sequence[LogEntry]) -> "list[_First]":
        """Return the entries about the copy of a chunk that was read."""
        found: list[_First] = []
        for place, number, suffix in chunk.places:
            known = self._run.tags.get(place)
            for each in range(0 if known is None else len(known.of)):
                tag, entry = chunk.tags[len(found)], entries[self._of_places[place] + each]
                found.append(_First(tag, entry, number, suffix))
        return found


def _start(counted: tuple[int, int]) -> int:
    return counted[0]


class _First(NamedTuple):
    """The entry about a tag in the copy that was read.

    Its address is that of paragraph or row ``number`` of the chunk and ``suffix``.
    """

    tag: FoldedTag
    entry: LogEntry
    number: int
    suffix: str


class _Column(NamedTuple):
    """What differs in the entries about one tag.

    That are values, addresses before ``suffix``, and paths of the payload before ``key``.
    """

    first: LogEntry
    texts: Sequence[str]
    heads: Sequence[str]
    suffix: str
    scopes: Sequence[str]
    key: str


class _Columns:
    """The entries about the copies of a chunk, tag by tag."""

    def __init__(self, chunk: FoldedChunk, firsts: Sequence[_First], keys: Mapping[str, str]) -> None:
        self._copies, self._written_copies = _copies_of(chunk.frames)
        self._columns: list[_Column] = []
        items: list[str] | None = None
        for (tag, entry, number, suffix), texts in zip(firsts, chunk.columns, strict=True):
            assert tag.tag is not None, "what is filled was read as a tag"
            if tag.key is not None:
                items = items or _keyed([each.scope.path for each in chunk.frames], keys)
                scopes, key = items, f".{tag.key}"
            else:
                paths = [resolved(tag.tag, each.scope).path for each in chunk.frames]
                scopes, key = _keyed(paths, keys), ""
            self._columns.append(_Column(entry, texts, chunk.heads[number], suffix, scopes, key))

    def as_json(self) -> Iterator[bytes]:
        """Yield the entries about one copy after the other, each copy as one text."""
        columns: list[Iterable[bytes]] = []
        patterns: list[bytes] = []
        # Tags of one paragraph or row share the beginning of its address, those of one item its path.
        addressed: dict[int, list[bytes]] = {}
        known: dict[int, list[bytes]] = {}
        for first, texts, heads, suffix, scopes, key in self._columns:
            if id(heads) not in addressed:
                behind = b', "result_path": "'
                pairs = zip(self._written_copies, _quoted(heads), strict=True)
                addressed[id(heads)] = [copies + behind + head for copies, head in pairs]
            if id(scopes) not in known:
                known[id(scopes)] = _quoted(scopes)
            patterns.append(_pattern(first, suffix, quoted(key)[1:-1]))
            columns += (_quoted(texts), addressed[id(heads)], known[id(scopes)])
        return map(b",\n".join(patterns).__mod__, zip(*columns, strict=True))

    def claims(self) -> dict[str, Any]:
        """Return what the entries claim: what is the same in all copies, and columns of what is not."""
        return {
            "copies": self._copies,
            "entries": [
                {
                    "paragraph_path": first.paragraph_path,
                    "run_id": first.run_id,
                    "start": first.start,
                    "end": first.end,
                    "field_name": first.field_name,
                    "original_text": first.original_text,
                    "new_text": texts,
                    "result": heads,
                    "suffix": suffix,
                    "payload": scopes,
                    "key": key,
                }
                for first, texts, heads, suffix, scopes, key in self._columns
            ],
        }


def _keyed(paths: list[str], keys: Mapping[str, str]) -> list[str]:
    return [with_key(each, keys, "$.") for each in paths] if keys else paths


def _quoted(texts: Sequence[str]) -> list[bytes]:
    """Return what stands between the quotation marks of ``texts`` as JSON; none of them has a newline."""
    together = "\n".join(texts)
    if "\\" in together:
        return [quoted(text)[1:-1].encode() for text in texts]
    return quoted(together)[1:-1].encode().split(b"\\n")


def _pattern(entry: LogEntry, suffix: str, key: str) -> bytes:
    """Return an entry as JSON text with holes for value, copy with the address, and path of the payload.

    The last two are the beginnings of what stands there.
    """
    written = entry._replace(
        new_text=_VALUE,
        copy=((_COPY, _COPY),),  # type: ignore[arg-type]
        result_path=_RESULT,
        payload_path=_PAYLOAD,
    ).as_json()
    pieces: list[str] = []
    for hole, before, behind in (
        (quoted(_VALUE), '"', '"'),
        (f'[[{_COPY}, {_COPY}]], "result_path": {quoted(_RESULT)}', "", f'{suffix}"'),
        (quoted(_PAYLOAD), '"', f'{key}"'),
    ):
        head, _, written = written.partition(hole)
        pieces += ((head + before).replace("%", "%%"), "%b")
        written = behind + written
    return ("".join(pieces) + written.replace("%", "%%")).encode()


def _copies_of(frames: Sequence[Frame]) -> tuple[list[_Copies], list[bytes]]:
    """Return what the log calls the copies ``frames``: as numbers, and as JSON."""
    numbers: list[_Copies] = []
    written: list[bytes] = []
    for around, together in groupby(frames, _outer):
        # Those of one list have the same copies around.
        of_list = [*together]
        found = of_list[0].found
        assert found is not None, "what is folded is a copy of a block"
        outer = () if around is None else tuple([(block, copy) for block, copy in around.copies])
        shown = "".join([f"[{block}, {copy}], " for block, copy in outer])
        head, number = f"[{shown}[{found.number}, ".encode(), found.number
        copies = [frame.copy for frame in of_list]
        numbers += [(*outer, (number, copy)) for copy in copies]
        written += [b"%b%d]]" % (head, copy) for copy in copies]
    return numbers, written


_outer = attrgetter("outer")
