"""One private folder for each job, and the removal of folders of server processes that have ended.

A server process holds an exclusive ``flock`` on ``docops-<token>.lock`` for as long as it lives, and its
folders are named ``docops-<token>.*``. The kernel releases the lock however the process ends, so a lock that
can be taken marks folders that are no longer in use. Their age is not considered: a slow job may be older
than any limit.

The folder that a job works in lies inside such a folder, under a random name. The outer folder may be entered
but not listed, so that a renderer that was taken over cannot find the files of other jobs (unless the server
runs as the superuser, for whom modes do not count). Each job has an outer folder of its own: one for all jobs
would have to live as long as the server, or be made and removed under a lock.
"""

import fcntl
import logging
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from docops_flask.jobs.errors import storage_errors
from docops_flask.jobs.removal import (
    REQUEST_ENTRIES,
    Leftovers,
    MayGoOn,
    OnFailure,
    OnLeft,
    at_most,
    remove_folder,
)


def create_locked(path: str) -> int | None:
    """Create ``path`` and return a descriptor that holds its lock, or ``None`` when a sweep removed it.

    A sweep may find the file between its creation and the lock, and remove it. Then either the lock is taken
    or the file is unlinked, and the caller tries another name. Raises ``OSError``.
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
    """Hold the lock at ``path`` inside the block; yield whether an ended process of this user left it."""
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


_PREFIX = "docops-"
_LOCK_NAME = re.compile(r"docops-(?P<token>[0-9a-f]{16})\.lock")
_SWEEP_INTERVAL_SECONDS = 1.0
_CLOSE_SECONDS = 5.0
_RANDOM_BYTES = 16
# Enter, make and remove, not list. The superuser may list all the same.
_UNLISTED = 0o300
_log = logging.getLogger(__name__)


class Workspace:
    """The folder ``path`` of one job, mode 0700; the holder of this object has to remove it."""

    def __init__(self, path: Path, outermost: str, leftovers: Leftovers) -> None:
        """Take the folder ``path``, and the one to remove: the ``outermost``, which may be the same."""
        self.path = path
        self._outermost = outermost
        self._leftovers = leftovers
        self._was_removed = False

    def file(self, name: str) -> Path:
        """Return the path of the file ``name``, a plain name chosen by the server, never by a client."""
        if Path(name).name != name or name in {"", ".."}:
            raise ValueError("a workspace file has a plain name")
        return self.path / name

    def remove(self) -> None:
        """Remove the folder and its content; does nothing the second time, never raises and never takes long.

        What cannot be removed now, or would take too long, is removed later.
        """
        if self._was_removed:
            return
        self._was_removed = True
        may_go_on = at_most(REQUEST_ENTRIES)
        # The outermost folder is not listed: as a rule there is nothing else in it.
        if remove_folder(os.fspath(self.path), may_go_on).gone and _is_removed(self._outermost):
            return
        self._leftovers.remove(self._outermost, may_go_on)


class Workspaces:
    """Makes the folders of this process in ``root``.

    The lock is taken with the first folder, by the process that makes it. A forked child takes a lock of its
    own, so a master never holds the lock of its workers.
    """

    _lock_fd: int | None

    def __init__(
        self,
        root: Path,
        on_left: OnLeft = lambda _count: None,
        on_failure: OnFailure = lambda: None,
    ) -> None:
        """Take the folder for temporary files, and the functions that ``Leftovers`` calls."""
        self._root = root
        self._on_failure = on_failure
        self._leftovers = Leftovers(on_left, on_failure)
        self._forget()
        os.register_at_fork(after_in_child=self._forget_after_fork)

    def create(self) -> Workspace:
        """Return a new empty folder for a job; raises ``InsufficientStorage`` when the volume takes none."""
        with storage_errors():
            parent = self._new_path()
            os.mkdir(parent, _UNLISTED)
            path = Path(parent, secrets.token_hex(_RANDOM_BYTES))
            workspace = Workspace(path, parent, self._leftovers)
            try:
                os.mkdir(path, 0o700)
            except BaseException:
                workspace.remove()
                raise
            return workspace

    def create_lasting(self, suffix: str = "") -> Workspace:
        """Return a new empty folder, directly in ``root``, for something that lives longer than a job.

        Raises ``InsufficientStorage`` when the volume takes none.
        """
        with storage_errors():
            path = self._new_path(suffix)
            os.mkdir(path, 0o700)
            return Workspace(Path(path), path, self._leftovers)

    def sweep(self) -> int:
        """Remove the folders of ended server processes; return how many are gone.

        Never raises and never takes long: this process takes the rest over and removes it later.
        """
        with self._mutex:
            return self._sweep()

    def close(self) -> None:
        """Remove this process's folders and release its lock; the next ``create`` takes a new one.

        What is left after some seconds is for another process to sweep.
        """
        with self._mutex:
            if self._lock_fd is None:
                return
            self._leftovers.close()
            deadline = time.monotonic() + _CLOSE_SECONDS
            with suppress(OSError):
                for path in _folders(self._root, self._token):
                    remove_folder(path, lambda: time.monotonic() < deadline)
                _unlink_unless_needed(self._root, self._token)
            os.close(self._lock_fd)
            self._lock_fd = None

    def _new_path(self, suffix: str = "") -> str:
        """Return an unused path; folders that are left are removed first."""
        self._leftovers.try_again()
        with self._mutex:
            if time.monotonic() - self._swept_at >= _SWEEP_INTERVAL_SECONDS:
                self._sweep()
            token = self._own_token()
        return os.path.join(self._root, f"{_PREFIX}{token}.{secrets.token_hex(8)}{suffix}")

    def _forget(self) -> None:
        self._mutex = threading.Lock()
        self._token = ""
        self._lock_fd = None
        self._swept_at = float("-inf")
        # Folders that a sweep could neither remove nor take over; each is logged once.
        self._stuck: set[str] = set()

    def _forget_after_fork(self) -> None:
        # Closing the copy does not release the parent's lock; keeping it would hold the lock after the
        # parent's end.
        if self._lock_fd is not None:
            os.close(self._lock_fd)
        self._leftovers.forget()
        self._forget()

    def _own_token(self) -> str:
        lock_fd = self._lock_fd
        if lock_fd is not None and is_same_file(lock_fd, _lock_path(self._root, self._token)):
            return self._token
        if lock_fd is not None:
            # The lock file was removed; without one a new folder would never be swept.
            os.close(lock_fd)
            self._lock_fd = None
        while self._lock_fd is None:
            self._token = secrets.token_hex(8)
            self._lock_fd = create_locked(_lock_path(self._root, self._token))
        return self._token

    def _sweep(self) -> int:
        self._swept_at = time.monotonic()
        gone, may_go_on = 0, at_most(REQUEST_ENTRIES)
        with suppress(OSError):
            for name in _names(self._root):
                match = _LOCK_NAME.fullmatch(name)
                if match is not None:
                    gone += self._sweep_one(match["token"], may_go_on)
        return gone

    def _sweep_one(self, token: str, may_go_on: MayGoOn) -> int:
        """Remove the folders of ``token`` if its process has ended; return how many are gone."""
        gone = 0
        with suppress(OSError), abandoned_lock(_lock_path(self._root, token)) as is_abandoned:
            if is_abandoned:
                paths = _folders(self._root, token)
                gone = sum(self._remove_or_take_over(path, may_go_on) for path in paths)
                _unlink_unless_needed(self._root, token)
        return gone

    def _remove_or_take_over(self, path: str, may_go_on: MayGoOn) -> bool:
        """Remove the folder of an ended process, or take it over; return whether it is gone."""
        if remove_folder(path, may_go_on).gone:
            self._stuck.discard(path)
            return True
        try:
            own_path = os.path.join(self._root, f"{_PREFIX}{self._own_token()}.{secrets.token_hex(8)}")
            os.rename(path, own_path)
        except OSError as error:
            # A mount point, for instance. The lock file stays, so that each sweep tries again.
            if path not in self._stuck:
                self._stuck.add(path)
                self._on_failure()
                _log.warning("%s cannot be removed now (%s); it will be tried again", path, error.strerror)
            return False
        self._leftovers.add(own_path)
        return False


def _is_removed(empty_folder: str) -> bool:
    """Remove ``empty_folder``; return whether it was empty, or gone already."""
    try:
        os.rmdir(empty_folder)
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return True


def _lock_path(root: Path, token: str) -> str:
    return os.path.join(root, f"{_PREFIX}{token}.lock")


def _names(root: Path) -> list[str]:
    """Return the names in ``root`` that begin as those of a server's files; raises ``OSError``."""
    return [name for name in os.listdir(root) if name.startswith(_PREFIX)]


def _folders(root: Path, token: str) -> list[str]:
    """Return the paths of the folders, and of any other entries, of ``token``; raises ``OSError``."""
    lock = f"{_PREFIX}{token}.lock"
    names = [name for name in _names(root) if name.startswith(f"{_PREFIX}{token}.") and name != lock]
    return [os.path.join(root, name) for name in names]


def _unlink_unless_needed(root: Path, token: str) -> None:
    """Remove the lock file of ``token``, unless a sweep needs it to find folders; raises ``OSError``."""
    if not _folders(root, token):
        os.unlink(_lock_path(root, token))
