"""nginx with the shipped configuration in front of real gunicorn: limits, passwords, paths, slow clients."""

import http.client
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.gunicorn_server import (
    BIG_TEMPLATE,
    FORM_TYPE,
    Answer,
    GunicornServer,
    eventually,
    form_body,
)
from tests.e2e.nginx_server import CREDENTIALS, NginxFolder, NginxServer, free_port, own_error, received
from tests.factories import docx, p
from tests.library_folders import put
from tests.web.forms import api_result, members, task

LIMIT = 300_000
# A template, pictures, a task and the form around them.
BODY_LIMIT = 2 * LIMIT + LIMIT + 1024 * 1024
CONNECT_SRC = "https://docops.example http://10.0.0.5:8080"
PRIVATE = ["/web", "/web/", "/web/static/console.js", "/v1/meta", "/v1/openapi.json"]
PRIVATE += ["/v1/skills/meeting_notice/template.docx", "/v1/templates"]
PRIVATE += ["/v1/templates/notice", "/v1/templates/notice/template.docx"]
CONSOLE_HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "X-Robots-Tag": "noindex, nofollow",
}
CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    f"connect-src 'self' {CONNECT_SRC}; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
DATA_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
# Every location of the configuration, without a slash at its end and with one.
LOCATIONS = ["/", "/healthz", "/v1/run", "/v1/meta", "/v1/openapi.json", "/v1/keys", "/v1/skills", "/web"]
LOCATIONS += ["/web/static", "/v1/templates", "/mcp"]
LOCATIONS += ["/metrics", "/readyz", "/.docops-error", "/.docops-error-console"]
HIDDEN = ("/v1/meta", "/v1/openapi.json", "/v1/keys", "/v1/skills", "/v1/templates", "/mcp", "/web")
HOSTS = ["evil.example", "evil.example:9", "127.0.0.1", "[::1]:80", "EVIL.example."]
MALFORMED_HOSTS = ["evil example", "evil/..", "", "evil\0", "a..b"]


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A gunicorn behind nginx with few threads, so that a held thread is noticed."""
    library = tmp_path_factory.mktemp("library")
    for name in ("notice", TEMPLATE_NAME):
        put(library, name)
    server = GunicornServer(
        tmp_path_factory.mktemp("backend"),
        max_upload_bytes=LIMIT,
        max_rows_bytes=LIMIT,
        max_concurrency=1,
        threads=3,
        trusted_proxies=1,
        enable_metrics=1,
        enable_web_console=1,
        enable_mcp=1,
        enable_cors=1,
        web_connect_src=CONNECT_SRC.replace(" ", ","),
        templates_dir=library,
        mp_start="fork",
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nginx(backend: GunicornServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NginxServer]:
    server = NginxServer(
        tmp_path_factory.mktemp("nginx"),
        backend.port,
        options=(
            f"--max-upload-bytes={LIMIT}",
            f"--max-rows-bytes={LIMIT}",
            f"--web-connect-src={CONNECT_SRC.replace(' ', ',')}",
        ),
    )
    yield server
    server.stop()


def template_of(size: int) -> bytes:
    """A sound template of exactly ``size`` bytes."""

    def padded(padding: int) -> bytes:
        return docx(p("【MEETING_TITLE】"), extra={"word/media/image1.png": bytes(padding)}, compression=0)

    template = padded(size - len(padded(0)))
    assert len(template) == size
    return template


def test_the_configuration_is_sound_as_shipped(tmp_path: Path) -> None:
    folder = NginxFolder(tmp_path)
    done = subprocess.run(folder.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr
    assert "server 127.0.0.1:8000 " in folder.configuration.read_text()


def test_a_job_goes_through_whole(nginx: NginxServer) -> None:
    answer = nginx.job(template=BIG_TEMPLATE)
    assert (answer.status, answer.headers["X-Docops-Exit-Code"]) == (200, "0")
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert {"out.docx", "out.format_report.json"} < set(members(answer.body))
    assert api_result(answer.body)["request_id"] == answer.headers["X-Docops-Request-Id"]


def test_an_upload_of_exactly_the_limit_is_done_and_a_byte_more_is_refused_by_name(
    nginx: NginxServer,
) -> None:
    assert nginx.job(template=template_of(LIMIT)).status == 200
    refused = nginx.job(template=template_of(LIMIT + 1))
    assert refused.told == (413, "UPLOAD_TOO_LARGE")
    assert refused.json["detail"]["field"] == "template"
    assert nginx.job(task_json=task() + b" " * LIMIT).json["detail"]["field"] == "task"


def test_nginx_refuses_a_body_from_the_byte_on_at_which_the_service_does_and_says_the_same(
    nginx: NginxServer, backend: GunicornServer
) -> None:
    largest, larger = bytes(BODY_LIMIT), bytes(BODY_LIMIT + 1)
    assert nginx.ask("POST", "/v1/run", largest, Content_Type=FORM_TYPE).told == (400, "INVALID_ARGUMENT")
    by_nginx = nginx.ask("POST", "/v1/run", larger, Content_Type=FORM_TYPE)
    by_service = backend.ask("POST", "/v1/run", larger, Content_Type=FORM_TYPE)
    assert own_error(by_nginx, 413, "UPLOAD_TOO_LARGE")
    assert nginx.logged(by_nginx)["backend"] == ""
    told, expected = by_nginx.json, by_service.json
    assert (told["message"], told["detail"]["max_bytes"]) == (expected["message"], BODY_LIMIT)
    assert told["detail"].keys() == expected["detail"].keys()


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_client_that_sends_everything_before_reading_gets_the_413(nginx: NginxServer, framing: str) -> None:
    body = bytes(3 * BODY_LIMIT)
    head = f"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\n"
    if framing == "length":
        words = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    else:
        chunks = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        words = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks
    assert own_error(nginx.say(words), 413, "UPLOAD_TOO_LARGE")


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic b2ZmaWNlOndyb25n"}, {"Authorization": "Bearer x"}]
)
def test_descriptions_of_the_service_require_the_password(
    nginx: NginxServer, path: str, headers: dict[str, str]
) -> None:
    answer = nginx.ask("GET", path, **headers)
    assert own_error(answer, 401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="docops"'
    expected = CONSOLE_HEADERS if path.startswith("/web") else DATA_HEADERS
    assert {name: answer.headers[name] for name in expected} == expected
    assert answer.headers.get_all("Cache-Control") == [expected["Cache-Control"]]
    if path.startswith("/web"):
        assert answer.headers.get_all("Content-Security-Policy") == [CONSOLE_POLICY]


def sent(nginx: NginxServer, method: str, path: str, host: str, *more: str) -> Answer:
    """The answer to a request with any Host, and its head as it came."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *more, "", ""]
    with nginx.connect() as connection:
        connection.sendall("\r\n".join(lines).encode())
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return Answer(response)


