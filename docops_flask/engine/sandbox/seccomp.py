"""seccomp: system calls that a renderer never needs are refused (seccomp(2)).

The filter is a classic BPF program over ``struct seccomp_data`` {int nr; u32 arch; u64
instruction_pointer; u64 args[6]}. A refused call fails with EPERM, so that what was tried is an
exception with a place, not a death.
"""

import ctypes
import errno
import struct
from collections.abc import Mapping

from docops_flask.engine.sandbox.system_calls import architecture, call, set_no_new_privileges

_SET_MODE_FILTER = 1
_KILL_PROCESS, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD_WORD, _JUMP_EQUAL, _JUMP_GREATER_OR_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_OFFSET_NUMBER, _OFFSET_ARCHITECTURE, _OFFSET_FIRST_ARGUMENT = 0, 4, 16
# Calls of x86-64's 32-bit-pointer variant have this bit, and another numbering.
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000

REFUSED = (
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
    *("fork", "vfork", "execve", "execveat"),
    *("kill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"),
    *("kcmp", "pidfd_getfd", "perf_event_open", "userfaultfd", "personality"),
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "mount_setattr"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "open_by_handle_at", "mknod", "mknodat"),
    *("unshare", "setns", "bpf", "keyctl", "add_key", "request_key"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"),
    *("reboot", "swapon", "swapoff", "acct", "iopl", "ioperm"),
    *("settimeofday", "clock_settime", "sethostname", "setdomainname"),
)


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def refuse_calls() -> None:
    """Refuse the calls of ``REFUSED``, new processes included, from now on; there is no way back.

    Raises ``OSError`` where the kernel has no seccomp filters, or the architecture is unknown.
    """
    code = _program(*architecture())
    program = _Program(len(code) // 8, code)
    set_no_new_privileges()
    call("seccomp", _SET_MODE_FILTER, 0, ctypes.byref(program))


def _program(audit_number: int, numbers: Mapping[str, int]) -> bytes:
    """Return the filter as machine code of classic BPF."""
    refuse = _return(_ERRNO | errno.EPERM)
    code = [
        _instruction(_LOAD_WORD, _OFFSET_ARCHITECTURE),
        _instruction(_JUMP_EQUAL, audit_number, skip_if=1),
        _return(_KILL_PROCESS),
        _instruction(_LOAD_WORD, _OFFSET_NUMBER),
        _instruction(_JUMP_GREATER_OR_EQUAL, _X32_BIT, skip_unless=1),
        refuse,
        # Its flags lie behind a pointer, where a filter cannot look; the C library then takes clone.
        _instruction(_JUMP_EQUAL, numbers["clone3"], skip_unless=1),
        _return(_ERRNO | errno.ENOSYS),
    ]
    for name in REFUSED:
        # Newer architectures leave out what another call does as well, fork for instance.
        if name in numbers:
            code += [_instruction(_JUMP_EQUAL, numbers[name], skip_unless=1), refuse]
    return b"".join(code + _only_threads(numbers["clone"], refuse))


def _only_threads(clone: int, refuse: bytes) -> list[bytes]:
    return [
        _instruction(_JUMP_EQUAL, clone, skip_if=1),
        _return(_ALLOW),
        _instruction(_LOAD_WORD, _OFFSET_FIRST_ARGUMENT),
        _instruction(_JUMP_ANY_BIT, _CLONE_THREAD, skip_if=1),
        refuse,
        _return(_ALLOW),
    ]


def _return(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _instruction(code: int, value: int, *, skip_if: int = 0, skip_unless: int = 0) -> bytes:
    """Return one ``struct sock_filter``: code, instructions to skip if true and if false, operand."""
    return struct.pack("=HBBI", code, skip_if, skip_unless, value)
