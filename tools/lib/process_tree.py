"""CPU time and memory of a server and all its descendant processes."""

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
    """The process ``pid`` and its descendants."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)

    def cpu_seconds(self) -> float:
        """Return their CPU time in seconds, including that of reaped processes (times(2))."""
        return sum(map(_cpu_seconds, [self._root.pid, *_below(self._root.pid)]))

    def settled_cpu_seconds(self) -> float:
        """Return the CPU time in seconds once it no longer grows, so work after an answer is included."""
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
        """Return their memory in bytes, shared memory counted once (proportional set size)."""
        total = 0
        for pid in [self._root.pid, *_below(self._root.pid)]:
            try:
                total += psutil.Process(pid).memory_full_info().pss
            except psutil.NoSuchProcess:
                continue
        return total

    def workers_bytes(self) -> int:
        """Return the most memory in bytes that one of gunicorn's workers has had (its resident set)."""
        return max(map(_high_water_mark, _children(self._root.pid)), default=0)

    @contextmanager
    def watching_renderers(self) -> "Iterator[Peak]":
        """Record, inside ``with``, the peak memory of a single process below gunicorn's workers."""
        peak, stop = Peak(), Event()
        watcher = Thread(target=self._watch, args=(peak, stop), daemon=True)
        watcher.start()
        try:
            yield peak
        finally:
            stop.set()
            watcher.join()

    def _watch(self, peak: "Peak", stop: Event) -> None:
        # The last value of each process: until it executes its program it has its parent's memory (vfork(2)).
        marks: dict[int, int] = {}
        while not stop.wait(_SAMPLE_SECONDS):
            for worker in _children(self._root.pid):
                for pid in _below(worker):
                    marks[pid] = _high_water_mark(pid) or marks.get(pid, 0)
        peak.bytes = max(marks.values(), default=0)


@dataclass(slots=True)
class Peak:
    """The largest resident set of a process in bytes; 0 when no process was seen."""

    bytes: int = field(default=0)


def _cpu_seconds(pid: int) -> float:
    try:
        return sum(psutil.Process(pid).cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


def _below(pid: int) -> list[int]:
    children = _children(pid)
    return children + [each for child in children for each in _below(child)]


def _children(pid: int) -> list[int]:
    """Return the pids of the children of ``pid``, without a scan of all processes, which costs much CPU."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []


def _high_water_mark(pid: int) -> int:
    """Return ``VmHWM`` of proc_pid_status(5) in bytes, 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return next((int(words[1]) * 1024 for words in lines), 0)
