"""Messages on lines: order, ping while a tool works, cancelled requests, lines that are too long."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from docops_flask.engine.errors import DocopsError
from docops_flask.mcp import stdio
from docops_flask.mcp.dispatcher import Dispatcher
from docops_flask.mcp.results import ToolResult
from docops_flask.mcp.stdio import Pipes, StdioServer
from docops_flask.mcp.tools import tools_for
from tests.conftest import ROOT
from tests.mcp.messages import as_bytes, legacy, modern

SECONDS = 30

# The signal is taken by another thread, so that it does not interrupt the main thread's wait.
SIGNALLED = """
import os, signal, sys, threading
from docops_flask.mcp.stdio import Pipes, StdioServer

signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
source, _ = os.pipe()
signalled = threading.Timer(0.5, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM))
signalled.daemon = True
signalled.start()
StdioServer(None, Pipes(source, 1)).serve()
"""


class Served:
    """A server in a thread, and the client's ends of its pipes."""

    def __init__(self, call: Callable[[str, Mapping[str, Any]], ToolResult]) -> None:
        source, self._in = os.pipe()
        out, target = os.pipe()
        self._out = os.fdopen(out, "rb")
        self._target = target
        dispatcher = Dispatcher(tools_for("stdio"), call, lambda error: DocopsError(str(error)))
        server = StdioServer(dispatcher, Pipes(source, target))
        self._thread = threading.Thread(target=server.serve)
        self._thread.start()

    def send(self, *messages: Any) -> None:
        for message in messages:
            content = message if isinstance(message, bytes) else as_bytes(message) + b"\n"
            view = memoryview(content)
            while view:
                view = view[os.write(self._in, view) :]

    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._out.readline())
        return found

    def end(self) -> list[dict[str, Any]]:
        """End the input; return the answers that were not read before."""
        os.close(self._in)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
        os.close(self._target)
        with self._out as rest:
            return [json.loads(line) for line in rest]


def told(name: str, _arguments: Mapping[str, Any]) -> ToolResult:
    return ToolResult({"tool": name})


class Waiting:
    """A tool that is done when the test says so."""

    def __init__(self) -> None:
        self.begun, self.may_end, self.done = threading.Event(), threading.Event(), 0

    def __call__(self, name: str, _arguments: Mapping[str, Any]) -> ToolResult:
        self.begun.set()
        assert self.may_end.wait(SECONDS)
        self.done += 1
        return ToolResult({"tool": name})


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    tool = Waiting()
    yield tool
    tool.may_end.set()


def call(request_id: int) -> dict[str, Any]:
    return legacy("tools/call", request_id, name="list_templates")


def test_what_was_asked_before_the_input_ends_is_answered_in_its_order() -> None:
    served = Served(told)
    served.send(legacy("initialize", 1), legacy("notifications/initialized", None), call(2), call(3))
    assert [answer["id"] for answer in served.end()] == [1, 2, 3]


def test_a_last_line_without_its_end_counts_and_empty_ones_do_not() -> None:
    served = Served(told)
    served.send(b"\n  \n\r\n", as_bytes(call(1)) + b"\r\n", as_bytes(call(2)))
    assert [answer["id"] for answer in served.end()] == [1, 2]


def test_a_line_that_is_no_message_is_answered_and_the_next_one_too() -> None:
    served = Served(told)
    served.send(b"nonsense\n", call(1))
    first, second = served.end()
    assert (first["id"], first["error"]["code"]) == (None, -32700)
    assert second["id"] == 1


def test_a_line_that_is_too_long_is_dropped_up_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "MOST_LINE_BYTES", 1000)
    served = Served(told)
    served.send(b'"' + b"x" * 200_000 + b'"\n', call(1), b" " * 1001 + b"\n", call(2), b"y" * 70_000)
    answers = served.end()
    # The first lines may be answered by the reading thread before calls that were sent earlier are done.
    assert [answer["error"]["code"] for answer in answers if "error" in answer] == [-32700] * 3
    assert [answer["id"] for answer in answers if "result" in answer] == [1, 2]


def test_a_request_that_is_too_long_is_answered_with_its_id_where_its_beginning_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stdio, "MOST_LINE_BYTES", 1000)
    text = b'"params": {"text": "\\"id\\": 3 }, {' + b"x" * 70_000
    served = Served(told)
    served.send(b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", ' + text + b'"}}\n')
    served.send(b'{"jsonrpc": "2.0", "method": "tools/call", ' + text + b'"}, "id": 8}\n')
    first, second = served.end()
    assert (first["id"], second["id"]) == (7, None)
    assert (
        first["error"]["message"]
        == "The message has more than 1000 bytes; give large rows or tasks as files."
    )


def test_what_is_no_call_is_answered_while_a_tool_is_at_work(waiting: Waiting) -> None:
    served = Served(waiting)
    served.send(call(1))
    assert waiting.begun.wait(SECONDS)
    served.send(legacy("ping", "p"))
    assert served.answer() == {"jsonrpc": "2.0", "id": "p", "result": {}}
    for message in (legacy("tools/list", 2), legacy("initialize", 3), modern("server/discover", 4)):
        served.send(message)
        assert "result" in served.answer()
    served.send(legacy("none", 5))
    assert served.answer()["error"]["code"] == -32601
    waiting.may_end.set()
    assert [answer["id"] for answer in served.end()] == [1]


def test_a_cancelled_request_is_not_begun_or_not_answered(waiting: Waiting) -> None:
    served = Served(waiting)
    served.send(call(1), call(2), call(3))
    assert waiting.begun.wait(SECONDS)
    named: tuple[Any, ...] = (1, 2, 9, None, [], 3.0, "3")
    for request_id in named:
        served.send(legacy("notifications/cancelled", None, requestId=request_id))
    # The messages before a ping were read when it is answered.
    served.send(legacy("ping", "p"))
    assert served.answer()["id"] == "p"
    waiting.may_end.set()
    assert [answer["id"] for answer in served.end()] == [3]
    assert waiting.done == 2


def test_a_value_that_is_no_id_cancels_nothing(waiting: Waiting) -> None:
    served = Served(waiting)
    served.send(call(1))
    assert waiting.begun.wait(SECONDS)
    # In Python true is 1.
    served.send(legacy("notifications/cancelled", None, requestId=True), legacy("ping", "p"))
    assert served.answer()["id"] == "p"
    waiting.may_end.set()
    assert [answer["id"] for answer in served.end()] == [1]


def test_an_id_that_was_cancelled_may_be_used_again() -> None:
    served = Served(told)
    served.send(call(1))
    assert served.answer()["id"] == 1
    served.send(legacy("notifications/cancelled", None, requestId=1), call(1))
    assert [answer["id"] for answer in served.end()] == [1]


def test_a_signal_that_does_not_interrupt_the_wait_is_handled_all_the_same() -> None:
    ended = subprocess.run([sys.executable, "-c", SIGNALLED], cwd=ROOT, timeout=60, check=False)
    assert ended.returncode == 7
