"""Clients that take their time with a request, or to leave: none holds a thread that others need.

Each server here has the default number of threads, 18 with two slots, and 40 such clients.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import psutil
import pytest

from tests.e2e.faults.tidy import GOOD_JOB, Tidy
from tests.e2e.gunicorn_server import FORM_TYPE, GunicornServer, eventually, form_body, send
from tests.e2e.nginx_server import NginxServer, received
from tests.factories import docx, p

CLIENTS = 40
BODY_SECONDS = 2
# What a loaded machine may take for an answer that waits for nothing.
PROMPT_SECONDS = 5
PICTURE = {"word/media/image1.png": bytes(range(256)) * 2000}
LARGE_JOB: dict[str, Any] = {
    **GOOD_JOB,
    "template": docx(p("【MEETING_TITLE】"), extra=PICTURE, compression=0),
}


class Trickle:
    """Sends ``byte`` on each of its connections every tenth of a second, until it is stopped."""

    def __init__(self, connections: list[socket.socket], byte: bytes = b"x") -> None:
        self._connections = connections
        self._byte = byte
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(0.1):
            for connection in self._connections:
                try:
                    connection.sendall(self._byte)
                except OSError:
                    continue


@pytest.fixture
def connect() -> Iterator[Callable[..., socket.socket]]:
    """Make a connection to a server; all are closed at the end."""
    made = []

    def make(server: GunicornServer, words: bytes = b"") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        made.append(connection)
        connection.sendall(words)
        return connection

    yield make
    for connection in made:
        connection.close()


def upload_head(path: str = "/v1/run", length: int = 200_000) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def chunked_head(path: str = "/v1/run") -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()


def is_healthy(server: GunicornServer) -> bool:
    """Ask for ``/healthz`` as a probe does, with little patience."""
    with closing(server.connect(timeout_seconds=PROMPT_SECONDS)) as connection:
        return send(connection, "GET", "/healthz").json == {"status": "ok"}


def timeouts(server: GunicornServer) -> list[dict[str, Any]]:
    return [line for line in server.log if line.get("status_code") == 408]


def test_forty_unfinished_uploads_leave_health_a_thread_and_each_is_answered_408(
    start_server: Callable[..., GunicornServer], connect: Callable[..., socket.socket]
) -> None:
    server = start_server(body_timeout_seconds=BODY_SECONDS)
    tidy = Tidy(server)
    began = time.monotonic()
    uploads = [connect(server, upload_head() + form_body()[:100]) for _ in range(CLIENTS)]
    with Trickle(uploads):
        while time.monotonic() - began < BODY_SECONDS:
            assert is_healthy(server)
        answers = [received(each) for each in uploads]
    assert time.monotonic() - began < BODY_SECONDS + PROMPT_SECONDS
    for answer in answers:
        assert answer.told == (408, "REQUEST_TIMEOUT")
        detail = answer.json["detail"]
        assert (detail["timeout_seconds"], detail["field"]) == (BODY_SECONDS, "body")
        assert "DOCOPS_BODY_TIMEOUT_SECONDS" in answer.json["message"]
    lines = eventually(lambda: len(timeouts(server)) == CLIENTS and timeouts(server))
    assert {(line["outcome"], line["failure_stage"]) for line in lines} == {("timeout", "receive")}
    tidy.again()


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck", "/v1/inspect", "/v1/verify"])
@pytest.mark.parametrize("head", [upload_head, chunked_head])
def test_every_upload_has_its_time_limit_however_it_is_framed(
    start_server: Callable[..., GunicornServer],
    connect: Callable[..., socket.socket],
    path: str,
    head: Callable[..., Any],
) -> None:
    server = start_server(body_timeout_seconds=0.5)
    connection = connect(server, head(path) + b"1")
    with Trickle([connection], b"1"):
        assert received(connection).told == (408, "REQUEST_TIMEOUT")
    line = eventually(lambda: timeouts(server))[0]
    assert (line["error_code"], line["failure_stage"]) == ("REQUEST_TIMEOUT", "receive")


@pytest.mark.parametrize("queue_timeout_seconds", [0, 30])
def test_jobs_sent_without_delay_are_done_during_slow_uploads(
    start_server: Callable[..., GunicornServer],
    connect: Callable[..., socket.socket],
    queue_timeout_seconds: int,
) -> None:
    server = start_server(queue_timeout_seconds=queue_timeout_seconds)
    uploads = [connect(server, upload_head()) for _ in range(CLIENTS)]
    with Trickle(uploads):
        for path in ("/v1/run", "/v1/precheck"):
            assert server.job(path, **GOOD_JOB).status == 200
        assert server.ask("GET", "/v1/meta").status == 200
        assert server.ask("POST", "/nope", b"x" * 10_000).told == (404, "NOT_FOUND")
        assert is_healthy(server)


def test_a_large_upload_waits_for_a_receiving_place_and_is_done(
    start_server: Callable[..., GunicornServer], connect: Callable[..., socket.socket]
) -> None:
    server = start_server(body_timeout_seconds=20)
    uploads = [connect(server, upload_head()) for _ in range(CLIENTS)]
    waiting = server.job_later(**LARGE_JOB)
    time.sleep(0.5)
    assert not waiting.done()
    for upload in uploads:
        upload.close()
    assert waiting.result().status == 200


def test_as_many_jobs_as_slots_and_queue_hold_are_accepted_behind_nginx(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    """As many as slots and queue hold, sent at once, and larger than what is received without a place."""
    server = start_server(queue_timeout_seconds=60, max_concurrency=2)
    nginx = NginxServer(tmp_path / "nginx", server.port)
    try:
        with ThreadPoolExecutor(2 + 12) as clients:
            jobs = [clients.submit(nginx.job, **LARGE_JOB) for _ in range(2 + 12)]
            assert [job.result().status for job in jobs] == [200] * (2 + 12)
    finally:
        nginx.stop()


@pytest.mark.parametrize("queue_timeout_seconds", [0, 30])
def test_slots_queue_and_slow_uploads_together_leave_health_a_thread(
    start_server: Callable[..., GunicornServer],
    connect: Callable[..., socket.socket],
    queue_timeout_seconds: int,
) -> None:
    server = start_server(queue_timeout_seconds=queue_timeout_seconds, max_concurrency=2)
    frozen = [server.frozen_job() for _ in range(2)]
    waiting = [server.job_later(**GOOD_JOB) for _ in range(12 if queue_timeout_seconds else 0)]
    uploads = [connect(server, upload_head()) for _ in range(CLIENTS)]
    with Trickle(uploads):
        time.sleep(0.5)
        for _ in range(5):
            assert is_healthy(server)
        assert server.job(**GOOD_JOB).told == (429, "TOO_MANY_REQUESTS")
    for upload in uploads:
        upload.close()
    for job, renderer in frozen:
        renderer.resume()
        assert job.result().status == 200
    assert [job.result().status for job in waiting] == [200] * len(waiting)


def test_refused_uploads_that_continue_slowly_leave_health_a_thread(
    start_server: Callable[..., GunicornServer], connect: Callable[..., socket.socket]
) -> None:
    server = start_server(body_timeout_seconds=BODY_SECONDS)
    refused = [connect(server, upload_head("/nope")) for _ in range(CLIENTS)]
    refused += [connect(server, upload_head(length=10**9)) for _ in range(CLIENTS)]
    with Trickle(refused):
        for _ in range(5):
            assert is_healthy(server)
            time.sleep(0.2)
        statuses = [received(each).status for each in refused]
    assert statuses == [404] * CLIENTS + [413] * CLIENTS


@pytest.mark.parametrize(
    ("words", "byte"),
    [
        (b"", b""),
        (b"POST /v1/r", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"x"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /heal", b"t"),
    ],
)
def test_slow_or_missing_request_heads_hold_no_thread_and_time_out(
    start_server: Callable[..., GunicornServer],
    connect: Callable[..., socket.socket],
    words: bytes,
    byte: bytes,
) -> None:
    server = start_server()
    (worker,) = eventually(server.workers)
    tidy = Tidy(server)
    clients = [connect(server, words) for _ in range(CLIENTS)]
    with Trickle(clients, byte):
        assert is_healthy(server)
        assert server.job(**GOOD_JOB).status == 200

        def connections() -> list[Any]:
            return [each for each in worker.net_connections("tcp") if each.status == psutil.CONN_ESTABLISHED]

        eventually(lambda: len(connections()) < CLIENTS // 2)
    for client in clients:
        client.close()
    tidy.again()


def test_clients_that_keep_their_connection_open_delay_no_others(
    start_server: Callable[..., GunicornServer], connect: Callable[..., socket.socket]
) -> None:
    server = start_server()
    words = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    began = time.monotonic()
    kept = [connect(server, words) for _ in range(CLIENTS)]
    assert [received(each).status for each in kept] == [200] * CLIENTS
    assert is_healthy(server)
    # One after the other they would take two seconds each.
    assert time.monotonic() - began < CLIENTS


def test_a_client_that_leaves_while_its_upload_waits_for_a_place_is_logged(
    start_server: Callable[..., GunicornServer], connect: Callable[..., socket.socket]
) -> None:
    server = start_server(max_concurrency=1, threads=4)
    tidy = Tidy(server)
    holder = connect(server, upload_head())
    waiting = connect(server, upload_head() + b"some of it")
    time.sleep(0.3)
    waiting.close()
    (line,) = eventually(lambda: [each for each in server.log if each.get("status_code") == 499])
    assert line["failure_stage"] == "receive"
    holder.close()
    tidy.again()


def test_pipelined_requests_in_pieces_are_answered_in_order(
    start_server: Callable[..., GunicornServer], connect: Callable[..., socket.socket]
) -> None:
    server = start_server()
    body = form_body(**GOOD_JOB)
    job = upload_head("/v1/precheck", len(body)) + body
    last = b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    words = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + job + last
    connection = connect(server)
    for start in range(0, len(words), 97):
        connection.sendall(words[start : start + 97])
        time.sleep(0.0005)
    answers = b""
    while block := connection.recv(1 << 16):
        answers += block
    told = [answers.index(each) for each in (b'"status":"ok"', b'"expected_exit_code"', b'"NOT_FOUND"')]
    assert told == sorted(told)
    assert answers.count(b"HTTP/1.1 ") == 3
