"""Limits how many jobs run at a time, and how many may wait for a slot."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.errors import CallerLeft, TooManyRequests


class _Waiter:
    """A waiting job; ``descriptor`` becomes readable when it is given a slot."""

    def __init__(self) -> None:
        self.descriptor = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self.has_slot = False

    def hand_over(self) -> None:
        self.has_slot = True
        os.eventfd_write(self.descriptor, 1)


class Slots:
    """The ``count`` slots of this process, each held by one job; jobs that wait get one in their order."""

    def __init__(
        self,
        count: int,
        queue_timeout_seconds: float,
        max_waiting: int,
        on_change: Callable[[int], None] = lambda _busy: None,
        setting: str = "DOCOPS_MAX_CONCURRENCY",
    ) -> None:
        """Make ``count`` free slots (at least one).

        A job waits at most ``queue_timeout_seconds`` (0: not at all), and at most ``max_waiting`` jobs wait
        at a time, so that threads remain for requests that need no slot. ``on_change`` is called with the
        number of slots in use whenever it changes. ``setting`` is the one that allows more.
        """
        self.count = count
        self._setting = setting
        self._queue_timeout_seconds = queue_timeout_seconds
        self._max_waiting = max_waiting
        self._on_change = on_change
        self._free = threading.BoundedSemaphore(count)
        self._counters = threading.Lock()
        self._busy = 0
        # While a job waits here no slot is free: a returned slot goes to the first one, not to the semaphore.
        self._queue: deque[_Waiter] = deque()
        self._queue_mutex = threading.Lock()

    @property
    def busy(self) -> int:
        """Return how many slots are in use."""
        return self._busy

    @property
    def waiting(self) -> int:
        """Return how many jobs wait for a slot."""
        return len(self._queue)

    def has_room(self) -> bool:
        """Say whether a slot is free, and no job waits for one."""
        return self.waiting == 0 and self.busy < self.count

    @contextmanager
    def take(self, caller: Caller = STAYING) -> Iterator[int]:
        """Hold a slot inside ``with``; the value is the time that the job waited for it, in milliseconds.

        Raises ``TooManyRequests`` when no slot became free in time, or too many jobs wait already, and
        ``CallerLeft`` when ``caller`` disconnects before that.
        """
        waited_ms = self._acquire(caller)
        try:
            self._count(1)
            yield waited_ms
        finally:
            self._count(-1)
            self._give_back()

    def _acquire(self, caller: Caller) -> int:
        waiter = self._take_or_join_queue()
        if waiter is None:
            return 0
        started = time.monotonic()
        try:
            caller.wait([waiter.descriptor], self._queue_timeout_seconds)
        except BaseException as error:
            if self._leave_queue(waiter):
                self._give_back()
            if isinstance(error, CallerLeft):
                raise CallerLeft(waited_ms=_ms_since(started)) from None
            raise
        if not self._leave_queue(waiter):
            raise self._refusal("queue_timeout", _ms_since(started))
        return _ms_since(started)

    def _take_or_join_queue(self) -> _Waiter | None:
        """Take a free slot (``None``) or a place in the queue; raises ``TooManyRequests``."""
        with self._queue_mutex:
            if self._free.acquire(blocking=False):
                return None
            if self._queue_timeout_seconds <= 0:
                raise self._refusal("no_slot")
            if len(self._queue) >= self._max_waiting:
                raise self._refusal("queue_full")
            waiter = _Waiter()
            self._queue.append(waiter)
            return waiter

    def _leave_queue(self, waiter: _Waiter) -> bool:
        """End the wait; return whether the job was given a slot."""
        with self._queue_mutex:
            if not waiter.has_slot:
                self._queue.remove(waiter)
            os.close(waiter.descriptor)
            return waiter.has_slot

    def _give_back(self) -> None:
        with self._queue_mutex:
            if self._queue:
                self._queue.popleft().hand_over()
            else:
                self._free.release()

    def _count(self, change: int) -> None:
        with self._counters:
            self._busy += change
            self._on_change(self._busy)

    def _refusal(self, reason: str, waited_ms: int = 0) -> TooManyRequests:
        return TooManyRequests(
            max_concurrency=self.count,
            queue_timeout_seconds=self._queue_timeout_seconds,
            waited_ms=waited_ms,
            reason=reason,
            setting=self._setting,
        )


def _ms_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
