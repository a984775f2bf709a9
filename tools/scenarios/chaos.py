"""Faults while jobs run: processes killed, reloads, a full disk. Jobs that no fault affects succeed."""

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

from tools.scenarios.clients import Sent, Verdict, count_outcomes, send_job
from tools.scenarios.server import EnduranceServer, Failure, endurance_server, full_disk

_METHODS = ("spawn", "forkserver")
_CLIENTS = 2
_SLOTS = 4
_EVERY_SECONDS = 2.0
_DISK_IS_FULL_SECONDS = 0.5
# How long a fault affects requests after it ended: the kernel resets a killed worker's connections later.
_AFTER_SECONDS = 1.0
# The outcomes that a fault may cause for requests in progress; a reload may cause none.
_MAY_CAUSE: Mapping[str, tuple[str, ...]] = {
    "renderer": ("500",),
    "fork server": ("500",),
    "worker": ("no answer",),
    "full disk": ("503",),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was caused, and its start and end in seconds of the monotonic clock."""

    name: str
    began: float
    ended: float


def chaos(seconds: int) -> Verdict:
    """Cause a fault every two seconds, for half of ``seconds`` under each start method.

    Required: every request that no fault affected is answered 200 with the right document.
    """
    verdict = Verdict()
    for method in _METHODS:
        _chaos_under(method, seconds / len(_METHODS), verdict)
    return verdict


def _chaos_under(method: str, seconds: float, verdict: Verdict) -> None:
    faults: list[Fault] = []
    settings = {"workers": 2, "max_concurrency": _SLOTS, "mp_start": method}

    def is_excused(failure: Failure) -> bool:
        return any(_explains(fault, Sent("no answer", failure.began, failure.ended)) for fault in faults)

    with endurance_server(verdict, small_disk=True, is_excused=is_excused, **settings) as server:
        outcomes = _send_during(server, lambda: _cause_faults(server, method, seconds, faults))
    failed = [each for each in outcomes if each.outcome != "200"]
    unexplained = [each for each in failed if not any(_explains(fault, each) for fault in faults)]
    verdict.figures[f"{method}: outcomes"] = count_outcomes(outcomes)
    verdict.figures[f"{method}: faults"] = dict(sorted(Counter(fault.name for fault in faults).items()))
    words = [f"{each.outcome} {each.detail}" for each in unexplained[:3]]
    verdict.demand(not unexplained, f"{method}: {len(unexplained)} failed that no fault explains: {words}")
    verdict.demand(bool(faults), f"{method}: no fault was caused")


def _send_during(server: EnduranceServer, act: Callable[[], None]) -> list[Sent]:
    outcomes: list[Sent] = []
    numbers, over = itertools.count(), threading.Event()

    def client() -> None:
        while not over.is_set():
            outcomes.append(send_job(server.client, next(numbers)))

    clients = [threading.Thread(target=client) for _ in range(_CLIENTS)]
    for each in clients:
        each.start()
    try:
        act()
    finally:
        over.set()
        for each in clients:
            each.join()
    return outcomes


def _cause_faults(server: EnduranceServer, method: str, seconds: float, done: list[Fault]) -> None:
    source = random.Random(20261123)
    kinds = {"renderer": _kill_renderer, "worker": _kill_worker, "reload": _reload}
    if server.has_small_disk:
        kinds["full disk"] = _fill_the_disk
    if method == "forkserver":
        kinds["fork server"] = _kill_fork_server
    for _ in range(max(1, int(seconds / _EVERY_SECONDS))):
        time.sleep(_EVERY_SECONDS)
        name = source.choice(list(kinds))
        # The process to be killed may have ended or not have started yet.
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            began = time.monotonic()
            kinds[name](server, source)
            done.append(Fault(name, began, time.monotonic()))


def _kill_renderer(server: EnduranceServer, source: random.Random) -> None:
    source.choice([each for each in _descendants(server) if not _is_fork_server(each)]).kill()


def _kill_fork_server(server: EnduranceServer, source: random.Random) -> None:
    source.choice([each for each in _descendants(server) if _is_fork_server(each)]).kill()


def _kill_worker(server: EnduranceServer, source: random.Random) -> None:
    source.choice(server.workers()).kill()


def _reload(server: EnduranceServer, _source: random.Random) -> None:
    os.kill(server.server.pid, signal.SIGHUP)


def _fill_the_disk(server: EnduranceServer, _source: random.Random) -> None:
    with full_disk(server.work_folder):
        time.sleep(_DISK_IS_FULL_SECONDS)


def _descendants(server: EnduranceServer) -> list[psutil.Process]:
    return [each for worker in server.workers() for each in worker.children(recursive=True)]


def _is_fork_server(process: psutil.Process) -> bool:
    # A renderer forked by the fork server has the same command line.
    parent = process.parent()
    return _is_from_fork_server(process) and not (parent is not None and _is_from_fork_server(parent))


def _is_from_fork_server(process: psutil.Process) -> bool:
    return any("forkserver" in word for word in process.cmdline())


def _explains(fault: Fault, sent: Sent) -> bool:
    """Return whether ``fault`` explains the outcome: it overlapped the request and may cause this outcome."""
    overlaps = sent.began - _AFTER_SECONDS <= fault.ended and fault.began <= sent.ended
    return overlaps and sent.outcome in _MAY_CAUSE.get(fault.name, ())
