"""System calls by name: the few that no module of the standard library makes."""

import ctypes
import os
from typing import NamedTuple

from docops_flask.engine.sandbox.system_call_numbers import NUMBERS

PR_SET_NO_NEW_PRIVS = 38
# EM_X86_64 and EM_AARCH64 (elf(5)) with the bits for 64-bit little-endian: seccomp_data.arch.
_AUDIT_NUMBERS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMNS = {"x86_64": 0, "aarch64": 1}

_libc = ctypes.CDLL(None, use_errno=True)


class UnknownArchitecture(OSError):
    """A machine whose system call numbers are not known here."""


class Architecture(NamedTuple):
    """What seccomp calls an architecture, and its system call numbers by name."""

    audit_number: int
    numbers: dict[str, int]


def architecture(machine: str = "") -> Architecture:
    """Return the architecture of ``machine`` (as uname(2) names it; this machine's by default).

    Raises ``UnknownArchitecture``.
    """
    machine = machine or os.uname().machine
    if machine not in _COLUMNS:
        raise UnknownArchitecture(f"no system call numbers for {machine}")
    column = _COLUMNS[machine]
    numbers = {name: both[column] for name, both in NUMBERS.items()}
    return Architecture(
        _AUDIT_NUMBERS[machine], {name: number for name, number in numbers.items() if number is not None}
    )


def call(name: str, *arguments: object) -> int:
    """Make the system call ``name``; raises ``OSError`` when it fails, with ENOSYS where it has no number.

    Arguments are ints (passed as C longs), bytes, ctypes pointers, or ``None`` for a null pointer.
    """
    machine = os.uname().machine
    if machine not in _COLUMNS:
        raise UnknownArchitecture(f"no system call numbers for {machine}")
    number = NUMBERS[name][_COLUMNS[machine]]
    # No call has the number -1: the kernel answers ENOSYS.
    number = -1 if number is None else number
    converted = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result: int = _libc.syscall(ctypes.c_long(number), *converted)
    return _checked(result)


def set_no_new_privileges() -> None:
    """Give up every way to gain rights by executing a program (prctl(2)); there is no way back."""
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
