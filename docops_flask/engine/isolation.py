"""What a renderer process does to itself before it sees a job.

A forked renderer starts as a copy of its server: with the server's signal handlers, descriptors and
garbage. A spawned one inherits less, but the same calls are made under every start method, so that
one description fits all of them.
"""

# ``signal.signal`` is this one, and makes members of enumerations of all that passes: ten times the work.
import _signal  # type: ignore[import-not-found]
import fcntl
import gc
import os
import resource
import select
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from docops_flask.engine.files import read_file, write_file
from docops_flask.engine.sandbox.cell import Cell, SandboxMode, make_cell

# Python ignores these two so that a closed pipe or a file size limit is an exception, not a death.
_STAY_IGNORED = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
_CANNOT_BE_SET = frozenset({signal.SIGKILL, signal.SIGSTOP})
_RESET = tuple(map(int, signal.valid_signals() - _STAY_IGNORED - _CANNOT_BE_SET))


# A job reads its template and writes a handful of files, one after the other.
_MOST_DESCRIPTORS = 64


class ProcessLimits(NamedTuple):
    """What a renderer may use, and do.

    ``memory_bytes`` and ``cpu_seconds`` come on top of what the fresh process has taken; ``file_bytes`` is
    the most that a file it writes may hold; ``readable`` is what it may read beside its job's folder
    (``cell.readable_paths``).
    """

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    sandbox: SandboxMode = SandboxMode.AUTO
    readable: tuple[str, ...] = ()


def isolate(limits: ProcessLimits, *, parent_sentinel: int, keep: Iterable[int]) -> Cell:
    """Cut this process off from its server, except for ``parent_sentinel`` and the ``keep`` descriptors.

    ``parent_sentinel`` is the read end of a pipe whose write end lives in the server alone.
    Standard input, output and error lead nowhere afterwards: what a renderer prints may be text of a
    document, and a log that nobody reads would hold it up. Close the cell that is returned once the job's
    folder is known.
    """
    _reset_signals()
    # Garbage inherited by fork may own descriptor numbers that are closed below and then used anew:
    # collecting it later would close the renderer's own files.
    gc.freeze()
    os.setsid()
    _close_descriptors({0, 1, 2, parent_sentinel, *keep})
    die_with_server(parent_sentinel)
    be_first_to_go()
    cell = make_cell(limits.sandbox, limits.readable)
    limit_memory(limits.memory_bytes)
    _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_NOFILE, _MOST_DESCRIPTORS)
    _limit(resource.RLIMIT_CORE, 0)
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
        _signal.signal(number, _signal.SIG_DFL)
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
