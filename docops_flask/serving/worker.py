"""gunicorn's threaded worker, changed so that slow clients do not hold its threads.

gunicorn's own gives a connection a thread as soon as it is made, lets that thread read the head without a
time limit, and blocks its loop while a client closes a connection. A few slow clients hold every thread then,
and ``/healthz`` gets none. Here the loop receives heads, at most ``max_receiving`` threads at a time wait for
bodies, and the loop never blocks to close a connection.
"""

import errno
import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from docops_flask.jobs.caller import ClientSocket
from docops_flask.serving.connection import Connection, IncomingRequest, WaitingConnections


class ReceivingPlaces:
    """Limits how many threads wait for a request's body at a time; may be used from any thread."""

    def __init__(self, count: int, on_free: Callable[[], None]) -> None:
        """Make ``count`` free places; ``on_free`` is called, in any thread, whenever one is given back."""
        self._free = count
        self._on_free = on_free
        self._mutex = threading.Lock()

    def take(self) -> bool:
        """Take a place; ``False`` when none is free."""
        with self._mutex:
            if self._free == 0:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._mutex:
            self._free += 1
        self._on_free()


# Time for a request's head, from the start of the connection or the first byte of a later request on it.
HEAD_SECONDS = 10.0
# The same once the server is stopping.
_STOP_SECONDS = 5.0
# How long a client has to read the last answer on its connection, and how much it may send meanwhile.
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 * 1024
_BLOCK_BYTES = 64 * 1024
# How much of a body is received while its request waits for a place. A smaller body is complete then and
# needs no place.
_KEPT_BODY_BYTES = 64 * 1024
# How much is held for all requests that have no thread yet. gunicorn's parser accepts heads of 800 KB.
_KEPT_BYTES = 64 * 1024 * 1024
_NO_CONNECTION_ERRNOS = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED})