def is_no_page_of_nginxs(answer: Answer, method: str, host: str) -> bool:
    assert answer.headers.get_content_type() != "text/html"
    assert b"<html" not in answer.body.lower()
    assert "Location" not in answer.headers
    told = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    assert host.strip("[]") not in told or host == "127.0.0.1"
    assert len(answer.headers["X-Docops-Request-Id"]) == 32
    if method != "HEAD" and answer.status != 200:
        assert answer.json["detail"]["request_id"] == answer.headers["X-Docops-Request-Id"]
    return True


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "TRACE"])
@pytest.mark.parametrize("location", LOCATIONS)
def test_no_location_answers_a_page_of_nginxs_own_with_a_slash_or_without(
    nginx: NginxServer, location: str, method: str
) -> None:
    length = ["Content-Length: 0"] if method in ("POST", "PUT") else []
    for path in (location.rstrip("/") or "/", location.rstrip("/") + "/", location + "?x=1", location + "x"):
        for host in HOSTS:
            answer = sent(nginx, method, path, host, *length)
            assert is_no_page_of_nginxs(answer, method, host)
            is_preflight = method == "OPTIONS" and not path.startswith("/web")
            if path.startswith(HIDDEN) and not is_preflight and method != "TRACE":
                assert answer.status == 401, (method, path, host)


