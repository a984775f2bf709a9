"""Jobs that hang: their renderers are stopped by a signal, in all slots; each is answered 408 in time."""

import contextlib
import threading
import time
from collections.abc import Iterator

import psutil

from tools.lib.stats import percentile
from tools.scenarios.clients import Verdict, at_a_time, count_outcomes, send_job
from tools.scenarios.server import EnduranceServer, endurance_server

_SLOTS = 8
_LIMIT_SECONDS = 3.0
_GRACE_SECONDS = 1.5
_LOOK_SECONDS = 0.005


def hang(jobs: int) -> Verdict:
    """Let ``jobs`` jobs hang, as many at once as there are slots.

    Required: each is answered 408 within 1.5 s of its time limit.
    """
    verdict = Verdict()
    with endurance_server(
        verdict, max_concurrency=_SLOTS, request_timeout_seconds=_LIMIT_SECONDS, standby=0
    ) as server:
        send_job(server.client, 0)
        with _stopped_renderers(server):
            outcomes = list(at_a_time(_SLOTS, lambda number: send_job(server.client, number), range(jobs)))
        afterwards = send_job(server.client, 0)
    slowest = max(each.ms for each in outcomes) / 1000
    verdict.figures |= {
        "outcomes": count_outcomes(outcomes),
        "limit s": _LIMIT_SECONDS,
        "slowest s": round(slowest, 2),
    }
    verdict.figures["p50 s"] = round((percentile([each.ms for each in outcomes], 50) or 0) / 1000, 2)
    verdict.demand(
        count_outcomes(outcomes) == {"408": jobs}, f"not all were answered 408: {count_outcomes(outcomes)}"
    )
    verdict.demand(slowest <= _LIMIT_SECONDS + _GRACE_SECONDS, f"one took {slowest:.2f} s")
    verdict.demand(afterwards.outcome == "200", f"the outcome of the next good job was {afterwards.outcome}")
    return verdict


@contextlib.contextmanager
def _stopped_renderers(server: EnduranceServer) -> Iterator[None]:
    """Stop every renderer that starts inside ``with``, as soon as it is seen."""
    over = threading.Event()
    watcher = threading.Thread(target=_stop_renderers, args=(server, over))
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _stop_renderers(server: EnduranceServer, over: threading.Event) -> None:
    workers = server.workers()
    while not over.is_set():
        for worker in workers:
            for child in worker.children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    if any("docops_flask.engine.worker.spawned" in word for word in child.cmdline()):
                        child.suspend()
        time.sleep(_LOOK_SECONDS)
