"""A server that stops lets at most one new connection wait, unless another server has the same listeners."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from docops_flask.serving.gunicorn import with_prepared_stop

SECONDS = 30
Clients = Callable[..., socket.socket]


class Server:
    """What is used of gunicorn's master."""

    reexec_pid = master_pid = 0
    systemd = False

    def __init__(self, *sockets: socket.socket) -> None:
        self.LISTENERS = [SimpleNamespace(sock=each) for each in sockets]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield listening


@pytest.fixture
def clients() -> Iterator[Clients]:
    with ExitStack() as stack:

        def connect(listener: socket.socket, is_patient: bool = True) -> socket.socket:
            client = stack.enter_context(socket.socket())
            client.settimeout(SECONDS if is_patient else 0)
            client.connect_ex(listener.getsockname())
            return client

        yield connect


def stop(server: Server, graceful: bool = True) -> list[bool]:
    """Stop a server and return what gunicorn's own ``stop`` was told."""
    told: list[bool] = []
    with_prepared_stop(server, told.append)(graceful)
    return told


@pytest.mark.parametrize("graceful", [True, False])
def test_a_connection_that_waits_is_accepted_and_no_other_is_made_meanwhile(
    listener: socket.socket, clients: Clients, graceful: bool
) -> None:
    waiting = clients(listener)
    waiting.sendall(b"request")
    assert stop(Server(listener), graceful) == [graceful]
    for _ in range(5):
        clients(listener, is_patient=False)
    accepted, _ = listener.accept()
    with accepted:
        assert accepted.recv(10) == b"request"
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("goes_on", [{"reexec_pid": 1}, {"master_pid": 1}, {"systemd": True}])
def test_where_another_server_goes_on_with_the_listeners_they_stay_as_they_are(
    listener: socket.socket, clients: Clients, goes_on: dict[str, int]
) -> None:
    server = Server(listener)
    vars(server).update(goes_on)
    assert stop(server) == [True]
    listener.settimeout(SECONDS)
    made = [clients(listener) for _ in range(5)]
    for client in made:
        client.sendall(b"request")
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(10) == b"request"
