"""The folder of one batch: what lies where, and what its files say of the batch.

``job.json`` and ``job.pickle`` (what was asked), ``template.docx``, ``rows``, pictures; ``plan.json`` and
``shard/NNNNN.jsonl`` (rows, a hundred a file); ``seg/NNNNN.jsonl`` and the ZIP that it names (what came of
them); ``cancelled``; ``result/`` and ``done.json`` (the end); ``webhook.json``; ``claim/`` has the claims on
work. A batch is there when its ``job.json`` is, a segment when its ``.jsonl`` is, whose first line sums up
the others.

A batch that is resumed goes on in another run: its number is in ``run``, and the marks of the run's end are
``cancelled-N`` and ``done-N.json``. So who ends an earlier run late does not end the new one.
"""

import io
import json
import re
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from docops_flask.batches.files import Files, write
from docops_flask.batches.job_pickle import read_job
from docops_flask.engine.bilingual import Language
from docops_flask.engine.job import Job
from docops_flask.engine.merge.outcome import MergeCounts

ROWS_OF_CHUNK = 100
STATES = ("planning", "running", "completed", "cancelled", "failed")
CHUNKS_OF_PART = 100
JOB = "job.json"
_SEGMENT = re.compile(r"([0-9]{5})\.jsonl")


class BatchRecord(NamedTuple):
    """What ``job.json`` says: times in seconds since 1970, the release that began it, what was sent.

    ``assets`` are the files of pictures in the folder, ``key`` is the hash of its ``Idempotency-Key``.
    ``template_sha256`` and ``request_id`` are for receipts.
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
    template_sha256: str = ""
    request_id: str | None = None


class Plan(NamedTuple):
    """What ``plan.json`` says: numbers of rows and chunks, lines that belong to no row, headers by fields."""

    total: int
    chunks: int
    faults: tuple[dict[str, Any], ...]
    headers: dict[str, str]
    language: Language


class Summary(NamedTuple):
    """The first line of a segment: its counts, the name of its ZIP and where the members of that end."""

    counts: MergeCounts
    left: int
    missing: int
    formats: tuple[str, ...]
    end: int
    zip: str


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

    def __init__(self, files: Files) -> None:
        self.files = files

    @property
    def id(self) -> str:
        """The batch's id, which is the right to it."""
        return self.files.name

    @property
    def short_id(self) -> str:
        """What logs call it."""
        return self.id[:8]

    @property
    def is_there(self) -> bool:
        """Whether it was not removed."""
        return self.files.exists(JOB)

    def record(self) -> BatchRecord:
        """Return what was asked; raises ``FileNotFoundError`` where the batch is gone."""
        return BatchRecord(**self._read(JOB))

    def job(self) -> Job:
        """Return the merge that was asked."""
        return read_job(self.files.read("job.pickle"))

    def is_of(self, version: str, commit: str) -> bool:
        """Say whether this release began it: another may read its job differently."""
        record = self.record()
        return (record.version, record.commit) == (version, commit)

    def number(self) -> int:
        """Return the number of the run: 1, and one more each time that it was resumed."""
        try:
            return int(self.files.read("run"))
        except FileNotFoundError:
            return 1

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled and not resumed."""
        return self.files.exists(_of_run("cancelled", self.number()))

    def plan(self) -> Plan | None:
        """Return the plan; ``None`` before there is one."""
        try:
            return Plan(**self._read("plan.json"))
        except FileNotFoundError:
            return None

    def done(self) -> Done | None:
        """Return how it ended; ``None`` before."""
        try:
            read = self._read(_of_run("done", self.number(), ".json"))
        except FileNotFoundError:
            return None
        return Done(**{**read, "rows": MergeCounts(**read["rows"])})

    def end(self, done: Done) -> bool:
        """Write how the run ``done.number`` ended; return whether this call has done so."""
        content = as_json({**done._asdict(), "rows": done.rows._asdict()})
        return self.files.create(_of_run("done", done.number, ".json"), content)

    def state(self) -> str:
        """Return ``planning``, ``running``, ``completed``, ``cancelled`` or ``failed``."""
        done = self.done()
        if done is not None:
            return done.state
        if self.is_cancelled:
            return "cancelled"
        return "planning" if self.plan() is None else "running"

    @staticmethod
    def shard(chunk: int) -> str:
        """Return the file with the rows of a chunk."""
        return f"shard/{chunk:05}.jsonl"

    @staticmethod
    def segment(chunk: int) -> str:
        """Return the file that says what came of a chunk."""
        return f"seg/{chunk:05}.jsonl"

    @staticmethod
    def new_segment_zip(chunk: int) -> str:
        """Return a new name for the documents of a chunk: another machine may do the same chunk now."""
        return f"seg/{chunk:05}-{secrets.token_hex(4)}.zip"

    def has_segment(self, chunk: int) -> bool:
        """Say whether a chunk is done."""
        return self.files.exists(self.segment(chunk))

    def segments(self) -> list[int]:
        """Return the numbers of the chunks that are done."""
        return sorted(
            int(match[1]) for name in self.files.entries("seg") if (match := _SEGMENT.fullmatch(name))
        )

    def summary(self, chunk: int) -> Summary:
        """Return the first line of a segment."""
        read = json.loads(self.files.first_line(self.segment(chunk)))
        return Summary(**{**read, "counts": MergeCounts(**read["counts"]), "formats": tuple(read["formats"])})

    def row_lines(self, chunk: int) -> Iterator[bytes]:
        """Yield what came of each row of a chunk, a line of JSON each."""
        yield from io.BytesIO(self.files.read(self.segment(chunk))).readlines()[1:]

    def progressed_at(self) -> float:
        """Return when something was last done."""
        for name in (_of_run("done", self.number(), ".json"), "plan.json", JOB):
            try:
                found = self.files.written_at(name)
            except FileNotFoundError:
                continue
            return max([found, *self.files.entries("seg").values()]) if name == "plan.json" else found
        raise FileNotFoundError(self.id)

    def waits_since(self) -> float:
        """Return since when its oldest missing chunk waits: since the plan, or since it was sent."""
        try:
            return self.files.written_at("plan.json")
        except FileNotFoundError:
            return self.record().created_at

    def cancel(self) -> None:
        """Have no chunk be begun any more."""
        if self.done() is None:
            write(self.files, _of_run("cancelled", self.number()), b"")

    def resume(self) -> None:
        """Go on with what a cancelled batch has not done, or try again where the plan failed."""
        number, done = self.number(), self.done()
        is_over = self.is_cancelled if done is None else done.state != "completed"
        if is_over:
            write(self.files, "run", str(number + 1).encode())

    def _read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files.read(name))
        return found


def _of_run(name: str, number: int, ending: str = "") -> str:
    """Return the name of a mark of a run."""
    return f"{name}{ending}" if number == 1 else f"{name}-{number}{ending}"


def counted(summaries: Iterator[Summary]) -> MergeCounts:
    """Return the sums of the counts."""
    columns = zip(*(each.counts for each in summaries), strict=True)
    sums = [sum(column) for column in columns]
    return MergeCounts(*sums) if sums else MergeCounts()


def as_json(value: dict[str, Any]) -> bytes:
    """Return a file of a batch."""
    return json.dumps(value, ensure_ascii=False).encode()
