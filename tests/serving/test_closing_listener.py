"""A listener about to close: the kernel makes it no new connection, and none that it made is lost."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from docops_flask.serving.accepting import refuse_connections


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family, host = request.param
    with socket.socket(family) as listening:
        listening.bind((host, 0))
        listening.listen(8)
        listening.setblocking(False)
        yield listening


def connect(listener: socket.socket) -> socket.socket:
    return socket.create_connection(listener.getsockname()[:2], timeout=30)


def knock(listener: socket.socket) -> socket.socket:
    """Ask for a connection without waiting for it."""
    client = socket.socket(listener.family)
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
    return client


def test_a_connection_that_was_made_before_is_accepted_and_a_later_one_is_not_made(
    listener: socket.socket,
) -> None:
    with connect(listener) as early:
        early.sendall(b"request")
        refuse_connections(listener)
        with knock(listener):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.recv(10) == b"request"
                accepted.sendall(b"answer")
            with pytest.raises(BlockingIOError):
                listener.accept()
        assert early.recv(10) == b"answer"


def test_who_asks_meanwhile_is_refused_once_the_listener_is_closed(listener: socket.socket) -> None:
    refused = []

    def ask(address: tuple[str, int]) -> None:
        try:
            socket.create_connection(address, timeout=30).close()
        except ConnectionRefusedError as error:
            refused.append(error)

    refuse_connections(listener)
    client = threading.Thread(target=ask, args=(listener.getsockname()[:2],))
    client.start()
    listener.close()
    client.join()
    assert len(refused) == 1


def test_a_unix_socket_is_left_as_it_is(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as client:
        listening.bind(str(tmp_path / "socket"))
        listening.listen(1)
        refuse_connections(listening)
        client.connect(str(tmp_path / "socket"))
        listening.accept()[0].close()
