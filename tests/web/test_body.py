"""The body of a request: its limit, its end, and what is read before an early answer."""

import io
import socket as sockets
import time
from collections.abc import Iterator
from typing import Any

import pytest

from docops_flask.intake.assets import UploadTooLarge
from docops_flask.jobs.caller import ClientSocket
from docops_flask.web.errors import BodyTimeout, BodyUnreadable, ClientLeft
from docops_flask.web.request import RequestBody


class Stream(io.BytesIO):
    """A server's input; ``error`` is raised when ``content`` is used up."""

    def __init__(self, content: bytes, error: Exception | None = None) -> None:
        super().__init__(content)
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        if not block and self.error is not None:
            raise self.error
        return block


class Socket:
    """Notes its timeouts."""

    def __init__(self) -> None:
        self.timeouts: list[float] = []

    def settimeout(self, seconds: float) -> None:
        self.timeouts.append(seconds)


def body_of(
    content: bytes,
    length: int | None = None,
    *,
    maximum: int = 1000,
    chunked: bool = False,
    error: Exception | None = None,
    **more: Any,
) -> tuple[RequestBody, Stream]:
    stream = Stream(content, error)
    environ: dict[str, Any] = {**more, "wsgi.input": stream}
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    if chunked:
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    return RequestBody(environ, maximum), stream


def read_all(body: RequestBody, size: int = 64) -> bytes:
    blocks = []
    while block := body.read(size):
        blocks.append(block)
    return b"".join(blocks)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_read_to_its_end(chunked: bool) -> None:
    body, _ = body_of(b"x" * 500, None if chunked else 500, chunked=chunked)
    assert read_all(body) == b"x" * 500
    assert body.read() == b""


def test_nothing_beyond_the_announced_length_is_read() -> None:
    body, stream = body_of(b"x" * 500 + b"GET / HTTP/1.1", 500)
    assert read_all(body) == b"x" * 500
    body.drain()
    assert stream.tell() == 500


