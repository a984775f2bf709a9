"""One private folder per job, and the sweep of what dead server processes left behind.

A server process holds an exclusive ``flock`` on ``docops-<token>.lock`` for as long as it lives, and
its job folders are named ``docops-<token>.*``. The kernel gives the lock back however the process
ends, so a lock that can be taken marks folders nobody will ever use again. Age says nothing: a slow
job may be older than any limit.
"""

import fcntl
import logging
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from docops_flask.jobs.errors import storage_errors

_PREFIX = "docops-"
_LOCK_NAME = re.compile(r"docops-(?P<token>[0-9a-f]{16})\.lock")
_SWEEP_INTERVAL_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Workspace:
    """The folder of one job, mode 0700; whoever holds this object removes it."""

    def __init__(self, path: Path, not_removed: Callable[[Path], None] = lambda _path: None) -> None:
        """Take the folder ``path``; ``not_removed`` hears of it when it cannot be removed now."""
        self.path = path
        self._not_removed = not_removed

    def file(self, name: str) -> Path:
        """Return the path of the file ``name`` (a plain name of ours, never a client's)."""
        if Path(name).name != name or name in {"", ".."}:
            raise ValueError("a workspace file has a plain name")
        return self.path / name

    def remove(self) -> None:
        """Remove the folder and all in it; does nothing the second time and never raises."""
        if not _try_removing(self.path):
            _log.warning("a job folder could not be removed now")
            self._not_removed(self.path)


class Workspaces:
    """Makes the job folders of this process directly in ``root``.

    The lock is taken with the first folder, by the process that makes it. A forked child starts anew
    with a lock of its own, so a preloaded master never holds what belongs to its workers.
    """

    _lock_fd: int | None

    def __init__(self, root: Path) -> None:
        self._root = root
        self._forget()
        os.register_at_fork(after_in_child=self._forget_after_fork)

    def create(self, suffix: str = "") -> Workspace:
        """Return a new empty folder; raises ``InsufficientStorage`` when the volume takes none."""
        with storage_errors():
            with self._mutex:
                self._try_again()
                if time.monotonic() - self._swept_at >= _SWEEP_INTERVAL_SECONDS:
                    self._sweep()
                token = self._own_token()
            path = Path(tempfile.mkdtemp(suffix, f"{_PREFIX}{token}.", self._root))
            return Workspace(path, self._not_removed.add)

    def sweep(self) -> int:
        """Remove the folders of dead server processes; return how many there were."""
        with self._mutex:
            return self._sweep()

    def close(self) -> None:
        """Remove this process's folders and give its lock back; the next ``create`` takes a new one."""
        with self._mutex:
            if self._lock_fd is None:
                return
            _, left = _remove_folders(self._root, self._token)
            if not left:
                self._lock_path(self._token).unlink(missing_ok=True)
            os.close(self._lock_fd)
            self._lock_fd = None

    def _forget(self) -> None:
        self._mutex = threading.Lock()
        self._token = ""
        self._lock_fd = None
        self._swept_at = float("-inf")
        self._not_removed: set[Path] = set()

    def _forget_after_fork(self) -> None:
        # Closing our copy leaves the parent's lock as it is; keeping it would hold it past the parent's end.
        if self._lock_fd is not None:
            os.close(self._lock_fd)
        self._forget()

    def _lock_path(self, token: str) -> Path:
        return self._root / f"{_PREFIX}{token}.lock"

    def _own_token(self) -> str:
        if self._lock_fd is not None and _is_same_file(self._lock_fd, self._lock_path(self._token)):
            return self._token
        if self._lock_fd is not None:
            # Somebody cleaned the root: without its lock file a new folder would never be swept.
            os.close(self._lock_fd)
            self._lock_fd = None
        while self._lock_fd is None:
            self._token = secrets.token_hex(8)
            self._lock_fd = _create_locked(self._lock_path(self._token))
        return self._token

    def _try_again(self) -> None:
        """Remove what could not be removed when its job ended: no descriptor was free, for instance."""
        for folder in list(self._not_removed):
            if _try_removing(folder):
                self._not_removed.discard(folder)

    def _sweep(self) -> int:
        self._swept_at = time.monotonic()
        removed = 0
        for path in self._root.glob(f"{_PREFIX}*"):
            match = _LOCK_NAME.fullmatch(path.name)
            lock_fd = _take_abandoned(path) if match else None
            if match is None or lock_fd is None:
                continue
            try:
                found, left = _remove_folders(self._root, match["token"])
                removed += found - left
                if not left:
                    path.unlink(missing_ok=True)
            finally:
                os.close(lock_fd)
        return removed


def _try_removing(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not os.path.lexists(folder)


def _create_locked(path: Path) -> int | None:
    """Create ``path`` and return a descriptor holding its lock, or ``None`` when a sweep took it first.

    A sweep may find the file between its creation and the lock. It then removes the file, which is
    seen here: either the lock is taken, or the file has no name any more. Nothing hangs on the token
    yet, so the caller tries another one.
    """
    lock_fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if _try_lock(lock_fd) and _is_same_file(lock_fd, path):
        return lock_fd
    os.close(lock_fd)
    return None


def _take_abandoned(path: Path) -> int | None:
    """Return a descriptor holding the lock of a dead process of this user, or ``None``."""
    try:
        lock_fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(lock_fd)
    ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    if ours and _try_lock(lock_fd) and _is_same_file(lock_fd, path):
        return lock_fd
    os.close(lock_fd)
    return None


def _try_lock(lock_fd: int) -> bool:
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _remove_folders(root: Path, token: str) -> tuple[int, int]:
    """Remove the folders of ``token``; return how many there were and how many are left."""
    folders = [path for path in root.glob(f"{_PREFIX}{token}.*") if path.is_dir() and not path.is_symlink()]
    for folder in folders:
        Workspace(folder).remove()
    return len(folders), sum(folder.exists() for folder in folders)
