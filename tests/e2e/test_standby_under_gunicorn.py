"""Standby renderers under a real gunicorn: they do jobs and never delay the server's stop."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.web.forms import api_result

METHODS = ["spawn", "forkserver", "fork"]


def standing_by(server: GunicornServer, count: int = 1, starts: int = 1) -> list[psutil.Process]:
    """The standby renderers, once there are ``count`` that have set their limits.

    ``starts`` is how many workers have been started; each tries its cell first, with a renderer like these.
    """

    def found() -> list[psutil.Process] | None:
        below = {}
        for worker in server.workers():
            # A worker may end while a reload goes on.
            with suppress(psutil.NoSuchProcess):
                for process in worker.children(recursive=True):
                    if _is_ready(process.pid):
                        below[process.pid] = process
        return list(below.values()) if len(below) == count else None

    eventually(lambda: len(server.sandbox_log) >= starts)
    content: list[psutil.Process] = eventually(found)
    return content


def _is_ready(pid: int) -> bool:
    """A renderer's limit of descriptors is among the last things that it sets itself."""
    try:
        return psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE) == (64, 64)
    except psutil.Error:
        return False


def family(server: GunicornServer) -> list[psutil.Process]:
    return [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]


def all_gone(processes: list[psutil.Process]) -> bool:
    return not [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("method", METHODS)
def test_a_job_uses_the_standby_renderer_and_stopping_does_not_wait(
    start_server: Callable[..., GunicornServer], method: str
) -> None:
    server = start_server(mp_start=method, standby=1)
    (standing,) = standing_by(server)
    assert api_result(server.job().body)["subprocess_pid"] == standing.pid
    (other,) = standing_by(server)
    assert other.pid != standing.pid
    everyone = family(server)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(15) == 0
    assert all_gone(everyone)
    assert list(server.work_folder.iterdir()) == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_a_standby_renderer_does_not_delay_the_stop(
    start_server: Callable[..., GunicornServer], method: str, number: signal.Signals
) -> None:
    server = start_server(mp_start=method, standby=2)
    standing_by(server, 2)
    everyone = family(server)
    server.process.send_signal(number)
    assert server.process.wait(15) == 0
    assert eventually(lambda: all_gone(everyone))


@pytest.mark.parametrize("method", METHODS)
def test_a_standby_renderer_ends_with_its_killed_worker_and_the_next_has_its_own(
    start_server: Callable[..., GunicornServer], method: str
) -> None:
    server = start_server(mp_start=method, standby=1)
    (standing,) = standing_by(server)
    (worker,) = server.workers()
    worker.kill()
    assert eventually(lambda: all_gone([standing]))
    assert eventually(lambda: [each for each in server.workers() if each.pid != worker.pid])
    (other,) = standing_by(server, starts=2)
    assert api_result(server.job().body)["subprocess_pid"] == other.pid


@pytest.mark.parametrize("method", METHODS)
def test_a_reload_ends_the_standby_renderer(start_server: Callable[..., GunicornServer], method: str) -> None:
    server = start_server(mp_start=method, standby=1)
    (standing,) = standing_by(server)
    (worker,) = server.workers()
    server.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: all_gone([worker, standing]))
    (other,) = standing_by(server, starts=2)
    assert api_result(server.job().body)["subprocess_pid"] == other.pid


def test_a_standby_renderer_ends_when_the_server_is_killed(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(mp_start="fork", standby=1)
    (standing,) = standing_by(server)
    for process in family(server)[:2]:
        process.kill()
    assert eventually(lambda: all_gone([standing]))


def test_standby_renderers_use_no_slot_and_are_counted(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(standby=2, max_concurrency=1, enable_metrics=1)
    standing_by(server, 2)
    figures = eventually(lambda: _metrics_with(server, "docops_renderers_standby 2.0"))
    assert "docops_slots_busy 0.0" in figures
    assert server.job().status == 200


def _metrics_with(server: GunicornServer, line: str) -> str | None:
    text = server.ask("GET", "/metrics").body.decode()
    return text if line in text else None


def test_a_forked_renderer_holds_no_connection_or_listener(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(mp_start="fork", standby=1)
    connection = server.connect()
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    (before,) = standing_by(server)
    os.kill(before.pid, signal.SIGKILL)
    eventually(lambda: standing_by(server)[0].pid != before.pid)
    (standing,) = standing_by(server)
    assert standing.net_connections(kind="inet") == []
