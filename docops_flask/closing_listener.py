"""Stops a listening socket without losing a connection that the kernel has made for it already.

A connection is made by the kernel and waits until it is accepted; when the listener is closed, those that
wait are reset, and their clients have often sent a request by then. Accepting them all first is not enough:
others come between the last ``accept`` and the ``close``, for milliseconds when other threads are at work,
and longer when a process that was just forked has the listener too.
"""

import ctypes
import socket
import struct
from contextlib import suppress

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
