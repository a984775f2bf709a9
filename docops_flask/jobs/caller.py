"""The client that waits for a job: whether it is still there, and its socket with a deadline.

A job nobody waits for is work for nothing. The descriptor of a connection tells when its other end has been
closed (``POLLRDHUP``, poll(2)), without reading what may already lie there of a next request.
"""

import errno
import select
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, inf

from docops_flask.jobs.errors import CallerLeft

# Always told beside it: POLLHUP, POLLERR.
_LEAVING = select.POLLRDHUP
# poll(2) takes its timeout as an int of milliseconds.
_LONGEST_WAIT_SECONDS = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who waits for a job, by the stream socket ``descriptor`` that leads there; ``None``: one who stays.

    Who shuts down only the sending side of the connection has left too: a stream socket cannot tell that from
    a close. nginx and Go's net/http server take it the same way.
    """

    descriptor: int | None = None

    def wait(self, sources: Iterable[int], seconds: float) -> bool:
        """Wait until one of the descriptors ``sources`` is readable or closed; ``False`` past ``seconds``.

        Raises ``CallerLeft`` when the caller goes first. What is ready already counts before a departure.
        """
        poll = select.poll()
        for source in sources:
            poll.register(source, select.POLLIN)
        if self.descriptor is not None:
            poll.register(self.descriptor, _LEAVING)
        ready = [found for found, _ in poll.poll(ceil(min(seconds, _LONGEST_WAIT_SECONDS) * 1000))]
        if ready == [self.descriptor]:
            raise CallerLeft
        return bool(ready)

    def refuse_if_left(self) -> None:
        """Raise ``CallerLeft`` when the caller has gone already."""
        self.wait((), 0)


STAYING = Caller()


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
