"""The work on a batch that renderers do: its plan, and its chunks, halved where a renderer fails.

A plan and a chunk give the same bytes whoever does them and however often, so that nothing is lost or doubled
when a server is killed.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from docops_flask.batches import durable
from docops_flask.batches.folder import ROWS_OF_CHUNK, BatchFolder, as_json
from docops_flask.batches.segment import PlannedRow, SegmentWriter, keep_segment, planned_rows
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.merge.chunk import SHARD_FILE
from docops_flask.engine.merge.outcome import failed
from docops_flask.engine.merge.planning import PLAN_FILE, PlanResult
from docops_flask.engine.pipeline import ARCHIVE
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.jobs.answer import open_made, read_as
from docops_flask.jobs.caller import Caller
from docops_flask.jobs.errors import (
    CallerLeft,
    InsufficientStorage,
    NotReady,
    RendererCrashed,
    storage_errors,
)
from docops_flask.jobs.removal import remove_folder
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace, Workspaces
from docops_flask.logs.events import log_event

ROWS_FILE = "rows"
# What is not the fault of rows: the chunk is done again, whole.
_NOT_OF_ROWS = (InsufficientStorage, NotReady, CallerLeft)
# A renderer that ended may have been killed from outside; the second time it is the row.
_TRIES_OF_A_ROW = 2


def was_not_started(error: DocopsError) -> bool:
    """Say whether the system had no process for a renderer, which is no fault of what it was to do."""
    return isinstance(error, RendererCrashed) and (error.inner or "").startswith("could not be started")


class WorkCaller(Caller):
    """Stops a renderer soon after its work is no longer wanted, as that of a client who has left."""

    __slots__ = ("_is_wanted",)
    _is_wanted: Callable[[], bool]

    def __init__(self, is_wanted: Callable[[], bool]) -> None:
        super().__init__()
        object.__setattr__(self, "_is_wanted", is_wanted)

    def wait(self, sources: Any, seconds: float) -> bool:
        """Wait as ``Caller`` does; raises ``CallerLeft`` when the work is no longer wanted."""
        if not self._is_wanted():
            raise CallerLeft
        return super().wait(sources, seconds)


class BatchWork:
    """Does the work on batches, in renderers of its own."""

    def __init__(
        self, renderer: Renderer, planner: Renderer, workspaces: Workspaces, max_output_bytes: int
    ) -> None:
        """Take the renderers of chunks and of plans.

        ``max_output_bytes`` is the most that the members of a renderer's ZIP may have unpacked.
        """
        self._renderer = renderer
        self._planner = planner
        self._workspaces = workspaces
        self._max_output_bytes = max_output_bytes

    def plan(self, batch: BatchFolder, caller: Caller) -> None:
        """Read the rows of a batch and write its shards and its plan.

        Raises the error of the template or the rows, and what ``Renderer.run`` raises.
        """
        job = batch.job()._replace(kind=JobKind.PLAN)
        workspace = self._workspace(batch)
        try:
            with storage_errors():
                shutil.copyfile(batch.path / ROWS_FILE, workspace.file(ROWS_FILE))
            rendered = self._planner.run(job, workspace.path, caller)
            try:
                result = read_as(PlanResult, rendered.result)
            except ValueError as error:
                raise RendererCrashed(inner="its result is not one of such a job") from error
            with storage_errors():
                _keep_plan(batch, result, workspace.file(PLAN_FILE))
        finally:
            workspace.remove()

    def chunk(
        self, batch: BatchFolder, number: int, caller: Caller, before: Callable[[], None]
    ) -> Mapping[str, int]:
        """Do a chunk and keep its segment; return its counts by outcome.

        ``before`` is called before each renderer. Raises ``InsufficientStorage``, ``NotReady``,
        ``CallerLeft``, and ``RendererCrashed`` where none can be started: the chunk can be done later.
        """
        job = batch.job()._replace(kind=JobKind.CHUNK)
        head, rows = planned_rows(batch.shard(number))
        with storage_errors():
            with durable.drafted(batch.segment_zip(number)) as file:
                writer = SegmentWriter(file)
                piece = _Piece(self, batch, job, head, caller, before)
                piece.do(rows, writer)
                first = writer.finish()
            keep_segment(batch, number, first, writer.rows)
        counts: Mapping[str, int] = first["counts"]
        return counts

    def render(
        self, batch: BatchFolder, job: Job, shard: bytes, caller: Caller, add: Callable[[Path, Any], None]
    ) -> None:
        """Have a renderer fill the rows of ``shard``; ``add`` takes its ZIP and its result."""
        workspace = self._workspace(batch)
        try:
            with storage_errors():
                workspace.file(SHARD_FILE).write_bytes(shard)
            rendered = self._renderer.run(job, workspace.path, caller)
            add(workspace.file(ARCHIVE), rendered.result)
        finally:
            workspace.remove()

    @property
    def max_output_bytes(self) -> int:
        """The most that the members of a renderer's ZIP may have unpacked."""
        return self._max_output_bytes

    def _workspace(self, batch: BatchFolder) -> Workspace:
        """Return a folder for a renderer, with copies of the template and the pictures."""
        workspace = self._workspaces.create()
        try:
            with storage_errors():
                for name in (TEMPLATE_FILE, *batch.record().assets):
                    shutil.copyfile(batch.path / name, workspace.file(name))
        except BaseException:
            workspace.remove()
            raise
        return workspace


