"""The end of a batch: the tails of its result, and ``done.json``.

A result is not written: it is streamed from the segments (``result``). What is written is a *tail* for the
whole and for each part: the lists of rows, ``api_result.json`` and the central directory. The bytes follow
from what was asked and from the segments alone, so that whoever ends a batch writes the same. Where two end
it at once, perhaps one of them because it was cancelled, each names its tails by the chunks they are about,
and the end that is created first holds.
"""

import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from docops_flask.batches.folder import (
    CHUNKS_OF_PART,
    BatchFolder,
    BatchRecord,
    Done,
    Plan,
    Summary,
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
_YIELD_SECONDS = 0.0005


def end_failed(batch: BatchFolder, error: DocopsError) -> None:
    """End a batch that has no plan because of ``error``."""
    told = {"code": error.code, "message": error.message, "detail": error.detail}
    batch.end(Done("failed", time.time(), MergeCounts(), FAILED, told, (), (), batch.number()))


def end(batch: BatchFolder) -> bool:
    """End a batch that was cancelled or whose chunks are all done; return whether this call has done so.

    Where another is ending it, this call does nothing.
    """
    with batch.files.claimed("end") as is_ours:
        if not is_ours:
            return False
        number = batch.number()
        plan, chunks = batch.plan(), tuple(batch.segments())
        is_whole = plan is not None and len(chunks) == plan.chunks
        if batch.done() is not None or not (is_whole or batch.is_cancelled):
            return False
        plan = plan or _NO_PLAN
        job, record = batch.job(), batch.record()
        summaries = [batch.summary(each) for each in chunks]
        counts = counted(iter(summaries))
        code = _exit_code(plan, counts, is_whole=is_whole)
        tail = _Tail(batch, record, job, plan, is_whole=is_whole)
        files = [_file(batch, tail, 0, 0, plan.chunks, chunks)]
        parts = -(-plan.chunks // CHUNKS_OF_PART)
        for part in range(1, parts + 1 if parts > 1 else 1):
            first, behind = (part - 1) * CHUNKS_OF_PART, min(part * CHUNKS_OF_PART, plan.chunks)
            inside = tuple(each for each in chunks if first <= each < behind)
            files.append(_file(batch, tail, part, first, behind, inside))
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
            number,
            sum(each.left for each in summaries),
            sum(each.missing for each in summaries),
            "failed" if "failed" in formats else "passed" if "passed" in formats else "skipped",
        )
        return batch.end(done)


def _exit_code(plan: Plan, counts: MergeCounts, *, is_whole: bool) -> int:
    """Return the gravest exit code of the rows; a batch that was cancelled before its end has failed."""
    return gravest(counts) if is_whole and not plan.faults else FAILED


def _file(  # noqa: PLR0917, called twice
    batch: BatchFolder, tail: "_Tail", part: int, first: int, behind: int, chunks: Sequence[int]
) -> dict[str, Any]:
    """Write the tail of a part (0: the whole); return the member of ``done.json`` that is about it."""
    about = hashlib.sha256(json.dumps(list(chunks)).encode()).hexdigest()[:8]
    name = f"result/tail-{part}-{about}"
    with batch.files.writing(name) as file:
        tail.write(file, chunks)
    made = result_of(batch, name, chunks)
    digest = hashlib.sha256()
    for block in result_blocks(made, 0, made.size):
        digest.update(block)
    told = {"size": made.size, "sha256": digest.hexdigest(), "first": first, "behind": behind}
    return {**told, "tail": name}


class _Tail:
    """Writes what a result has behind the members of its segments."""

    def __init__(
        self, batch: BatchFolder, record: BatchRecord, job: Job, plan: Plan, *, is_whole: bool
    ) -> None:
        self._batch = batch
        self._record = record
        self._job = job
        self._plan = plan
        self._is_whole = is_whole

    def write(self, file: BinaryIO, chunks: Sequence[int]) -> None:
        """Write the tail of a result that has ``chunks``."""
        directory, position = Directory(), 0
        for chunk in chunks:
            summary = self._batch.summary(chunk)
            for raw in headers_in(_directory_of(self._batch, summary)):
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
            yield b"".join(
                csv_line(RowOutcome(**json.loads(line)), language) for line in self._batch.row_lines(chunk)
            )
            # Requests in other threads of this process come first: each would wait for the interpreter.
            time.sleep(_YIELD_SECONDS)

    def _api_result(self, chunks: Sequence[int]) -> bytes:
        summaries = [self._batch.summary(chunk) for chunk in chunks]
        counts = counted(iter(summaries))
        cancelled = {} if self._is_whole else {"state": "cancelled"}
        document = {
            **cancelled,
            "exit_code": _exit_code(self._plan, counts, is_whole=self._is_whole),
            "rows": counts._asdict(),
            "left": sum(each.left for each in summaries),
            "missing": sum(each.missing for each in summaries),
            "faults": list(self._plan.faults),
            "input": self._record.input,
            "effective": self._job.effective(self._plan.language),
            "build": {"version": self._record.version, "commit": self._record.commit},
        }
        return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()


def _directory_of(batch: BatchFolder, segment: Summary) -> bytes:
    """Return the central directory of a segment's ZIP without its end record."""
    size = batch.files.size(segment.zip)
    content = b"".join(batch.files.blocks(segment.zip, segment.end, size))
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
