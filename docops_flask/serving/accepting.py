"""Accepting connections without ending the worker when the system refuses one."""

import errno
import time
from collections.abc import Callable
from typing import Any

from docops_flask.jobs.process import refuse_without_descriptors

_EXHAUSTED_ERRNOS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
# Errors of accept(2) that concern one connection, which failed before it was accepted.
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
# One for the connection, and one to spare for a running request, which would fail without.
_DESCRIPTORS_OF_A_CONNECTION = 2
_PAUSE_SECONDS = 0.05
_WARNING_INTERVAL_SECONDS = 10.0


def patient_accept(worker: Any) -> Callable[[Any], None]:
    """Return a replacement for ``worker.accept`` that survives a closed listener and a lack of descriptors.

    When descriptors have run out, the connection waits in the kernel until one is free, and the log has a
    warning, every ten seconds at most.
    """
    accept, warned_at = worker.accept, float("-inf")

    def accept_when_possible(listener: Any) -> None:
        nonlocal warned_at
        # The worker may have closed it since the event that led here.
        if listener.sock is None:
            return
        try:
            refuse_without_descriptors(_DESCRIPTORS_OF_A_CONNECTION)
            accept(listener)
        except OSError as error:
            if error.errno in _EXHAUSTED_ERRNOS:
                if time.monotonic() - warned_at >= _WARNING_INTERVAL_SECONDS:
                    warned_at = time.monotonic()
                    name = errno.errorcode[error.errno]
                    worker.log.warning("New connections wait: no descriptor is free (%s).", name)
                # The listener stays readable; without a pause the worker would try again at once.
                time.sleep(_PAUSE_SECONDS)
            elif error.errno not in _FAILED_ERRNOS:
                raise

    return accept_when_possible
