"""A real nginx with the project's configuration, in a folder of its own."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from tests.conftest import ROOT, require
from tests.e2e.gunicorn_server import FORM_TYPE, Answer, eventually, form_body, send, written_lines

USER, PASSWORD = "office", "sesame"
CREDENTIALS = "Basic b2ZmaWNlOnNlc2FtZQ=="
# nginx's main file; the parts that the tested one leaves to the machine. Workers keep the rights of the test.
_MAIN = """
{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/docops.conf;
}}
"""


def nginx_program() -> str:
    """The nginx program; the test is skipped where there is none."""
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    require(program is not None, "nginx is not installed (Debian: nginx-light)")
    assert program is not None
    return program


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class NginxFolder:
    """An nginx's files: the configuration as ``tools/render_nginx.py`` writes it, its main file, its logs."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder
        self.program = nginx_program()
        self.port = free_port()
        self.configuration = folder / "docops.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))
        hashed = subprocess.check_output(["openssl", "passwd", "-6", PASSWORD], text=True).strip()
        (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
        render = [sys.executable, "tools/render_nginx.py", "--listen", f"127.0.0.1:{self.port}"]
        render += ["--htpasswd", str(folder / "htpasswd"), "--access-log", str(folder / "access.log")]
        render += ["--output", str(self.configuration), *options]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("DOCOPS_")}
        subprocess.run(render, cwd=ROOT, env=environ, check=True)

    def command(self, *more: str) -> list[str]:
        """nginx's command line."""
        return [self.program, "-p", str(self.path), "-c", str(self.path / "nginx.conf"), *more]


class NginxServer:
    """nginx in front of ``backends`` (ports of 127.0.0.1)."""

    def __init__(
        self,
        folder: Path,
        *backends: int,
        options: tuple[str, ...] = (),
        edits: Mapping[str, str] | None = None,
    ) -> None:
        """Start with ``options`` of render_nginx.py; ``edits`` are made as an operator would, in the file."""
        upstreams = [f"--upstream=127.0.0.1:{port}" for port in backends]
        self.folder = NginxFolder(folder, *upstreams, *options)
        for old, new in (edits or {}).items():
            text = self.folder.configuration.read_text()
            assert old in text
            self.folder.configuration.write_text(text.replace(old, new))
        self.port = self.folder.port
        with (folder / "stderr").open("wb") as err:
            command = self.folder.command("-g", "daemon off;")
            self.process = subprocess.Popen(command, stdout=err, stderr=err)
        eventually(self._listens)

    @property
    def access_log(self) -> list[dict[str, Any]]:
        """The lines of the access log."""
        return written_lines(self.folder.path / "access.log")

    def logged(self, answer: Answer) -> dict[str, Any]:
        """The line of the access log that ``answer`` has."""
        request_id = answer.headers["X-Docops-Request-Id"]
        lines = eventually(lambda: [line for line in self.access_log if line["request_id"] == request_id])
        (line,) = lines
        return dict(line)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request on a connection of its own and return the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            return send(connection, method, path, body, **headers)
        finally:
            connection.close()

    def job(self, path: str = "/v1/run", **form: Any) -> Answer:
        """Send a job."""
        return self.ask("POST", path, form_body(**form), Content_Type=FORM_TYPE)

    def say(self, words: bytes) -> Answer:
        """Send ``words`` as they are and return the answer."""
        with self.connect() as connection:
            connection.sendall(words)
            return received(connection)

    def connect(self) -> socket.socket:
        """A plain connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def take_out(self, port: int) -> None:
        """Send nothing more to the backend at ``port``, as an operator does; return once it is so."""
        text = self.folder.configuration.read_text()
        line = f"server 127.0.0.1:{port} "
        assert text.count(line) == 1
        self.folder.configuration.write_text(text.replace(line, f"{line}down "))
        old = psutil.Process(self.process.pid).children()
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: not any(worker.is_running() for worker in old), 60)

    def stop(self) -> None:
        """Stop, with all connections."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def _listens(self) -> bool:
        assert self.process.poll() is None, (self.folder.path / "stderr").read_text()
        try:
            self.connect().close()
        except ConnectionRefusedError:
            return False
        return True


def received(connection: socket.socket) -> Answer:
    """The answer that comes on a plain connection."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response)


def own_error(answer: Answer, status: int, code: str) -> bool:
    """Check that ``answer`` is nginx's own error, in the service's form."""
    request_id = answer.headers["X-Docops-Request-Id"]
    assert answer.told == (status, code)
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json) == {"error_code", "message", "detail"}
    assert answer.json["detail"]["request_id"] == request_id
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    return True