@pytest.mark.parametrize("host", MALFORMED_HOSTS)
@pytest.mark.parametrize("path", ["/web", "/web/static", "/v1/skills", "/healthz"])
def test_an_invalid_host_is_refused_in_json(nginx: NginxServer, path: str, host: str) -> None:
    answer = sent(nginx, "GET", path, host, f"Authorization: {CREDENTIALS}")
    assert is_no_page_of_nginxs(answer, "GET", host or "no host")
    assert answer.status in (200, 400, 404)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (b"TRACE /web HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"GET /web HTTP/1.1\r\nHost: x\r\n\r\n", 401),
        (b"GET /web/../web/%2e HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /%77eb HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /x/../web/static HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET http://evil.example/web HTTP/1.1\r\nHost: x\r\n\r\n", 401),
        (b"GET /web HTTP/1.1\r\n\r\n", 400),
        (b"GET /web HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 10_000 + b"\r\n\r\n", 400),
        (b"GET /web HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /web HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST /web HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1), 413),
    ],
)
def test_every_error_of_the_console_has_the_consoles_headers(
    nginx: NginxServer, words: bytes, status: int
) -> None:
    answer = nginx.say(words)
    assert answer.status == status
    assert {name: answer.headers[name] for name in CONSOLE_HEADERS} == CONSOLE_HEADERS
    assert answer.headers.get_all("Content-Security-Policy") == [CONSOLE_POLICY]


@pytest.mark.parametrize(("method", "path"), [("GET", "/web"), ("POST", "/web"), ("GET", "/web/nothing")])
def test_the_services_own_answers_have_the_same_policy(nginx: NginxServer, method: str, path: str) -> None:
    answer = nginx.ask(method, path, Authorization=CREDENTIALS)
    assert answer.headers.get_all("Content-Security-Policy") == [CONSOLE_POLICY]


def test_a_client_that_stops_halfway_through_head_or_body_is_disconnected(nginx: NginxServer) -> None:
    """As the service does; the timeout itself is checked in the text of the configuration."""
    text = nginx.folder.configuration.read_text()
    for directive in ("client_header_timeout 10s;", "client_body_timeout 30s;", "send_timeout 30s;"):
        assert directive in text


def test_the_password_is_accepted_and_not_passed_on(nginx: NginxServer) -> None:
    """The service's own check is off; it would refuse this password otherwise."""
    meta = nginx.ask("GET", "/v1/meta", Authorization=CREDENTIALS)
    assert "meeting_notice" in meta.json["supported_skills"]
    template = nginx.ask("GET", "/v1/skills/meeting_notice/template.docx", Authorization=CREDENTIALS)
    assert template.body.startswith(b"PK\3\4")


def test_a_preflight_needs_no_password(nginx: NginxServer) -> None:
    preflight = {"Origin": "https://a.example", "Access_Control_Request_Method": "GET"}
    assert nginx.ask("OPTIONS", "/v1/meta", **preflight).status == 204
    assert nginx.ask("OPTIONS", "/web", **preflight).status == 401


def test_without_a_password_file_access_is_denied(nginx: NginxServer, tmp_path: Path) -> None:
    passwords = nginx.folder.path / "htpasswd"
    kept = passwords.rename(tmp_path / "kept")
    try:
        assert own_error(nginx.ask("GET", "/web", Authorization=CREDENTIALS), 403, "UNAUTHORIZED")
    finally:
        kept.rename(passwords)


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/metrics?name=x",
        "/readyz",
        "//readyz",
        "/%72eadyz",
        "/healthz/../metrics",
        "//web",
        "/web%2fstatic/x",
        "/web%2Fstatic%2Fx",
        "/web/../v1/meta",
        "/v1/run/../meta",
        "/v1/./meta",
        "/v1//meta",
        "/v1/m%65ta",
        "/v1/meta%20",
        "/v1\\meta",
        "/web/static/../../v1/run",
        "/web/static/%2e%2e/%2e%2e/healthz",
        "/v1/meta#x",
        "/.docops-error",
        "/.docops-error-console",
    ],
)
def test_private_paths_and_path_traversal_are_answered_404(nginx: NginxServer, path: str) -> None:
    answer = nginx.ask("GET", path, Authorization=CREDENTIALS)
    assert own_error(answer, 404, "NOT_FOUND")
    assert nginx.logged(answer)["backend"] == ""


TEMPLATE_NAME = "采购 合同（一）, 2026 (甲·乙)"


@pytest.mark.parametrize("rest", ["", "/template.docx"])
@pytest.mark.parametrize("safe", ["", "(),"])
def test_the_name_of_a_template_may_have_escapes(nginx: NginxServer, rest: str, safe: str) -> None:
    path = f"/v1/templates/{quote(TEMPLATE_NAME, safe=safe)}{rest}"
    answer = nginx.ask("GET", path, Authorization=CREDENTIALS)
    assert answer.status == 200
    assert nginx.ask("GET", path).status == 401
    kept = nginx.ask("GET", path, Authorization=CREDENTIALS, If_None_Match=answer.headers["ETag"])
    assert (kept.status, kept.body) == (304, b"")


