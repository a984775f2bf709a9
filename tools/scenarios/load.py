"""Load scenarios: as many jobs at a time as there are slots, many more than that, and large files."""

import io
import random
import threading
import time
import zipfile
from collections.abc import Callable

from tools.lib.client import FilePart
from tools.lib.stats import percentile
from tools.scenarios.clients import TEMPLATE, Sent, Verdict, at_a_time, count_outcomes, job_form, send_job
from tools.scenarios.server import EnduranceServer, endurance_server

# A few jobs show whether answers are right; times are judged only from this many on.
_TIMES_ARE_JUDGED_FROM = 1000
_SLOTS = 2
_CLIENTS = 32
_WAIT_AFTER_429_SECONDS = 0.2
_REFUSED_WITHIN_MS = 250
_MEGABYTE = 1024 * 1024
_LARGE_BYTES = 24 * _MEGABYTE
# Bodies are made beforehand and reused: making one costs more CPU than sending it and would be measured too.
_FORMS = 16
_GROWTH_BYTES = 8 * _MEGABYTE


def capacity(jobs: int) -> Verdict:
    """Send ``jobs`` jobs, as many at a time as there are slots.

    Required: all are correct, and p99 is at most 4 times p50.
    """
    verdict = Verdict()
    with endurance_server(verdict, max_concurrency=_SLOTS) as server:
        _warm_up(server)
        began = time.monotonic()
        outcomes = list(at_a_time(_SLOTS, lambda number: send_job(server.client, number), range(jobs)))
        seconds = time.monotonic() - began
    p50, p99 = (percentile([each.ms for each in outcomes], percent) or 0 for percent in (50, 99))
    verdict.figures |= {"outcomes": count_outcomes(outcomes), "jobs/s": round(jobs / seconds, 1)}
    verdict.figures |= {"p50 ms": round(p50, 1), "p99 ms": round(p99, 1), "p99/p50": round(p99 / p50, 2)}
    _demand_only(verdict, outcomes, {"200"})
    verdict.demand(jobs < _TIMES_ARE_JUDGED_FROM or p99 <= 4 * p50, f"p99 is {p99 / p50:.1f} times p50")
    return verdict


def overload(requests: int) -> Verdict:
    """Send ``requests`` requests from 32 clients that wait after a 429.

    Required: only 200 and 429, and at least 90 % of the throughput of good answers without overload.
    """
    verdict = Verdict()
    template = _template_with(_MEGABYTE)
    forms = [job_form(number, template) for number in range(_FORMS)]
    # The work folder is in memory where mounting is allowed, as in compose.yaml: disks vary too much.
    with endurance_server(verdict, small_disk=True, max_concurrency=_SLOTS) as server:

        def send(number: int) -> Sent:
            return send_job(server.client, number % _FORMS, forms[number % _FORMS])

        _warm_up(server)
        count = max(20, requests // 20)
        before = _goodput(send, count)
        outcomes, seconds = _send_from_clients(send, requests)
        after = _goodput(send, count)
    good = sum(each.outcome == "200" for each in outcomes) / seconds
    refused = [each.ms for each in outcomes if each.outcome == "429"]
    share = good / ((before + after) / 2)
    verdict.figures |= {
        "outcomes": count_outcomes(outcomes),
        "jobs/s without overload": [round(before, 1), round(after, 1)],
    }
    verdict.figures |= {"jobs/s": round(good, 1), "goodput": round(share, 3)}
    refused_p99 = percentile(refused, 99) or 0
    verdict.figures |= {"429 p99 ms": round(refused_p99, 1)}
    _demand_only(verdict, outcomes, {"200", "429"})
    verdict.demand(bool(refused), "no request was refused, so there was no overload")
    verdict.demand(
        requests < _TIMES_ARE_JUDGED_FROM or refused_p99 < _REFUSED_WITHIN_MS,
        f"p99 of the answers 429 is {refused_p99:.0f} ms",
    )
    verdict.demand(
        requests < _TIMES_ARE_JUDGED_FROM or share >= 0.9,
        f"the throughput of good answers is {share:.0%} of that without overload",
    )
    return verdict


def large(files: int) -> Verdict:
    """Send ``files`` templates of 25 MB, two at a time.

    Required: all are correct, and the worker's memory grows by at most 8 MiB.
    """
    verdict = Verdict()
    template = _template_with(_LARGE_BYTES)
    with endurance_server(verdict, max_concurrency=_SLOTS) as server:
        _warm_up(server)
        list(at_a_time(_SLOTS, lambda number: _send_large(server, number, template), range(2)))
        (before,) = server.figures().values()
        outcomes = list(
            at_a_time(_SLOTS, lambda number: _send_large(server, number, template), range(2, files + 2))
        )
        (after,) = server.figures().values()
    grown = after.memory - before.memory
    verdict.figures |= {"outcomes": count_outcomes(outcomes), "template bytes": len(template.content)}
    verdict.figures |= {"p50 ms": round(percentile([each.ms for each in outcomes], 50) or 0, 1)}
    verdict.figures["worker grew by MiB"] = round(grown / _MEGABYTE, 1)
    _demand_only(verdict, outcomes, {"200"})
    verdict.demand(grown <= _GROWTH_BYTES, f"the worker grew by {grown / _MEGABYTE:.1f} MiB")
    return verdict


def _warm_up(server: EnduranceServer) -> None:
    for number in range(4):
        send_job(server.client, number)


def _goodput(send: Callable[[int], Sent], jobs: int) -> float:
    began = time.monotonic()
    for _ in at_a_time(_SLOTS, send, range(jobs)):
        pass
    return jobs / (time.monotonic() - began)


def _send_from_clients(send: Callable[[int], Sent], requests: int) -> tuple[list[Sent], float]:
    """Send ``requests`` requests from all clients; return the outcomes and the seconds that it took."""
    outcomes: list[Sent] = []
    numbers, lock = iter(range(requests)), threading.Lock()

    def client() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            outcome = send(number)
            with lock:
                outcomes.append(outcome)
            if outcome.outcome == "429":
                time.sleep(_WAIT_AFTER_429_SECONDS)

    began = time.monotonic()
    clients = [threading.Thread(target=client) for _ in range(_CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    return outcomes, time.monotonic() - began


def _send_large(server: EnduranceServer, number: int, template: FilePart) -> Sent:
    return send_job(server.client, number, job_form(number, template))


def _template_with(size: int) -> FilePart:
    """Return the sample with a picture of ``size`` bytes that cannot be compressed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(TEMPLATE.content)) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "[Content_Types].xml":
                default = b'<Default Extension="docopspng" ContentType="image/png"/></Types>'
                content = content.replace(b"</Types>", default)
            copy.writestr(entry.filename, content, zipfile.ZIP_DEFLATED)
        copy.writestr("word/media/large.docopspng", random.Random(0).randbytes(size))
    return FilePart("large.docx", target.getvalue())


def _demand_only(verdict: Verdict, outcomes: list[Sent], allowed: set[str]) -> None:
    others = [each for each in outcomes if each.outcome not in allowed]
    words = [f"{each.outcome} {each.detail}" for each in others[:3]]
    verdict.demand(not others, f"{len(others)} had another outcome: {words}")
