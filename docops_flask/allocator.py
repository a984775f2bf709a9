"""Keeps the C library's allocator from giving nearly each thread a heap of its own.

glibc makes up to eight heaps a core, and each keeps the room of the largest request that passed through it.
A worker has two dozen threads that take turns at one interpreter: there two heaps do as well.
"""

import contextlib
import ctypes

# M_ARENA_MAX of glibc's malloc.h (mallopt(3)).
_ARENA_MAX = -8
_HEAPS = 2


def limit_heaps() -> None:
    """Have this process and those forked from it use two heaps; without effect where malloc is another."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _HEAPS)
