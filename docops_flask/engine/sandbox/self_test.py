"""The self-test of the sandbox: a renderer's job that tries forbidden acts.

No act does harm where it is possible: it changes something to its present value, names something that does
not exist, or passes arguments that the kernel refuses with another error (EINVAL) than the sandbox (EPERM,
EACCES).
"""

import _thread
import errno
import fcntl
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job
from docops_flask.engine.sandbox.system_calls import call

Acts = dict[str, Callable[[], object]]

# An act that only Landlock refuses, and one that only seccomp refuses: they show whether each is in force.
FILES_ACT = "read files outside"
CALLS_ACT = "start a process"

# On a process that is not traced this fails with another error than a refused call.
_PTRACE_PEEK = 2
# Invalid as flags and as a selector in every call.
_BAD = -1
_NAME = b"docops-self-test"
_FIOSETOWN = 0x8901
# A call that the filter or the kernel does not know fails with ENOSYS.
_REFUSALS = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})


def try_forbidden_acts(_job: Job, template: str, path: str) -> dict[str, Any]:
    """Return {"possible": names of the acts that were not refused, "refused": the others}.

    ``path`` is the job's folder. What a job needs is tried too: ``{"broken": …}`` names what failed of it.
    """
    folder = Path(path)
    broken = [] if _can_work(folder) else ["write into the job's folder"]
    with _file_in(folder) as (name, descriptor):
        acts = {
            **_on_files_outside(folder),
            **_on_processes(),
            **_on_attributes(name, descriptor),
            **_on_names(folder, name),
            **_on_the_machine(),
        }
        refused = [act for act, attempt in acts.items() if _is_refused(attempt)]
    return {
        "refused": refused,
        "possible": [name for name in acts if name not in refused],
        "broken": broken,
    }


def _on_files_outside(folder: Path) -> Acts:
    # The file of a loaded module may be read.
    readable = os.__file__ or sys.executable
    return {
        FILES_ACT: lambda: os.listdir("/"),
        # Each job's folder has a parent of its own, which lies beside those of other jobs.
        "find another job's folder": lambda: os.listdir(folder.parent.parent),
        "write outside": lambda: _write(folder.parent.parent / f"{folder.name}.escape"),
        "truncate a file outside": lambda: os.truncate(readable, os.stat(readable).st_size),
        "truncate by opening": lambda: os.open(folder / "no-such-file", os.O_RDONLY | os.O_TRUNC),
        "see another process": lambda: os.listdir("/proc"),
    }


def _on_processes() -> Acts:
    parent = os.getppid()
    return {
        CALLS_ACT: _fork,
        "execute a program": lambda: os.execv("/nowhere", ["nowhere"]),
        "start a thread": lambda: _thread.start_new_thread(int, ()),
        "signal another process": lambda: os.kill(parent, 0),
        "signal another thread": partial(call, "tgkill", parent, parent, 0),
        "signal any thread": partial(call, "tkill", parent, 0),
        "queue a signal": partial(call, "rt_sigqueueinfo", parent, 0, None),
        "signal by descriptor": partial(call, "pidfd_send_signal", _BAD, 0, None, 0),
        "open another process": partial(call, "pidfd_open", parent, 0),
        "trace another process": partial(call, "ptrace", _PTRACE_PEEK, parent, 0, 0),
        "read another process's memory": partial(call, "process_vm_readv", parent, None, 0, None, 0, 0),
        "compare processes": partial(call, "kcmp", parent, parent, _BAD, 0, 0),
        "read another process's limits": partial(call, "prlimit64", parent, _BAD, None, None),
        "change another process's limits": partial(call, "prlimit64", parent, _BAD, b"\0" * 16, None),
        "change its own limits": partial(call, "prlimit64", 0, _BAD, b"\0" * 16, None),
        "change a priority": partial(call, "setpriority", _BAD, parent, 0),
        "change processors": partial(call, "sched_setaffinity", parent, 0, None),
        "change a scheduler": partial(call, "sched_setscheduler", parent, _BAD, None),
        "change scheduling attributes": partial(call, "sched_setattr", parent, None, _BAD),
        "change an I/O priority": partial(call, "ioprio_set", _BAD, parent, 0),
        "lead a session": partial(call, "setpgid", parent, _BAD),
        "become another user": partial(call, "setuid", os.geteuid()),
    }


