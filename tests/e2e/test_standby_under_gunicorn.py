"""What stands by under a real gunicorn: it takes jobs, and never keeps the server from stopping."""

import os
import signal

import psutil
import pytest

from tests.e2e.gunicorn_server import eventually
from tests.web.forms import api_result

METHODS = ["spawn", "forkserver", "fork"]


def standing_by(server, count=1, starts=1):
    """The processes that stand by, once there are ``count``: those that have limited themselves.

    ``starts`` is how many workers have been started; each tries its cell first, with a renderer like these.
    """

    def found():
        below = {}
        for worker in server.workers():
            for process in worker.children(recursive=True):
                if _is_ready(process.pid):
                    below[process.pid] = process
        return list(below.values()) if len(below) == count else None

    eventually(lambda: len(server.sandbox_log) >= starts)
    return eventually(found)


def _is_ready(pid):
    """A renderer's limit of descriptors is among the last things that it sets itself."""
    try:
        return psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE) == (64, 64)
    except psutil.Error:
        return False


def family(server):
    return [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]


def all_gone(processes):
    return not [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("method", METHODS)
def test_a_job_is_done_by_what_stood_by_and_stopping_waits_for_nothing(start_server, method):
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
def test_it_keeps_no_server_from_stopping_at_once(start_server, method, number):
    server = start_server(mp_start=method, standby=2)
    standing_by(server, 2)
    everyone = family(server)
    server.process.send_signal(number)
    assert server.process.wait(15) == 0
    assert eventually(lambda: all_gone(everyone))


@pytest.mark.parametrize("method", METHODS)
def test_it_dies_with_a_worker_that_is_killed_and_the_next_worker_has_its_own(start_server, method):
    server = start_server(mp_start=method, standby=1)
    (standing,) = standing_by(server)
    (worker,) = server.workers()
    worker.kill()
    assert eventually(lambda: all_gone([standing]))
    assert eventually(lambda: [each for each in server.workers() if each.pid != worker.pid])
    (other,) = standing_by(server, starts=2)
    assert api_result(server.job().body)["subprocess_pid"] == other.pid


@pytest.mark.parametrize("method", METHODS)
def test_a_reload_takes_it_along(start_server, method):
    server = start_server(mp_start=method, standby=1)
    (standing,) = standing_by(server)
    (worker,) = server.workers()
    server.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: all_gone([worker, standing]))
    (other,) = standing_by(server, starts=2)
    assert api_result(server.job().body)["subprocess_pid"] == other.pid


def test_it_is_ended_when_the_whole_server_is_killed(start_server):
    server = start_server(mp_start="fork", standby=1)
    (standing,) = standing_by(server)
    for process in family(server)[:2]:
        process.kill()
    assert eventually(lambda: all_gone([standing]))


def test_what_stands_by_takes_no_slot_and_is_counted(start_server):
    server = start_server(standby=2, max_concurrency=1, enable_metrics=1)
    standing_by(server, 2)
    figures = eventually(lambda: _metrics_with(server, "docops_renderers_standby 2.0"))
    assert "docops_slots_busy 0.0" in figures
    assert server.job().status == 200


def _metrics_with(server, line):
    text = server.ask("GET", "/metrics").body.decode()
    return text if line in text else None


def test_no_connection_or_listener_is_held_by_what_was_forked(start_server):
    server = start_server(mp_start="fork", standby=1)
    connection = server.connect()
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    (before,) = standing_by(server)
    os.kill(before.pid, signal.SIGKILL)
    eventually(lambda: standing_by(server)[0].pid != before.pid)
    (standing,) = standing_by(server)
    assert standing.net_connections(kind="inet") == []
