"""Several backends behind nginx: which one gets a request, what is retried and what is not."""

import http.client
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest

from tests.e2e.gunicorn_server import Answer, GunicornServer, eventually
from tests.e2e.nginx_server import CREDENTIALS, NginxServer, free_port, own_error, received
from tests.e2e.scripted_backend import ScriptedBackend

NOT_READY = b'{"error_code": "NOT_READY", "message": "The server is stopping.", "detail": {}}'
FULL = b'{"error_code": "INSUFFICIENT_STORAGE", "message": "x", "detail": {}}'
BUSY = b'{"error_code": "TOO_MANY_REQUESTS", "message": "x", "detail": {}}'


@pytest.fixture
def start_nginx(tmp_path: Path) -> Iterator[Callable[..., NginxServer]]:
    """Start nginx in front of backends."""
    with ExitStack() as stack:

        def start(*ports: int, **more: Any) -> NginxServer:
            server = NginxServer(tmp_path / "nginx", *ports, **more)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture
def good() -> Iterator[ScriptedBackend]:
    """A backend that answers."""
    with ScriptedBackend() as backend:
        yield backend


def posted(backend: ScriptedBackend) -> list[bytes]:
    return [request.body for request in backend.requests if request.method == "POST"]


def post(nginx: NginxServer, number: int) -> Answer:
    return nginx.ask("POST", "/v1/run", f"job {number}".encode())


