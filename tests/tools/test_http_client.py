"""The tools' client writes multipart bodies that a server reads back, and reads any answer."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from tests.conftest import ROOT
from tools.lib.client import Client, multipart_body


@pytest.fixture
def echo() -> Iterator[str]:
    """Serve a request's own method, path, type and body; the value is the base URL."""

    class Echo(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(418 if self.path.endswith("/teapot") else 200)
            self.send_header("X-Method", self.command)
            self.send_header("X-Authorization", self.headers.get("Authorization", ""))
            self.send_header("X-Path", self.path)
            self.send_header("X-Type", self.headers.get("Content-Type", ""))
            self.end_headers()
            self.wfile.write(body or b'{"empty": true}')

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def parsed(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, tuple[str | None, bytes]]]:
    builder = EnvironBuilder(method="POST", data=body, content_type=content_type)
    _, form, files = parse_form_data(builder.get_environ())
    read = {}
    for name, file in files.items():
        with file.stream as stream:
            read[name] = (file.filename, stream.read())
    return form.to_dict(), read


def test_a_body_holds_fields_and_files(tmp_path: Path) -> None:
    template, task = tmp_path / "通知 1.docx", tmp_path / "task.json"
    template.write_bytes(b"PK\x03\x04\r\n--x\r\n\x00\xff")
    task.write_bytes(b"")
    body = multipart_body(
        "abc", {"template": template, "task": task}, {"preset": "strict", "policy_yaml": "a: 宋体\n"}
    )
    form, files = parsed("multipart/form-data; boundary=abc", body)
    assert form == {"preset": "strict", "policy_yaml": "a: 宋体\n"}
    assert files == {"template": (template.name, template.read_bytes()), "task": ("task.json", b"")}


def test_quotes_in_a_files_name_do_not_end_it(tmp_path: Path) -> None:
    file = tmp_path / 'a"; name="x\\.docx'
    file.touch()
    _, files = parsed("multipart/form-data; boundary=b", multipart_body("b", {"template": file}, {}))
    assert list(files) == ["template"]


def test_a_post_says_its_boundary_and_brings_the_answer(tmp_path: Path, echo: str) -> None:
    (tmp_path / "t.docx").write_bytes(b"PK")
    answer = Client(echo + "/prefix/").post_files(
        "/v1/run", {"template": tmp_path / "t.docx"}, {"skill": "x"}
    )
    assert (answer.status, answer.headers["x-method"], answer.headers["x-path"]) == (
        200,
        "POST",
        "/prefix/v1/run",
    )
    form, files = parsed(answer.headers["x-type"], answer.body)
    assert (form, files) == ({"skill": "x"}, {"template": ("t.docx", b"PK")})


def test_an_answer_of_any_status_is_returned(echo: str) -> None:
    answer = Client(echo).get("/teapot")
    assert (answer.status, answer.json()) == (418, {"empty": True})


@pytest.mark.parametrize("base_url", ["127.0.0.1:8000", "ftp://host", "http://", ""])
def test_an_invalid_base_url_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="use http://host:port"):
        Client(base_url)


def test_an_unreachable_server_is_an_os_error() -> None:
    with pytest.raises(OSError, match="refused"):
        Client("http://127.0.0.1:9").get("/")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "IncompleteRead"),
        (b"220 mail.example ESMTP\r\n", "BadStatusLine"),
        (b"", "Remote end closed connection without response"),
    ],
)
def test_an_incomplete_answer_is_an_os_error(said: bytes, problem: str) -> None:
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(OSError, match=problem):
            Client(f"http://127.0.0.1:{listener.getsockname()[1]}").get("/")
        thread.join()


@pytest.mark.parametrize(
    ("user_info", "sent"),
    [("", ""), ("ops:s%3Ame@", "Basic b3BzOnM6bWU="), ("ops@", "Basic b3BzOg==")],
)
def test_credentials_of_the_base_url_are_sent_and_not_shown(echo: str, user_info: str, sent: str) -> None:
    client = Client(echo.replace("://", f"://{user_info}") + "/prefix/")
    assert client.get("/").headers["x-authorization"] == sent
    assert client.shown_url == f"{echo}/prefix"


def test_the_tools_import_only_the_runtime_requirements_and_nothing_of_the_service() -> None:
    tools = sorted(path.stem for path in (ROOT / "tools").glob("*.py") if path.stem != "__init__")
    # What an interpreter of this environment has loaded by itself is not the tools' doing.
    script = (
        "import importlib, sys; before = set(sys.modules)\n"
        "for name in sys.argv[1:]: importlib.import_module('tools.' + name)\n"
        "sys.modules['tools.load.leaks'].best_lookup()\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    command = [sys.executable, "-c", script, *tools]
    loaded = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    # Modules that Cython makes in memory (``cython_runtime``), as lxml does, belong to no distribution.
    foreign = {name for name in loaded if "cython" not in name} - sys.stdlib_module_names - {"tools"}
    pinned = re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    owners = packages_distributions()
    assert "psutil" in foreign
    needed = {owner.lower().replace("_", "-") for name in foreign for owner in owners[name]}
    assert needed <= {name.lower().replace("_", "-") for name in pinned}
