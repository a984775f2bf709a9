"""The programs of docs/clients.md, as they stand there, against a live server."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.office import PdfMaker

PAGE = (ROOT / "docs" / "clients.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```\w*\n(.*?)```", PAGE, re.DOTALL))
# The file that holds the program, the commands that run it, and what has to be installed.
PROGRAMS = {
    "curl": ("documents.sh", [["bash", "documents.sh"]], ("bash", "curl", "unzip")),
    "python": ("documents.py", [[sys.executable, "-W", "error", "documents.py"]], ()),
    "requests": ("with_requests.py", [[sys.executable, "-W", "error", "with_requests.py"]], ()),
    "javascript": ("documents.mjs", [["node", "documents.mjs"]], ("node",)),
    "java": ("Documents.java", [["java", "Documents.java"]], ("java", "javac")),
    "csharp": (
        "Documents.cs",
        [
            ["mcs", "-langversion:latest", "-r:System.Net.Http", "-r:System.IO.Compression", "Documents.cs"],
            ["mono", "Documents.exe"],
        ],
        ("mcs", "mono"),
    ),
}
# Those that .ci/run does not install: the page says so.
_OPTIONAL = ("java", "csharp")
_WHOLE = EXAMPLES["output"].splitlines()
_OF_REQUESTS = [
    "wrote notice.docx, format passed",
    "refused: INVALID_ARGUMENT preset: preset: unknown value; use one of quick, template, strict.",
]

# Functions of VBA itself.
_OF_VBA = {
    *("Array", "CLng", "CVar", "CreateObject", "DateAdd", "Format$", "InStr", "InStrRev", "IsEmpty", "Len"),
    *("Mid$", "UBound"),
}


class BusyOnce(ThreadingHTTPServer):
    """A server that refuses the first request with a 429 and hands all others to the service."""

    daemon_threads = True

    def __init__(self, service: GunicornServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service_port = service.port
        self.statuses: list[int] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BusyOnce

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.server.statuses:
            refusal = {"error_code": "TOO_MANY_REQUESTS", "message": "Busy.", "detail": {}}
            self._send(429, {"Retry-After": "1"}, json.dumps(refusal).encode())
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.server.service_port, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name != "Connection"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        told = dict(answer.headers.items())
        self._send(answer.status, told, answer.read())
        connection.close()

    do_GET = do_POST = do_DELETE = _answer

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.server.statuses.append(status)
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("connection", "content-length"):
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def runs(pdf_maker: PdfMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "Run"]]:
    """Every example that can run here, run once, all at the same time."""
    folder = tmp_path_factory.mktemp("examples")
    batches = folder / "batches"
    batches.mkdir()
    server = GunicornServer(
        folder / "server", pdf="require", batch_dir=batches, queue_timeout_seconds=60, threads=24
    )
    eventually(lambda: server.ask("GET", "/readyz").status == 200)
    try:
        names = [name for name in PROGRAMS if not missing_of(name)]
        with ThreadPoolExecutor(len(names)) as pool:
            started = {name: pool.submit(run, name, folder, server) for name in names}
        yield {name: each.result() for name, each in started.items()}
    finally:
        server.stop()


class Run:
    """What came of one example."""

    def __init__(self, folder: Path, lines: list[str], errors: str, statuses: list[int]) -> None:
        self.folder, self.lines, self.errors, self.statuses = folder, lines, errors, statuses


def missing_of(name: str) -> list[str]:
    return [program for program in PROGRAMS[name][2] if shutil.which(program) is None]


def run(name: str, folder: Path, service: GunicornServer) -> Run:
    own = folder / name
    own.mkdir()
    (own / "samples").symlink_to(ROOT / "samples")
    file, commands, _ = PROGRAMS[name]
    (own / file).write_text(EXAMPLES[name], "utf-8")
    busy = BusyOnce(service)
    thread = threading.Thread(target=busy.serve_forever, args=(0.05,))
    thread.start()
    environ = {"DOCOPS_URL": f"http://127.0.0.1:{busy.server_address[1]}"}
    try:
        lines, errors = [], ""
        for command in commands:
            path = {"PATH": os.environ["PATH"], "HOME": str(own)}
            done = subprocess.run(
                command, cwd=own, env=path | environ, capture_output=True, text=True, timeout=240, check=False
            )
            lines += done.stdout.splitlines()
            errors += done.stderr
    finally:
        busy.shutdown()
        thread.join()
        busy.server_close()
    return Run(own, lines, errors, busy.statuses)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_prints_what_the_page_says(runs: dict[str, Run], name: str) -> None:
    if name in _OPTIONAL and name not in runs:
        pytest.skip(f"{', '.join(missing_of(name))}: not installed; docs/clients.md says when it ran last")
    found = runs[name]
    assert found.lines == (_OF_REQUESTS if name == "requests" else _WHOLE), found.errors
    # Busy, and asked again.
    assert (found.statuses[0], found.statuses.count(429)) == (429, 1)
    assert found.statuses.count(400) == 1
    assert (found.folder / "notice.docx").read_bytes().startswith(b"PK")
    if name != "requests":
        assert (found.folder / "notice.pdf").read_bytes().startswith(b"%PDF")
        assert found.statuses[-2:] == [204, 400]


def test_the_page_has_an_example_for_each_program_and_one_in_vba() -> None:
    assert list(EXAMPLES) == ["output", *PROGRAMS, "vba"]


def test_the_vba_example_is_balanced_and_calls_what_it_has() -> None:
    code = [line.partition(" '")[0].strip() for line in EXAMPLES["vba"].splitlines()]
    code = [line for line in code if not line.startswith("'")]
    for kind in ("Sub", "Function"):
        begun = [line for line in code if re.match(rf"(Public|Private) {kind} ", line)]
        assert len(begun) == code.count(f"End {kind}") > 0
    assert sum(line.startswith("Do While ") for line in code) == code.count("Loop")
    # On lines of their own: an If with its statement behind Then needs no End If.
    assert sum(line.startswith("If ") and line.endswith("Then") for line in code) == code.count("End If")
    assert all(line.count('"') % 2 == 0 for line in code)
    own = set(re.findall(r"(?:Sub|Function) (\w+)\(", EXAMPLES["vba"]))
    called = {name for line in code for name in re.findall(r"(?<![.\w])([A-Z]\w+)\(", line)}
    assert called - own <= _OF_VBA
    assert own - {"FillAndProve"} <= called | {"Save", "Unzip", "Pause"}
    assert not [line for line in code if len(line) > 1023]