class _Piece:
    """Rows of a chunk that are done together, and in halves where that fails."""

    def __init__(  # noqa: PLR0917, made in one place
        self,
        work: BatchWork,
        batch: BatchFolder,
        job: Job,
        head: bytes,
        caller: Caller,
        before: Callable[[], None],
    ) -> None:
        self._work = work
        self._batch = batch
        self._job = job
        self._head = head
        self._caller = caller
        self._before = before

    def do(self, rows: Sequence[PlannedRow], writer: SegmentWriter) -> None:
        """Add what comes of ``rows`` to ``writer``."""
        tries = _TRIES_OF_A_ROW if len(rows) == 1 else 1
        for number in range(1, tries + 1):
            try:
                self._render(rows, writer)
                return
            except _NOT_OF_ROWS:
                raise
            except DocopsError as error:
                if was_not_started(error):
                    raise
                log_event(
                    "chunk_failed",
                    batch=self._batch.short_id,
                    rows=[rows[0].number, rows[-1].number],
                    code=error.code,
                    inner=error.inner,
                )
                if number < tries and isinstance(error, RendererCrashed):
                    continue
                if len(rows) == 1:
                    writer.add_failed(failed(rows[0].number, error))
                    return
                break
        half = len(rows) // 2
        self.do(rows[:half], writer)
        self.do(rows[half:], writer)

    def _render(self, rows: Sequence[PlannedRow], writer: SegmentWriter) -> None:
        self._before()
        shard = self._head + b"".join(each.line for each in rows)
        most = self._work.max_output_bytes

        def add(archive: Path, result: dict[str, Any]) -> None:
            for cause in result.get("inner", ()):
                log_event("row_failed", batch=self._batch.short_id, inner=str(cause))
            writer.add_made(archive, result, rows, most)

        self._work.render(self._batch, self._job, shard, self._caller, add)


def _keep_plan(batch: BatchFolder, result: PlanResult, made: Path) -> None:
    """Write the shards, all of them or none, and then the plan."""
    shards, draft = batch.path / "shard", batch.path / "shard.draft"
    # Of a server that was killed between the two.
    for each in (shards, draft):
        remove_folder(os.fspath(each), lambda: True)
    draft.mkdir(mode=0o700)
    head = as_json({**result.headers}) + b"\n"
    rows = chunks = 0
    with open(open_made(made, os.O_RDONLY), "rb") as lines:
        while shard := list(islice(lines, ROWS_OF_CHUNK)):
            durable.write(draft / batch.shard(chunks).name, [head, *shard])
            rows += len(shard)
            chunks += 1
    if rows != result.total:
        raise RendererCrashed(inner="its plan has other rows than its result says")
    draft.rename(shards)
    durable.sync_folder(batch.path)
    plan = {
        "total": rows,
        "chunks": chunks,
        "faults": [each.as_dict() for each in result.faults],
        "headers": result.headers,
        "language": result.language,
    }
    durable.create(batch.path / "plan.json", as_json(plan))
