"""Jobs that hang: their renderers are stopped from outside, all slots at once, and each is a 408 in time."""

import contextlib
import threading
import time
from collections.abc import Iterator

import psutil

from tools.lib.stats import percentile
from tools.scenarios.clients import Verdict, at_a_time, send_job, told
from tools.scenarios.server import EnduranceServer, endurance_server

_SLOTS = 8
_LIMIT_SECONDS = 3.0
_GRACE_SECONDS = 1.5
_LOOK_SECONDS = 0.005


def hang(jobs: int) -> Verdict:
    """Let ``jobs`` jobs hang, as many at once as there are slots: each is a 408 within 1.5 s of its limit."""
    verdict = Verdict()
    with endurance_server(
        verdict, max_concurrency=_SLOTS, request_timeout_seconds=_LIMIT_SECONDS, standby=0
    ) as server:
        send_job(server.client, 0)
        with _stopped_renderers(server):
            outcomes = list(at_a_time(_SLOTS, lambda number: send_job(server.client, number), range(jobs)))
        afterwards = send_job(server.client, 0)
    slowest = max(each.ms for each in outcomes) / 1000
    verdict.figures |= {"told": told(outcomes), "limit s": _LIMIT_SECONDS, "slowest s": round(slowest, 2)}
    verdict.figures["p50 s"] = round((percentile([each.ms for each in outcomes], 50) or 0) / 1000, 2)
    verdict.demand(told(outcomes) == {"408": jobs}, f"not all were told 408: {told(outcomes)}")
    verdict.demand(slowest <= _LIMIT_SECONDS + _GRACE_SECONDS, f"one took {slowest:.2f} s")
    verdict.demand(afterwards.told == "200", f"the next good job was told {afterwards.told}")
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
