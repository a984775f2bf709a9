"""The password outlives a reload: a worker forgets where it came from, the workers after it need it too."""

import base64
import signal

import pytest

from tests.e2e.gunicorn_server import eventually

USER, PASSWORD = "anna", "sesame: 门"


def reload(server):
    server.process.send_signal(signal.SIGHUP)


def kill_the_worker(server):
    (worker,) = server.workers()
    worker.kill()


def status_of_meta(server, credentials):
    encoded = base64.b64encode(credentials.encode()).decode()
    return server.ask("GET", "/v1/meta", Authorization=f"Basic {encoded}").status


@pytest.mark.parametrize("replace_the_worker", [reload, kill_the_worker])
def test_the_next_worker_asks_for_the_same_password(start_server, replace_the_worker):
    server = start_server(web_basic_auth=f"{USER}:{PASSWORD}")
    eventually(lambda: server.sandbox_log)
    (old,) = server.workers()

    replace_the_worker(server)
    eventually(lambda: server.workers() and old not in server.workers())

    assert status_of_meta(server, f"{USER}:{PASSWORD}") == 200
    assert status_of_meta(server, f"{USER}:other") == 401
    assert server.ask("GET", "/v1/meta").status == 401
