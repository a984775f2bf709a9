"""Detects a disconnected client, and gives the socket of a client a deadline.

A job is stopped when its client disconnects. ``POLLRDHUP`` (poll(2)) reports that without reading from the
connection, where the next request may have arrived already.
"""

import errno
import select
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, inf

from docops_flask.jobs.errors import CallerLeft

# poll(2) always reports POLLHUP and POLLERR as well.
_LEAVING = select.POLLRDHUP
# poll(2) takes its timeout as an int of milliseconds.
_LONGEST_WAIT_SECONDS = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Caller:
    """The client of a job, by the descriptor of its stream socket; ``None``: it never disconnects.

    A client that shuts down only the sending side of its connection counts as disconnected: a stream socket
    cannot tell that from a close. nginx and Go's net/http server do the same.
    """

    descriptor: int | None = None

    def wait(self, sources: Iterable[int], seconds: float) -> bool:
        """Wait until one of the descriptors ``sources`` is readable or closed; ``False`` past ``seconds``.

        Raises ``CallerLeft`` when the client disconnects first; a source that is ready at the same time
        counts first.
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
        """Raise ``CallerLeft`` when the client has disconnected."""
        self.wait((), 0)


STAYING = Caller()


class DeadlinePassed(TimeoutError):
    """Data did not arrive by its deadline; gunicorn reads the errno (ENOTCONN) as a disconnected client."""

    def __init__(self) -> None:
        super().__init__(errno.ENOTCONN, "no more data by the deadline")


class ClientSocket(socket.socket):
    """A socket that ``accept`` returned, with one deadline for all reads besides the timeout of each read.

    A timeout alone is no limit for a whole request: it starts again with every byte.
    """

    def __init__(self, accepted: socket.socket) -> None:
        """Take over the descriptor of ``accepted``, which is closed for its owner afterwards."""
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        # By the monotonic clock. Data that has arrived can still be read later.
        self.receive_by = inf
        # Called once, when the rest of a request's body is no longer waited for.
        self.on_received: Callable[[], None] | None = None

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Return what ``socket.recv`` does; raises ``DeadlinePassed`` when nothing came by the deadline."""
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
        """Note that the rest of the request's body is no longer waited for."""
        on_received, self.on_received = self.on_received, None
        if on_received is not None:
            on_received()
