"""One server for a module's table of hostile requests, and others for what needs settings of its own."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import start_server
from tests.e2e.gunicorn_server import GunicornServer
from tests.hostile.answer_checks import HostileServer

__all__ = ["hostile_server", "request_server", "start_server"]
PASSWORD = ("office", "pass:词!")
ORIGIN = "https://office.example"


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    """A server with default limits, one worker and one slot: one that is not given back is missed."""
    server = GunicornServer(tmp_path_factory.mktemp("hostile"), max_concurrency=1, queue_timeout_seconds=5)
    yield HostileServer(server)
    server.stop()


@pytest.fixture(scope="module")
def request_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    """A server with all features that check a password or an origin enabled.

    Most of what it is sent is refused before there is a renderer: those of the good jobs start fastest so.
    """
    server = GunicornServer(
        tmp_path_factory.mktemp("requests"),
        max_concurrency=1,
        queue_timeout_seconds=5,
        mp_start="forkserver",
        enable_web_console=1,
        web_basic_auth=":".join(PASSWORD),
        enable_cors=1,
        cors_allow_origins=ORIGIN,
    )
    yield HostileServer(server)
    server.stop()
