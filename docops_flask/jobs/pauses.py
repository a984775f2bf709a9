"""Stops renderers of batches while jobs of clients are at work (SIGSTOP), so that these have a core.

A lower priority alone is not enough where there are as many renderers of batches as cores. A renderer that is
stopped still ends with its server (``die_with_server``).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from docops_flask.jobs.process import RendererProcess

# A renderer that stands by is loaded after a job, for the next.
_AFTER_JOBS_SECONDS = 0.15
# Under steady load a batch goes on all the same: after so long a pause it has so much time without one.
_LONGEST_SECONDS = 2.0
_RUN_SECONDS = 0.5


class Pauses:
    """Pauses its renderers while jobs of clients are at work in this process; safe in many threads."""

    def __init__(
        self,
        after_jobs_seconds: float = _AFTER_JOBS_SECONDS,
        longest_seconds: float = _LONGEST_SECONDS,
        run_seconds: float = _RUN_SECONDS,
    ) -> None:
        """A pause lasts until ``after_jobs_seconds`` after the last job, at most ``longest_seconds``.

        After a longest pause there is none for ``run_seconds``.
        """
        self._after_jobs_seconds = after_jobs_seconds
        self._longest_seconds = longest_seconds
        self._run_seconds = run_seconds
        self._mutex = threading.Lock()
        self._jobs: dict[str, int] = {}
        self._had_jobs_at = self._not_before = float("-inf")
        self._paused_at: float | None = None
        self._renderers: set[RendererProcess] = set()

    def counter(self, of: str) -> Callable[[int], None]:
        """Return a function that takes the number of jobs of a kind at work, whenever it changes."""
        return partial(self._count, of)

    def _count(self, of: str, jobs: int) -> None:
        with self._mutex:
            self._had_jobs_at = time.monotonic()
            self._jobs[of] = jobs
            self._pause_if_wanted()

    def _has_jobs(self) -> bool:
        return any(self._jobs.values())

    def _pause_if_wanted(self) -> None:
        now = time.monotonic()
        if self._paused_at is None and self._has_jobs() and now >= self._not_before:
            self._paused_at = now
            for each in self._renderers:
                each.pause()

    def look(self) -> None:
        """End a pause that is not wanted now, or has lasted long, or begin one; to be called often."""
        with self._mutex:
            if self._paused_at is None:
                self._pause_if_wanted()
                return
            now = time.monotonic()
            is_long = now - self._paused_at >= self._longest_seconds
            is_free = not self._has_jobs() and now - self._had_jobs_at >= self._after_jobs_seconds
            if not (is_long or is_free):
                return
            self._paused_at = None
            self._not_before = now + self._run_seconds if is_long else now
            for each in self._renderers:
                each.resume()

    @contextmanager
    def pausing(self, renderer: RendererProcess) -> Iterator[None]:
        """Pause ``renderer`` as the others, inside ``with``; it has to be in its cell."""
        with self._mutex:
            self._renderers.add(renderer)
            if self._paused_at is not None:
                renderer.pause()
        try:
            yield
        finally:
            with self._mutex:
                self._renderers.discard(renderer)
                renderer.resume()
