"""What a renderer process does to itself before it sees a job.

A forked renderer starts as a copy of its server: with the server's signal handlers, descriptors and
garbage. A spawned one inherits less, but the same calls are made under every start method, so that
one description fits all of them.
"""

import fcntl
import gc
import os
import resource
import select
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# Python ignores these two so that a closed pipe or a file size limit is an exception, not a death.
_STAY_IGNORED = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
_CANNOT_BE_SET = frozenset({signal.SIGKILL, signal.SIGSTOP})


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What a renderer may use; ``memory_bytes`` come on top of what the fresh process maps."""

    memory_bytes: int


def isolate(limits: ProcessLimits, *, parent_sentinel: int, keep: Iterable[int]) -> None:
    """Cut this process off from its server, except for ``parent_sentinel`` and the ``keep`` descriptors.

    ``parent_sentinel`` is the read end of a pipe whose write end lives in the server alone.
    Standard input, output and error stay.
    """
    _reset_signals()
    # Garbage inherited by fork may own descriptor numbers that are closed below and then used anew:
    # collecting it later would close the renderer's own files.
    gc.freeze()
    os.setsid()
    _close_descriptors({0, 1, 2, parent_sentinel, *keep})
    die_with_server(parent_sentinel)
    limit_memory(limits.memory_bytes)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


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
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    wanted = pages * resource.getpagesize() + memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - _STAY_IGNORED - _CANNOT_BE_SET:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _close_descriptors(keep: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) in keep:
            continue
        try:
            os.close(int(name))
        except OSError:  # the descriptor that listed the folder
            continue
