"""A connection of our gunicorn worker: what has arrived of a request on it, and who waits for more.

It only counts: gunicorn's parser reads the request. Where this and the parser disagree, the request has no
time left for what the parser still wants, so that no thread waits for a byte that was not reckoned with here.
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
# gunicorn refuses the others as soon as it sees them, and whatever has a bare line feed.
_FIRST_LINE = re.compile(rb"[^ \r\n]+ [^ \r\n]+ HTTP/1\.[0-9]")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_BODY_HEADER = re.compile(rb"\r\n(content-length|transfer-encoding)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LONGEST_LENGTH_DIGITS = 18


class IncomingRequest:
    """The bytes of one request, as they arrive."""

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
        """Take the next bytes."""
        seen = len(self._received)
        self._received += block
        if self._body_start is None:
            self._look_for_end(max(0, seen - len(_END) + 1))

    def received(self) -> bytes:
        """Return all that has arrived."""
        return bytes(self._received)

    @property
    def has_head(self) -> bool:
        """Return whether the head is whole, or so wrong already that the parser refuses it."""
        return self._body_start is not None or self._is_refused

    @property
    def missing(self) -> float:
        """Return how many bytes of the body have not arrived: ``inf`` where only its end tells."""
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
    """Return how many bytes the body has by its headers, at least."""
    longest = 0.0
    for name, value in _BODY_HEADER.findall(head):
        is_number = name.lower() == b"content-length" and value.strip().isdigit()
        digits = value.strip() if is_number else b""
        longest = max(longest, int(digits) if 0 < len(digits) <= _LONGEST_LENGTH_DIGITS else inf)
    return longest


class Connection(TConn):  # type: ignore[misc]
    """A connection that gets a thread when its request is there; ``sock`` is its ``ClientSocket``."""

    sock: ClientSocket
    parser: Any

    def __init__(
        self, cfg: Any, sock: ClientSocket, client: Any, server: Any, on_close: Callable[["Connection"], None]
    ) -> None:
        """Take what gunicorn's own takes; ``on_close`` closes it once the last answer has been sent."""
        super().__init__(cfg, sock, client, server)
        # gunicorn need not have a thread wait for the first byte.
        self.data_ready = True
        self.incoming = IncomingRequest()
        self.lingered_bytes = 0
        self._on_close = on_close

    def hand_over(self) -> None:
        """Give what has arrived to gunicorn's parser."""
        if self.parser is None:
            self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader.unread(self.incoming.received())
        self.incoming = IncomingRequest()

    def close(self, graceful: bool = False) -> None:
        """Close; ``graceful``: have the client read the answer first, which may take it a while."""
        if graceful:
            self._on_close(self)
        else:
            with suppress(OSError):
                self.sock.close()

    def stop_sending(self) -> bool:
        """Tell the client that nothing more comes; ``False`` when it is gone."""
        try:
            self.sock.setblocking(False)
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True


class WaitingConnections:
    """Connections that wait in the worker's loop, without a thread, each for the same time at most."""

    def __init__(
        self, poller: selectors.BaseSelector, seconds: float, on_readable: Callable[[Connection], None]
    ) -> None:
        """Have ``on_readable`` called by ``poller``'s loop when something arrives on one of them."""
        self._poller = poller
        self._seconds = seconds
        self._on_readable = on_readable
        # In the order of their deadlines.
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
        """Return when the first of them will have waited long enough, monotonic clock; ``inf``: none."""
        return next(iter(self._deadlines.values()), inf)

    def add(self, connection: Connection) -> None:
        """Have ``connection`` wait."""
        self._deadlines[connection] = time.monotonic() + self._seconds
        self._poller.register(connection.sock, selectors.EVENT_READ, lambda _sock: self._notice(connection))
        self._watched.add(connection)

    def ignore(self, connection: Connection) -> None:
        """Let what arrives on ``connection`` lie where it is while it waits."""
        if connection in self._watched:
            self._watched.remove(connection)
            self._poller.unregister(connection.sock)

    def remove(self, connection: Connection) -> None:
        """End the wait of ``connection``, if it waits here."""
        self.ignore(connection)
        self._deadlines.pop(connection, None)

    def take_expired(self) -> list[Connection]:
        """Remove and return those that have waited long enough."""
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
        # Its wait may have been ended by what came before it in the same round; a thread may have it now.
        if connection in self._watched:
            self._on_readable(connection)

    def hurry(self, seconds: float) -> None:
        """Let none of them wait longer than ``seconds`` from now."""
        latest = time.monotonic() + seconds
        for connection, deadline in self._deadlines.items():
            self._deadlines[connection] = min(deadline, latest)
