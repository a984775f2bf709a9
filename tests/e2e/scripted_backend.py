"""A backend that does what a test wants and keeps what it was sent; for what no real one does on demand."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class ScriptedBackend:
    """Answers every request with ``status`` and ``body``, or with nothing at all (``status`` 0)."""

    def __init__(self, status: int = 200, body: bytes = b'{"answer": "of the backend"}') -> None:
        self.status, self.body = status, body
        self.requests: list[Sent] = []
        self.answered = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        backend = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                backend.requests.append(Sent(self.command, self.path, dict(self.headers), body))
                if backend.status:
                    self.send_response(backend.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(backend.body)))
                    self.end_headers()
                    self.wfile.write(backend.body)
                    backend.answered += 1

            do_GET = do_POST = do_OPTIONS = handle_any

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        return Handler
