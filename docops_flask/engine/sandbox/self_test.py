"""Tries what a renderer must not be able to do, as the job of a renderer."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job
from docops_flask.engine.sandbox.system_calls import call

# Of a process that is not traced this reads nothing, and fails otherwise than a refused call.
_PTRACE_PEEK = 2


def try_forbidden_acts(_job: Job, template: str, path: str) -> dict[str, Any]:
    """Return {"possible": names of the acts that were not refused, "refused": the others}.

    ``path`` is that of the job's folder. What a job does need is tried too: ``{"broken": …}`` names what of
    it failed.
    """
    folder = Path(path)
    acts: dict[str, Callable[[], object]] = {
        "read files outside": lambda: os.listdir("/"),
        "read another job's folder": lambda: os.listdir(folder.parent),
        "write outside": lambda: _write(folder.parent / f"{folder.name}.escape"),
        "open a socket": lambda: socket.socket().close(),
        "start a process": _fork,
        "execute a program": lambda: os.execv("/nowhere", ["nowhere"]),
        "signal another process": lambda: os.kill(os.getppid(), 0),
        "trace another process": lambda: call("ptrace", _PTRACE_PEEK, os.getppid(), 0, 0),
        "see another process": lambda: os.listdir("/proc"),
        "mount": lambda: call("mount", None, None, None, 0, None),
        "load a program into the kernel": lambda: call("bpf", 0, None, 0),
        "use keys of the kernel": lambda: call("keyctl", 0, -3, 0),
    }
    refused = [name for name, act in acts.items() if _is_refused(act)]
    return {
        "refused": refused,
        "possible": [name for name in acts if name not in refused],
        "broken": [] if _can_work(folder) else ["write into the job's folder"],
    }


def _is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _write(path: Path) -> None:
    path.write_bytes(b"")
    with suppress(OSError):
        path.unlink()


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _can_work(folder: Path) -> bool:
    path = folder / "self-test"
    try:
        path.write_bytes(b"written")
        path.rename(folder / "self-test.renamed")
        (folder / "self-test.renamed").unlink()
    except OSError:
        return False
    return True
