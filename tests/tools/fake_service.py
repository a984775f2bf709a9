"""A service that does what a test wants: in this process, so that what it leaves behind is ours to end."""

import io
import json
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil

REQUEST_ID = "0123456789abcdef0123456789abcdef"
# Status and body of an answer; None closes the connection instead.
Reply = tuple[int, bytes] | None


def archive(without: str | None = None, **result: Any) -> bytes:
    """The ZIP of a run whose api_result.json holds ``result``."""
    members = {
        "out.docx": b"PK",
        "out.replace_log.json": b"{}",
        "out.missing_fields.json": b"{}",
        "out.format_report.json": b"{}",
        "api_result.json": json.dumps({"exit_code": 0, **result}).encode(),
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as file:
        for name, content in members.items():
            if name != without:
                file.writestr(name, content)
    return body.getvalue()


def archive_of(process: psutil.Process) -> bytes:
    """The ZIP of a run whose renderer was ``process``."""
    return archive(subprocess_pid=process.pid, subprocess_create_time=process.create_time())


def error(status: int, code: str) -> Reply:
    """An answer in the contract's error form."""
    return status, json.dumps({"error_code": code, "message": "", "detail": {}}).encode()


class Processes:
    """Real processes, ended and reaped by ``end``."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def running(self, seconds: float = 600) -> psutil.Process:
        """A process that lives for ``seconds`` and is reaped then."""
        process = subprocess.Popen(["sleep", str(seconds)])
        self._started.append(process)
        threading.Thread(target=process.wait).start()
        return psutil.Process(process.pid)

    def zombie(self) -> psutil.Process:
        """A process that has ended and was not reaped."""
        process = subprocess.Popen(["sleep", "600"])
        self._started.append(process)
        found = psutil.Process(process.pid)
        found.create_time()
        process.kill()
        while found.status() != psutil.STATUS_ZOMBIE:
            pass
        return found

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


class NoPsutil:
    """Stands for importlib where psutil is not installed."""

    @staticmethod
    def import_module(name: str) -> None:
        raise ModuleNotFoundError(name)


@contextmanager
def fake_service(reply: Callable[[], Reply], pages: Mapping[str, bytes] | None = None) -> Iterator[str]:
    """Serve ``/healthz``, ``pages`` and, as the answer to every job, what ``reply`` returns."""
    found = {"/healthz": b'{"status":"ok"}', **(pages or {})}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send((200, found[self.path]) if self.path in found else error(404, "NOT_FOUND"))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send(reply())

        def _send(self, answer: Reply) -> None:
            if answer is None:
                return
            self.send_response(answer[0])
            self.send_header("X-Docops-Request-Id", REQUEST_ID)
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_: str) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64
        daemon_threads = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
