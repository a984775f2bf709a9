"""Good and hostile requests mixed: each gets the expected answer, and the server's resources do not grow."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping

from tools.lib.client import Client, FilePart, Form
from tools.scenarios.clients import TEMPLATE, Sent, Verdict, at_a_time, count_outcomes, send_job
from tools.scenarios.server import EnduranceServer, WorkerFigures, endurance_server

_SLOTS = 4
_GOOD_SHARE = 0.6
_CROWD = 40
_CROWDS = 6
_DRIFT_FROM = 1000
_REST_SECONDS = 5.0
_LINGER_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_GROWTH_BYTES = 8 * 1024 * 1024
_GROWTH_SHARE = 0.05
_TASK = FilePart("task.json", b'{"task_type": "meeting_notice", "payload": {"meeting_title": "x"}}')


def _form(template: bytes, task: bytes = _TASK.content, name: str = "notice.docx") -> Form:
    return Form.of({"template": FilePart(name, template), "task": FilePart("task.json", task)}, {})


# Hostile requests by name, with the expected status.
HOSTILE: Mapping[str, tuple[Callable[[], Form], int]] = {
    "no ZIP": (lambda: _form(b"not a document"), 415),
    "another kind of file": (lambda: _form(TEMPLATE.content, name="notice.exe"), 415),
    "a ZIP cut short": (lambda: _form(TEMPLATE.content[: len(TEMPLATE.content) // 2]), 400),
    "a ZIP with a flipped byte": (lambda: _form(_flipped(TEMPLATE.content)), 400),
    "no JSON": (lambda: _form(TEMPLATE.content, b"{"), 400),
    "deep JSON": (lambda: _form(TEMPLATE.content, b"[" * 100_000), 400),
    "an unknown key": (lambda: _form(TEMPLATE.content, b'{"task_type": "meeting_notice", "x": 1}'), 400),
    "no task": (lambda: Form.of({"template": TEMPLATE}, {}), 400),
    "an unknown option": (
        lambda: Form.of({"template": TEMPLATE, "task": _TASK}, {"format_mode": "everything"}),
        400,
    ),
    "no form": (lambda: Form(b"x" * 1000, "text/plain"), 415),
    "a form cut short": (lambda: _cut(_form(TEMPLATE.content)), 400),
}


def soak(requests: int) -> Verdict:
    """Send ``requests`` requests, 60 % good ones.

    Required: no unexpected answer, a start and an end line in the log for each, no growth of resources.
    """
    verdict = Verdict()
    plan = _plan(requests)
    first = min(_DRIFT_FROM, requests // 2)
    with endurance_server(verdict, max_concurrency=_SLOTS) as server:
        workers = {worker.pid for worker in server.workers()}
        _fill_the_pool(server)

        def send(number: int) -> Sent:
            kind = plan[number]
            return send_job(server.client, number) if kind is None else _send_hostile(server.client, kind)

        began = time.monotonic()
        outcomes = list(at_a_time(_SLOTS, send, range(first)))
        # Measured when idle, as at the end: connections that the server has closed linger for two seconds.
        time.sleep(_LINGER_SECONDS)
        before = server.figures()
        began += _LINGER_SECONDS
        outcomes += at_a_time(_SLOTS, send, range(first, requests))
        seconds = time.monotonic() - began
        after, unpaired = _when_idle(server, before)
    wrong = [
        (plan[number], each.outcome, each.detail)
        for number, each in enumerate(outcomes)
        if each.outcome != ("200" if plan[number] is None else "as expected")
    ]
    verdict.figures |= {"outcomes": count_outcomes(outcomes), "requests/s": round(requests / seconds, 1)}
    verdict.demand(not wrong, f"{len(wrong)} answers were not the expected ones: {wrong[:3]}")
    verdict.demand(not unpaired, f"not one start and one end line in the log: {unpaired[:3]}")
    verdict.demand(workers == set(before) == set(after), "a worker was replaced")
    _require_no_growth(verdict, before, after, _GROWTH_SHARE if first == _DRIFT_FROM else 1)
    return verdict


def _fill_the_pool(server: EnduranceServer) -> None:
    """Let the worker start all its threads, and each thread allocate the memory that requests need.

    From here on the number of threads must not grow.
    """

    def send(number: int) -> Sent:
        # Most of these jobs are refused at once, so each thread gets hostile requests of several kinds.
        kind = None if number % 2 else list(HOSTILE)[number // 2 % len(HOSTILE)]
        return send_job(server.client, number) if kind is None else _send_hostile(server.client, kind)

    for _ in at_a_time(_CROWD, send, range(_CROWDS * _CROWD)):
        pass


def _plan(requests: int) -> list[str | None]:
    """Return the kind of each request, ``None`` for a good one; the same list in every run."""
    source = random.Random(20261123)
    kinds = list(HOSTILE)
    return [None if source.random() < _GOOD_SHARE else source.choice(kinds) for _ in range(requests)]


def _send_hostile(client: Client, kind: str) -> Sent:
    make, expected = HOSTILE[kind]
    began = time.monotonic()
    try:
        answer = client.post_form("/v1/run", make())
    except OSError as error:
        return Sent("no answer", began, time.monotonic(), repr(error))
    outcome = "as expected" if answer.status == expected else str(answer.status)
    detail = "" if answer.status == expected else answer.body[:200].decode()
    return Sent(outcome, began, time.monotonic(), detail)


def _unpaired(server: EnduranceServer) -> list[str]:
    """Return the ids that have not exactly one start and one end line."""
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for line in server.lines():
        (starts if line["event"] == "start" else ends)[line["request_id"]] += 1
    return [each for each in starts | ends if (starts[each], ends[each]) != (1, 1)]


def _when_idle(
    server: EnduranceServer, before: Mapping[int, WorkerFigures]
) -> tuple[dict[int, WorkerFigures], list[str]]:
    """Wait until the last connections are closed and the last lines written, five seconds at most.

    Return the resources of each worker, and the ids without exactly one start and one end line.
    """
    deadline = time.monotonic() + _REST_SECONDS
    while True:
        after, unpaired = server.figures(), _unpaired(server)
        is_idle = not unpaired and all(
            now.descriptors <= before[pid].descriptors for pid, now in after.items() if pid in before
        )
        if is_idle or time.monotonic() >= deadline:
            return after, unpaired
        time.sleep(_LOOK_SECONDS)


def _require_no_growth(
    verdict: Verdict,
    before: Mapping[int, WorkerFigures],
    after: Mapping[int, WorkerFigures],
    growth_share: float,
) -> None:
    """Require that no worker uses more than before; memory may grow by ``growth_share`` and at most 8 MiB."""
    for pid in set(before) & set(after):
        was, now = before[pid], after[pid]
        grown = now.memory - was.memory
        verdict.figures["worker grew by KiB"] = grown // 1024
        verdict.figures["descriptors"] = [was.descriptors, now.descriptors]
        verdict.figures["threads"] = [was.threads, now.threads]
        verdict.demand(
            grown <= _GROWTH_BYTES and grown <= growth_share * was.memory,
            f"the worker grew by {grown / 1024 / 1024:.1f} MiB ({grown / was.memory:.1%})",
        )
        verdict.demand(now.descriptors <= was.descriptors, "the number of descriptors grew")
        verdict.demand(now.threads <= was.threads, "the number of threads grew")
        verdict.demand(now.zombies == 0, f"{now.zombies} children were not reaped")


def _flipped(content: bytes) -> bytes:
    """Return ``content`` with a byte of the first member's data changed, so that its checksum is wrong."""
    at = 200
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def _cut(form: Form) -> Form:
    return Form(form.body[:-20], form.content_type)
