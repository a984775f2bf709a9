"""A connection of our gunicorn worker: what has arrived on it, and who waits for more."""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from typing import Any

from gunicorn import http  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from docops_flask.client_socket import ClientSocket
from docops_flask.incoming_request import IncomingRequest


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
