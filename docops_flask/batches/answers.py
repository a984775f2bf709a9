"""What a worker does when a message comes (``queue``): it looks what is missing, and does it."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from docops_flask.batches.errors import WorkLeft
from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.pieces import Pieces
from docops_flask.batches.runner import FIRST_PAUSE_SECONDS, MOST_PAUSE_SECONDS
from docops_flask.batches.store import Store
from docops_flask.batches.work import WorkCaller
from docops_flask.jobs.errors import CallerLeft, InsufficientStorage

if TYPE_CHECKING:
    from docops_flask.batches.queue import Queue

# The files of a batch may lie behind a network: a renderer at work asks this often whether it is wanted.
_WANTED_SECONDS = 1.0


class Answers:
    """Does what messages ask for; several threads call it."""

    def __init__(self, store: Store, pieces: Pieces, queue: "Queue") -> None:
        self._store = store
        self._pieces = pieces
        self._queue = queue
        self._stopping = threading.Event()
        self._pause_seconds = FIRST_PAUSE_SECONDS

    def stop_beginning(self) -> None:
        """Start no renderer any more. Safe inside a signal handler."""
        self._stopping.set()

    def batch(self, batch_id: str) -> None:
        """Plan a batch and send the messages of its chunks, or end it; raises ``WorkLeft``."""
        self._do(batch_id, self._batch)

    def chunk(self, batch_id: str, number: int) -> None:
        """Do a chunk of a batch; raises ``WorkLeft``."""
        self._do(batch_id, lambda batch: self._chunk(batch, number))

    def _do(self, batch_id: str, work: Callable[[BatchFolder], None]) -> None:
        batch: BatchFolder | None = None
        try:
            batch = self._store.get(batch_id)
            if batch is None or batch.done() is not None:
                return
            if self._stopping.is_set():
                raise WorkLeft
            if batch.is_cancelled:
                self._pieces.end(batch)
            elif not self._pieces.fail_of_other_release(batch):
                self._store.refuse_when_full()
                work(batch)
            self._pause_seconds = FIRST_PAUSE_SECONDS
        except CallerLeft:
            # It was cancelled or erased; or this process stops, and another has to do it.
            if self._stopping.is_set():
                raise WorkLeft from None
        except Exception as error:
            is_of_files = isinstance(error, (FileNotFoundError, InsufficientStorage))
            if is_of_files and batch is not None and self._is_gone(batch):
                return
            if isinstance(error, WorkLeft):
                raise
            self._pieces.told_delay(error)
            pause_seconds = self._pause_seconds
            self._pause_seconds = min(pause_seconds * 2, MOST_PAUSE_SECONDS)
            self._stopping.wait(pause_seconds)
            raise WorkLeft from error

    @staticmethod
    def _is_gone(batch: BatchFolder) -> bool:
        try:
            return not batch.is_there
        except Exception:
            return False

    def _batch(self, batch: BatchFolder) -> None:
        if batch.plan() is None:
            self._pieces.plan(batch, self._caller(batch))
        plan = batch.plan()
        if plan is None or batch.done() is not None:
            # Another plans it, or its rows cannot be used.
            return
        missing = sorted(set(range(plan.chunks)) - set(batch.segments()))
        if missing:
            self._queue.send_chunks(batch.id, missing, plan.chunks)
        else:
            self._pieces.end(batch)

    def _chunk(self, batch: BatchFolder, number: int) -> None:
        plan = batch.plan()
        if plan is None or number >= plan.chunks:
            return
        if batch.has_segment(number):
            self._pieces.end_when_all_there(batch)
            return
        caller = self._caller(batch)
        self._pieces.chunk(batch, number, caller, self._refuse_when_stopping)

    def _refuse_when_stopping(self) -> None:
        if self._stopping.is_set():
            raise CallerLeft

    def _caller(self, batch: BatchFolder) -> WorkCaller:
        asked_at, is_wanted = float("-inf"), True

        def wanted() -> bool:
            nonlocal asked_at, is_wanted
            if monotonic() - asked_at > _WANTED_SECONDS:
                asked_at = monotonic()
                is_wanted = batch.is_there and not batch.is_cancelled
            return is_wanted

        return WorkCaller(wanted)
