"""Accepting connections when gunicorn's own way would lose them or end the worker.

``AcceptingWorker`` goes on when the system gives no descriptor for a connection, and a listener that is
closed keeps the connections that the kernel has already made for it.

A connection is made by the kernel and waits until it is accepted; when the listener is closed, those that
wait are reset, and their clients have often sent a request by then. Accepting them all first is not enough:
others come between the last ``accept`` and the ``close``, for milliseconds when other threads are at work,
and longer when a process that was just forked has the listener too.
"""

import ctypes
import errno
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
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


# asm-generic/socket.h; Python does not name it.
_SO_ATTACH_FILTER = 26
# Classic BPF (Documentation/networking/filter.rst in the Linux sources): drop what asks for a connection,
# SYN without ACK, and pass the rest. The packet begins with its TCP header (RFC 9293, section 3.1).
_DROP_SYN = (
    (0x30, 0, 0, 13),  # load the flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # yes: drop
    (0x06, 0, 0, 0xFFFFFFFF),  # no: pass
)


def refuse_connections(listener: socket.socket) -> None:
    """Have the kernel make no more connections for ``listener``; those it has made can still be accepted.

    It holds for every process that has the socket, for good. A client that asks meanwhile asks again a second
    later (RFC 6298), and is refused once ``listener`` is closed. Changes nothing for a Unix socket, or where
    the kernel does not know such filters.
    """
    if listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in _DROP_SYN))
    filter_option = struct.pack("@HP", len(_DROP_SYN), ctypes.addressof(program))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_option)
