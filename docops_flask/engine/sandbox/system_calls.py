"""System calls by name, with their numbers on x86-64 and aarch64 as the kernel's headers have them.

A test compares them with the headers (``asm/unistd_64.h``, ``asm-generic/unistd.h``).
"""

import ctypes
import os
from typing import NamedTuple

# (x86-64, aarch64); ``None`` where an architecture has no such call because another one does the same.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # A renderer may make these (``seccomp.py``).
    "read": (0, 63),
    "readv": (19, 65),
    "pread64": (17, 67),
    "write": (1, 64),
    "writev": (20, 66),
    "pwrite64": (18, 68),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "getdents64": (217, 61),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "open": (2, None),
    "openat": (257, 56),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "brk": (12, 214),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "tgkill": (234, 131),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrandom": (318, 278),
    "getrlimit": (97, 163),
    "prlimit64": (302, 261),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # Beside them a renderer of PDF jobs.
    "rseq": (334, 293),
    # These set the sandbox up, or the C library does without them where they are missing.
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "seccomp": (317, 277),
    "clone": (56, 220),
    "clone3": (435, 435),
    "openat2": (437, 437),
    # The self-test tries these (``self_test.py``).
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "setrlimit": (160, 164),
    "setpriority": (141, 140),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "link": (86, None),
    "linkat": (265, 37),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "utimensat": (280, 88),
    "futimesat": (261, None),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "personality": (135, 92),
    "prctl": (157, 167),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "pipe2": (293, 59),
    "eventfd2": (290, 19),
    "epoll_create1": (291, 20),
    "timerfd_create": (283, 85),
    "signalfd4": (289, 74),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "setuid": (105, 146),
    "flock": (73, 32),
    "fallocate": (285, 47),
    "splice": (275, 76),
    "sendfile": (40, 71),
    "copy_file_range": (326, 285),
}


PR_SET_NO_NEW_PRIVS = 38
# EM_X86_64 and EM_AARCH64 (elf(5)) with the bits for 64-bit little-endian: seccomp_data.arch.
_AUDIT_NUMBERS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMNS = {"x86_64": 0, "aarch64": 1}

_libc = ctypes.CDLL(None, use_errno=True)


class UnknownArchitecture(OSError):
    """The machine is neither x86-64 nor aarch64: its system call numbers are not in ``NUMBERS``."""


class Architecture(NamedTuple):
    """The number by which seccomp knows an architecture, and its system call numbers by name."""

    audit_number: int
    numbers: dict[str, int]


def architecture(machine: str = "") -> Architecture:
    """Return the architecture of ``machine`` (as uname(2) names it; this machine's by default).

    Raises ``UnknownArchitecture``.
    """
    machine = machine or os.uname().machine
    column = _column(machine)
    numbers = {name: both[column] for name, both in NUMBERS.items()}
    return Architecture(
        _AUDIT_NUMBERS[machine], {name: number for name, number in numbers.items() if number is not None}
    )


def call(name: str, *arguments: object) -> int:
    """Make the system call ``name``; raises ``OSError`` when it fails, with ENOSYS where it has no number.

    Arguments are ints (passed as C longs), bytes, ctypes pointers, or ``None`` for a null pointer.
    """
    number = NUMBERS[name][_column(os.uname().machine)]
    # No call has the number -1: the kernel answers ENOSYS.
    number = -1 if number is None else number
    converted = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result: int = _libc.syscall(ctypes.c_long(number), *converted)
    return _checked(result)


def _column(machine: str) -> int:
    """Return where ``NUMBERS`` has the numbers of ``machine``; raises ``UnknownArchitecture``."""
    if machine not in _COLUMNS:
        raise UnknownArchitecture(f"no system call numbers for {machine}")
    return _COLUMNS[machine]


def set_no_new_privileges() -> None:
    """Give up every way to gain rights by executing a program (prctl(2)); there is no way back."""
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
