"""Tells whether a server's pids are pids of this machine, from the order in which the system gives them.

A pid means nothing outside its pid namespace: another machine, and most containers, have one of their
own. Linux gives the pids and thread ids of a namespace in ascending order and begins anew at the end
(pid_namespaces(7); pid_max in proc_sys_kernel(5)). So a process created here between two of our threads
has a pid between their ids, and one created elsewhere has not, but by a rare chance.
"""

import sys
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# A create time is counted from the boot time, which systems know in whole seconds and may correct.
CREATE_TIME_TOLERANCE_SECONDS = 2.0
# How many ids may have been given in that time before the first mark.
_LEEWAY_IDS = 50
_PID_MAX = Path("/proc/sys/kernel/pid_max")
_LARGEST_PID_MAX = 2**22


@dataclass(frozen=True, slots=True, order=True)
class ServerProcess:
    """A process as a server named it: its pid and when it was created (epoch seconds)."""

    pid: int
    create_time: float


class PidMarks:
    """Which ids the system gave at which time; safe to use from many threads."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._ids: list[int] = []
        self._lock = threading.Lock()

    def add(self) -> None:
        """Note which id the system gives now; does nothing where ids are in no order."""
        if sys.platform != "linux":
            return
        with self._lock:
            self._ids.append(_new_thread_id())
            self._times.append(time.time())

    def are_of_here(self, processes: Iterable[ServerProcess]) -> bool | None:
        """Say whether ``processes`` were created on this machine, ``None`` when that cannot be told.

        One that is older than the first mark tells nothing. One alone may fit by chance, so most have to.
        """
        fits = [self._fits(process) for process in processes if self._is_datable(process)]
        return 2 * sum(fits) > len(fits) if fits else None

    def _is_datable(self, process: ServerProcess) -> bool:
        return bool(self._times) and process.create_time > self._times[0] - CREATE_TIME_TOLERANCE_SECONDS

    def _fits(self, process: ServerProcess) -> bool:
        earliest = process.create_time - CREATE_TIME_TOLERANCE_SECONDS
        latest = process.create_time + CREATE_TIME_TOLERANCE_SECONDS
        before = max(bisect_right(self._times, earliest) - 1, 0)
        after = min(bisect_left(self._times, latest), len(self._times) - 1)
        first_id = self._ids[before] - _LEEWAY_IDS
        size = _ring_size()
        return (process.pid - first_id) % size <= (self._ids[after] - first_id) % size


def _new_thread_id() -> int:
    ids: list[int] = []
    thread = threading.Thread(target=lambda: ids.append(threading.get_native_id()))
    thread.start()
    thread.join()
    return ids[0]


def _ring_size() -> int:
    try:
        return int(_PID_MAX.read_text("ascii"))
    except (OSError, ValueError):
        return _LARGEST_PID_MAX
