"""The end of a batch: the tails of its result, and ``done.json``.

A result is not written: it is streamed from the segments (``result``). What is written is a *tail* for the
whole and for each part: the lists of rows, ``api_result.json`` and the central directory. The bytes follow
from what was asked and from the segments alone, so that whoever ends a batch writes the same.
"""

import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from docops_flask.batches import durable
from docops_flask.batches.folder import (
    CHUNKS_OF_PART,
    BatchFolder,
    BatchRecord,
    Done,
    Plan,
    as_json,
    counted,
)
from docops_flask.batches.result import result_blocks, result_of
from docops_flask.batches.zip_directory import Directory, headers_in
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job
from docops_flask.engine.merge.members import CSV_NAME, JSON_NAME
from docops_flask.engine.merge.outcome import FAILED, MergeCounts, RowOutcome, gravest
from docops_flask.engine.merge.results import csv_header, csv_line
from docops_flask.engine.opc.zip_entry import DEFLATED
from docops_flask.engine.opc.zip_writer import Header, central_header, local_header

_NO_PLAN = Plan(0, 0, (), {}, "en")
_LEVEL = 6


def end_failed(batch: BatchFolder, error: DocopsError) -> None:
    """End a batch that has no plan because of ``error``."""
    told = {"code": error.code, "message": error.message, "detail": error.detail}
    with durable.claimed(batch.claim("end"), wait=True):
        _write(batch, Done("failed", time.time(), MergeCounts(), FAILED, told, (), (), batch.number_of_end()))


def end(batch: BatchFolder) -> bool:
    """End a batch that was cancelled or whose chunks are all done; return whether this call has done so.

    Where another is ending it, this call does nothing.
    """
    with durable.claimed(batch.claim("end")) as is_ours:
        if not is_ours:
            return False
        plan, chunks = batch.plan(), tuple(batch.segments())
        is_whole = plan is not None and len(chunks) == plan.chunks
        if batch.done() is not None or not (is_whole or batch.is_cancelled):
            return False
        plan = plan or _NO_PLAN
        job, record = batch.job(), batch.record()
        summaries = [batch.summary(each) for each in chunks]
        counts = counted(iter(summaries))
        code = FAILED if plan.faults else gravest(counts)
        files = [_file(batch, _Tail(batch, record, job, plan), 0, 0, plan.chunks, chunks)]
        parts = -(-plan.chunks // CHUNKS_OF_PART)
        for part in range(1, parts + 1 if parts > 1 else 1):
            first, behind = (part - 1) * CHUNKS_OF_PART, min(part * CHUNKS_OF_PART, plan.chunks)
            inside = tuple(each for each in chunks if first <= each < behind)
            files.append(_file(batch, _Tail(batch, record, job, plan), part, first, behind, inside))
        state = "completed" if is_whole else "cancelled"
        formats = {name for each in summaries for name in each.formats}
        done = Done(
            state,
            time.time(),
            counts,
            code,
            None,
            chunks,
            tuple(files),
            batch.number_of_end(),
            sum(each.left for each in summaries),
            sum(each.missing for each in summaries),
            "failed" if "failed" in formats else "passed" if "passed" in formats else "skipped",
        )
        return _write(batch, done)


def _write(batch: BatchFolder, done: Done) -> bool:
    return durable.create(batch.path / "done.json", as_json({**done._asdict(), "rows": done.rows._asdict()}))


def _file(  # noqa: PLR0917, called twice
    batch: BatchFolder, tail: "_Tail", part: int, first: int, behind: int, chunks: Sequence[int]
) -> dict[str, Any]:
    """Write the tail of a part (0: the whole); return the member of ``done.json`` that is about it."""
    folder = batch.path / "result"
    folder.mkdir(mode=0o700, exist_ok=True)
    with durable.drafted(folder / f"tail-{part}") as file:
        tail.write(file, chunks)
    made = result_of(batch, part, chunks)
    digest = hashlib.sha256()
    for block in result_blocks(made, 0, made.size):
        digest.update(block)
    return {"size": made.size, "sha256": digest.hexdigest(), "first": first, "behind": behind}


class _Tail:
    """Writes what a result has behind the members of its segments."""

    def __init__(self, batch: BatchFolder, record: BatchRecord, job: Job, plan: Plan) -> None:
        self._batch = batch
        self._record = record
        self._job = job
        self._plan = plan

    def write(self, file: BinaryIO, chunks: Sequence[int]) -> None:
        """Write the tail of a result that has ``chunks``."""
        directory, position = Directory(), 0
        for chunk in chunks:
            summary = self._batch.summary(chunk)
            for raw in headers_in(_directory_of(self._batch.segment_zip(chunk), summary.end)):
                position += directory.add(raw, position)
        contents: list[tuple[str, Iterable[bytes]]] = [
            (CSV_NAME, self._csv(chunks)),
            (JSON_NAME, (line for chunk in chunks for line in self._batch.row_lines(chunk))),
            ("api_result.json", [self._api_result(chunks)]),
        ]
        for name, blocks in contents:
            header = _deflate(file, name, blocks)
            directory.add(central_header(header, 0), position)
            position += len(local_header(header)) + header.compressed_size
        for block in directory.blocks(position):
            file.write(block)

    def _csv(self, chunks: Sequence[int]) -> Iterator[bytes]:
        language = self._plan.language
        yield csv_header(language)
        for chunk in chunks:
            for line in self._batch.row_lines(chunk):
                yield csv_line(RowOutcome(**json.loads(line)), language)

    def _api_result(self, chunks: Sequence[int]) -> bytes:
        summaries = [self._batch.summary(chunk) for chunk in chunks]
        counts = counted(iter(summaries))
        code = FAILED if self._plan.faults else gravest(counts)
        document = {
            "exit_code": code,
            "rows": counts._asdict(),
            "left": sum(each.left for each in summaries),
            "missing": sum(each.missing for each in summaries),
            "faults": list(self._plan.faults),
            "input": self._record.input,
            "effective": self._job.effective(self._plan.language),
            "build": {"version": self._record.version, "commit": self._record.commit},
        }
        return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()


def _directory_of(path: Path, start: int) -> bytes:
    """Return the central directory of a segment, whose members end at ``start``, without its end record."""
    with path.open("rb") as file:
        file.seek(start)
        content = file.read()
    return content[: content.rindex(b"PK\x05\x06")]


def _deflate(file: BinaryIO, name: str, blocks: Iterable[bytes]) -> Header:
    """Write a member whose content comes in pieces; return its header, which is written last."""
    start = file.tell()
    file.write(local_header(Header(name.encode(), DEFLATED)))
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    crc = size = stored = 0
    for block in blocks:
        crc, size = zlib.crc32(block, crc), size + len(block)
        stored += file.write(deflater.compress(block))
    stored += file.write(deflater.flush())
    header = Header(name.encode(), DEFLATED, crc=crc, compressed_size=stored, size=size)
    file.seek(start)
    file.write(local_header(header))
    file.seek(0, 2)
    return header