def test_so_may_that_of_a_template_whose_picture_is_wanted(nginx: NginxServer) -> None:
    """This service makes no PDFs, and says itself that there is none."""
    path = f"/v1/templates/{quote(TEMPLATE_NAME)}/page.png"
    answer = nginx.ask("GET", path, Authorization=CREDENTIALS)
    assert answer.told == (404, "NOT_FOUND")
    assert nginx.logged(answer)["backend"] != ""


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e",
        "%2E",
        "..",
        ".",
        "a%2fb",
        "a%5Cb",
        "a%00",
        "a%0a",
        "a%7f",
        "a%252f",
        "a%zz",
        "..%2f..%2fmeta",
    ],
)
def test_names_with_other_escapes_are_answered_404_by_nginx(nginx: NginxServer, name: str) -> None:
    for path in (
        f"/v1/templates/{name}",
        f"/v1/templates/{name}/template.docx",
        f"/v1/templates/{name}/page.png",
    ):
        answer = nginx.ask("GET", path, Authorization=CREDENTIALS)
        assert answer.status in (400, 404), path
        assert nginx.logged(answer)["backend"] == ""


@pytest.mark.parametrize("path", ["/WEB", "/V1/META", "/v1/run/", "/healthz/x", "/nope"])
def test_other_paths_are_passed_on_to_the_service(
    nginx: NginxServer, backend: GunicornServer, path: str
) -> None:
    answer = nginx.ask("POST", path, b"x" * 100_000)
    assert answer.told == (404, "NOT_FOUND")
    request_id = answer.headers["X-Docops-Request-Id"]
    eventually(lambda: request_id in {line["request_id"] for line in backend.log})


@pytest.mark.parametrize(
    "words",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /health\0z HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /healthz HTTP/3.1\r\nHost: x\r\n\r\n",
    ],
)
def test_a_malformed_request_is_refused_in_json(nginx: NginxServer, words: bytes) -> None:
    assert own_error(nginx.say(words), 400, "INVALID_ARGUMENT")


def test_slow_clients_hold_no_thread_and_no_slot(nginx: NginxServer, backend: GunicornServer) -> None:
    """More of them than threads; each sends a kilobyte now and then."""
    body = form_body(template=template_of(10_000))
    head = f"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    slow = [nginx.connect() for _ in range(6)]

    def jobs() -> int:
        return sum(line["event"] == "start" for line in backend.log)

    before = jobs()
    try:
        for connection in slow:
            connection.sendall(head.encode())
        for start in range(0, 3072, 1024):
            for connection in slow:
                connection.sendall(body[start : start + 1024])
            assert nginx.job().status == 200
        assert jobs() == before + 3
        for connection in slow:
            connection.sendall(body[3072:])
            assert received(connection).status == 200
    finally:
        for connection in slow:
            connection.close()


def test_forwarded_headers_of_clients_are_replaced(nginx: NginxServer, backend: GunicornServer) -> None:
    connection = socket.create_connection(("127.0.0.1", nginx.port), 30, source_address=("127.0.0.2", 0))
    with connection:
        claims = "X-Forwarded-For: 9.9.9.9\r\nX-Real-IP: 9.9.9.9\r\nForwarded: for=9.9.9.9\r\n"
        connection.sendall(f"GET /nope?secret=1 HTTP/1.1\r\nHost: x\r\n{claims}\r\n".encode())
        answer = received(connection)
    logged = nginx.logged(answer)
    told = {line["request_id"]: line["client"] for line in eventually(lambda: backend.log)}
    assert told[logged["request_id"]] == "127.0.0.2"
    assert (logged["client"], logged["method"], logged["path"]) == ("127.0.0.2", "GET", "/nope")
    assert (logged["status"], logged["backend"]) == (404, f"127.0.0.1:{backend.port}")
    assert "secret" not in str(logged)


def test_without_a_backend_the_answer_is_a_502_in_json_and_logged(tmp_path: Path) -> None:
    nginx = NginxServer(tmp_path, free_port())
    try:
        job = nginx.job()
        for answer in (job, nginx.ask("GET", "/healthz")):
            assert own_error(answer, 502, "NOT_READY")
            assert int(answer.headers["Retry-After"]) >= 1
        console = nginx.ask("GET", "/web", Authorization=CREDENTIALS)
        assert own_error(console, 502, "NOT_READY")
        assert {name: console.headers[name] for name in CONSOLE_HEADERS} == CONSOLE_HEADERS
        policy = console.headers["Content-Security-Policy"]
        assert policy == CONSOLE_POLICY.replace(f" {CONNECT_SRC}", "")
        line = nginx.logged(job)
        assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/run", 502)
    finally:
        nginx.stop()
