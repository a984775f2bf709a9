"""The entry of a spawned renderer that is started ahead of need: it loads the engine at low priority.

This module imports nothing that takes time; ``multiprocessing`` imports it before it is called.
"""

import os
import pickle
import socket
import threading
from typing import Any, NoReturn

_NICER = 5
_LOWEST_PRIORITY = 19


def main(channel: socket.socket, packed: bytes) -> NoReturn:
    """Load what ``packed`` names, then do what it says: a pickle of ``worker.main``, its limits and its task.

    The loading is a thread's work, because on Linux a priority is each thread's own (setpriority(2)) and only
    root gets a higher one back: the job, in the main thread, has its server's. The thread has ended when the
    process shuts itself in.
    """
    loaded: list[Any] = []
    loader = threading.Thread(target=_load, args=(packed, loaded))
    loader.start()
    loader.join()
    if not loaded:
        os._exit(1)
    serve, limits, task = loaded
    serve(channel, limits, task)
    raise AssertionError("a renderer leaves by itself")


def _load(packed: bytes, loaded: list[Any]) -> None:
    thread = threading.get_native_id()
    niceness = min(_LOWEST_PRIORITY, os.getpriority(os.PRIO_PROCESS, thread) + _NICER)
    os.setpriority(os.PRIO_PROCESS, thread, niceness)
    loaded.extend(pickle.loads(packed))
