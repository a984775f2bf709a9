"""The connection of a client, whose bytes have to be there by a time."""

import errno
import socket
import time
from collections.abc import Callable
from math import inf


class DeadlinePassed(TimeoutError):
    """What was to arrive by a deadline did not; by its errno gunicorn takes the client for disconnected."""

    def __init__(self) -> None:
        super().__init__(errno.ENOTCONN, "nothing more came by the deadline")


class ClientSocket(socket.socket):
    """A socket that ``accept`` returned, with a deadline for all reads together, beside the timeout of each.

    A timeout alone bounds nothing: it begins anew with every byte.
    """

    def __init__(self, accepted: socket.socket) -> None:
        """Take over the descriptor of ``accepted``, which has none afterwards."""
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        # On the monotonic clock. What is there already can be read later too.
        self.receive_by = inf
        # Called once, when no more of a request's body is waited for.
        self.on_received: Callable[[], None] | None = None

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Return what is there, as ``socket.recv`` does; raises ``DeadlinePassed`` when it is late."""
        if self.receive_by == inf:
            return super().recv(bufsize, flags)
        patience = self.gettimeout()
        left = max(self.receive_by - time.monotonic(), 0.0)
        if patience is not None and patience < left:
            return super().recv(bufsize, flags)
        self.settimeout(left)
        try:
            return super().recv(bufsize, flags)
        except (TimeoutError, BlockingIOError):
            raise DeadlinePassed from None
        finally:
            self.settimeout(patience)

    def received(self) -> None:
        """Note that no more of the request's body is waited for."""
        told, self.on_received = self.on_received, None
        if told is not None:
            told()
