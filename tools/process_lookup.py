"""Looks up processes by pid: with psutil, else in /proc, else by a signal that does nothing."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROC = Path("/proc")
# Fields of /proc/PID/stat after the parenthesised command name, see proc_pid_stat(5): state is the third
# of all, starttime the twenty-second.
_STATE, _START_TICKS = 0, 19


@dataclass(frozen=True, slots=True)
class Found:
    """A process that exists: when it was created (epoch seconds, ``None``: unknown) and its state.

    ``state`` is ``running`` or ``zombie`` (ended, but not reaped by its parent).
    """

    create_time: float | None
    state: str = "running"


Lookup = Callable[[int], Found | None]


def best_lookup() -> tuple[str, Lookup]:
    """Return the best way there is here to look up a pid, and its name: psutil, proc or signal.

    With ``signal`` nothing is known but that a process of that pid exists.
    """
    try:
        psutil = importlib.import_module("psutil")
    except ImportError:
        return ("proc", by_proc) if (_PROC / "self" / "stat").exists() else ("signal", by_signal)
    return "psutil", lambda pid: _by_psutil(psutil, pid)


def _by_psutil(psutil: Any, pid: int) -> Found | None:
    try:
        process = psutil.Process(pid)
        state = "zombie" if process.status() == psutil.STATUS_ZOMBIE else "running"
        return Found(process.create_time(), state)
    except psutil.NoSuchProcess:
        # A /proc mounted with hidepid shows other users' processes to nobody but root.
        return by_signal(pid)
    except psutil.AccessDenied:
        return Found(None)


def by_proc(pid: int) -> Found | None:
    """Look ``pid`` up in Linux's /proc."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return by_signal(pid)
    except PermissionError:
        return Found(None)
    # The command's name may hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    started = int(fields[_START_TICKS]) / os.sysconf("SC_CLK_TCK")
    return Found(_boot_time() + started, "zombie" if fields[_STATE] == "Z" else "running")


def by_signal(pid: int) -> Found | None:
    """Ask whether ``pid`` exists with signal 0, see kill(2)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return Found(None)


def _boot_time() -> int:
    for line in (_PROC / "stat").read_text("ascii").splitlines():
        name, _, value = line.partition(" ")
        if name == "btime":
            return int(value)
    raise OSError("/proc/stat has no btime")
