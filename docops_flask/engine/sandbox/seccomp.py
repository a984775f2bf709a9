"""seccomp: a filter allows a renderer only the system calls that a job needs (seccomp(2)).

The filter is a classic BPF program over ``struct seccomp_data`` {int nr; u32 arch; u64
instruction_pointer; u64 args[6]}. A refused call fails with EPERM, so that it raises an exception with
a place instead of ending the process. docs/analysis/system-calls.md gives the reason for each call that is
allowed; a test compares that page with the filter.
"""

import ctypes
import errno
import fcntl
import os
import struct

from docops_flask.engine.sandbox.system_calls import Architecture, architecture, call, set_no_new_privileges

_SET_MODE_FILTER = 1
_KILL_PROCESS, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD_WORD, _JUMP_EQUAL, _JUMP_GREATER_OR_EQUAL, _JUMP_ANY_BIT, _RETURN = (
    0x20, 0x15, 0x35, 0x45, 0x06,
)  # fmt: skip
_OFFSET_NUMBER, _OFFSET_ARCHITECTURE, _OFFSET_ARGUMENTS = 0, 4, 16
_ARGUMENT_BYTES, _WORD_BYTES = 8, 4

# In order of frequency: an older kernel goes through the list at each call.
ALLOWED = (
    *("read", "write", "fstat", "lseek", "newfstatat", "close", "mmap", "munmap", "brk", "mremap", "madvise"),
    *("pread64", "readv", "writev", "pwrite64", "getdents64", "mprotect"),
    *("stat", "lstat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrusage"),
    *("nanosleep", "clock_nanosleep", "poll", "ppoll", "select", "pselect6", "futex", "sched_yield"),
    *("getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid"),
    *("uname", "sysinfo", "getrandom", "getrlimit", "exit", "exit_group"),
)
# Allowed with certain arguments (``_conditions``).
CONDITIONAL = ("openat", "open", "fcntl", "ioctl", "prlimit64", "tgkill")
# What a PDF job needs besides: LibreOffice starts threads.
ALLOWED_WITH_THREADS = ("rseq", "ftruncate")
CONDITIONAL_WITH_THREADS = ("clone", "pipe2")
# The C library makes another call where these are missing. A filter cannot see their arguments, which lie
# behind a pointer.
ABSENT = ("clone3", "openat2")

# Duplicating and reading flags; not F_SETOWN, F_SETSIG, F_SETLEASE, F_NOTIFY, F_SETFL with O_ASYNC, locks.
_FCNTL_COMMANDS = (fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC)
# TCGETS (Python's ``open`` asks whether a file is a terminal), FIOCLEX, FIONCLEX; not FIOASYNC, FIOSETOWN.
_IOCTL_REQUESTS = (0x5401, 0x5451, 0x5450)
# The flags by which the C library starts a thread (clone(2)): CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND,
# CLONE_THREAD, CLONE_SYSVSEM, CLONE_SETTLS, CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID. A process lacks some.
_THREAD_FLAGS = 0x003D0F00
# O_TMPFILE without O_DIRECTORY: an unlinked file would escape the quota of the job's folder.
_UNNAMED = os.O_TMPFILE & ~os.O_DIRECTORY


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