@pytest.mark.parametrize("environ", [{}, {"CONTENT_LENGTH": "0"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_body_without_length_or_end_mark_is_empty(environ: dict[str, Any]) -> None:
    body, stream = body_of(b"rest of the connection", **environ)
    assert body.read() == b""
    body.drain()
    assert stream.tell() == 0


def test_an_announced_length_over_the_limit_is_refused_before_anything_is_read() -> None:
    body, stream = body_of(b"x" * 1001, 1001)
    with pytest.raises(UploadTooLarge) as caught:
        body.read()
    assert caught.value.detail == {"field": "body", "max_bytes": 1000}
    assert stream.tell() == 0


def test_a_chunked_body_is_refused_as_soon_as_it_exceeds_the_limit() -> None:
    body, stream = body_of(b"x" * 5000, chunked=True)
    with pytest.raises(UploadTooLarge):
        read_all(body)
    assert 1000 < stream.tell() <= 1000 + 64


def test_a_body_of_exactly_the_limit_passes() -> None:
    assert len(read_all(body_of(b"x" * 1000, chunked=True)[0])) == 1000
    assert len(read_all(body_of(b"x" * 1000, 1000)[0])) == 1000


@pytest.mark.parametrize(
    ("length", "chunked", "error"),
    [(1000, False, None), (1000, False, ConnectionResetError()), (None, True, TimeoutError())],
)
def test_a_disconnected_client_is_distinguished_from_the_end_of_the_body(
    length: int | None, chunked: bool, error: ConnectionResetError | TimeoutError | None
) -> None:
    body, _ = body_of(b"x" * 10, length, chunked=chunked, error=error)
    with pytest.raises(ClientLeft):
        read_all(body)


def test_invalid_framing_is_a_client_error() -> None:
    body, _ = body_of(b"x" * 10, chunked=True, error=ArithmeticError("a server's own kind of error"))
    with pytest.raises(BodyUnreadable) as caught:
        read_all(body)
    assert not isinstance(caught.value, ClientLeft)
    assert caught.value.status == 400


def test_a_drain_reads_what_is_left() -> None:
    body, stream = body_of(b"x" * 900, 900)
    body.read(64)
    body.drain()
    assert stream.tell() == 900


def test_a_drain_reads_a_refused_body_too() -> None:
    body, stream = body_of(b"x" * 3500, 3500)
    with pytest.raises(UploadTooLarge):
        body.read()
    body.drain()
    assert stream.tell() == 3500


def test_a_drain_stops_at_a_few_times_the_limit() -> None:
    body, stream = body_of(b"x" * 100_000, 100_000)
    body.drain()
    assert 4000 <= stream.tell() < 20_000


@pytest.mark.parametrize("error", [None, ConnectionResetError(), TimeoutError()])
def test_draining_ends_silently_when_the_client_disconnects(
    error: ConnectionResetError | TimeoutError | None,
) -> None:
    body, _ = body_of(b"x" * 10, 900, error=error)
    body.drain()
    body.drain()


def test_every_wait_for_a_client_has_a_timeout() -> None:
    socket = Socket()
    with_socket: dict[str, Any] = {"gunicorn.socket": socket}
    body, _ = body_of(b"x" * 900, 900, **with_socket)
    body.limit_idle_time()
    body.drain()
    first, during, after = socket.timeouts
    assert during < first == after


@pytest.fixture
def connection() -> Iterator[tuple[sockets.socket, ClientSocket]]:
    """A client's socket, and the server's with a body of 900 bytes to come."""
    client, accepted = sockets.socketpair()
    server = ClientSocket(accepted)
    with client, server:
        yield client, server


class Received:
    """A server's input that reads as gunicorn's does: until it has what it was asked for."""

    def __init__(self, socket: ClientSocket) -> None:
        self._socket = socket

    def read(self, size: int) -> bytes:
        whole = b""
        while len(whole) < size and (block := self._socket.recv(size - len(whole))):
            whole += block
        return whole


def body_on(server: ClientSocket) -> RequestBody:
    environ = {"wsgi.input": Received(server), "gunicorn.socket": server, "CONTENT_LENGTH": "900"}
    return RequestBody(environ, 1000, 7)


def test_the_error_for_a_late_body_names_the_time_limit(
    connection: tuple[sockets.socket, ClientSocket],
) -> None:
    client, server = connection
    client.sendall(b"x" * 100)
    server.receive_by = time.monotonic()
    with pytest.raises(BodyTimeout, match=r"within 7 s.*DOCOPS_BODY_TIMEOUT_SECONDS") as caught:
        body_on(server).read()
    assert caught.value.detail == {"field": "body", "timeout_seconds": 7, "terminated": True}
    assert (caught.value.status, caught.value.code) == (408, "REQUEST_TIMEOUT")


def test_a_body_that_has_arrived_is_never_late(connection: tuple[sockets.socket, ClientSocket]) -> None:
    client, server = connection
    client.sendall(b"x" * 900)
    server.receive_by = time.monotonic() - 60
    body = body_on(server)
    assert (len(body.read()), body.read()) == (900, b"")


def test_draining_ends_at_the_time_limit_of_the_body(connection: tuple[sockets.socket, ClientSocket]) -> None:
    _, server = connection
    server.receive_by = time.monotonic() - 60
    body = body_on(server)
    body.drain()
    assert server.receive_by < time.monotonic()
    assert body.read() == b""


@pytest.mark.parametrize("is_late", [False, True])
def test_waiting_for_a_receiving_place_is_reported_once_at_its_end(
    connection: tuple[sockets.socket, ClientSocket], is_late: bool
) -> None:
    client, server = connection
    told = []
    server.on_received = lambda: told.append(True)
    server.receive_by = time.monotonic()
    client.sendall(b"x" * (100 if is_late else 900))
    body = body_on(server)
    if not is_late:
        body.read()
        assert told == [True]
    body.drain()
    assert told == [True]
