"""Pieces of the work on batches: each is claimed while it is done, counted and told in the log."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from docops_flask.batches.ending import end, end_failed
from docops_flask.batches.errors import OtherRelease
from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.overview import Overview
from docops_flask.batches.work import BatchWork, was_not_started
from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.caller import Caller
from docops_flask.jobs.errors import CallerLeft, InsufficientStorage, NotReady, RendererCrashed
from docops_flask.logs.events import log_event, place_of

# What a planning renderer died of may pass; the third time the batch fails.
_TRIES_OF_A_PLAN = 3


class BatchRecorder(Protocol):
    """Counts for the metrics."""

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Count the rows of a chunk by outcome, and its time."""

    def chunk_again(self) -> None:
        """Count a chunk that could not be done and will be done again."""

    def batches_seen(self, overview: Overview) -> None:
        """Set what is known of all batches."""


class Pieces:
    """Does pieces of work, for a release of the service."""

    def __init__(self, work: BatchWork, release: tuple[str, str], recorder: BatchRecorder) -> None:
        self._work = work
        self._release = release
        self.recorder = recorder
        self._plans_failed: dict[str, int] = {}

    def fail_of_other_release(self, batch: BatchFolder) -> bool:
        """End a batch that another release has begun; return whether it is one."""
        if batch.is_of(*self._release):
            return False
        end_failed(batch, OtherRelease())
        return True

    def plan(self, batch: BatchFolder, caller: Caller) -> bool:
        """Make the plan of a batch, or end it where its rows cannot be used; return whether this call did."""
        with batch.files.claimed("plan") as is_ours:
            if not is_ours or batch.plan() is not None or batch.done() is not None:
                return False
            try:
                self._work.plan(batch, caller)
            except (InsufficientStorage, NotReady, CallerLeft):
                raise
            except DocopsError as error:
                if was_not_started(error):
                    raise
                tries = self._plans_failed[batch.id] = self._plans_failed.get(batch.id, 0) + 1
                if isinstance(error, RendererCrashed) and tries < _TRIES_OF_A_PLAN:
                    raise
                del self._plans_failed[batch.id]
                log_event("batch_failed", batch=batch.short_id, code=error.code, inner=error.inner)
                end_failed(batch, error)
        return True

    def chunk(self, batch: BatchFolder, number: int, caller: Caller, before: Callable[[], None]) -> bool:
        """Do a chunk, and end the batch after the last; return whether this call has done the chunk.

        ``before`` is called before each renderer.
        """
        with batch.files.claimed(f"{number:05}") as is_ours:
            if not is_ours or batch.has_segment(number):
                return False
            started = time.monotonic()
            counts = self._work.chunk(batch, number, caller, before)
            self.recorder.chunk_ended(counts, time.monotonic() - started)
        with suppress(FileNotFoundError):
            self.end_when_all_there(batch)
        return True

    def end_when_all_there(self, batch: BatchFolder) -> bool:
        """End a batch whose chunks are all done; return whether this call has done so."""
        plan = batch.plan()
        return plan is not None and len(batch.segments()) == plan.chunks and self.end(batch)

    @staticmethod
    def end(batch: BatchFolder) -> bool:
        """End a batch that was cancelled or is all done; return whether this call has done so."""
        if not end(batch):
            return False
        done = batch.done()
        if done is not None:
            log_event("batch_ended", batch=batch.short_id, state=done.state, rows=done.rows._asdict())
        return True

    def told_delay(self, error: Exception) -> None:
        """Count and log that a piece could not be done and will be done again."""
        self.recorder.chunk_again()
        inner = error.inner if isinstance(error, DocopsError) else None
        log_event("batch_delayed", inner=inner or place_of(type(error), error.__traceback__))
