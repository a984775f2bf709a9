"""gunicorn's threaded worker, with threads only for requests that have arrived.

gunicorn gives a connection a thread as soon as it is made, has that thread read the head for as long as the
client likes to take, and waits in its loop for clients to close connections. A few slow clients would hold
every thread, and ``/healthz`` would find none. Here the loop receives heads, at most ``max_receiving``
threads wait for bodies at a time, and connections are closed without a wait.
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
    """``count`` places, one for each request whose body a thread waits for; safe to use from many threads."""

    def __init__(self, count: int, on_free: Callable[[], None]) -> None:
        """Make ``count`` free places; ``on_free`` is called, in any thread, whenever one gets free."""
        self._free = count
        self._on_free = on_free
        self._mutex = threading.Lock()

    def take(self) -> bool:
        """Take a place if there is one, and say whether there was."""
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


# From a connection's first moment, or the first byte of a later request on it, to the end of the head.
HEAD_SECONDS = 10.0
# A stopping server leaves less time to those that have said nothing yet.
_STOP_SECONDS = 5.0
# How long a client may take to read an answer that ends its connection, and how much it may send meanwhile.
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 * 1024
_BLOCK_BYTES = 64 * 1024
# Of a body whose request waits for a place; a small one is whole with it and needs none.
_KEPT_BODY_BYTES = 64 * 1024
# Of all requests that have no thread yet. gunicorn's parser takes heads of 800 KB.
_KEPT_BYTES = 64 * 1024 * 1024
_NO_CONNECTION_ERRNOS = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED})


class Worker(ThreadWorker):  # type: ignore[misc]
    """The worker class of the server; ``limit_receiving`` has to be called before it runs."""

    def limit_receiving(self, max_receiving: int, body_seconds: float) -> None:
        """Let ``max_receiving`` threads at a time wait for bodies, each of which has ``body_seconds``."""
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
        # One that has ended already is noticed in the loop: the caller counts the connections that were made.
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
        # What the client sent ahead belongs to its next request.
        ahead = conn.parser.unreader.take_buffered() if conn.parser is not None else b""
        if ahead and not fs.cancelled() and fs.exception() is None and fs.result():
            conn.sock.setblocking(False)
            self._take(conn, ahead)
        else:
            super().finish_request(conn, fs)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait until something happens, or a deadline of ours is reached, for ``timeout`` seconds at most."""
        deadline = min(each.first_deadline for each in (self._heads, self._bodies, self._leaving))
        if deadline < inf:
            timeout = min(timeout, max(deadline - time.monotonic(), 0.0))
        super().wait_for_and_dispatch_events(timeout)

    def murder_pending(self) -> None:
        """End the waits that were long enough."""
        super().murder_pending()
        for connection in [*self._heads.take_expired(), *self._leaving.take_expired()]:
            self._drop(connection)
        for connection in self._bodies.take_expired():
            # A thread tells the client so.
            self._hand_over(connection)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        self._heads.hurry(_STOP_SECONDS)

    def _receive(self, connection: Connection) -> None:
        block = _arrived(connection)
        if block is None or block:
            self._take(connection, block or b"")
        elif connection in self._bodies:
            # The log has a line of an upload that was cut.
            self._bodies.remove(connection)
            self._hand_over(connection)
        else:
            self._heads.remove(connection)
            self._drop(connection)

    def _take(self, connection: Connection, block: bytes) -> None:
        """Go on with the request on ``connection``, of which ``block`` has come."""
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
        """Hand a request over whose body is there, or may be waited for; let others wait for a place."""
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
        """Hand a request that waits for a place over when it needs none any more."""
        if not connection.incoming.missing:
            self._bodies.remove(connection)
            self._hand_over(connection)
        elif len(connection.incoming) > _KEPT_BODY_BYTES or self._kept_bytes > _KEPT_BYTES:
            self._bodies.ignore(connection)

    def _admit(self) -> None:
        """Give the places that are free to those that have waited longest."""
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
        """Close ``connection`` once its client has, so that no answer is cut (RFC 9112, 9.6)."""
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
    """Return what has come, ``None`` when there is nothing now, ``b""`` at the end."""
    try:
        return connection.sock.recv(_BLOCK_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""
