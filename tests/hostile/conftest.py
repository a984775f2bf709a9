"""One server for a module's table of hostile requests, and others for what needs settings of its own."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import start_server
from tests.e2e.gunicorn_server import GunicornServer
from tests.hostile.answer_checks import HostileServer

__all__ = ["hostile_server", "start_server"]


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    """A server with default limits, one worker and one slot: one that is not given back is missed."""
    server = GunicornServer(tmp_path_factory.mktemp("hostile"), max_concurrency=1, queue_timeout_seconds=5)
    yield HostileServer(server)
    server.stop()
