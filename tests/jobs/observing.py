"""What the tests of processes look at from outside: time, descriptors, children."""

import gc
import os
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from typing import Any

import psutil

METHODS = ("spawn", "forkserver", "fork")


def eventually(condition: Callable[[], object], seconds: float = 5.0) -> bool:
    """Return whether ``condition`` becomes true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_gone(pid: int) -> bool:
    """Return whether ``pid`` runs no more; a zombie nobody reaps counts as gone."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def descriptors() -> int:
    """Count this process's open descriptors, without those that garbage in reference cycles still holds."""
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def renderers() -> dict[int, int]:
    """Return pid to parent pid of the processes below this one but multiprocessing's own two servers."""
    fork_server: Any = forkserver._forkserver
    tracker: Any = resource_tracker._resource_tracker
    servers = {fork_server._forkserver_pid, tracker._pid}
    below: dict[int, int] = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            below[process.pid] = process.ppid()
    return {pid: parent for pid, parent in below.items() if pid not in servers}


def read_pid(path: Path) -> int:
    assert eventually(lambda: path.exists() and path.read_text()), f"{path.name} was never written"
    return int(path.read_text())
