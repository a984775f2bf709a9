"""The lock file of a server process: while it is held, the folders with its token belong to a living one."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def create_locked(path: str) -> int | None:
    """Create ``path`` and return a descriptor holding its lock, or ``None`` when a sweep took it first.

    A sweep may find the file between its creation and the lock. It then removes the file, which is
    seen here: either the lock is taken, or the file has no name any more. Nothing hangs on the name
    yet, so the caller tries another one. Raises ``OSError``.
    """
    lock_fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    is_ours = False
    try:
        is_ours = _try_lock(lock_fd) and is_same_file(lock_fd, path)
    finally:
        if not is_ours:
            os.close(lock_fd)
    return lock_fd if is_ours else None


@contextmanager
def abandoned_lock(path: str) -> Iterator[bool]:
    """Hold the lock of a dead process of this user inside the block; say whether it is one."""
    lock_fd = _open(path)
    if lock_fd is None:
        yield False
        return
    try:
        status = os.fstat(lock_fd)
        is_ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        yield is_ours and _try_lock(lock_fd) and is_same_file(lock_fd, path)
    finally:
        os.close(lock_fd)


def is_same_file(descriptor: int, path: str) -> bool:
    """Return whether ``path`` still names the file that ``descriptor`` has open."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _open(path: str) -> int | None:
    with suppress(OSError):
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    return None


def _try_lock(lock_fd: int) -> bool:
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
