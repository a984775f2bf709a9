"""Checks of every answer to a hostile request and of the server after it.

``HostileServer.refuses`` is the whole of it: it sends, it looks at the answer and the log, and it waits until
the server is as it was before.
"""

import io
import json
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import docx as python_docx
import psutil

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import Answer, GunicornServer, eventually, send
from tests.e2e.nginx_server import received
from tests.web.forms import members

ANSWER_SECONDS = 10
CLEAN_SECONDS = 3
ECHO_CHARACTERS = 64
_REQUEST_ID = re.compile(r"[0-9a-f]{32}\Z")
_CLASS_NAME = re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}\b")
_NO_CLASS_NAMES = {"DocOps", "PowerPoint", "OpenDocument", "LibreOffice"}
_PATH = re.compile(r"site-packages|docops_flask|\.py\b|/(?:tmp|work|root|proc|usr|home|var)/|Traceback")

Send = Callable[[GunicornServer], Answer]


@dataclass(frozen=True)
class Refusal:
    """The answer that is due: status, error code, and the members its ``detail`` must hold at least.

    ``inner`` is a text that the log's error line must hold in ``inner``.
    """

    status: int
    error_code: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    inner: str = ""


class HostileServer:
    """A real server with one slot that gets hostile requests; after each its state must be as before."""

    def __init__(self, server: GunicornServer) -> None:
        self.server = server
        # Sandboxes are tried, modules loaded and pools filled before rest is looked at.
        eventually(lambda: len(server.sandbox_log) >= len(server.workers()) > 0)
        for _ in range(2):
            self._good_job()
        self._processes = len(self._descendants())
        self._descriptors = self._open_descriptors()

    def refuses(self, request: Send, expected: Refusal, sent: Iterable[bytes | str] = ()) -> Answer:
        """Send ``request`` and hold all that follows to the rules; return the answer.

        ``sent`` is what of the request the answer may not repeat.
        """
        answer = request(self.server)
        self.check_answer(answer, expected, sent)
        self.check_log(answer, expected)
        self.check_rest()
        return answer

    def fills(self, request: Send) -> Answer:
        """Send a job that is hard but good; return its answer, a 200."""
        answer = request(self.server)
        assert answer.status == 200, answer.body[:500]
        self.check_rest()
        return answer

    def check_answer(self, answer: Answer, expected: Refusal, sent: Iterable[bytes | str]) -> None:
        """Assert the contract's error body (section 3), and that it reveals nothing else."""
        assert (answer.status, answer.headers["Content-Type"]) == (expected.status, "application/json")
        body = answer.json
        assert set(body) == {"error_code", "message", "detail"}
        assert body["error_code"] == expected.error_code, body
        assert dict(expected.detail).items() <= body["detail"].items(), body
        assert body["detail"]["request_id"] == answer.headers["X-Docops-Request-Id"]
        assert _REQUEST_ID.match(body["detail"]["request_id"])
        texts = list(_texts(body))
        assert all(text.isprintable() for text in texts)
        says_nothing_of_the_server(" ".join(texts), self.server)
        for text in texts:
            _repeats_nothing(text, [_text(each) for each in sent])

    def check_log(self, answer: Answer, expected: Refusal) -> None:
        """Assert one ``error`` line with the reason, and no ``done`` line, of the request."""

        def ended() -> list[dict[str, Any]]:
            return [line for line in self.lines_of(answer) if line["event"] != "start"]

        (line,) = eventually(ended, CLEAN_SECONDS)
        assert line["event"] == "error"
        assert (line["status_code"], line["error_code"]) == (expected.status, expected.error_code)
        assert line["inner"]
        assert expected.inner in line["inner"]
        assert str(self.server.work_folder) not in json.dumps(line)

    def lines_of(self, answer: Answer) -> list[dict[str, Any]]:
        """Return the lines that the log has of the request of ``answer``."""
        request_id = answer.headers["X-Docops-Request-Id"]
        return [line for line in self.server.log if line.get("request_id") == request_id]

    def check_rest(self) -> None:
        """Assert that nothing is left of any job, and that the next good one is done as ever."""
        self._becomes(lambda: self.server.leftovers() == [], self.server.leftovers)
        self._becomes(lambda: len(self._descendants()) <= self._processes, self._descendants)
        self._becomes(lambda: self._open_descriptors() <= self._descriptors, self._open_descriptors)
        self._good_job()

    def _good_job(self) -> None:
        """Do a job; it needs the server's only slot."""
        answer = self.server.job()
        assert (answer.status, answer.headers["X-Docops-Exit-Code"]) == (200, "0"), answer.body[:500]
        document = python_docx.Document(io.BytesIO(members(answer.body)["out.docx"]))
        assert [paragraph.text for paragraph in document.paragraphs] == ["会议：周例会"]

    def _becomes(self, condition: Callable[[], bool], seen: Callable[[], object]) -> None:
        try:
            eventually(condition, CLEAN_SECONDS)
        except AssertionError:
            raise AssertionError(f"left behind after {CLEAN_SECONDS} s: {seen()}") from None

    def _descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.server.process.pid).children(recursive=True)

    def _open_descriptors(self) -> int:
        return sum(worker.num_fds() for worker in self.server.workers())


def ask(method: str, path: str, body: Any = None, **headers: str) -> Send:
    """A request on a connection of its own; an answer that takes longer than allowed is a failure."""

    def request(server: GunicornServer) -> Answer:
        connection = server.connect(ANSWER_SECONDS)
        try:
            return send(connection, method, path, body, **headers)
        finally:
            connection.close()

    return request


def say(words: bytes, *more: bytes) -> Send:
    """A request byte by byte as given; ``more`` follows when the server has answered 100 (Continue)."""

    def request(server: GunicornServer) -> Answer:
        with socket.create_connection(("127.0.0.1", server.port), ANSWER_SECONDS) as connection:
            connection.sendall(words)
            for each in more:
                assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
                connection.sendall(each)
            return received(connection)

    return request


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def says_nothing_of_the_server(text: str, server: GunicornServer) -> None:
    """Assert that ``text`` holds no path, no class name and nothing of a traceback."""
    assert str(ROOT) not in text
    assert str(server.work_folder) not in text
    assert not _PATH.search(text), text
    assert set(_CLASS_NAME.findall(text)) <= _NO_CLASS_NAMES, text


def _repeats_nothing(text: str, sent: list[str]) -> None:
    """Assert that ``text`` repeats no more than 64 consecutive characters of ``sent``."""
    size = ECHO_CHARACTERS + 1
    for start in range(len(text) - size + 1):
        window = text[start : start + size]
        assert not any(window in each for each in sent), f"repeats {window!r}"


def _text(sent: bytes | str) -> str:
    return sent if isinstance(sent, str) else sent.decode("utf-8", "replace")
