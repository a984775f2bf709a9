"""Keeps the C library's allocator from giving nearly each thread a heap of its own, and these back too early.

glibc makes up to eight heaps a core, and each keeps the room of the largest request that passed through it.
A worker has two dozen threads that take turns at one interpreter: there two heaps do as well.

Room that gets free at a heap's end goes back to the system, but for twice the size of a large block. The
buffers of an upload of a megabyte take more: each such upload would have its pages made and zeroed anew.
"""

import contextlib
import ctypes

# Parameters of glibc's malloc.h (mallopt(3)).
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_ARENA_MAX = -8
_HEAPS = 2
# What a heap keeps at its end, and from what size on a block gets a mapping of its own where its heap has no
# room. Both are left to themselves until one is set; large blocks would drive them to 64 and 32 MiB.
_KEPT_BYTES = 4 * 1024 * 1024
_MAPPED_BYTES = 1024 * 1024


def limit_heaps() -> None:
    """Have this process and those forked from it use two heaps; without effect where malloc is another."""
    with contextlib.suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, _HEAPS)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES)
