"""Faults while jobs run: renderers and workers killed, reloads. A request that is not itself hit succeeds."""

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable

import psutil

from tools.endurance_clients import Sent, send_job, told
from tools.endurance_server import EnduranceServer, endurance_server
from tools.endurance_verdict import Verdict

_CLIENTS = 2
_SLOTS = 4
_EVERY_SECONDS = 2.0
# How long a fault goes on hitting: a killed worker's connections are reset when the kernel gets to it.
_AFTER_SECONDS = 1.0


def chaos(seconds: int) -> Verdict:
    """Do a fault every two seconds for ``seconds``: whatever was not under way at that moment succeeds."""
    verdict = Verdict()
    faults: list[tuple[float, str]] = []
    with endurance_server(verdict, workers=2, max_concurrency=_SLOTS) as server:
        outcomes = _send_all_the_while(server, lambda: _do_faults(server, seconds, faults))
    failed = [each for each in outcomes if each.told != "200"]
    unexplained = [each for each in failed if not _is_hit(each, faults)]
    verdict.figures |= {"told": told(outcomes), "faults": len(faults), "hit": len(failed) - len(unexplained)}
    words = [f"{each.told} {each.why}" for each in unexplained[:3]]
    verdict.demand(not unexplained, f"{len(unexplained)} failed that no fault hit: {words}")
    verdict.demand(len(faults) > 0, "no fault was done")
    return verdict


def _send_all_the_while(server: EnduranceServer, act: Callable[[], None]) -> list[Sent]:
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


def _do_faults(server: EnduranceServer, seconds: int, done: list[tuple[float, str]]) -> None:
    source = random.Random(20261123)
    kinds = {"renderer": _kill_renderer, "worker": _kill_worker, "reload": _reload}
    for _ in range(max(1, int(seconds / _EVERY_SECONDS))):
        time.sleep(_EVERY_SECONDS)
        name = source.choice(list(kinds))
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            kinds[name](server, source)
            done.append((time.monotonic(), name))


def _kill_renderer(server: EnduranceServer, source: random.Random) -> None:
    renderers = [child for worker in server.workers() for child in worker.children()]
    source.choice(renderers).kill()


def _kill_worker(server: EnduranceServer, source: random.Random) -> None:
    source.choice(server.workers()).kill()


def _reload(server: EnduranceServer, _source: random.Random) -> None:
    os.kill(server.server.pid, signal.SIGHUP)


def _is_hit(sent: Sent, faults: list[tuple[float, str]]) -> bool:
    """Say whether a fault that breaks requests came while this one was under way."""
    return any(
        sent.began - _AFTER_SECONDS <= moment <= sent.ended and name != "reload" for moment, name in faults
    )