def _on_attributes(name: str, descriptor: int) -> Acts:
    path = os.fsencode(name)
    return {
        "change a mode": lambda: os.chmod(name, 0o600),
        "change a mode by descriptor": lambda: os.fchmod(descriptor, 0o600),
        "change an owner": lambda: os.chown(name, -1, -1),
        "change a time": lambda: os.utime(name),
        "change an extended attribute": partial(call, "setxattr", path, b"user.x", b"", 0, _BAD),
        "be told by a signal": lambda: fcntl.fcntl(descriptor, fcntl.F_SETOWN, 0),
        "be told by a signal of a device": lambda: fcntl.ioctl(descriptor, _FIOSETOWN, b"\0" * 4),
        "watch a folder by signals": lambda: fcntl.fcntl(descriptor, fcntl.F_NOTIFY, 0),
        "lease a file": lambda: fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK),
        "lock a file": lambda: fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB),
        "watch files": partial(call, "inotify_init1", _BAD),
        "watch file systems": partial(call, "fanotify_init", _BAD, 0),
    }


def _on_names(folder: Path, name: str) -> Acts:
    other = f"{name}.other"
    return {
        "make a folder": lambda: os.mkdir(folder),
        "rename a file": lambda: os.rename(name, name),
        "remove a file": lambda: os.unlink(other),
        "remove a folder": lambda: os.rmdir(other),
        "make a link": lambda: os.link(other, name),
        "make a symbolic link": lambda: os.symlink(name, name),
        "make a device": lambda: os.mknod(name),
        "make a file without a name": lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY)),
        "open a file by its handle": partial(call, "open_by_handle_at", _BAD, None, 0),
    }


def _on_the_machine() -> Acts:
    return {
        "open a socket": lambda: socket.socket().close(),
        "open a pair of sockets": socket.socketpair,
        "reach an abstract socket": lambda: socket.socket(socket.AF_UNIX).connect(b"\0" + _NAME),
        "keep a file in memory": partial(call, "memfd_create", _NAME, _BAD),
        "share memory": partial(call, "shmget", _BAD, 1, 0),
        "share a message queue": partial(call, "msgget", 0x646F6373, 0),
        "share semaphores": partial(call, "semget", 0x646F6373, 0, 0),
        "open a POSIX queue": partial(call, "mq_open", _NAME, 0, 0, None),
        "mount": partial(call, "mount", None, None, None, 0, None),
        "copy a mount": partial(call, "open_tree", _BAD, _NAME, _BAD),
        "copy a mount with attributes": partial(call, "open_tree_attr", _BAD, _NAME, _BAD, None, 0),
        "leave its namespaces": partial(call, "unshare", 0),
        "enter a namespace": partial(call, "setns", _BAD, 0),
        "load a program into the kernel": partial(call, "bpf", _BAD, None, 0),
        "measure the machine": partial(call, "perf_event_open", None, 0, _BAD, _BAD, 0),
        "handle page faults": partial(call, "userfaultfd", _BAD),
        "queue calls to the kernel": partial(call, "io_uring_setup", 0, None),
        "use keys of the kernel": partial(call, "keyctl", 0, -3, 0),
        "change how programs run": partial(call, "personality", 0xFFFFFFFF),
    }


def _is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError as error:
        return error.errno in _REFUSALS
    except RuntimeError:
        # Python raises it when the system gives no thread.
        return True
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


@contextmanager
def _file_in(folder: Path) -> Iterator[tuple[str, int]]:
    """Give the path and an open descriptor of a file in ``folder``."""
    path = folder / "self-test.file"
    path.write_bytes(b"")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield str(path), descriptor
    finally:
        os.close(descriptor)


def _can_work(folder: Path) -> bool:
    path = folder / "self-test"
    try:
        path.write_bytes(b"written")
        return path.read_bytes() == b"written"
    except OSError:
        return False
