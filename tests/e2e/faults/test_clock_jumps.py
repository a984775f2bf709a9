"""A wall clock that jumps by years: no time limit of the service goes by it."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.faults.preloaded import Preloaded
from tests.e2e.faults.tidy import GOOD_JOB, Tidy, is_good
from tests.e2e.gunicorn_server import GunicornServer, eventually, send
from tests.web.forms import api_result

YEARS = 10 * 365 * 24 * 60 * 60


class Clock:
    """The wall clock of a server; its monotonic clock is the machine's."""

    def __init__(self, folder: Path) -> None:
        self._library = Preloaded("jumping_clock", folder, "JUMP_CONTROL", "l")
        self.variables = self._library.variables

    def jump(self, seconds: float) -> None:
        """Set it to that many seconds from now."""
        self._library.numbers = (seconds,)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def server(start_server: Callable[..., GunicornServer], clock: Clock) -> GunicornServer:
    return start_server(
        variables=clock.variables,
        max_concurrency=1,
        threads=8,
        request_timeout_seconds=60,
        queue_timeout_seconds=60,
    )


def test_jobs_that_run_and_wait_while_it_jumps_are_done(server: GunicornServer, clock: Clock) -> None:
    tidy = Tidy(server)
    running, renderer = server.frozen_job()
    waiting = server.job_later(**GOOD_JOB)
    kept_alive = server.connect()
    assert send(kept_alive, "GET", "/healthz").status == 200
    for seconds in (YEARS, -YEARS):
        clock.jump(seconds)
        # A worker looks at its connections and at its master each second.
        time.sleep(1.2)
        assert send(kept_alive, "GET", "/healthz").status == 200
        assert not running.done()
        assert not waiting.done()
    kept_alive.close()
    renderer.resume()
    assert running.result().status == 200
    answer = waiting.result()
    assert is_good(answer)
    assert all(0 <= ms < 60_000 for ms in api_result(answer.body)["timing"].values())
    # It was this server's clock that jumped.
    eventually(lambda: len({line["time"][:4] for line in server.log}) > 1)
    clock.jump(0)
    tidy.again()


def test_a_stop_waits_for_its_jobs_while_it_jumps(server: GunicornServer, clock: Clock) -> None:
    running, renderer = server.frozen_job()
    server.process.send_signal(signal.SIGTERM)
    eventually(lambda: "Handling signal: term" in server.errors)
    clock.jump(YEARS)
    time.sleep(1)
    assert not running.done()
    renderer.resume()
    assert running.result().status == 200
    assert server.process.wait(20) == 0
