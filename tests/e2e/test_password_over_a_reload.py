"""The password outlives a reload: a worker forgets where it came from, the workers after it need it too."""

import base64
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.gunicorn_server import GunicornServer, eventually

USER, PASSWORD = "anna", "sesame: 门"


def reload(server: GunicornServer) -> None:
    server.process.send_signal(signal.SIGHUP)


def kill_the_worker(server: GunicornServer) -> None:
    (worker,) = server.workers()
    worker.kill()


def status_of_meta(server: GunicornServer, credentials: str) -> int:
    encoded = base64.b64encode(credentials.encode()).decode()
    return server.ask("GET", "/v1/meta", Authorization=f"Basic {encoded}").status


@pytest.mark.parametrize("replace_the_worker", [reload, kill_the_worker])
def test_a_new_worker_requires_the_same_password(
    start_server: Callable[..., GunicornServer], replace_the_worker: Callable[..., Any]
) -> None:
    server = start_server(web_basic_auth=f"{USER}:{PASSWORD}")
    eventually(lambda: server.sandbox_log)
    (old,) = server.workers()

    replace_the_worker(server)
    eventually(lambda: server.workers() and old not in server.workers())

    assert status_of_meta(server, f"{USER}:{PASSWORD}") == 200
    assert status_of_meta(server, f"{USER}:other") == 401
    assert server.ask("GET", "/v1/meta").status == 401