class CallFilter:
    """The prepared filter for this process; ``install`` puts it in force.

    With ``threads`` the process may start threads. Raises ``UnknownArchitecture`` (an ``OSError``) where the
    numbers of system calls are not known.
    """

    def __init__(self, *, threads: bool = False) -> None:
        self._code = program(architecture(), os.getpid(), threads=threads)

    def install(self) -> None:
        """Refuse all other calls from now on, for good.

        Raises ``OSError`` where the kernel has no seccomp filters.
        """
        filter_program = _Program(len(self._code) // 8, self._code)
        set_no_new_privileges()
        call("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(filter_program))


def program(target: Architecture, pid: int, *, threads: bool = False) -> bytes:
    """Return the filter for the process ``pid``, with ``threads`` or without, as code of classic BPF."""
    numbers = target.numbers
    code = [
        _instruction(_LOAD_WORD, _OFFSET_ARCHITECTURE),
        _instruction(_JUMP_EQUAL, target.audit_number, skip_if=1),
        _return(_KILL_PROCESS),
        _instruction(_LOAD_WORD, _OFFSET_NUMBER),
    ]
    # An architecture may lack a call because another does the same (open, for instance).
    for name in (*ALLOWED, *ALLOWED_WITH_THREADS) if threads else ALLOWED:
        if name in numbers:
            code += _for_call(numbers[name], [_return(_ALLOW)])
    conditions = _conditions(pid)
    for name in (*CONDITIONAL, *CONDITIONAL_WITH_THREADS) if threads else CONDITIONAL:
        if name in numbers:
            code += _for_call(numbers[name], [*conditions[name], _return(_ALLOW)])
    for name in ABSENT:
        code += _for_call(numbers[name], [_return(_ERRNO | errno.ENOSYS)])
    # Calls that are newer than the table, and those of x86-64's 32-bit-pointer variant (bit 30): ENOSYS is
    # the only error at which the C library tries another call.
    code += [
        _instruction(_JUMP_GREATER_OR_EQUAL, max(numbers.values()) + 1, skip_unless=1),
        _return(_ERRNO | errno.ENOSYS),
        _return(_ERRNO | errno.EPERM),
    ]
    return b"".join(code)


def _conditions(pid: int) -> dict[str, list[bytes]]:
    """Return {call: instructions that go on to the next one only for allowed arguments}."""
    return {
        "openat": _safe_open(2),
        "open": _safe_open(1),
        "fcntl": _one_of(1, _FCNTL_COMMANDS),
        "ioctl": _one_of(1, _IOCTL_REQUESTS),
        # Only reading its own limits: process 0, no new limit (a pointer, so both of its words are 0).
        "prlimit64": [*_one_of(0, (0,)), *_one_of(2, (0,)), *_one_of(2, (0,), word=1)],
        # Only signals to itself: abort(3) sends one.
        "tgkill": _one_of(0, (pid,)),
        "pipe2": _one_of(1, (0, os.O_CLOEXEC)),
        "clone": [*_one_of(0, (_THREAD_FLAGS,)), *_one_of(0, (0,), word=1)],
    }


def _safe_open(argument: int) -> list[bytes]:
    """Refuse O_TMPFILE, and O_TRUNC without O_WRONLY or O_RDWR.

    Landlock before version 3 lets a file that may be read be emptied that way.
    """
    return [
        _load_argument(argument),
        _instruction(_JUMP_ANY_BIT, _UNNAMED, skip_unless=1),
        _return(_ERRNO | errno.EPERM),
        _instruction(_JUMP_ANY_BIT, os.O_TRUNC, skip_unless=2),
        _instruction(_JUMP_ANY_BIT, os.O_WRONLY | os.O_RDWR, skip_if=1),
        _return(_ERRNO | errno.EPERM),
    ]


def _one_of(argument: int, values: tuple[int, ...], *, word: int = 0) -> list[bytes]:
    """Refuse the call unless the word of ``argument`` (0: lower 32 bits, 1: upper) is one of ``values``."""
    code = [_load_argument(argument, word)]
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        code.append(_instruction(_JUMP_EQUAL, value & 0xFFFFFFFF, skip_if=left))
    return [*code, _return(_ERRNO | errno.EPERM)]


def _for_call(number: int, then: list[bytes]) -> list[bytes]:
    """Return ``then``, which ends in a return, so that only the call ``number`` runs it."""
    return [_instruction(_JUMP_EQUAL, number, skip_unless=len(then)), *then]


def _load_argument(argument: int, word: int = 0) -> bytes:
    # Both architectures are little-endian.
    return _instruction(_LOAD_WORD, _OFFSET_ARGUMENTS + argument * _ARGUMENT_BYTES + word * _WORD_BYTES)


def _return(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _instruction(code: int, value: int, *, skip_if: int = 0, skip_unless: int = 0) -> bytes:
    """Return one ``struct sock_filter``: code, instructions to skip if true and if false, operand."""
    return struct.pack("=HBBI", code, skip_if, skip_unless, value)
