"""The threads of a server that do the work on batches, and the sweep of batches that have expired.

What there is to do is read from the folders each time, and claimed by flock(2): any server may do it, one at
a time, and after a server was killed another goes on. Nothing is begun while a job waits for a slot or all
slots are taken.
"""

import threading
import time
from collections.abc import Callable

from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.overview import overview
from docops_flask.batches.pieces import Pieces
from docops_flask.batches.store import Store
from docops_flask.batches.work import WorkCaller
from docops_flask.jobs.errors import CallerLeft, InsufficientStorage
from docops_flask.logs.events import log_event

_LOOK_SECONDS = 0.5
_YIELD_SECONDS = 0.02
SWEEP_SECONDS = 60.0
_REPORT_SECONDS = 5.0
FIRST_PAUSE_SECONDS, MOST_PAUSE_SECONDS = 1.0, 60.0


class BatchRunner:
    """Does the work on the batches of ``store`` in ``count`` threads, from ``open`` to ``close``."""

    def __init__(
        self,
        store: Store,
        pieces: Pieces,
        count: int,
        may_start: Callable[[], bool],
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        """``may_start`` says that no job of a client needs a renderer now."""
        self._sweep_seconds = min(sweep_seconds, SWEEP_SECONDS)
        self._store = store
        self._pieces = pieces
        self._count = count
        self._may_start = may_start
        self._is_open = self._is_closing = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        # When this process last worked on each batch: the one that waited longest is next.
        self._served_at: dict[str, float] = {}
        self._swept_at = self._reported_at = float("-inf")

    def open(self) -> None:
        """Start the threads."""
        self._is_open, self._is_closing = True, False
        for number in range(self._count):
            thread = threading.Thread(target=self._run, name=f"docops-batches-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def refuse_when_away(self) -> None:
        """Do nothing: what works on batches is here."""

    def broker_state(self) -> None:
        """Return ``None``: there is no broker."""

    def begun(self, _batch: BatchFolder) -> None:
        """Have the threads look for work now."""
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def stop_beginning(self) -> None:
        """Begin no more work, because the server stops. Safe inside a signal handler."""
        self._is_open = False

    def close(self, seconds: float = 5.0) -> None:
        """Stop the renderers at work, whose chunks are done again, and wait for the threads."""
        self._is_open, self._is_closing = False, True
        self._wake()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()

    def _run(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while self._is_open:
            wait_seconds = 0.0
            try:
                if not self._step():
                    wait_seconds = _LOOK_SECONDS
                pause_seconds = FIRST_PAUSE_SECONDS
            except CallerLeft:
                continue
            except Exception as error:
                self._pieces.told_delay(error)
                wait_seconds, pause_seconds = pause_seconds, min(pause_seconds * 2, MOST_PAUSE_SECONDS)
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
                did_work = self.work_on(batch)
            except (FileNotFoundError, InsufficientStorage):
                if batch.is_there:
                    raise
                # It was removed meanwhile.
                continue
            if did_work:
                self._served_at[batch.id] = time.monotonic()
                return True
        return False

    def work_on(self, batch: BatchFolder) -> bool:
        """Do one piece of work on a batch; return whether there was any.

        Raises what keeps it from going on.
        """
        if batch.is_cancelled:
            return self._pieces.end(batch)
        if self._pieces.fail_of_other_release(batch):
            return True
        plan = batch.plan()
        there = set(batch.segments())
        if plan is not None and len(there) == plan.chunks:
            return self._pieces.end(batch)
        self._store.refuse_when_full()
        caller = self._caller(batch)
        if plan is None:
            return self._pieces.plan(batch, caller)
        return any(
            self._pieces.chunk(batch, number, caller, lambda: self._wait_for_jobs(caller))
            for number in range(plan.chunks)
            if number not in there
        )

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
        self._pieces.recorder.batches_seen(overview(self._store))
