"""Whoever waits for a job: watched while the job waits for its slot and while it runs.

A job nobody waits for is work for nothing. The descriptor of a connection tells when its other end has been
closed (``POLLRDHUP``, poll(2)), without reading what may already lie there of a next request.
"""

import select
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

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
