"""What a server does for batches whose work is done by workers: it tells them, and sends again what was lost.

Every second each server looks at the batches that have not ended. A batch that was cancelled is ended
here. Where nothing came of a batch for a while and no message waits, its messages were lost, and those of the
missing chunks are sent again; another server may do so too, which does no harm.
"""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from docops_flask.batches.errors import BrokerUnavailable
from docops_flask.batches.files import write
from docops_flask.batches.folder import BatchFolder, Plan, as_json
from docops_flask.batches.overview import overview
from docops_flask.batches.pieces import Pieces
from docops_flask.batches.runner import FIRST_PAUSE_SECONDS, MOST_PAUSE_SECONDS, SWEEP_SECONDS
from docops_flask.batches.store import Store
from docops_flask.engine.errors import DocopsError
from docops_flask.logs.events import log_event

if TYPE_CHECKING:
    from docops_flask.batches.queue import Queue

_LOOK_SECONDS = 1.0
_REPORT_SECONDS = 10.0
# A chunk takes a second or so; one that takes longer is claimed, and its message, sent again, is dropped.
_QUIET_SECONDS = 8.0
_SENT_FILE = "sent"


class BatchWatch:
    """Watches the batches of ``store`` in a thread, from ``open`` to ``close``."""

    def __init__(
        self, store: Store, pieces: Pieces, queue: "Queue", sweep_seconds: float = SWEEP_SECONDS
    ) -> None:
        self._store = store
        self._pieces = pieces
        self._queue = queue
        self._sweep_seconds = min(sweep_seconds, SWEEP_SECONDS)
        self._closing = threading.Event()
        # What was last seen of each batch (whether it has a plan, its chunks), and since when.
        self._seen: dict[str, tuple[tuple[bool, int], float]] = {}
        self._swept_at = self._reported_at = float("-inf")

    def open(self) -> None:
        """Start the thread."""
        self._closing.clear()
        threading.Thread(target=self._run, name="docops-batches", daemon=True).start()

    def stop_beginning(self) -> None:
        """Go on until the end: what is watched is done elsewhere."""

    def close(self) -> None:
        """Have the thread end."""
        self._closing.set()

    def refuse_when_away(self) -> None:
        """Raise ``BrokerUnavailable`` when no worker can be told of a new batch."""
        self._queue.check()

    def broker_state(self) -> str:
        """Return ``ready`` or ``unavailable``."""
        return self._queue.state()

    def begun(self, batch: BatchFolder) -> None:
        """Have a worker look at a batch; where the broker has gone meanwhile, it is told later."""
        self._seen.pop(batch.id, None)
        with suppress(BrokerUnavailable):
            self._queue.send_batch(batch.id)

    def _run(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        wait_seconds = 0.0
        while not self._closing.wait(wait_seconds):
            try:
                self._look()
                wait_seconds, pause_seconds = _LOOK_SECONDS, FIRST_PAUSE_SECONDS
            except Exception as error:
                self._pieces.told_delay(error)
                wait_seconds, pause_seconds = pause_seconds, min(pause_seconds * 2, MOST_PAUSE_SECONDS)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._swept_at >= self._sweep_seconds:
            self._swept_at = now
            expired = self._store.sweep()
            if expired:
                log_event("batches_expired", count=expired)
        if now - self._reported_at >= _REPORT_SECONDS:
            self._reported_at = now
            self._pieces.recorder.batches_seen(overview(self._store))
        live = list(self._store.live())
        ids = {each.id for each in live}
        self._seen = {name: seen for name, seen in self._seen.items() if name in ids}
        for batch in live:
            # It may be removed at any time.
            with suppress(FileNotFoundError):
                self._look_at(batch)

    def _look_at(self, batch: BatchFolder) -> None:
        if batch.is_cancelled:
            self._pieces.end(batch)
            return
        plan, there = batch.plan(), batch.segments()
        found = (plan is not None, len(there))
        now = time.monotonic()
        seen, since = self._seen.get(batch.id, (None, now))
        if seen != found:
            self._seen[batch.id] = (found, now)
            return
        quiet_seconds = now - since
        if quiet_seconds < _QUIET_SECONDS or not self._is_lost(quiet_seconds):
            return
        self._seen[batch.id] = (found, now)
        with batch.files.claimed(_SENT_FILE) as is_ours:
            if is_ours and not self._was_sent(batch):
                self._send_again(batch, plan, there)

    def _send_again(self, batch: BatchFolder, plan: Plan | None, there: Sequence[int]) -> None:
        missing = [] if plan is None else sorted(set(range(plan.chunks)) - set(there))
        log_event("batch_sent_again", batch=batch.short_id, chunks=len(missing))
        write(batch.files, _SENT_FILE, as_json({"at": time.time()}))
        with suppress(BrokerUnavailable):
            if plan is None or not missing:
                self._queue.send_batch(batch.id)
            else:
                self._queue.send_chunks(batch.id, missing, plan.chunks)

    def _is_lost(self, quiet_seconds: float) -> bool:
        """Say whether a batch that is quiet has no message: none waits, or it would have come long ago."""
        try:
            return self._queue.waiting() == 0 or quiet_seconds > self._queue.lost_after_seconds
        except BrokerUnavailable:
            return False

    @staticmethod
    def _was_sent(batch: BatchFolder) -> bool:
        """Say whether another server has just sent the messages of a batch again."""
        try:
            return bool(time.time() - json.loads(batch.files.read(_SENT_FILE))["at"] < _QUIET_SECONDS)
        except (FileNotFoundError, DocopsError):
            return False