def test_an_unreachable_backend_loses_no_request(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    nginx = start_nginx(free_port(), free_port(), good.port)
    assert {post(nginx, number).status for number in range(6)} == {200}
    assert nginx.ask("GET", "/healthz").status == 200
    assert posted(good) == [f"job {number}".encode() for number in range(6)]


def test_a_lost_machine_delays_by_two_seconds_and_loses_no_request(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        # A queue that is full drops what knocks: neither a connection nor a refusal.
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        nginx = start_nginx(listener.getsockname()[1], good.port)
        assert {post(nginx, number).status for number in range(3)} == {200}
        assert len(posted(good)) == 3
    eventually(lambda: "504" in str([line["backend_status"] for line in nginx.access_log]))


def test_a_job_that_a_stopping_backend_refuses_goes_to_the_next(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    with ScriptedBackend(503, NOT_READY) as stopping:
        nginx = start_nginx(stopping.port, good.port)
        assert {post(nginx, number).status for number in range(4)} == {200}
    assert len(posted(stopping)) == 1
    assert posted(good) == [f"job {number}".encode() for number in range(4)]


def test_an_unanswered_job_is_not_retried(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    with ScriptedBackend(0) as dying:
        nginx = start_nginx(dying.port, good.port)
        answers = {}
        for number in range(3):
            answers[f"job {number}".encode()] = post(nginx, number)
    (lost,) = posted(dying)
    assert own_error(answers.pop(lost), 502, "NOT_READY")
    assert [answer.status for answer in answers.values()] == [200, 200]
    assert sorted(posted(good)) == sorted(answers)


def test_an_unanswered_get_is_retried(start_nginx: Callable[..., NginxServer], good: ScriptedBackend) -> None:
    with ScriptedBackend(0) as dying:
        nginx = start_nginx(dying.port, good.port)
        asked = [nginx.ask("GET", "/v1/meta", Authorization=CREDENTIALS).status for _ in range(3)]
        assert asked == [200, 200, 200]
        assert len(dying.requests) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"error_code": "INVALID_JSON"}'),
        (408, b'{"error_code": "REQUEST_TIMEOUT"}'),
        (413, b'{"error_code": "UPLOAD_TOO_LARGE"}'),
        (429, BUSY),
        (500, b'{"error_code": "RENDERER_CRASHED"}'),
        (503, FULL),
    ],
)
def test_an_error_of_the_service_is_passed_on_unchanged(
    start_nginx: Callable[..., NginxServer], status: int, body: bytes
) -> None:
    with ScriptedBackend(status, body) as backend:
        nginx = start_nginx(backend.port)
        for number in range(2):
            answer = post(nginx, number)
            assert (answer.status, answer.body) == (status, body)
            assert "X-Docops-Request-Id" not in answer.headers
        assert len(posted(backend)) == 2


def test_a_busy_backend_is_not_a_failed_one(start_nginx: Callable[..., NginxServer]) -> None:
    with ScriptedBackend(429, BUSY) as one, ScriptedBackend(429, BUSY) as other:
        nginx = start_nginx(one.port, other.port)
        assert [post(nginx, number).status for number in range(4)] == [429] * 4
        assert (len(posted(one)), len(posted(other))) == (2, 2)


def test_when_every_backend_is_stopping_the_services_503_is_passed_on(
    start_nginx: Callable[..., NginxServer],
) -> None:
    with ScriptedBackend(503, NOT_READY) as one, ScriptedBackend(503, NOT_READY) as other:
        nginx = start_nginx(one.port, other.port)
        assert post(nginx, 0).told == (503, "NOT_READY")
        assert (len(posted(one)), len(posted(other))) == (1, 1)


def test_a_silent_backend_is_a_504_without_retry(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        port = silent.getsockname()[1]
        nginx = start_nginx(port, good.port, edits={"proxy_read_timeout 130s;": "proxy_read_timeout 1s;"})
        answers = [post(nginx, number) for number in range(2)]
    (late,) = [answer for answer in answers if answer.status != 200]
    assert own_error(late, 504, "REQUEST_TIMEOUT")
    assert late.json["detail"].keys() == {"timeout_seconds", "terminated", "request_id"}
    assert len(posted(good)) == 1


def test_the_forwarded_headers_are_set_by_nginx(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    nginx = start_nginx(good.port)
    claims = {
        "X_Forwarded_For": "9.9.9.9",
        "X_Forwarded_Proto": "https",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Port": "666",
        "X_Forwarded_Prefix": "/evil",
        "Forwarded": "for=9.9.9.9",
        "Authorization": CREDENTIALS,
    }
    for path in ("/v1/meta", "/v1/openapi.json", "/web", "/web/static/x", "/v1/run"):
        assert nginx.ask("GET", path, Host="docs.example:8443", **claims).status == 200
    expected = {
        "Host": "docs.example:8443",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "docs.example:8443",
        "X-Forwarded-Port": "8443",
        "Connection": "close",
    }
    for request in good.requests:
        headers = {name: value for name, value in request.headers.items() if name != "Accept-Encoding"}
        assert headers == expected
    nginx.ask("GET", "/healthz", Host="docs.example")
    assert good.requests[-1].headers["X-Forwarded-Port"] == "80"


def test_the_tls_block_works_when_uncommented(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "docops.crt", tmp_path / "docops.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "1"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    port = free_port()
    edits = {
        "# listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "# ssl_": "ssl_",
        "# if ($scheme": "if ($scheme",
        "/etc/nginx/docops.crt": str(certificate),
        "/etc/nginx/docops.key": str(key),
    }
    nginx = start_nginx(good.port, edits=edits)
    plain = nginx.ask("GET", "/v1/meta?x=1", Host="docs.example")
    assert (plain.status, plain.headers["Location"]) == (308, "https://docs.example/v1/meta?x=1")
    assert "HTTPS" in plain.json["message"]
    assert plain.json["detail"]["request_id"] == plain.headers["X-Docops-Request-Id"]
    context = ssl.create_default_context(cafile=str(certificate))
    raw = socket.create_connection(("127.0.0.1", port), 30)
    with context.wrap_socket(raw, server_hostname="localhost") as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: docs.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert good.requests[-1].headers["X-Forwarded-Proto"] == "https"
    assert good.requests[-1].headers["X-Forwarded-Port"] == "443"


def test_the_redirect_to_https_uses_the_configured_server_name(
    start_nginx: Callable[..., NginxServer], good: ScriptedBackend
) -> None:
    redirect = "if ($scheme = http) {"
    nginx = start_nginx(good.port, options=("--server-name=docs.example",), edits={f"# {redirect}": redirect})
    plain = nginx.ask("GET", "/v1/meta?x=1", Host="evil.example")
    assert (plain.status, plain.headers["Location"]) == (308, "https://docs.example/v1/meta?x=1")


class Load:
    """Clients that send one job after the other until they are stopped.

    ``heard`` has their answers, ``None`` for one that broke off.
    """

    def __init__(self, nginx: NginxServer, clients: int = 4) -> None:
        self.heard: list[Any] = []
        self._nginx = nginx
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def goes_on(self, jobs: int = 8) -> None:
        """Wait for that many more answers."""
        wanted = len(self.heard) + jobs
        eventually(lambda: len(self.heard) >= wanted, 60)

    def _send(self) -> None:
        while not self._is_over.is_set():
            try:
                self.heard.append(self._nginx.job())
            except http.client.IncompleteRead:
                self.heard.append(None)


@pytest.fixture
def pair(
    start_server: Callable[..., GunicornServer], start_nginx: Callable[..., NginxServer]
) -> tuple[GunicornServer, GunicornServer, NginxServer]:
    """Two real backends and the nginx in front of them."""
    servers = [start_server(mp_start="fork", max_concurrency=8) for _ in range(2)]
    for server in servers:
        # It listens before it is ready, and what comes waits.
        assert server.ask("GET", "/healthz").status == 200
    first, second = servers
    return first, second, start_nginx(*(server.port for server in servers))


def done_jobs(server: GunicornServer) -> int:
    return sum(line["event"] == "done" for line in server.log)


def test_taking_out_a_backend_before_it_is_stopped_loses_no_request(
    pair: tuple[GunicornServer, GunicornServer, NginxServer],
) -> None:
    leaving, staying, nginx = pair
    with Load(nginx) as load:
        eventually(lambda: done_jobs(leaving))
        nginx.take_out(leaving.port)
        leaving.process.send_signal(signal.SIGTERM)
        load.goes_on()
        assert leaving.process.wait(30) == 0
        load.goes_on()
    assert [answer and answer.told for answer in load.heard if not answer or answer.status != 200] == []
    assert done_jobs(staying) > 0
    eventually(lambda: done_jobs(leaving) + done_jobs(staying) == len(load.heard))


def test_stopping_a_backend_under_load_loses_at_most_the_connections_not_accepted(
    pair: tuple[GunicornServer, GunicornServer, NginxServer],
) -> None:
    leaving, staying, nginx = pair
    with Load(nginx) as load:
        eventually(lambda: done_jobs(leaving))
        leaving.process.send_signal(signal.SIGTERM)
        load.goes_on()
        assert leaving.process.wait(30) == 0
        load.goes_on()
    lost = [answer for answer in load.heard if answer is None or answer.status != 200]
    # A connection that was established and not accepted; each client has one at a time.
    assert all(own_error(answer, 502, "NOT_READY") for answer in lost)
    assert len(lost) <= 4
    assert done_jobs(staying) > 0
    eventually(lambda: done_jobs(leaving) + done_jobs(staying) == len(load.heard) - len(lost))


def test_killing_a_backend_under_load_loses_only_its_running_jobs(
    pair: tuple[GunicornServer, GunicornServer, NginxServer],
) -> None:
    dying, staying, nginx = pair
    with Load(nginx) as load:
        eventually(lambda: done_jobs(dying))
        workers = dying.workers()
        dying.process.kill()
        for worker in workers:
            worker.kill()
        load.goes_on(12)
        settled = len(load.heard)
        load.goes_on()
    lost = [number for number, answer in enumerate(load.heard) if answer is None or answer.status != 200]
    # An answer that was on its way is cut off; a job that was not done yet is a 502.
    assert all(own_error(load.heard[number], 502, "NOT_READY") for number in lost if load.heard[number])
    # No more than one of each client, and none once nginx knows.
    assert len(lost) <= 4
    assert all(number < settled for number in lost)
    assert done_jobs(staying) > 0


def test_a_restarted_backend_gets_jobs_again(
    start_server: Callable[..., GunicornServer], start_nginx: Callable[..., NginxServer]
) -> None:
    servers = [start_server(mp_start="fork") for _ in range(2)]
    returning, staying = servers
    port = returning.port
    nginx = start_nginx(port, staying.port)
    returning.stop()
    assert {nginx.job().status for _ in range(3)} == {200}
    back = start_server(mp_start="fork", bind=f"127.0.0.1:{port}")
    assert back.port == port

    def has_a_job() -> int:
        assert nginx.job().status == 200
        return done_jobs(back)

    eventually(has_a_job)


def test_a_slow_reader_does_not_occupy_a_backend(start_nginx: Callable[..., NginxServer]) -> None:
    """A large answer waits in nginx's file, and arrives whole."""
    body = bytes(range(256)) * 80_000
    with ScriptedBackend(200, body) as backend:
        nginx = start_nginx(backend.port)
        with nginx.connect() as connection:
            connection.sendall(b"GET /v1/run HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            eventually(lambda: backend.answered)
            assert received(connection).body == body
