"""The folder of one batch: what lies where, and what its files say of the batch.

``job.json`` and ``job.pickle`` (what was asked), ``template.docx``, ``rows``, pictures; ``plan.json`` and
``shard/NNNNN.jsonl`` (rows, a hundred a file); ``seg/NNNNN.zip`` and ``seg/NNNNN.jsonl`` (what came of them);
``cancelled``; ``result/`` and ``done.json`` (the end); ``webhook.json``; ``claim/`` has the locks of work.
A segment is there when its ``.jsonl`` is; its first line sums up the others.
"""

import json
import os
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.batches import durable
from docops_flask.engine.bilingual import Language
from docops_flask.engine.job import Job
from docops_flask.engine.merge.outcome import MergeCounts

ROWS_OF_CHUNK = 100
STATES = ("planning", "running", "completed", "cancelled", "failed")
CHUNKS_OF_PART = 100
_SEGMENT = re.compile(r"([0-9]{5})\.jsonl")


class BatchRecord(NamedTuple):
    """What ``job.json`` says: times in seconds since 1970, the release that began it, what was sent.

    ``assets`` are the files of pictures in the folder, ``key`` is the hash of its ``Idempotency-Key``.
    """

    created_at: float
    expires_at: float
    version: str
    commit: str
    template_name: str
    input: dict[str, Any]
    assets: tuple[str, ...] = ()
    webhook_url: str | None = None
    key: str | None = None


class Plan(NamedTuple):
    """What ``plan.json`` says: numbers of rows and chunks, lines that belong to no row, headers by fields."""

    total: int
    chunks: int
    faults: tuple[dict[str, Any], ...]
    headers: dict[str, str]
    language: Language


class Summary(NamedTuple):
    """The first line of a segment: its counts, and where the members of its ZIP end."""

    counts: MergeCounts
    left: int
    missing: int
    formats: tuple[str, ...]
    end: int


class Done(NamedTuple):
    """What ``done.json`` says: how the batch ended, and the files of its result.

    ``chunks`` are those that are in the result. ``files`` has the whole result and, where there are several,
    its parts: for each the size, the SHA-256 and the numbers of the first chunk and the one behind the last.
    ``number`` counts the ends: a batch that was resumed has several.
    """

    state: str
    ended_at: float
    rows: MergeCounts
    exit_code: int
    error: dict[str, Any] | None
    chunks: tuple[int, ...]
    files: tuple[dict[str, Any], ...]
    number: int = 1
    left: int = 0
    missing: int = 0
    format: str = "skipped"


class BatchFolder:
    """A batch by its folder; another server may change or remove it at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def id(self) -> str:
        """The batch's id, which is the right to it."""
        return self.path.name

    @property
    def short_id(self) -> str:
        """What logs call it."""
        return self.id[:8]

    @property
    def is_there(self) -> bool:
        """Whether it was not removed."""
        return (self.path / "job.json").exists()

    def record(self) -> BatchRecord:
        """Return what was asked; raises ``FileNotFoundError`` where the batch is gone."""
        return BatchRecord(**_read(self.path / "job.json"))

    def job(self) -> Job:
        """Return the merge that was asked, which this user's server has written."""
        found: Job = pickle.loads((self.path / "job.pickle").read_bytes())
        return found

    def is_of(self, version: str, commit: str) -> bool:
        """Say whether this release began it: another may read its job differently."""
        record = self.record()
        return (record.version, record.commit) == (version, commit)

    def claim(self, what: str) -> Path:
        """Return the lock of a piece of work."""
        return self.path / "claim" / what

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled and not resumed."""
        return (self.path / "cancelled").exists()

    def plan(self) -> Plan | None:
        """Return the plan; ``None`` before there is one."""
        try:
            return Plan(**_read(self.path / "plan.json"))
        except FileNotFoundError:
            return None

    def done(self) -> Done | None:
        """Return how it ended; ``None`` before."""
        try:
            read = _read(self.path / "done.json")
        except FileNotFoundError:
            return None
        return Done(**{**read, "rows": MergeCounts(**read["rows"])})

    def state(self) -> str:
        """Return ``planning``, ``running``, ``completed``, ``cancelled`` or ``failed``."""
        done = self.done()
        if done is not None:
            return done.state
        if self.is_cancelled:
            return "cancelled"
        return "planning" if self.plan() is None else "running"

    def shard(self, chunk: int) -> Path:
        """Return the file with the rows of a chunk."""
        return self.path / "shard" / f"{chunk:05}.jsonl"

    def segment(self, chunk: int) -> Path:
        """Return the file that says what came of a chunk."""
        return self.path / "seg" / f"{chunk:05}.jsonl"

    def segment_zip(self, chunk: int) -> Path:
        """Return the file with the documents of a chunk."""
        return self.path / "seg" / f"{chunk:05}.zip"

    def segments(self) -> list[int]:
        """Return the numbers of the chunks that are done."""
        try:
            names = os.listdir(self.path / "seg")
        except FileNotFoundError:
            return []
        return sorted(int(match[1]) for name in names if (match := _SEGMENT.fullmatch(name)))

    def summary(self, chunk: int) -> Summary:
        """Return the first line of a segment."""
        with self.segment(chunk).open("rb") as file:
            read = json.loads(file.readline())
        return Summary(**{**read, "counts": MergeCounts(**read["counts"]), "formats": tuple(read["formats"])})

    def row_lines(self, chunk: int) -> Iterator[bytes]:
        """Yield what came of each row of a chunk, a line of JSON each."""
        with self.segment(chunk).open("rb") as file:
            file.readline()
            yield from file

    def progressed_at(self) -> float:
        """Return when something was last done."""
        for name in ("done.json", "seg", "plan.json", "job.json"):
            try:
                return (self.path / name).stat().st_mtime
            except FileNotFoundError:
                continue
        raise FileNotFoundError(self.path)

    def cancel(self) -> None:
        """Have no chunk be begun any more."""
        with durable.claimed(self.claim("end"), wait=True):
            if self.done() is None:
                (self.path / "cancelled").touch(mode=0o600)
                durable.sync_folder(self.path)

    def resume(self) -> None:
        """Go on with what a cancelled batch has not done, or try again where the plan failed."""
        with durable.claimed(self.claim("end"), wait=True):
            (self.path / "cancelled").unlink(missing_ok=True)
            done = self.done()
            if done is not None and done.state != "completed":
                (self.path / "done.json").rename(self.path / "done.before.json")
            durable.sync_folder(self.path)

    def number_of_end(self) -> int:
        """Return how often it has ended, the next time included."""
        try:
            return int(_read(self.path / "done.before.json")["number"]) + 1
        except FileNotFoundError:
            return 1


def counted(summaries: Iterator[Summary]) -> MergeCounts:
    """Return the sums of the counts."""
    columns = zip(*(each.counts for each in summaries), strict=True)
    sums = [sum(column) for column in columns]
    return MergeCounts(*sums) if sums else MergeCounts()


def as_json(value: dict[str, Any]) -> bytes:
    """Return a file of a batch."""
    return json.dumps(value, ensure_ascii=False).encode()


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found
