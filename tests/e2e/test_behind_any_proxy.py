"""Behind a proxy that is not ours: one that keeps connections open, and one that serves us under a path."""

import http.client
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.gunicorn_server import FORM_TYPE, GunicornServer, eventually, form_body, send
from tests.e2e.nginx_server import NginxServer, free_port, nginx_program

_CONFIGURATION = """
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream docops {{ server 127.0.0.1:{backend}; keepalive 16; keepalive_timeout 1s; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location / {{ proxy_pass http://docops; }}
        location /docs/ {{
            proxy_pass http://docops/;
            proxy_set_header X-Forwarded-Prefix /docs;
            proxy_set_header X-Forwarded-Host $http_host;
        }}
    }}
}}
"""


class PlainNginx(NginxServer):
    """nginx with a configuration of a few lines, such as an office has."""

    def __init__(self, folder: Path, backend: int) -> None:
        folder.mkdir()
        self.port = free_port()
        text = _CONFIGURATION.format(folder=folder, port=self.port, backend=backend)
        (folder / "nginx.conf").write_text(text)
        command: list[str | Path] = [
            nginx_program(),
            "-p",
            folder,
            "-c",
            folder / "nginx.conf",
            "-g",
            "daemon off;",
        ]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        eventually(self._listens)


@pytest.fixture
def start_proxy(tmp_path: Path) -> Iterator[Callable[[GunicornServer], PlainNginx]]:
    proxies = []

    def start(server: GunicornServer) -> PlainNginx:
        eventually(lambda: server.port)
        proxies.append(PlainNginx(tmp_path / "nginx", server.port))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.process.terminate()
        proxy.process.wait(10)


def test_a_connection_is_kept_as_long_as_the_setting_says(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(keepalive_seconds=2)
    eventually(lambda: server.port)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(3):
        assert send(connection, "GET", "/healthz").status == 200
        kept = connection.sock
        time.sleep(1)
    assert kept is connection.sock
    # Closed by the server: the end of the stream comes by itself.
    assert kept.recv(1) == b""
    connection.close()


def test_a_proxy_that_keeps_connections_for_a_shorter_time_loses_no_request(
    start_server: Callable[..., GunicornServer], start_proxy: Callable[[GunicornServer], PlainNginx]
) -> None:
    proxy = start_proxy(start_server(keepalive_seconds=3))

    def send_after_pauses(client: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        for turn in range(4):
            statuses[proxy.ask("POST", "/v1/inspect", b"", **{"Content-Type": "text/plain"}).status] += 1
            time.sleep(0.94 + 0.01 * ((client + turn) % 12))
        return statuses

    with ThreadPoolExecutor(16) as clients:
        assert sum(clients.map(send_after_pauses, range(16)), Counter()) == {415: 16 * 4}


def test_under_a_path_jobs_are_done_and_the_console_finds_its_files(
    start_server: Callable[..., GunicornServer], start_proxy: Callable[[GunicornServer], PlainNginx]
) -> None:
    proxy = start_proxy(start_server(trusted_proxies=1, enable_web_console=1))
    answer = proxy.ask("POST", "/docs/v1/run", form_body(), **{"Content-Type": FORM_TYPE})
    assert answer.status == 200
    page = proxy.ask("GET", "/docs/web").body.decode()
    assert 'data-api-base="/docs"' in page
    files = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(files) >= 4
    assert {proxy.ask("GET", file).status for file in files} == {200}
    assert all(file.startswith("/docs/web/static/") for file in files)


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_a_tmpdir_that_is_not_a_folder_stops_the_start_with_one_line(
    start_server: Callable[..., GunicornServer], tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "nowhere"
    if kind == "a file":
        place.write_text("")
    server = start_server(variables={"TMPDIR": str(place)})
    assert server.process.wait(30) != 0
    state = "is not a folder" if kind == "a file" else "does not exist"
    *others, line = server.errors.splitlines()
    assert line == f"TMPDIR: {str(place)!a} {state}; make the folder, or set TMPDIR to one"
    assert all("Starting gunicorn" in other for other in others)
