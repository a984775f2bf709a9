"""Isolates a renderer process from its server and limits it, before it receives a job.

A forked renderer starts as a copy of its server, with the server's signal handlers, descriptors and garbage.
A spawned one inherits less, but the same calls are made for every start method.
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
from docops_flask.engine.sandbox.sandbox import NO_PARTS, Sandbox, SandboxMode, SandboxParts, make_sandbox

# Python ignores these two, so that a closed pipe or a file size limit is an exception and does not end it.
_STAY_IGNORED = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
_CANNOT_BE_SET = frozenset({signal.SIGKILL, signal.SIGSTOP})
_RESET = tuple(map(int, signal.valid_signals() - _STAY_IGNORED - _CANNOT_BE_SET))

_MAP_FIXED = 0x10
# A job reads its template and writes a handful of files, one after the other.
_MOST_DESCRIPTORS = 64


class ProcessLimits(NamedTuple):
    """The limits of a renderer.

    ``memory_bytes`` and ``cpu_seconds`` are added to what the new process has used; ``file_bytes`` is the
    most that a file it writes may hold; ``readable`` are the paths that it may read besides its job's folder
    (``sandbox.readable_paths``). It does no job without the ``demanded`` parts of the sandbox. With
    ``threads`` it may start threads, as LibreOffice does.
    """

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    sandbox: SandboxMode = SandboxMode.AUTO
    readable: tuple[str, ...] = ()
    demanded: SandboxParts = NO_PARTS
    threads: bool = False


def isolate(limits: ProcessLimits, *, parent_sentinel: int, keep: Iterable[int]) -> Sandbox:
    """Isolate this process from its server, except for ``parent_sentinel`` and the ``keep`` descriptors.

    ``parent_sentinel`` is the read end of a pipe whose write end only the server has. Standard input, output
    and error become /dev/null: what a renderer prints may be text of a document, and a log that nobody reads
    would block it. Close the sandbox that is returned once the job's folder is known. Raises
    ``SandboxUnavailable`` when the system lacks a demanded part of it.
    """
    _reset_signals()
    # Garbage inherited by fork may own descriptor numbers that are closed below and then reused: collecting
    # it later would close the renderer's own files.
    gc.freeze()
    os.setsid()
    _close_descriptors({0, 1, 2, parent_sentinel, *keep})
    die_with_server(parent_sentinel)
    prefer_for_oom_kill()
    sandbox = make_sandbox(limits.sandbox, limits.demanded, limits.readable, threads=limits.threads)
    limit_memory(limits.memory_bytes)
    _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_NOFILE, _MOST_DESCRIPTORS)
    _limit(resource.RLIMIT_CORE, 0)
    if limits.sandbox != SandboxMode.OFF and not limits.threads:
        # No threads and no processes, also without seccomp filters; this limit does not hold for root.
        _limit(resource.RLIMIT_NPROC, 0)
    _close_standard_streams()
    return sandbox


def die_with_server(parent_sentinel: int) -> None:
    """Have the kernel kill this process group when the last write end of ``parent_sentinel`` closes.

    ``F_SETSIG`` (fcntl(2)) makes SIGKILL the signal of an asynchronous descriptor. Unlike a thread that
    watches the pipe, this also works while C code holds the interpreter lock or the process is stopped
    (SIGSTOP); unlike PR_SET_PDEATHSIG, it is not sent when only the thread that started the process ends.
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


def replace_shared_memory() -> None:
    """Replace all writable memory that this process shares with its parent by private memory.

    A forked child shares the server's counters of reloads and stops and the figures of its metrics (proc(5),
    mmap(2)).
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
                raise OSError(ctypes.get_errno(), "memory shared with the server cannot be replaced")


def limit_memory(memory_bytes: int) -> None:
    """Allow this process ``memory_bytes`` more of address space than it has; a lower limit stays."""
    pages = int(read_file("/proc/self/statm").split()[0])
    _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes)


def prefer_for_oom_kill() -> None:
    """Have the kernel kill this process before its server when the machine runs out of memory (proc(5))."""
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


def _close_standard_streams() -> None:
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
