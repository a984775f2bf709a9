"""What a renderer that was taken over would do to its server and its neighbours, from inside its cell.

A renderer imports this module by name, so it imports nothing but the standard library and the engine. Each
attack does its harm where it can; the tests look at what became of what it was aimed at.
"""

import ctypes
import errno
import fcntl
import os
import resource
import signal
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job

# What the server lays beside the job's folder to be attacked.
NEIGHBOUR = "neighbour"
_libc = ctypes.CDLL(None, use_errno=True)
_IPC_CREAT_PRIVATE = 0o1600


def attack_the_server(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Take limits, priority, processors and signals of the parent in hand."""
    parent = os.getppid()
    return _tried(
        {
            "file size": lambda: resource.prlimit(parent, resource.RLIMIT_FSIZE, (0, 0)),
            "descriptors": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE, (3, 3)),
            "cpu": lambda: resource.prlimit(parent, resource.RLIMIT_CPU, (10**6, 10**6)),
            "own limits": lambda: resource.prlimit(0, resource.RLIMIT_CORE, (0, 0)),
            "priority": lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
            "processors": lambda: os.sched_setaffinity(parent, {0}),
            "scheduler": lambda: os.sched_setscheduler(parent, os.SCHED_IDLE, os.sched_param(0)),
            "I/O priority": lambda: _call(_libc.syscall(251, 1, parent, 3 << 13)),
            "signal": lambda: os.kill(parent, signal.SIGURG),
            "signal to a thread": lambda: _call(_libc.syscall(234, parent, parent, signal.SIGURG)),
            "signal by a descriptor": lambda: _own_a_descriptor(folder, parent),
        }
    )


def attack_the_neighbours(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Find, block, empty and change what lies beside the job's folder."""
    neighbour = Path(folder).parent.parent / NEIGHBOUR
    return _tried(
        {
            "list": lambda: os.listdir(neighbour.parent),
            "list its own parent": lambda: os.listdir(Path(folder).parent),
            "watch": lambda: _call(_libc.inotify_add_watch(_libc.inotify_init1(0), b"/tmp", 0x100)),
            "block": lambda: neighbour.chmod(0),
            "open to all": lambda: (neighbour / "template.docx").chmod(0o666),
            "change a time": lambda: os.utime(neighbour, (0, 0)),
            "give away": lambda: os.chown(neighbour, 65534, 65534),
            "attribute": lambda: os.setxattr(neighbour, b"user.mark", b"1"),
            "empty": lambda: os.truncate(neighbour / "template.docx", 0),
            "empty by opening": lambda: os.open(neighbour / "template.docx", os.O_RDONLY | os.O_TRUNC),
            "remove": lambda: os.unlink(neighbour / "template.docx"),
            "replace": lambda: os.rename(Path(folder) / "template.docx", neighbour / "template.docx"),
        }
    )


def attack_the_machine(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Take threads, memory and names that outlive the job."""
    return _tried(
        {
            "threads": lambda: threading.Thread(target=int).start(),
            "processes": os.fork,
            "memory in files": lambda: os.memfd_create("hoard"),
            "shared memory": lambda: _call(_libc.shmget(0x646F, 4096, _IPC_CREAT_PRIVATE)),
            "messages": lambda: _call(_libc.msgget(0x646F, _IPC_CREAT_PRIVATE)),
            "semaphores": lambda: _call(_libc.semget(0x646F, 1, _IPC_CREAT_PRIVATE)),
            "queues": lambda: _call(_libc.mq_open(b"/docops-attack", os.O_CREAT | os.O_RDWR, 0o600, None)),
            "folders": lambda: os.mkdir(Path(folder) / "deep"),
            "folder without access": lambda: os.chmod(folder, 0),
            "files without a name": lambda: os.open(folder, os.O_TMPFILE | os.O_RDWR),
            "removed files that are open": lambda: os.unlink(template),
            "links": lambda: os.symlink("/etc/passwd", Path(folder) / "link"),
            "hard links": lambda: os.link(template, Path(folder) / "second-name"),
        }
    )


def empty_what_may_be_read(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Empty a file that the renderer may read: ``payload`` names it."""
    assert job.payload is not None
    path = str(job.payload["path"])
    return _tried(
        {
            "truncate": lambda: os.truncate(path, 0),
            "open": lambda: os.open(path, os.O_RDONLY | os.O_TRUNC),
            "write": lambda: os.open(path, os.O_WRONLY | os.O_TRUNC),
        }
    )


def write_into_shared_memory(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Write over each page that the process shares and may write."""
    written = 0
    for line in _maps_before_the_cell:
        addresses, rights, *_ = line.split(maxsplit=2)
        if rights.startswith("rw") and rights.endswith("s"):
            start, end = (int(each, 16) for each in addresses.split("-"))
            ctypes.memset(start, 0xFF, end - start)
            written += 1
    return {"written": written}


# Read when this module is loaded, in the server itself under ``fork``: a cell does not let it be read.
_maps_before_the_cell: list[str] = []


def remember_maps() -> None:
    """Note this process's memory for ``write_into_shared_memory``."""
    _maps_before_the_cell[:] = Path("/proc/self/maps").read_text().splitlines()


# Of <linux/fcntl.h>; typeshed does not know it.
_F_SETOWN_EX = 15


def _own_a_descriptor(folder: str, parent: int) -> None:
    """Have the kernel signal ``parent`` when something happens in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, parent)
    fcntl.fcntl(descriptor, _F_SETOWN_EX, struct.pack("=ii", 1, parent))


def _call(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def _tried(attacks: dict[str, Callable[[], object]]) -> dict[str, Any]:
    """Return {name of the attack: what came of it, ``done`` or the name of an error}."""
    return {name: _attempt(attack) for name, attack in attacks.items()}


def _attempt(attack: Callable[[], object]) -> str:
    try:
        attack()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except RuntimeError:
        return "no thread"
    return "done"
