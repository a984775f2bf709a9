"""A segment: the documents of a chunk's rows as members of a ZIP, and a line for each row.

A chunk that was done in pieces (``work``) becomes one segment, with the bytes that it has when it is done at
once: members follow each other in the order of the rows, and no header depends on what is before it but for
offsets, which are written where members are put together.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from docops_flask.batches import durable
from docops_flask.batches.folder import BatchFolder, as_json
from docops_flask.batches.zip_directory import Directory, entries_of
from docops_flask.engine.merge.chunk import ChunkResult, ChunkRow
from docops_flask.engine.merge.members import DOCUMENTS, ROWS
from docops_flask.engine.merge.outcome import OUTCOMES, MergeCounts, RowOutcome, counts_of
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed
from docops_flask.jobs.made_archive import open_archive, rules_of_chunk

_COPY_BYTES = 1 << 20
_CODES = {outcome: int(code) for code, outcome in OUTCOMES.items()} | {"failed": 1}


class PlannedRow(NamedTuple):
    """A row of a shard as the server knows it: its number, the name of its document, and its line."""

    number: int
    name: str | None
    line: bytes


def planned_rows(shard: Path) -> tuple[bytes, list[PlannedRow]]:
    """Return the first line of a shard, which has the headers of columns, and its rows."""
    with shard.open("rb") as file:
        return file.readline(), [_planned(line) for line in file]


def _planned(line: bytes) -> PlannedRow:
    read = json.loads(line.decode("utf-8", "surrogatepass"))
    return PlannedRow(read["row"], read["name"], line)


class SegmentWriter:
    """Writes the ZIP of a segment to ``file`` and keeps what came of its rows."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._directory = Directory()
        self._end = 0
        self.rows: list[RowOutcome] = []

    def add_made(self, archive: Path, result: dict[str, Any], rows: Sequence[PlannedRow], most: int) -> None:
        """Add what a renderer made of ``rows``; its members have at most ``most`` bytes unpacked.

        Raises ``RendererCrashed`` where that is not what it was asked for.
        """
        told = _told(result, rows)
        made = open_archive(archive, most, rules_of_chunk(len(rows)))
        with made.file as file:
            names = {each.name for each in entries_of(made.directory)}
            documents = {f"{DOCUMENTS}{each.name}" for each in told if each.name is not None}
            logs = tuple(f"{ROWS}{each.row}/" for each in told)
            others = {name for name in names if not name.startswith(logs)}
            if others != documents:
                raise RendererCrashed(inner="its ZIP has other documents than its result")
            file.seek(0)
            self._copy(file, made.end)
            for raw in made.directory:
                self._end += self._directory.add(raw, self._end)
        self.rows += told

    def add_failed(self, outcome: RowOutcome) -> None:
        """Add a row without a document."""
        self.rows.append(outcome)

    def finish(self) -> dict[str, Any]:
        """Complete the ZIP; return the first line of the segment's other file."""
        for block in self._directory.blocks(self._end):
            self._file.write(block)
        counts: MergeCounts = counts_of(self.rows)
        return {
            "counts": counts._asdict(),
            "left": sum(each.left for each in self.rows),
            "missing": sum(len(each.missing) for each in self.rows),
            "formats": sorted({each.format for each in self.rows if each.outcome != "failed"}),
            "end": self._end,
        }

    def _copy(self, source: BinaryIO, size: int) -> None:
        while size:
            block = source.read(min(size, _COPY_BYTES))
            if not block:
                raise InsufficientStorage(inner="a ZIP became shorter while it was copied")
            self._file.write(block)
            size -= len(block)


def keep_segment(
    batch: BatchFolder, chunk: int, first: Mapping[str, Any], rows: Iterable[RowOutcome]
) -> bool:
    """Write the lines of a segment whose ZIP is there; return whether it was the first to be kept."""
    lines = [as_json(dict(first)), *(as_json(each.as_dict()) for each in rows)]
    return durable.create(batch.segment(chunk), b"".join(line + b"\n" for line in lines))


def _told(result: dict[str, Any], rows: Sequence[PlannedRow]) -> list[RowOutcome]:
    """Return what a renderer says of its rows; raises ``RendererCrashed`` unless it is about these rows."""
    try:
        read = read_as(ChunkResult, result)
    except ValueError as error:
        raise RendererCrashed(inner="its result is not one of such a job") from error
    expected = [(each.number, None if each.name is None else f"{each.name}.docx") for each in rows]
    if len(read.rows) != len(expected) or not all(map(_is_of, read.rows, expected)):
        raise RendererCrashed(inner="its result is not about the rows that it was given")
    return [_outcome(each) for each in read.rows]


def _is_of(told: ChunkRow, expected: tuple[int, str | None]) -> bool:
    number, name = expected
    is_failed = told.outcome == "failed"
    names_fit = told.name is None and told.sha256 is None if is_failed else told.name == name is not None
    return (
        told.row == number
        and names_fit
        and told.exit_code == _CODES[told.outcome]
        and is_failed == (told.error is not None)
        and (is_failed or told.sha256 is not None)
    )


def _outcome(told: ChunkRow) -> RowOutcome:
    error = None if told.error is None else told.error._asdict()
    return RowOutcome(**{**told._asdict(), "error": error})