class Worker(ThreadWorker):  # type: ignore[misc]
    """The server's worker class; ``limit_receiving`` has to be called before it runs."""

    def limit_receiving(self, max_receiving: int, body_seconds: float) -> None:
        """Let ``max_receiving`` threads at a time wait for bodies, for ``body_seconds`` each."""
        self._body_seconds = body_seconds
        self._heads = WaitingConnections(self.poller, HEAD_SECONDS, self._receive)
        self._bodies = WaitingConnections(self.poller, body_seconds, self._receive)
        self._leaving = WaitingConnections(self.poller, _LINGER_SECONDS, self._drain)
        self._kept_bytes = 0
        self._places = ReceivingPlaces(max_receiving, self._tell_of_free_place)

    def accept(self, listener: Any) -> None:
        """Accept a connection and wait for its first request."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            accepted, address = listener.accept()
        except OSError as error:
            if error.errno in _NO_CONNECTION_ERRNOS:
                return
            raise
        self.nr_conns += 1
        connection = Connection(
            self.cfg, ClientSocket(accepted), address, listener.getsockname(), self._linger
        )
        # A connection that the client has closed already is dropped by the loop later, not here: callers tell
        # by ``nr_conns`` whether one was accepted.
        self._take(connection, _arrived(connection) or b"")

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """Begin to receive a further request on a connection."""
        if self.cfg.is_ssl:
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive(conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Wait for the next request on ``conn``, or close it."""
        if self.cfg.is_ssl:
            super().finish_request(conn, fs)
            return
        conn.sock.received()
        conn.sock.receive_by = inf
        # Bytes after the body are the start of the next request.
        ahead = conn.parser.unreader.take_buffered() if conn.parser is not None else b""
        if ahead and not fs.cancelled() and fs.exception() is None and fs.result():
            conn.sock.setblocking(False)
            self._take(conn, ahead)
        else:
            super().finish_request(conn, fs)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Handle events, waiting for ``timeout`` seconds at most, or until the first of our deadlines."""
        deadline = min(each.first_deadline for each in (self._heads, self._bodies, self._leaving))
        if deadline < inf:
            timeout = min(timeout, max(deadline - time.monotonic(), 0.0))
        super().wait_for_and_dispatch_events(timeout)

    def murder_pending(self) -> None:
        """End the waits whose deadline has passed."""
        super().murder_pending()
        for connection in [*self._heads.take_expired(), *self._leaving.take_expired()]:
            self._drop(connection)
        for connection in self._bodies.take_expired():
            # The thread answers 408.
            self._hand_over(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        self._heads.hurry(_STOP_SECONDS)

    def _receive(self, connection: Connection) -> None:
        block = _arrived(connection)
        if block is None or block:
            self._take(connection, block or b"")
        elif connection in self._bodies:
            # A thread logs that the upload was cut off.
            self._bodies.remove(connection)
            self._hand_over(connection)
        else:
            self._heads.remove(connection)
            self._drop(connection)

    def _take(self, connection: Connection, block: bytes) -> None:
        """Add ``block`` to the request on ``connection`` and take the step that is due then."""
        connection.incoming.add(block)
        self._kept_bytes += len(block)
        if connection in self._bodies:
            self._keep_body(connection)
        elif connection.incoming.has_head:
            self._heads.remove(connection)
            self._receive_body(connection)
        elif self._kept_bytes > _KEPT_BYTES:
            self._heads.remove(connection)
            self._drop(connection)
        elif connection not in self._heads:
            self._heads.add(connection)

    def _receive_body(self, connection: Connection) -> None:
        """Hand over a request whose body is complete or that gets a place; let others wait for a place."""
        connection.sock.receive_by = time.monotonic()
        if not connection.incoming.missing:
            self._hand_over(connection)
            return
        connection.sock.receive_by += self._body_seconds
        if not len(self._bodies) and self._places.take():
            self._hand_over_with_place(connection)
        else:
            self._bodies.add(connection)
            # A place may have become free just before.
            self._admit()

    def _keep_body(self, connection: Connection) -> None:
        """Hand over a request that waits for a place if its body is complete; stop receiving a large one."""
        if not connection.incoming.missing:
            self._bodies.remove(connection)
            self._hand_over(connection)
        elif len(connection.incoming) > _KEPT_BODY_BYTES or self._kept_bytes > _KEPT_BYTES:
            self._bodies.ignore(connection)

    def _admit(self) -> None:
        """Give free places to the requests that have waited longest."""
        while len(self._bodies) and self._places.take():
            connection = next(iter(self._bodies))
            self._bodies.remove(connection)
            self._hand_over_with_place(connection)

    def _tell_of_free_place(self) -> None:
        if len(self._bodies):
            self.method_queue.defer(self._admit)

    def _hand_over_with_place(self, connection: Connection) -> None:
        connection.sock.on_received = self._places.leave
        self._hand_over(connection)

    def _hand_over(self, connection: Connection) -> None:
        self._kept_bytes -= len(connection.incoming)
        connection.hand_over()
        self.enqueue_req(connection)

    def _linger(self, connection: Connection) -> None:
        """Close ``connection`` after its client has, so that it can read the answer (RFC 9112, 9.6)."""
        if connection.stop_sending():
            self.nr_conns += 1
            self._drain(connection)
        else:
            connection.close()

    def _drain(self, connection: Connection) -> None:
        while block := _arrived(connection):
            connection.lingered_bytes += len(block)
            if connection.lingered_bytes > _LINGER_BYTES:
                break
        if block is not None:
            self._leaving.remove(connection)
            self._drop(connection)
        elif connection not in self._leaving:
            self._leaving.add(connection)

    def _drop(self, connection: Connection) -> None:
        self._kept_bytes -= len(connection.incoming)
        connection.incoming = IncomingRequest()
        self.nr_conns -= 1
        connection.close()


def _arrived(connection: Connection) -> bytes | None:
    """Return the bytes that have arrived, ``None`` if there are none yet, ``b""`` at the end."""
    try:
        return connection.sock.recv(_BLOCK_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""
