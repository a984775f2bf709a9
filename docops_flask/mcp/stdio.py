"""Serves messages on standard input and output, a line each, until the input ends.

Calls of tools are done one after the other, in their order. While one is done, a thread goes on reading: it
answers all other requests at once, and drops calls that ``notifications/cancelled`` names. The one that is
being done is finished, because the engine's work has no place to stop at, and its answer is dropped.
"""

import os
import queue
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from docops_flask.mcp.dispatcher import Dispatcher, Message, Reply, read_message, refusal
from docops_flask.mcp.json_text import answer_text
from docops_flask.mcp.protocol import PARSE_ERROR, RpcError
from docops_flask.mcp.request_id import found_request_id, is_request_id

# A line: rows and logs that are given as JSON; files are given as paths.
MOST_LINE_BYTES = 16 * 1024 * 1024
_BLOCK_BYTES = 64 * 1024
# Requests that wait; a client that sends more is not read until some are done.
_MOST_WAITING = 64
# A signal that comes just before the wait does not end it: its handler runs when the wait is over.
_SECONDS_TO_SIGNAL = 1.0
_LATE = "notifications/cancelled"


class Pipes(NamedTuple):
    """The descriptors of the two ends: where messages come from, and where answers go."""

    source: int
    target: int


def own_pipes() -> Pipes:
    """Take standard input and output for messages alone.

    What else is printed, here and in the processes that are started, goes to standard error.
    """
    pipes = Pipes(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return pipes


class TooLong(NamedTuple):
    """A line that is too long: the beginning of it."""

    head: bytes


class StdioServer:
    """Answers the messages of one client with a dispatcher."""

    def __init__(self, dispatcher: Dispatcher, pipes: Pipes) -> None:
        self._dispatcher = dispatcher
        self._pipes = pipes
        self._waiting: queue.Queue[Message | None] = queue.Queue(_MOST_WAITING)
        self._cancelled: set[str | int] = set()
        self._owed: set[str | int] = set()
        self._mutex = threading.Lock()
        self._writing = threading.Lock()

    def serve(self) -> None:
        """Answer until the input has ended and what was asked before is done, or nobody reads any more."""
        # The thread may be in the middle of a read when the process ends.
        threading.Thread(target=self._read_all, name="mcp-input", daemon=True).start()
        try:
            while (message := self._next()) is not None:
                self._do(message)
        except BrokenPipeError:
            # The client has gone.
            return

    def _next(self) -> Message | None:
        """Wait for the next call of a tool; ``None`` is the end."""
        while True:
            try:
                return self._waiting.get(timeout=_SECONDS_TO_SIGNAL)
            except queue.Empty:
                continue

    def _do(self, message: Message) -> None:
        if not self._is_cancelled(message):
            reply = self._dispatcher.reply(message)
            if not self._is_cancelled(message):
                self._write(reply)
        with self._mutex:
            if message.request_id is not None:
                self._owed.discard(message.request_id)
                self._cancelled.discard(message.request_id)

    def _is_cancelled(self, message: Message) -> bool:
        with self._mutex:
            return message.request_id in self._cancelled

    def _read_all(self) -> None:
        try:
            for line in _lines(self._pipes.source):
                self._take(line)
        except BrokenPipeError:
            pass
        finally:
            self._waiting.put(None)

    def _take(self, line: bytes | TooLong) -> None:
        """Answer ``line`` at once, or have it wait."""
        try:
            if isinstance(line, TooLong):
                raise RpcError(
                    PARSE_ERROR,
                    f"The message has more than {MOST_LINE_BYTES} bytes; give large rows or tasks as files.",
                    request_id=found_request_id(line.head),
                )
            message = read_message(line, MOST_LINE_BYTES)
        except RpcError as error:
            self._write(refusal(error))
            return
        if message.method == _LATE:
            self._cancel(message.params.get("requestId"))
        elif message.request_id is None:
            return
        elif message.method != "tools/call":
            self._write(self._dispatcher.reply(message))
        else:
            with self._mutex:
                self._owed.add(message.request_id)
            self._waiting.put(message)

    def _cancel(self, request_id: Any) -> None:
        with self._mutex:
            if is_request_id(request_id) and request_id in self._owed:
                self._cancelled.add(request_id)

    def _write(self, reply: Reply) -> None:
        if reply.document is None:
            return
        line = memoryview(answer_text(reply.document) + b"\n")
        with self._writing:
            while line:
                line = line[os.write(self._pipes.target, line) :]


def _lines(source: int) -> Iterator[bytes | TooLong]:
    """Yield the lines of ``source`` that are not empty."""
    begun = bytearray()
    too_long: TooLong | None = None
    while block := os.read(source, _BLOCK_BYTES):
        *ends, rest = block.split(b"\n")
        for end in ends:
            line = bytes(begun + end)
            begun = bytearray()
            if too_long is not None or len(line) > MOST_LINE_BYTES:
                yield too_long or TooLong(line[:_BLOCK_BYTES])
                too_long = None
            elif line.strip():
                yield line
        begun += rest
        if len(begun) > MOST_LINE_BYTES:
            # Its other bytes are dropped up to the end of the line.
            too_long = too_long or TooLong(bytes(begun[:_BLOCK_BYTES]))
            begun = bytearray()
    if too_long is not None:
        yield too_long
    elif begun.strip():
        yield bytes(begun)
