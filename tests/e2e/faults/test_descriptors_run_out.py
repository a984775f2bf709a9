"""Descriptors that run out at every stage of a request: no worker dies of it, nothing is lost for good."""

import itertools
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from docops_flask.serving import gunicorn
from docops_flask.settings.settings import Settings
from tests.e2e.faults.tidy import GOOD_JOB, Tidy, is_good
from tests.e2e.gunicorn_server import GunicornServer


class Scarce:
    """A worker that is left with few descriptors."""

    def __init__(self, server: GunicornServer) -> None:
        self.tidy = Tidy(server)
        (self.worker,) = server.workers()
        self._limit = self.worker.rlimit(psutil.RLIMIT_NOFILE)

    def leave(self, count: int) -> None:
        """Leave ``count`` descriptors that are free."""
        used = {int(path.name) for path in Path(f"/proc/{self.worker.pid}/fd").iterdir()}
        free = (number for number in itertools.count() if number not in used)
        # The limit is one on numbers.
        limit = next(itertools.islice(free, count, None))
        self.worker.rlimit(psutil.RLIMIT_NOFILE, (limit, self._limit[1]))

    def leave_enough(self) -> None:
        self.worker.rlimit(psutil.RLIMIT_NOFILE, self._limit)


@pytest.mark.parametrize("start_method", ["spawn", "forkserver", "fork"])
def test_a_job_without_enough_descriptors_is_a_500_and_leaks_none(
    start_server: Callable[..., GunicornServer], start_method: str
) -> None:
    scarce = Scarce(start_server(max_concurrency=1, mp_start=start_method))
    statuses: list[int] = []
    # With fewer the connection waits.
    while 200 not in statuses:
        scarce.leave(2 + len(statuses))
        answer = scarce.tidy.server.job(**GOOD_JOB)
        scarce.leave_enough()
        statuses.append(200 if is_good(answer) else answer.status)
        # A folder that no descriptor was free to remove goes with the next that is made.
        scarce.tidy.expect_nothing_left()
    assert set(statuses) == {200, 500}
    scarce.tidy.again()
    assert scarce.worker.is_running()


def test_without_descriptors_a_connection_waits_and_the_worker_does_not_busy_loop(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(max_concurrency=1)
    scarce = Scarce(server)
    running, renderer = server.frozen_job()
    scarce.leave(0)
    waiting = server.job_later(**GOOD_JOB)
    began = scarce.worker.cpu_times()
    time.sleep(1)
    used = scarce.worker.cpu_times()
    assert used.user + used.system - began.user - began.system < 0.5
    assert not waiting.done()
    renderer.resume()
    assert running.result().status == 200
    scarce.leave_enough()
    assert is_good(waiting.result())
    assert "New connections wait" in server.errors
    scarce.tidy.again()


def test_connections_leave_descriptors_for_the_requests_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def most(limit: int, threads: int) -> Any:
        monkeypatch.setattr(resource, "getrlimit", lambda _what: (limit, limit))
        return gunicorn.gunicorn_settings(Settings(threads=threads))["worker_connections"]

    assert most(1024, 18) == 1024 - 32 - 18 * 12
    assert most(10**6, 18) == most(-1, 18) == 1000
    # What is left of too little goes to the threads.
    assert most(64, 18) == 19
