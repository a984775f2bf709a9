"""Clients that disconnect at every stage of a request: 499 is logged, and nothing is left of the job."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from docops_flask.app import create_app
from docops_flask.settings.settings import Settings
from tests.e2e.faults.tidy import GOOD_JOB, Tidy
from tests.e2e.gunicorn_server import BIG_TEMPLATE, FORM_TYPE, GunicornServer, eventually, form_body
from tests.e2e.nginx_server import NginxServer
from tests.factories import docx, p
from tests.web.forms import BOUNDARY, part

# Its result is more than the buffers of a connection hold.
LARGE_TEMPLATE = docx(p("【MEETING_TITLE】"), extra={"word/media/image1.png": os.urandom(12_000_000)})
RESET = b"\1\0\0\0\0\0\0\0"
INSPECTION = part("template", BIG_TEMPLATE, "notice.docx") + f"--{BOUNDARY}--\r\n".encode()
# Nothing of it is as in the template, so that its proof takes as long as any.
OTHER_DOCUMENT = docx("".join(p(f"{number} filled") for number in range(20_000)))
DOCUMENTS = part("document", OTHER_DOCUMENT, "good.docx") + f"--{BOUNDARY}--\r\n".encode()
VERIFICATION = b"".join(
    [
        part("template", BIG_TEMPLATE, "notice.docx"),
        part("document", OTHER_DOCUMENT, "out.docx"),
        part("replace_log", b'{"entries": []}', "log.json"),
        part("format_report", b'{"summary": {"fix_changes": []}}', "report.json"),
        f"--{BOUNDARY}--\r\n".encode(),
    ]
)
MERGE = b"".join(
    [
        part("template", BIG_TEMPLATE, "notice.docx"),
        part("skill", b"meeting_notice"),
        part("rows", b"MEETING_TITLE\nx\n", "rows.csv"),
        f"--{BOUNDARY}--\r\n".encode(),
    ]
)
# Each address that needs a renderer, and a body for it. Previews need LibreOffice:
# tests/e2e/test_preview_under_gunicorn.py.
BODIES = {
    "/v1/merge": MERGE,
    "/v1/merge/precheck": MERGE,
    "/v1/run": form_body(template=BIG_TEMPLATE),
    "/v1/precheck": form_body(template=BIG_TEMPLATE),
    "/v1/inspect": INSPECTION,
    "/v1/verify": VERIFICATION,
    "/v1/policies/suggest": DOCUMENTS,
}


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    server = GunicornServer(
        tmp_path_factory.mktemp("server"), max_concurrency=1, threads=12, queue_timeout_seconds=60
    )
    yield Tidy(server)
    server.stop()


def test_every_route_that_uses_a_renderer_is_covered() -> None:
    rules = create_app(Settings()).url_map.iter_rules()
    assert {rule.rule for rule in rules if "POST" in (rule.methods or ())} - {"/v1/preview"} == set(BODIES)


def send(port: int, path: str = "/v1/run", *, short_of: int = 0) -> socket.socket:
    """Send a job on a plain connection, all but its last ``short_of`` bytes."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    whole = request(path, BODIES[path])
    connection.sendall(whole[: len(whole) - short_of])
    return connection


def request(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def close(connection: socket.socket) -> None:
    connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def stop_sending(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)


class Departures:
    """The lines about clients that left, from now on."""

    def __init__(self, server: GunicornServer) -> None:
        self.server = server
        self.before = len(self._all())

    def _all(self) -> list[dict[str, Any]]:
        return [line for line in self.server.log if line.get("status_code") == 499]

    def one(self) -> dict[str, Any]:
        """The one line there comes."""
        eventually(lambda: len(self._all()) > self.before, 5)
        (line,) = self._all()[self.before :]
        assert (line["event"], line["outcome"]) == ("error", "bad_request")
        assert line["error_code"] == "CLIENT_CLOSED_REQUEST"
        return line


@pytest.mark.parametrize("leave", [close, reset, stop_sending])
@pytest.mark.parametrize("path", BODIES)
def test_a_client_that_leaves_while_its_job_runs_ends_its_renderer_within_a_second(
    tidy: Tidy, path: str, leave: Callable[..., Any]
) -> None:
    departures = Departures(tidy.server)
    connection, renderer = tidy.server.frozen(lambda: send(tidy.server.port, path))
    leave(connection)
    eventually(lambda: not psutil.pid_exists(renderer.pid), 1)
    assert departures.one()["failure_stage"] == "render"
    connection.close()
    tidy.again()


def test_a_pipelined_request_is_not_a_disconnect_and_is_answered_in_turn(tidy: Tidy) -> None:
    connection, renderer = tidy.server.frozen(lambda: send(tidy.server.port))
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.2)
    renderer.resume()
    received = b""
    while b'{"status":"ok"}' not in received:
        block = connection.recv(1 << 16)
        assert block
        received += block
    assert received.startswith(b"HTTP/1.1 200 OK")
    connection.close()
    tidy.again()


