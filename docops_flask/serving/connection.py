"""A connection of our gunicorn worker: the bytes of a request that have arrived, and the waits for more.

gunicorn's parser reads the request; this module only finds out when the head is complete and how long the
body is. Should the parser expect more bytes than this module does, the time for receiving is over at once, so
that no thread waits for them.
"""

import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from typing import Any

from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from docops_flask.jobs.caller import ClientSocket

_END = b"\r\n\r\n"
_LINE_BREAK = b"\r\n"
# gunicorn's limits: 100 headers of 8,190 bytes, and a first line of 4,094.
_HEAD_BYTES = 100 * 8192 + 4096
_FIRST_LINE_BYTES = 4096
# gunicorn refuses any other first line, and any head with a bare line feed.
_FIRST_LINE = re.compile(rb"[^ \r\n]+ [^ \r\n]+ HTTP/1\.[0-9]")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_BODY_HEADER = re.compile(rb"\r\n(content-length|transfer-encoding)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LONGEST_LENGTH_DIGITS = 18


class IncomingRequest:
    """The bytes of one request that have arrived so far."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._body_start: int | None = None
        self._length: float = 0
        self._first_line_is_sound = False
        self._is_refused = False

    def __len__(self) -> int:
        """Return how many bytes have arrived."""
        return len(self._received)

    def add(self, block: bytes) -> None:
        """Append the next bytes."""
        seen = len(self._received)
        self._received += block
        if self._body_start is None:
            self._look_for_end(max(0, seen - len(_END) + 1))

    def received(self) -> bytes:
        """Return all that has arrived."""
        return bytes(self._received)

    @property
    def has_head(self) -> bool:
        """Return whether the head is complete, or malformed so that the parser will refuse it."""
        return self._body_start is not None or self._is_refused

    @property
    def missing(self) -> float:
        """Return how many bytes of the body have not arrived; ``inf`` for a chunked body."""
        if self._body_start is None:
            return 0
        return max(0, self._length - (len(self._received) - self._body_start))

    def _look_for_end(self, start: int) -> None:
        # One empty line may stand before the first.
        begin = len(_LINE_BREAK) if self._received.startswith(_LINE_BREAK) else 0
        end = self._received.find(_END, max(begin, start))
        if end >= 0:
            self._body_start = end + len(_END)
            self._length = _announced_length(bytes(self._received[begin:end]))
            return
        self._is_refused = (
            len(self._received) > _HEAD_BYTES
            or not self._may_have_first_line(begin)
            or _BARE_LINE_FEED.search(self._received, start) is not None
        )

    def _may_have_first_line(self, begin: int) -> bool:
        if not self._first_line_is_sound:
            end = self._received.find(_LINE_BREAK, begin)
            if end < 0:
                return len(self._received) - begin <= _FIRST_LINE_BYTES
            self._first_line_is_sound = _FIRST_LINE.fullmatch(self._received, begin, end) is not None
        return self._first_line_is_sound


def _announced_length(head: bytes) -> float:
    """Return the length of the body by its headers, the largest one named; ``inf`` where none is usable."""
    longest = 0.0
    for name, value in _BODY_HEADER.findall(head):
        is_number = name.lower() == b"content-length" and value.strip().isdigit()
        digits = value.strip() if is_number else b""
        longest = max(longest, int(digits) if 0 < len(digits) <= _LONGEST_LENGTH_DIGITS else inf)
    return longest


class Connection(TConn):  # type: ignore[misc]
    """A connection that gets a thread once its request has arrived; ``sock`` is its ``ClientSocket``."""

    sock: ClientSocket
    parser: Any

    def __init__(
        self, cfg: Any, sock: ClientSocket, client: Any, server: Any, on_close: Callable[["Connection"], None]
    ) -> None:
        """Call ``on_close`` to close the connection after its last answer; the rest is as in gunicorn."""
        super().__init__(cfg, sock, client, server)
        # Tells gunicorn that no thread has to wait for the first byte.
        self.data_ready = True
        self.incoming = IncomingRequest()
        self.lingered_bytes = 0
        self._on_close = on_close

    def hand_over(self) -> None:
        """Pass the bytes that have arrived to gunicorn's parser."""
        if self.parser is None:
            self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader.unread(self.incoming.received())
        self.incoming = IncomingRequest()

    def close(self, graceful: bool = False) -> None:
        """Close; with ``graceful`` only after the client had time to read the answer."""
        if graceful:
            self._on_close(self)
        else:
            with suppress(OSError):
                self.sock.close()

    def stop_sending(self) -> bool:
        """Shut down the sending side; ``False`` when the client has closed the connection."""
        try:
            self.sock.setblocking(False)
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True


class WaitingConnections:
    """Connections that wait in the worker's loop, without a thread, each for the same maximum time."""

    def __init__(
        self, poller: selectors.BaseSelector, seconds: float, on_readable: Callable[[Connection], None]
    ) -> None:
        """``on_readable`` is called from ``poller``'s loop when bytes arrive on one of the connections."""
        self._poller = poller
        self._seconds = seconds
        self._on_readable = on_readable
        # In the order of the deadlines, since all wait for the same time.
        self._deadlines: dict[Connection, float] = {}
        self._watched: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._deadlines)

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._deadlines)

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._deadlines

    @property
    def first_deadline(self) -> float:
        """Return the earliest deadline, in seconds of the monotonic clock; ``inf`` when none waits."""
        return next(iter(self._deadlines.values()), inf)

    def add(self, connection: Connection) -> None:
        """Let ``connection`` wait, from now on."""
        self._deadlines[connection] = time.monotonic() + self._seconds
        self._poller.register(connection.sock, selectors.EVENT_READ, lambda _sock: self._notice(connection))
        self._watched.add(connection)

    def ignore(self, connection: Connection) -> None:
        """Leave what arrives on ``connection`` in the kernel for the rest of its wait."""
        if connection in self._watched:
            self._watched.remove(connection)
            self._poller.unregister(connection.sock)

    def remove(self, connection: Connection) -> None:
        """End the wait of ``connection``; nothing happens when it is not waiting."""
        self.ignore(connection)
        self._deadlines.pop(connection, None)

    def take_expired(self) -> list[Connection]:
        """Remove and return the connections whose deadline has passed."""
        now = time.monotonic()
        expired = []
        for connection, deadline in self._deadlines.items():
            if deadline > now:
                break
            expired.append(connection)
        for connection in expired:
            self.remove(connection)
        return expired

    def _notice(self, connection: Connection) -> None:
        # An earlier event of the same round may have ended its wait; a thread may be serving it now.
        if connection in self._watched:
            self._on_readable(connection)

    def hurry(self, seconds: float) -> None:
        """Shorten all waits to ``seconds`` from now at most."""
        latest = time.monotonic() + seconds
        for connection, deadline in self._deadlines.items():
            self._deadlines[connection] = min(deadline, latest)
