"""The threads of a server that do the work on batches, and the sweep of batches that have expired.

What there is to do is read from the folders each time, and claimed by flock(2): any server may do it, one at
a time, and after a server was killed another goes on. Nothing is begun while a job waits for a slot or all
slots are taken.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from docops_flask.batches import durable
from docops_flask.batches.ending import end, end_failed
from docops_flask.batches.errors import OtherRelease
from docops_flask.batches.folder import STATES, BatchFolder
from docops_flask.batches.store import Store
from docops_flask.batches.work import BatchWork, WorkCaller, was_not_started
from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.errors import CallerLeft, InsufficientStorage, NotReady, RendererCrashed
from docops_flask.logs.events import log_event, place_of

_LOOK_SECONDS = 0.5
_YIELD_SECONDS = 0.02
_SWEEP_SECONDS = 60.0
_REPORT_SECONDS = 5.0
_FIRST_PAUSE_SECONDS, _MOST_PAUSE_SECONDS = 1.0, 60.0
# What a planning renderer died of may pass; the third time the batch fails.
_TRIES_OF_A_PLAN = 3


class BatchRecorder(Protocol):
    """Counts for the metrics."""

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Count the rows of a chunk by outcome, and its time."""

    def chunk_again(self) -> None:
        """Count a chunk that could not be done and will be done again."""

    def batches_seen(self, states: Mapping[str, int], idle_seconds: float) -> None:
        """Set how many batches are in which state, and for how long the one that waits longest has waited."""


class BatchRunner:
    """Does the work on the batches of ``store`` in ``count`` threads, from ``open`` to ``close``."""

    def __init__(  # noqa: PLR0917, made in one place
        self,
        store: Store,
        work: BatchWork,
        release: tuple[str, str],
        count: int,
        may_start: Callable[[], bool],
        recorder: BatchRecorder,
        sweep_seconds: float = _SWEEP_SECONDS,
    ) -> None:
        """``may_start`` says that no job of a client needs a renderer now."""
        self._sweep_seconds = min(sweep_seconds, _SWEEP_SECONDS)
        self._store = store
        self._work = work
        self._release = release
        self._count = count
        self._may_start = may_start
        self._recorder = recorder
        self._is_open = self._is_closing = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        # When this process last worked on each batch: the one that waited longest is next.
        self._served_at: dict[str, float] = {}
        self._plans_failed: dict[str, int] = {}
        self._swept_at = self._reported_at = float("-inf")

    def open(self) -> None:
        """Start the threads."""
        self._is_open, self._is_closing = True, False
        for number in range(self._count):
            thread = threading.Thread(target=self._run, name=f"docops-batches-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Have the threads look for work now."""
        with self._changed:
            self._changed.notify_all()

    def stop_beginning(self) -> None:
        """Begin no more work, because the server stops. Safe inside a signal handler."""
        self._is_open = False

    def close(self, seconds: float = 5.0) -> None:
        """Stop the renderers at work, whose chunks are done again, and wait for the threads."""
        self._is_open, self._is_closing = False, True
        self.wake()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()

    def _run(self) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while self._is_open:
            wait_seconds = 0.0
            try:
                if not self._step():
                    wait_seconds = _LOOK_SECONDS
                pause_seconds = _FIRST_PAUSE_SECONDS
            except CallerLeft:
                continue
            except Exception as error:
                self._recorder.chunk_again()
                inner = error.inner if isinstance(error, DocopsError) else None
                log_event("batch_delayed", inner=inner or place_of(type(error), error.__traceback__))
                wait_seconds, pause_seconds = pause_seconds, min(pause_seconds * 2, _MOST_PAUSE_SECONDS)
            with self._changed:
                if self._is_open and wait_seconds:
                    self._changed.wait(wait_seconds)

    def _step(self) -> bool:
        """Do one piece of work; return whether there was any."""
        self._sweep()
        self._report()
        if not self._may_start():
            time.sleep(_YIELD_SECONDS)
            return True
        live = sorted(self._store.live(), key=lambda each: self._served_at.get(each.id, 0.0))
        self._served_at = {each.id: self._served_at.get(each.id, 0.0) for each in live}
        for batch in live:
            try:
                did_work = self._work_on(batch)
            except (FileNotFoundError, InsufficientStorage):
                if batch.is_there:
                    raise
                # It was removed meanwhile.
                continue
            if did_work:
                self._served_at[batch.id] = time.monotonic()
                return True
        return False

    def _work_on(self, batch: BatchFolder) -> bool:
        if batch.is_cancelled:
            return self._end(batch)
        if not batch.is_of(*self._release):
            end_failed(batch, OtherRelease())
            return True
        plan = batch.plan()
        there = set(batch.segments())
        if plan is not None and len(there) == plan.chunks:
            return self._end(batch)
        self._store.refuse_when_full()
        if plan is None:
            return self._plan(batch)
        return any(self._chunk(batch, number) for number in range(plan.chunks) if number not in there)

    def _plan(self, batch: BatchFolder) -> bool:
        with durable.claimed(batch.claim("plan")) as is_ours:
            if not is_ours or batch.plan() is not None or batch.done() is not None:
                return False
            try:
                self._work.plan(batch, self._caller(batch))
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

    def _chunk(self, batch: BatchFolder, number: int) -> bool:
        with durable.claimed(batch.claim(f"{number:05}")) as is_ours:
            if not is_ours or batch.segment(number).exists():
                return False
            caller = self._caller(batch)
            started = time.monotonic()
            counts = self._work.chunk(batch, number, caller, lambda: self._wait_for_jobs(caller))
            self._recorder.chunk_ended(counts, time.monotonic() - started)
        with suppress(FileNotFoundError):
            plan = batch.plan()
            if plan is not None and len(batch.segments()) == plan.chunks:
                self._end(batch)
        return True

    @staticmethod
    def _end(batch: BatchFolder) -> bool:
        """End a batch; return whether this process has done so."""
        if not end(batch):
            return False
        done = batch.done()
        if done is not None:
            log_event("batch_ended", batch=batch.short_id, state=done.state, rows=done.rows._asdict())
        return True

    def _caller(self, batch: BatchFolder) -> WorkCaller:
        return WorkCaller(lambda: not self._is_closing and batch.is_there and not batch.is_cancelled)

    def _wait_for_jobs(self, caller: WorkCaller) -> None:
        """Wait until no job of a client needs a renderer; raises ``CallerLeft`` once work is not wanted."""
        while not self._may_start():
            caller.wait((), _YIELD_SECONDS)
        caller.refuse_if_left()

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept_at < self._sweep_seconds:
            return
        self._swept_at = now
        expired = self._store.sweep()
        if expired:
            log_event("batches_expired", count=expired)

    def _report(self) -> None:
        """Tell the metrics of all batches, now and then."""
        now = time.monotonic()
        if now - self._reported_at < _REPORT_SECONDS:
            return
        self._reported_at = now
        states = dict.fromkeys(STATES, 0)
        idle_seconds = 0.0
        for batch in self._store.all():
            with suppress(FileNotFoundError):
                state = batch.state()
                states[state] += 1
                if state in ("planning", "running"):
                    idle_seconds = max(idle_seconds, time.time() - batch.progressed_at())
        self._recorder.batches_seen(states, idle_seconds)
