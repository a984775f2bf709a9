"""Connections that wait in the worker's loop without a thread."""

import selectors
import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from docops_flask.jobs.caller import ClientSocket
from docops_flask.serving.connection import Connection, WaitingConnections


@pytest.fixture
def poller() -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as made:
        yield made


@pytest.fixture
def connect() -> Iterator[Callable[..., tuple[Connection, socket.socket]]]:
    """Make a connection and its client's end."""
    made: list[Any] = []

    def make() -> tuple[Connection, socket.socket]:
        client, accepted = socket.socketpair()
        connection = Connection(SimpleNamespace(), ClientSocket(accepted), None, None, made.append)
        made.extend([client, connection.sock])
        return connection, client

    yield make
    for each in made:
        each.close()


def dispatch(poller: selectors.BaseSelector) -> None:
    """One round of gunicorn's loop."""
    for key, _ in poller.select(0):
        key.data(key.fileobj)


def test_what_arrives_is_noticed_until_it_is_ignored_or_the_wait_is_over(
    poller: selectors.BaseSelector, connect: Callable[..., tuple[Connection, socket.socket]]
) -> None:
    noticed: list[Connection] = []
    waiting = WaitingConnections(poller, 60, noticed.append)
    connection, client = connect()
    waiting.add(connection)
    dispatch(poller)
    assert noticed == []
    client.sendall(b"x")
    dispatch(poller)
    assert noticed == [connection]
    waiting.ignore(connection)
    assert connection in waiting
    dispatch(poller)
    waiting.remove(connection)
    waiting.remove(connection)
    dispatch(poller)
    assert noticed == [connection]
    assert list(waiting) == []


def test_one_whose_wait_ends_in_the_same_round_is_left_alone(
    poller: selectors.BaseSelector, connect: Callable[..., tuple[Connection, socket.socket]]
) -> None:
    """A thread has it from then on; both would read from it."""
    noticed: list[Connection] = []
    both = dict(connect() for _ in range(2))

    def end_all(connection: Connection) -> None:
        noticed.append(connection)
        for each in both:
            waiting.remove(each)

    waiting = WaitingConnections(poller, 60, end_all)
    for connection, client in both.items():
        waiting.add(connection)
        client.sendall(b"x")
    dispatch(poller)
    assert len(noticed) == 1


def test_deadlines_pass_in_the_order_in_which_waits_began(
    poller: selectors.BaseSelector, connect: Callable[..., tuple[Connection, socket.socket]]
) -> None:
    waiting = WaitingConnections(poller, 0, lambda _connection: None)
    connections = [connect()[0] for _ in range(3)]
    for connection in connections:
        waiting.add(connection)
    assert waiting.take_expired() == connections
    assert waiting.take_expired() == []
    assert len(poller.get_map()) == 0


def test_waits_can_be_made_shorter_but_not_longer(
    poller: selectors.BaseSelector, connect: Callable[..., tuple[Connection, socket.socket]]
) -> None:
    waiting = WaitingConnections(poller, 60, lambda _connection: None)
    connection, _ = connect()
    waiting.add(connection)
    before = waiting.first_deadline
    waiting.hurry(600)
    assert waiting.first_deadline == before
    assert waiting.take_expired() == []
    waiting.hurry(0)
    assert waiting.take_expired() == [connection]
    assert waiting.first_deadline == float("inf")


def test_a_client_that_has_gone_is_told_from_one_that_is_to_read_its_answer(
    connect: Callable[..., tuple[Connection, socket.socket]],
) -> None:
    connection, client = connect()
    assert connection.stop_sending()
    assert client.recv(1) == b""
    connection.close()
    assert not connection.stop_sending()
