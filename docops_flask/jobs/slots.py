"""How many jobs run at a time, and how many may wait for their turn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from docops_flask.jobs.errors import TooManyRequests


class Slots:
    """``count`` slots of this process, handed to one job each."""

    def __init__(
        self,
        count: int,
        queue_timeout_seconds: float,
        max_waiting: int,
        on_change: Callable[[int], None] = lambda _busy: None,
    ) -> None:
        """Make ``count`` free slots (at least one).

        A job waits at most ``queue_timeout_seconds`` (0: not at all), and at most ``max_waiting`` jobs
        wait at a time, so that threads remain for everything that needs no slot. ``on_change`` is told how
        many slots are taken, each time that changes.
        """
        self.count = count
        self._queue_timeout_seconds = queue_timeout_seconds
        self._max_waiting = max_waiting
        self._on_change = on_change
        self._free = threading.BoundedSemaphore(count)
        self._counters = threading.Lock()
        self._busy = 0
        self._waiting = 0

    @property
    def busy(self) -> int:
        """Return how many slots are taken now."""
        return self._busy

    @property
    def waiting(self) -> int:
        """Return how many jobs wait for a slot now."""
        return self._waiting

    @contextmanager
    def take(self) -> Iterator[int]:
        """Hold a slot inside ``with``; the value is how long it was waited for, in milliseconds.

        Raises ``TooManyRequests`` when none became free in time, or too many wait already.
        """
        waited_ms = self._acquire()
        try:
            self._count(1)
            yield waited_ms
        finally:
            self._count(-1)
            self._free.release()

    def _acquire(self) -> int:
        if self._free.acquire(blocking=False):
            return 0
        if self._queue_timeout_seconds <= 0:
            raise self._refusal("no_slot")
        if not self._join_queue():
            raise self._refusal("queue_full")
        started = time.monotonic()
        try:
            taken = self._free.acquire(timeout=self._queue_timeout_seconds)
        finally:
            with self._counters:
                self._waiting -= 1
        waited_ms = int((time.monotonic() - started) * 1000)
        if not taken:
            raise self._refusal("queue_timeout", waited_ms)
        return waited_ms

    def _count(self, change: int) -> None:
        with self._counters:
            self._busy += change
            self._on_change(self._busy)

    def _join_queue(self) -> bool:
        with self._counters:
            if self._waiting >= self._max_waiting:
                return False
            self._waiting += 1
            return True

    def _refusal(self, reason: str, waited_ms: int = 0) -> TooManyRequests:
        return TooManyRequests(
            max_concurrency=self.count,
            queue_timeout_seconds=self._queue_timeout_seconds,
            waited_ms=waited_ms,
            reason=reason,
        )
