"""What a server and all the processes below it use: CPU time and memory, seen from outside."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil

_SETTLE_STEP_SECONDS = 0.1
_SETTLE_SECONDS = 5.0
_SAMPLE_SECONDS = 0.01


class ProcessTree:
    """The process ``pid`` and what is below it."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)

    def cpu_seconds(self) -> float:
        """Return the CPU time of all of them, those that have ended and were reaped included (times(2))."""
        total = 0.0
        for process in self._all():
            try:
                total += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:
                continue
        return total

    def settled_cpu_seconds(self) -> float:
        """Return the CPU time once it stands still: what a job left to be done counts as that job's."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        before = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(_SETTLE_STEP_SECONDS)
            now = self.cpu_seconds()
            if now - before < 0.01:
                break
            before = now
        return now

    def memory_bytes(self) -> int:
        """Return the memory of all of them, what they share counted once (proportional set size)."""
        total = 0
        for process in self._all():
            try:
                total += process.memory_full_info().pss
            except psutil.NoSuchProcess:
                continue
        return total

    @contextmanager
    def watching_renderers(self) -> "Iterator[Peak]":
        """Note, inside ``with``, the most memory that a process below gunicorn's workers holds at a time."""
        peak, stop = Peak(), Event()
        watcher = Thread(target=self._watch, args=(peak, stop), daemon=True)
        watcher.start()
        try:
            yield peak
        finally:
            stop.set()
            watcher.join()

    def _watch(self, peak: "Peak", stop: Event) -> None:
        while not stop.wait(_SAMPLE_SECONDS):
            workers = self._root.children()
            for worker in workers:
                try:
                    below = worker.children(recursive=True)
                except psutil.NoSuchProcess:
                    continue
                for process in below:
                    peak.bytes = max(peak.bytes, _high_water_mark(process.pid))

    def _all(self) -> list[psutil.Process]:
        return [self._root, *self._root.children(recursive=True)]


@dataclass(slots=True)
class Peak:
    """The largest resident set a process had (bytes); 0 when none was seen."""

    bytes: int = field(default=0)


def _high_water_mark(pid: int) -> int:
    """Return ``VmHWM`` of proc_pid_status(5) in bytes, 0 for a process that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return next((int(words[1]) * 1024 for words in lines), 0)
