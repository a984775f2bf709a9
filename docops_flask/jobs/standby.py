"""Keeps renderers that were started ahead of need; each takes one job and is replaced.

One thread of the server starts them. A renderer reads its folder as soon as it is ready, so a job may be
given one that is still loading: it is ready sooner than one that is started now.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.worker.worker import READY
from docops_flask.jobs.process import RendererProcess
from docops_flask.jobs.slots import Slots


def spare_core(slots: Slots, workers: int) -> Callable[[], bool]:
    """Return a function that says whether this worker's share of the cores has one that is idle.

    A job that waits for one of ``slots`` starts its own renderer as soon as it has it, and a running job
    would share its core with a renderer that is loading.
    """
    share = max(1, len(os.sched_getaffinity(0)) // workers)
    return lambda: slots.waiting == 0 and slots.busy < share


# The longest time until a renderer that has ended is noticed; a job notices at once.
_LOOK_SECONDS = 1.0
# Shorter while one is loading, so that the next is started soon after.
_WARMING_LOOK_SECONDS = 0.05
# The answer of the job that ended is sent first: starting a process takes time of this one too.
_AFTER_A_JOB_SECONDS = 0.02
_START_SECONDS = 30.0
_MOST_BACKOFF_SECONDS = 60.0
_CLOSE_SECONDS = 2.0
_log = logging.getLogger(__name__)

Start = Callable[[float], RendererProcess]


@dataclass(slots=True)
class _Standing:
    process: RendererProcess
    started_at: float
    is_ready: bool = False


class Standby:
    """Keeps ``count`` renderers ready from ``open`` to ``close``; safe to use from many threads.

    Without ``open``, and in a forked child, there are none and no thread: each job starts its own.
    """

    _keeper: threading.Thread | None

    def __init__(
        self,
        count: int,
        start: Start,
        may_refill: Callable[[], bool] = lambda: True,
        on_change: Callable[[int], None] = lambda _ready: None,
    ) -> None:
        """Take the function that starts a renderer by a deadline (monotonic clock).

        ``may_refill`` says whether one may be started now: waiting jobs come first. ``on_change`` is called
        with the number that are ready.
        """
        self._count = count
        self._start = start
        self._may_refill = may_refill
        self._on_change = on_change
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def open(self) -> None:
        """Start to keep renderers ready."""
        with self._changed:
            if self._count == 0 or self._keeper is not None:
                return
            self._is_open = True
            keeper = self._keeper = threading.Thread(target=self._keep, name="docops-standby", daemon=True)
        keeper.start()

    def take(self) -> RendererProcess | None:
        """Return an unused renderer, which belongs to the caller from now on; ``None`` if there is none."""
        with self._changed:
            self._standing.sort(key=lambda each: not each.is_ready)
            while self._standing:
                standing = self._standing.pop(0)
                self._report_ready()
                if self._is_alive(standing):
                    self._failures = 0
                    return standing.process
                self._dead.append(standing.process)
                self._note_failure()
        return None

    def job_ended(self) -> None:
        """Have the renderer that was taken replaced now, if ``may_refill`` allows it."""
        with self._changed:
            self._changed.notify()

    def stop_refilling(self) -> None:
        """Start no more renderers, because the server stops. Safe inside a signal handler."""
        self._is_open = False

    def close(self) -> None:
        """End all renderers that are kept, and return when they have ended; jobs start their own."""
        self._is_open = False
        with self._changed:
            keeper, self._keeper = self._keeper, None
            self._changed.notify()
        if keeper is not None:
            # A renderer that is being started meanwhile ends with the server.
            keeper.join(_CLOSE_SECONDS)
        self._end_all()

    def pids(self) -> list[int]:
        """Return the process ids of the renderers that are kept, ready or not."""
        with self._changed:
            return [each.process.pid for each in self._standing]

    def _forget(self) -> None:
        # A forked child is not their parent; freeing the objects would close descriptors that it has opened
        # since.
        self._parents = getattr(self, "_standing", None)
        self._standing: list[_Standing] = []
        self._dead: list[RendererProcess] = []
        self._changed = threading.Condition()
        self._keeper = None
        self._is_open = False
        self._failures = 0
        self._not_before = 0.0

    def _keep(self) -> None:
        while self._is_open:
            self._look()
            if self._is_wanted():
                self._add()
            with self._changed:
                loading = any(not each.is_ready for each in self._standing)
                was_woken = self._is_open and self._changed.wait(
                    _WARMING_LOOK_SECONDS if loading else _LOOK_SECONDS
                )
            if was_woken:
                time.sleep(_AFTER_A_JOB_SECONDS)

    def _look(self) -> None:
        """Note which are ready; remove and reap those that have ended."""
        with self._changed:
            for standing in list(self._standing):
                if not self._is_alive(standing):
                    self._standing.remove(standing)
                    self._dead.append(standing.process)
                    self._note_failure()
            self._report_ready()
            dead, self._dead = self._dead, []
        for process in dead:
            process.end(0.0)

    def _is_wanted(self) -> bool:
        with self._changed:
            loading = any(not each.is_ready for each in self._standing)
            return (
                self._is_open
                and not loading
                and len(self._standing) < self._count
                and time.monotonic() >= self._not_before
                and self._may_refill()
            )

    def _add(self) -> None:
        try:
            process = self._start(time.monotonic() + _START_SECONDS)
        except (DocopsError, TimeoutError) as error:
            _log.warning("a renderer could not be started ahead of need (%s)", type(error).__name__)
            with self._changed:
                self._note_failure()
            return
        with self._changed:
            if self._is_open:
                self._standing.append(_Standing(process, time.monotonic()))
                return
        process.end(0.0)

    def _is_alive(self, standing: _Standing) -> bool:
        """Return whether it runs and has sent nothing but ``READY``, once."""
        with suppress(TimeoutError):
            if standing.process.receive(0.0) != READY or standing.is_ready:
                return False
            standing.is_ready = True
        return standing.is_ready or time.monotonic() - standing.started_at < _START_SECONDS

    def _note_failure(self) -> None:
        """Double the pause before the next start after each renderer that ended without a job."""
        self._failures += 1
        self._not_before = time.monotonic() + min(2.0**self._failures / 2, _MOST_BACKOFF_SECONDS)

    def _report_ready(self) -> None:
        self._on_change(sum(each.is_ready for each in self._standing))

    def _end_all(self) -> None:
        with self._changed:
            processes = [*self._dead, *(each.process for each in self._standing)]
            self._standing, self._dead = [], []
            self._report_ready()
        for process in processes:
            process.end(0.0)
