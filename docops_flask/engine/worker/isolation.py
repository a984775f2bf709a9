"""What a renderer process does to itself before it sees a job.

A forked renderer starts as a copy of its server: with the server's signal handlers, descriptors and
garbage. A spawned one inherits less, but the same calls are made under every start method, so that
one description fits all of them.
"""

import ctypes
import fcntl
import gc
import mmap
import os
import resource
import select
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from docops_flask.engine.files import read_file, write_file
from docops_flask.engine.sandbox.cell import NO_PARTS, Cell, CellParts, SandboxMode, make_cell

# Python ignores these two so that a closed pipe or a file size limit is an exception, not a death.
_STAY_IGNORED = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
_CANNOT_BE_SET = frozenset({signal.SIGKILL, signal.SIGSTOP})
_RESET = tuple(map(int, signal.valid_signals() - _STAY_IGNORED - _CANNOT_BE_SET))

_MAP_FIXED = 0x10
# A job reads its template and writes a handful of files, one after the other.
_MOST_DESCRIPTORS = 64


class ProcessLimits(NamedTuple):
    """What a renderer may use, and do.

    ``memory_bytes`` and ``cpu_seconds`` come on top of what the fresh process has taken; ``file_bytes`` is
    the most that a file it writes may hold; ``readable`` is what it may read beside its job's folder
    (``cell.readable_paths``). ``demanded`` are the parts of its cell without which it does no job.
    """

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    sandbox: SandboxMode = SandboxMode.AUTO
    readable: tuple[str, ...] = ()
    demanded: CellParts = NO_PARTS


def isolate(limits: ProcessLimits, *, parent_sentinel: int, keep: Iterable[int]) -> Cell:
    """Cut this process off from its server, except for ``parent_sentinel`` and the ``keep`` descriptors.

    ``parent_sentinel`` is the read end of a pipe whose write end lives in the server alone.
    Standard input, output and error lead nowhere afterwards: what a renderer prints may be text of a
    document, and a log that nobody reads would hold it up. Close the cell that is returned once the job's
    folder is known. Raises ``SandboxUnavailable`` when a part of the cell that is demanded cannot be had.
    """
    _reset_signals()
    # Garbage inherited by fork may own descriptor numbers that are closed below and then used anew:
    # collecting it later would close the renderer's own files.
    gc.freeze()
    os.setsid()
    _close_descriptors({0, 1, 2, parent_sentinel, *keep})
    die_with_server(parent_sentinel)
    be_first_to_go()
    cell = make_cell(limits.sandbox, limits.demanded, limits.readable)
    limit_memory(limits.memory_bytes)
    _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_NOFILE, _MOST_DESCRIPTORS)
    _limit(resource.RLIMIT_CORE, 0)
    if limits.sandbox != SandboxMode.OFF:
        # Neither threads nor processes, also where there are no seccomp filters; it does not hold for root.
        _limit(resource.RLIMIT_NPROC, 0)
    _silence()
    return cell


def die_with_server(parent_sentinel: int) -> None:
    """Have the kernel kill this process group when the last write end of ``parent_sentinel`` closes.

    ``F_SETSIG`` (fcntl(2)) makes the signal of an asynchronous descriptor SIGKILL. Unlike a watching
    thread this needs neither the interpreter lock nor a process that runs at all (SIGSTOP), and unlike
    PR_SET_PDEATHSIG it does not fire when merely the thread that started the process ends.
    """
    fcntl.fcntl(parent_sentinel, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(parent_sentinel, fcntl.F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(parent_sentinel, fcntl.F_GETFL)
    fcntl.fcntl(parent_sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    # The server may have ended before the signal was set.
    watch = select.poll()
    watch.register(parent_sentinel, select.POLLIN)
    if watch.poll(0):
        os._exit(1)


def leave_shared_memory() -> None:
    """Put private memory in the place of all memory that this process shares with its parent and may write.

    A forked child has the server's own: notes of reloads and stops, figures of metrics (proc(5), mmap(2)).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_FIXED
    for line in read_file("/proc/self/maps").splitlines():
        addresses, rights, *_ = line.split(maxsplit=2)
        if rights[1:2] == b"w" and rights[3:4] == b"s":
            start, end = (int(address, 16) for address in addresses.split(b"-"))
            at = libc.mmap(start, end - start, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
            if at != start:
                raise OSError(ctypes.get_errno(), "memory shared with the server cannot be left")


def limit_memory(memory_bytes: int) -> None:
    """Allow this process ``memory_bytes`` of address space beyond what it has; a lower limit stays."""
    pages = int(read_file("/proc/self/statm").split()[0])
    _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes)


def be_first_to_go() -> None:
    """Have the kernel take this process before its server when the machine runs out of memory (proc(5))."""
    with suppress(OSError):
        write_file("/proc/self/oom_score_adj", b"1000")


def _limit(what: int, wanted: int) -> None:
    """Set a soft and hard resource limit; a lower hard one stays."""
    _, hard = resource.getrlimit(what)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(what, (limit, limit))


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in _RESET:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    if nowhere > 2:
        os.close(nowhere)


def _close_descriptors(keep: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) in keep:
            continue
        try:
            os.close(int(name))
        except OSError:  # the descriptor that listed the folder
            continue
