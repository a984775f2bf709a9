"""Real servers for tests, stopped when the test, or its module, is done."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.gunicorn_server import GunicornServer


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., GunicornServer]]:
    """Start servers with the settings a test wants."""
    servers: list[GunicornServer] = []

    def start(**settings: Any) -> GunicornServer:
        server = GunicornServer(tmp_path / f"server{len(servers)}", **settings)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """One server for all the tests of a module that need nothing special."""
    shared = GunicornServer(
        tmp_path_factory.mktemp("shared"),
        max_upload_bytes=500_000,
        web_basic_auth="user:pass",
        enable_cors=1,
    )
    yield shared
    shared.stop()
