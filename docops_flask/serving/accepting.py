"""Accepting connections when gunicorn's own way would lose them or end the worker.

``AcceptingWorker`` goes on when the system gives no descriptor for a connection, and a listener that is
closed keeps the connections that the kernel has already made for it.

A connection is made by the kernel and waits until it is accepted; when the listener is closed, those that
wait are reset, and their clients have often sent a request by then. Accepting them all first is not enough:
others come between the last ``accept`` and the ``close``, for milliseconds when other threads are at work,
and longer when a process that was just forked has the listener too.
"""

import errno
import time
from collections.abc import Callable
from typing import Any

from docops_flask.jobs.process import refuse_without_descriptors

_EXHAUSTED_ERRNOS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
# What accept(2) says of a connection that failed before it was taken; the next one may be sound.
_FAILED_ERRNOS = frozenset(
    {
        errno.ENETDOWN,
        errno.EPROTO,
        errno.ENOPROTOOPT,
        errno.EHOSTDOWN,
        errno.ENONET,
        errno.EHOSTUNREACH,
        errno.EOPNOTSUPP,
        errno.ENETUNREACH,
        errno.EPERM,
    }
)
# Its own, and one that a request under way may need at this moment: who takes the last one fails that.
_DESCRIPTORS_OF_A_CONNECTION = 2
_PAUSE_SECONDS = 0.05
_TELL_AGAIN_SECONDS = 10.0


def patient_accept(worker: Any) -> Callable[[Any], None]:
    """Return what is to take the place of ``worker.accept``.

    A listener may have been closed when the call comes, for a connection of the same moment. Descriptors may
    have run out: the connection then waits in the kernel until one is free.
    """
    accept, told_at = worker.accept, float("-inf")

    def accept_when_possible(listener: Any) -> None:
        nonlocal told_at
        if listener.sock is None:
            return
        try:
            refuse_without_descriptors(_DESCRIPTORS_OF_A_CONNECTION)
            accept(listener)
        except OSError as error:
            if error.errno in _EXHAUSTED_ERRNOS:
                if time.monotonic() - told_at >= _TELL_AGAIN_SECONDS:
                    told_at = time.monotonic()
                    name = errno.errorcode[error.errno]
                    worker.log.warning("New connections wait: the system gives no descriptor (%s).", name)
                # The listener stays readable, so the worker would try again at once, and for ever.
                time.sleep(_PAUSE_SECONDS)
            elif error.errno not in _FAILED_ERRNOS:
                raise

    return accept_when_possible
