"""Whether a renderer may be started ahead of need: only on a core that no job needs."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from docops_flask.jobs.slots import Slots
from docops_flask.jobs.standby import spare_core
from tests.jobs.observing import eventually


@pytest.mark.parametrize(
    ("cores", "workers", "jobs", "spare"),
    [
        (2, 2, 0, True),
        (2, 2, 1, False),
        (4, 2, 1, True),
        (4, 2, 2, False),
        (16, 1, 15, True),
        (16, 1, 16, False),
        # Even where there are fewer cores than workers, one that has no job may prepare for the next.
        (1, 2, 0, True),
        (1, 2, 1, False),
    ],
)
def test_each_worker_has_its_share_of_the_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int, jobs: int, spare: bool
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)))
    slots = Slots(count=16, queue_timeout_seconds=0, max_waiting=0)
    is_spare = spare_core(slots, workers)
    with ExitStack() as running:
        for _ in range(jobs):
            running.enter_context(slots.take())
        assert is_spare() is spare
    assert is_spare()


def test_a_job_that_waits_for_its_slot_needs_the_next_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(16)))
    slots = Slots(count=1, queue_timeout_seconds=30, max_waiting=1)
    is_spare = spare_core(slots, workers=1)

    def wait() -> None:
        with slots.take():
            pass

    with ThreadPoolExecutor(1) as threads:
        with slots.take():
            assert is_spare()
            waiting = threads.submit(wait)
            assert eventually(lambda: slots.waiting)
            assert not is_spare()
        waiting.result(10)
    assert is_spare()
