"""Finds renderer processes that still exist when they should have ended.

Processes are looked up by pid: with psutil, else in /proc, else with signal 0. Whether a
server's pids are pids of this machine follows from the order in which the system assigns them.

A pid means nothing outside its pid namespace: another machine, and most containers, have one of their
own. Linux gives the pids and thread ids of a namespace in ascending order and begins anew at the end
(pid_namespaces(7); pid_max in proc_sys_kernel(5)). So a process created here between two of our threads
has a pid between their ids, and one created elsewhere only by a rare coincidence.
"""

import importlib
import ipaddress
import os
import sys
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Create times are relative to the boot time, which is known in whole seconds and may be corrected.
CREATE_TIME_TOLERANCE_SECONDS = 2.0
# How many ids may have been assigned in that time before the first mark.
_LEEWAY_IDS = 50
_PID_MAX = Path("/proc/sys/kernel/pid_max")
_LARGEST_PID_MAX = 2**22


@dataclass(frozen=True, slots=True, order=True)
class ServerProcess:
    """A process as a server named it: its pid and when it was created (epoch seconds)."""

    pid: int
    create_time: float


class PidMarks:
    """Records which ids the system assigned at which time; safe to use from many threads."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._ids: list[int] = []
        self._lock = threading.Lock()

    def add(self) -> None:
        """Record the id that the system assigns now; does nothing where ids have no order."""
        if sys.platform != "linux":
            return
        with self._lock:
            self._ids.append(_new_thread_id())
            self._times.append(time.time())

    def are_of_here(self, processes: Iterable[ServerProcess]) -> bool | None:
        """Return whether ``processes`` were created on this machine, ``None`` when that cannot be determined.

        One that is older than the first mark shows nothing. One may match by coincidence, so most must match.
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


_PROC = Path("/proc")
# Fields of /proc/PID/stat after the parenthesised command name, see proc_pid_stat(5): state is the third
# of all, starttime the twenty-second.
_STATE, _START_TICKS = 0, 19


@dataclass(frozen=True, slots=True)
class Found:
    """A process that exists: when it was created (epoch seconds, ``None``: unknown) and its state.

    ``state`` is ``running`` or ``zombie`` (ended, but not reaped by its parent).
    """

    create_time: float | None
    state: str = "running"


Lookup = Callable[[int], Found | None]


def best_lookup() -> tuple[str, Lookup]:
    """Return the best available function for looking up a pid, and its name: psutil, proc or signal.

    With ``signal`` only the existence of a process of that pid is known.
    """
    try:
        psutil = importlib.import_module("psutil")
    except ImportError:
        return ("proc", by_proc) if (_PROC / "self" / "stat").exists() else ("signal", by_signal)
    return "psutil", lambda pid: _by_psutil(psutil, pid)


def _by_psutil(psutil: Any, pid: int) -> Found | None:
    try:
        process = psutil.Process(pid)
        state = "zombie" if process.status() == psutil.STATUS_ZOMBIE else "running"
        return Found(process.create_time(), state)
    except psutil.NoSuchProcess:
        # A /proc mounted with hidepid shows other users' processes to root only.
        return by_signal(pid)
    except psutil.AccessDenied:
        return Found(None)


def by_proc(pid: int) -> Found | None:
    """Look ``pid`` up in Linux's /proc."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return by_signal(pid)
    except PermissionError:
        return Found(None)
    # The command's name may hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    started = int(fields[_START_TICKS]) / os.sysconf("SC_CLK_TCK")
    return Found(_boot_time() + started, "zombie" if fields[_STATE] == "Z" else "running")


def by_signal(pid: int) -> Found | None:
    """Ask whether ``pid`` exists with signal 0, see kill(2)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return Found(None)


def _boot_time() -> int:
    for line in (_PROC / "stat").read_text("ascii").splitlines():
        name, _, value = line.partition(" ")
        if name == "btime":
            return int(value)
    raise OSError("/proc/stat has no btime")


_STEP_SECONDS = 0.05
NOT_ASKED_FOR = "not requested; use --check-subprocess-leaks"


@dataclass(frozen=True, kw_only=True)
class LeakCheck:
    """The result of a leak check.

    ``leaked`` maps pid to state (``running`` or ``zombie``). Without ``performed`` it is empty and means
    nothing; ``reason`` says why. ``assumption`` is what a performed check could not verify.
    """

    performed: bool
    pids_seen: int
    method: str | None = None
    reason: str | None = None
    assumption: str | None = None
    leaked: dict[int, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether the check was performed and found nothing."""
        return self.performed and not self.leaked

    def as_json(self) -> dict[str, Any]:
        """Return the summary's member ``leak_check``."""
        return {
            "performed": self.performed,
            "method": self.method,
            "pids_seen": self.pids_seen,
            "leaked": {str(pid): state for pid, state in sorted(self.leaked.items())},
            "reason": self.reason,
            "assumption": self.assumption,
        }


def check_leaks(
    processes: Collection[ServerProcess], marks: PidMarks, base_url: str, grace_seconds: float
) -> LeakCheck:
    """Wait up to ``grace_seconds`` for ``processes`` to end; return those that have not.

    A process is the same one when pid and create time agree; one whose create time is unknown
    counts as the same. A zombie counts as existing: its parent has not reaped it.
    """
    seen = len({process.pid for process in processes})
    if not processes:
        reason = "no answer named its renderer's pid and create time, so nothing could be checked"
        return LeakCheck(performed=False, pids_seen=seen, reason=reason)
    of_here = marks.are_of_here(processes)
    if of_here is None and not _is_loopback(base_url):
        reason = (
            "the server may run on another machine, where its pids cannot be looked up; run this beside it"
        )
        return LeakCheck(performed=False, pids_seen=seen, reason=reason)
    if of_here is False:
        reason = (
            "the server's pids are not pids of this machine: it runs elsewhere or in a container with "
            "pids of its own; run this where the server runs"
        )
        return LeakCheck(performed=False, pids_seen=seen, reason=reason)
    method, lookup = best_lookup()
    return LeakCheck(
        performed=True,
        pids_seen=seen,
        method=method,
        assumption=None if of_here else "the server runs on this machine, as its address says",
        leaked=_still_there(processes, lookup, grace_seconds),
    )


def _still_there(
    processes: Collection[ServerProcess], lookup: Lookup, grace_seconds: float
) -> dict[int, str]:
    deadline = time.monotonic() + grace_seconds
    while True:
        left = {process: state for process in processes if (state := _state(process, lookup)) is not None}
        if not left or time.monotonic() >= deadline:
            return {process.pid: state for process, state in left.items()}
        processes = left.keys()
        time.sleep(_STEP_SECONDS)


def _state(process: ServerProcess, lookup: Lookup) -> str | None:
    found = lookup(process.pid)
    if found is None:
        return None
    if found.create_time is not None:
        difference = abs(found.create_time - process.create_time)
        if difference > CREATE_TIME_TOLERANCE_SECONDS:
            return None
    return found.state


def _is_loopback(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