def test_a_half_closed_connection_gets_an_error_that_says_why(tidy: Tidy) -> None:
    connection, _ = tidy.server.frozen(lambda: send(tidy.server.port))
    connection.shutdown(socket.SHUT_WR)
    received = b""
    while block := connection.recv(1 << 16):
        received += block
    connection.close()
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"closed by the client before its answer" in received


@pytest.mark.parametrize("path", BODIES)
def test_a_client_that_disconnects_while_queued_is_removed_from_the_queue(tidy: Tidy, path: str) -> None:
    departures = Departures(tidy.server)
    running, renderer = tidy.server.frozen_job()
    waiting = send(tidy.server.port, path)
    time.sleep(0.5)
    waiting.close()
    line = departures.one()
    assert line["failure_stage"] == "queue"
    assert line["queue_wait_ms"] > 0
    renderer.resume()
    assert running.result().status == 200
    tidy.again()


@pytest.mark.parametrize("leave", [close, reset])
@pytest.mark.parametrize("path", BODIES)
def test_a_client_that_leaves_during_its_upload(tidy: Tidy, path: str, leave: Callable[..., Any]) -> None:
    departures = Departures(tidy.server)
    leave(send(tidy.server.port, path, short_of=1000))
    assert departures.one()["failure_stage"] == "receive"
    tidy.again()


def test_a_client_that_leaves_during_its_download(tidy: Tidy) -> None:
    departures = Departures(tidy.server)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", tidy.server.port))
    connection.sendall(request("/v1/run", form_body(template=LARGE_TEMPLATE)))
    assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
    reset(connection)
    assert departures.one()["failure_stage"] == "stream"
    tidy.again()


@pytest.mark.parametrize("words", [b"", b"POST /v1/run HT", b"POST /v1/run HTTP/1.1\r\nHost: x\r\n"])
def test_a_client_that_leaves_before_its_request_is_complete_starts_no_job(tidy: Tidy, words: bytes) -> None:
    def jobs() -> int:
        return sum(line["event"] == "start" for line in tidy.server.log)

    before = jobs()
    with socket.create_connection(("127.0.0.1", tidy.server.port)) as connection:
        connection.sendall(words)
    tidy.again()
    assert jobs() == before + 1


@pytest.mark.parametrize("path", ["/v1/run", "/healthz", "/v1/skills/meeting_notice/template.docx", "/nope"])
def test_head_leaves_nothing_whether_or_not_the_client_waits(tidy: Tidy, path: str) -> None:
    answer = tidy.server.ask("HEAD", path)
    assert answer.body == b""
    with socket.create_connection(("127.0.0.1", tidy.server.port)) as connection:
        connection.sendall(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    tidy.again()


@pytest.mark.parametrize("path", BODIES)
def test_nginx_passes_a_disconnect_on(tidy: Tidy, tmp_path: Path, path: str) -> None:
    nginx = NginxServer(tmp_path, tidy.server.port)
    try:
        departures = Departures(tidy.server)
        connection, renderer = tidy.server.frozen(lambda: send(nginx.port, path))
        connection.close()
        eventually(lambda: not psutil.pid_exists(renderer.pid), 1)
        assert departures.one()["failure_stage"] == "render"
    finally:
        nginx.stop()
    tidy.again()


def test_two_hundred_slow_clients_behind_nginx_delay_no_others(tidy: Tidy, tmp_path: Path) -> None:
    nginx = NginxServer(tmp_path, tidy.server.port)
    try:
        slow = [send(nginx.port, short_of=len(BODIES["/v1/run"]) - number % 50) for number in range(200)]
        assert nginx.ask("GET", "/healthz").status == 200
        for _ in range(3):
            assert nginx.job(**GOOD_JOB).status == 200
        assert all(connection.fileno() > 0 for connection in slow)
        for connection in slow:
            connection.close()
    finally:
        nginx.stop()
    tidy.again()


def test_slow_readers_behind_nginx_occupy_nothing_in_the_server(tidy: Tidy, tmp_path: Path) -> None:
    nginx = NginxServer(tmp_path, tidy.server.port)
    readers = []
    try:
        for _ in range(3):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", nginx.port))
            reader.sendall(request("/v1/run", form_body(template=LARGE_TEMPLATE)))
            assert reader.recv(100).startswith(b"HTTP/1.1 200 OK")
            readers.append(reader)
        tidy.again()
    finally:
        for reader in readers:
            reader.close()
        nginx.stop()


def test_a_standby_renderer_in_use_is_ended_and_replaced(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(standby=1, max_concurrency=1)
    tidy, departures = Tidy(server), Departures(server)

    def starts() -> int:
        return sum(line["event"] == "start" for line in server.log)

    before = starts()
    connection = send(server.port)
    eventually(lambda: starts() > before)
    connection.close()
    assert departures.one()["failure_stage"] == "render"
    tidy.again()
