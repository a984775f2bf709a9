"""Which of a server's renderer processes are still there when they should be gone."""

import ipaddress
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tools.pid_marks import CREATE_TIME_TOLERANCE_SECONDS, PidMarks, ServerProcess
from tools.process_lookup import Lookup, best_lookup

_STEP_SECONDS = 0.05
NOT_ASKED_FOR = "not asked for; use --check-subprocess-leaks"


@dataclass(frozen=True, kw_only=True)
class LeakCheck:
    """What a leak check found, and what it could find.

    ``leaked`` maps pid to state (``running`` or ``zombie``). Without ``performed`` it is empty and says
    nothing; ``reason`` says why. ``assumption`` is what a performed check had to take for granted.
    """

    performed: bool
    pids_seen: int
    method: str | None = None
    reason: str | None = None
    assumption: str | None = None
    leaked: dict[int, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Say whether the check was done and found nothing."""
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
    """Wait up to ``grace_seconds`` for ``processes`` to be gone and say which are not.

    A process is the same one when pid and create time agree; one whose create time cannot be seen here
    counts as the same. A zombie counts as there: its parent has not reaped it.
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
