"""The connection of a client: all reads together end at one deadline, however often something comes."""

import errno
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from docops_flask.jobs.caller import ClientSocket, DeadlinePassed


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, ClientSocket]]:
    """The client's end, and the server's."""
    client, accepted = socket.socketpair()
    with client, ClientSocket(accepted) as server:
        assert accepted.fileno() == -1
        yield client, server


def test_without_a_deadline_it_is_a_socket(pair: tuple[socket.socket, ClientSocket]) -> None:
    client, server = pair
    client.sendall(b"x")
    assert server.recv(10) == b"x"
    server.settimeout(0.01)
    with pytest.raises(TimeoutError) as caught:
        server.recv(10)
    assert not isinstance(caught.value, DeadlinePassed)


def test_a_client_that_sends_a_byte_now_and_then_does_not_put_the_deadline_off(
    pair: tuple[socket.socket, ClientSocket],
) -> None:
    client, server = pair
    is_over = threading.Event()

    def trickle() -> None:
        while not is_over.wait(0.01):
            client.sendall(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    server.settimeout(30)
    server.receive_by = time.monotonic() + 0.2
    try:
        with pytest.raises(DeadlinePassed):
            read_on(server)
    finally:
        is_over.set()
        thread.join()
    assert time.monotonic() >= server.receive_by


def read_on(server: socket.socket) -> None:
    while server.recv(10):
        continue


def test_what_is_there_is_read_after_the_deadline_too(pair: tuple[socket.socket, ClientSocket]) -> None:
    client, server = pair
    client.sendall(b"x")
    server.receive_by = time.monotonic() - 1
    assert server.recv(10) == b"x"
    with pytest.raises(DeadlinePassed):
        server.recv(10)


@pytest.mark.parametrize("patience", [None, 0.0, 30.0])
def test_the_timeout_of_each_read_stays_as_it_was(
    pair: tuple[socket.socket, ClientSocket], patience: float | None
) -> None:
    client, server = pair
    server.settimeout(patience)
    server.receive_by = time.monotonic()
    client.sendall(b"x")
    server.recv(10)
    with pytest.raises(DeadlinePassed):
        server.recv(10)
    assert server.gettimeout() == patience


def test_a_timeout_that_comes_first_is_one(pair: tuple[socket.socket, ClientSocket]) -> None:
    _, server = pair
    server.settimeout(0.01)
    server.receive_by = time.monotonic() + 60
    with pytest.raises(TimeoutError) as caught:
        server.recv(10)
    assert not isinstance(caught.value, DeadlinePassed)


def test_gunicorn_takes_it_for_a_client_that_has_gone() -> None:
    assert DeadlinePassed().errno == errno.ENOTCONN


def test_what_waits_is_told_once(pair: tuple[socket.socket, ClientSocket]) -> None:
    _, server = pair
    told = []
    server.received()
    server.on_received = lambda: told.append(True)
    server.received()
    server.received()
    assert told == [True]
