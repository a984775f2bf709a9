"""Who is believed about a client's address and scheme: gunicorn itself would believe this machine."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.gunicorn_server import GunicornServer

COMMAND = (sys.executable, "-m", "gunicorn", "tests.e2e.origin_app:app")
CLAIMS = {
    "X_Forwarded_For": "192.0.2.7",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Ssl": "on",
    "X_Forwarded_Protocol": "ssl",
}


@pytest.fixture(params=[0, 1])
def trusted_proxies(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def server(tmp_path: Path, trusted_proxies: int) -> Iterator[GunicornServer]:
    running = GunicornServer(tmp_path / "server", COMMAND, trusted_proxies=trusted_proxies)
    yield running
    running.stop()


def test_forwarded_headers_are_used_for_as_many_proxies_as_are_trusted(
    server: GunicornServer, trusted_proxies: int
) -> None:
    told = server.ask("GET", "/origin", Host="docs.example", **CLAIMS).json
    expected = [
        {"client": "127.0.0.1", "url": "http://docs.example/origin"},
        {"client": "192.0.2.7", "url": "https://docs.example/origin"},
    ]
    assert told == expected[trusted_proxies]
    connection = server.connect()
    connection.putrequest("GET", "/inner/origin")
    connection.putheader("SCRIPT_NAME", "/inner")
    connection.endheaders()
    assert connection.getresponse().status == 404
