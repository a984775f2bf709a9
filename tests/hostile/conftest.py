"""One server for a module's table of hostile requests."""

from collections.abc import Iterator

import pytest

from tests.e2e.gunicorn_server import GunicornServer
from tests.hostile.answer_checks import HostileServer


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    """A server with default limits, one worker and one slot: one that is not given back is missed."""
    server = GunicornServer(tmp_path_factory.mktemp("hostile"), max_concurrency=1, queue_timeout_seconds=5)
    yield HostileServer(server)
    server.stop()
