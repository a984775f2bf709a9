"""The heaps of the C library's allocator in a process with many threads."""

import ctypes
import subprocess
import sys

import pytest

from tests.conftest import require

_ALLOCATE_IN_MANY_THREADS = """
import ctypes, sys, threading
from docops_flask.serving.gunicorn import limit_heaps

if sys.argv[1] == "limited":
    limit_heaps()
meet = threading.Barrier(24)

def allocate():
    held = [bytearray(4000) for _ in range(50)]
    meet.wait()
    return held

threads = [threading.Thread(target=allocate) for _ in range(24)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


@pytest.mark.parametrize(("limit", "is_limited"), [("limited", True), ("unlimited", False)])
def test_a_process_of_many_threads_keeps_to_two_heaps(limit: str, is_limited: bool) -> None:
    require(hasattr(ctypes.CDLL(None), "malloc_info"), "the C library is not glibc")

    told = subprocess.run(
        [sys.executable, "-c", _ALLOCATE_IN_MANY_THREADS, limit],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert (told.count("<heap nr=") <= 2) is is_limited


_TAKE_AND_FREE = """
import resource
from docops_flask.serving.gunicorn import limit_heaps

limit_heaps()

def one_upload():
    return len([bytes(700_000) for _ in range(4)])

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

one_upload()
before = faults()
for _ in range(20):
    one_upload()
print(faults() - before)
"""


def test_room_for_one_upload_after_another_is_not_asked_of_the_system_each_time() -> None:
    require(hasattr(ctypes.CDLL(None), "malloc_info"), "the C library is not glibc")

    told = subprocess.run(
        [sys.executable, "-c", _TAKE_AND_FREE], capture_output=True, text=True, check=True
    ).stdout

    # Otherwise some 2,000 pages are made anew.
    assert int(told) < 1000
