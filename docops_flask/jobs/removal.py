"""Removes a folder with any content, at once or in a background thread.

The standard library's ``rmtree`` recurses: a thousand nested folders are too many for it, and it fails where
a folder's mode forbids listing. Here a folder inside another is moved up beside its parent, so that
everything is removed at a depth of one: no recursion, no long path, six descriptors at most, however deep and
wide the folder is. Links are not followed and other file systems are not entered.

Removing a job's folder may take too long for an answer to wait, or may not be possible now: no descriptor is
free, something is mounted there, it belongs to another user. A thread then tries again.
"""

import errno
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

_OPEN_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without these rights the owner cannot list, move or remove what is in a folder.
_OWNERS_RIGHTS = 0o700
_IS_NO_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP})
_IS_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST})

# Called before each entry is removed; says whether to go on.
MayGoOn = Callable[[], bool]


class Removal(NamedTuple):
    """The result of a removal: ``gone``, or the name of the first ``error``.

    With neither it was interrupted and can be continued.
    """

    gone: bool
    error: str | None = None


def at_most(entries: int) -> MayGoOn:
    """Return a function that lets one or several removals go on for ``entries`` in all."""
    left = entries

    def may_go_on() -> bool:
        nonlocal left
        left -= 1
        return left >= 0

    return may_go_on


def remove_folder(path: str, may_go_on: MayGoOn) -> Removal:
    """Remove ``path`` (a folder with all its content, or a file); never raises ``OSError``.

    No process may write into it any more.
    """
    remover = _Remover(may_go_on)
    try:
        remover.remove(path)
    except _Stopped:
        return Removal(gone=False)
    except OSError as error:
        remover.note(error)
    if _is_gone(path):
        return Removal(gone=True)
    return Removal(gone=False, error=remover.error)


class _Stopped(Exception):
    """The removal was stopped before its end."""


class _Remover:
    """One removal: its progress, and its first error."""

    def __init__(self, may_go_on: MayGoOn) -> None:
        self.error: str | None = None
        self._may_go_on = may_go_on
        self._done = 0
        self._moved_name = ""

    def note(self, error: OSError) -> None:
        """Keep the first ``error``; an entry that is gone already is no error."""
        if not isinstance(error, FileNotFoundError) and self.error is None:
            self.error = errno.errorcode.get(error.errno or 0, type(error).__name__)

    def remove(self, path: str) -> None:
        """Remove ``path``; raises ``OSError`` or ``_Stopped``."""
        top = _open_folder(path)
        if top is None:
            os.unlink(path)
            return
        try:
            while True:
                before = self._done
                self._empty(top, partial(self._remove_subfolder, top))
                try:
                    os.rmdir(path)
                    return
                except OSError as error:
                    # Folders that were moved up meanwhile are found when the folder is read again.
                    if error.errno not in _IS_NOT_EMPTY or self._done == before:
                        raise
        finally:
            os.close(top)

    def _empty(self, folder: int, on_subfolder: Callable[[str], None]) -> None:
        """Remove the files in ``folder``, and call ``on_subfolder`` with the name of each folder there."""
        with os.scandir(folder) as entries:
            for entry in entries:
                if not self._may_go_on():
                    raise _Stopped
                try:
                    if entry.is_dir(follow_symlinks=False):
                        on_subfolder(entry.name)
                    else:
                        os.unlink(entry.name, dir_fd=folder)
                    self._done += 1
                except OSError as error:
                    self.note(error)

    def _remove_subfolder(self, top: int, name: str) -> None:
        """Remove the folder ``name`` of ``top``; the folders in it become folders of ``top``."""
        folder = _open_folder(name, top)
        if folder is None:
            os.unlink(name, dir_fd=top)
            return
        try:
            if os.fstat(folder).st_dev != os.fstat(top).st_dev:
                raise OSError(errno.EBUSY, "another file system is mounted here")
            self._empty(folder, partial(self._move_up, folder, top))
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=top)

    def _move_up(self, folder: int, top: int, name: str) -> None:
        """Move the folder ``name`` from ``folder`` to ``top``."""
        # Random, so that no entry has that name already.
        self._moved_name = self._moved_name or secrets.token_hex(16)
        new_name = f"{self._moved_name}.{self._done}"
        try:
            os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=top)
        except PermissionError:
            # Moving a folder changes its entry "..", which needs the right to write; opening it sets that
            # right.
            opened = _open_folder(name, folder)
            if opened is not None:
                os.close(opened)
            os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=top)


def _open_folder(name: str, parent: int | None = None) -> int | None:
    """Open the folder ``name`` and set the owner's rights; return ``None`` when it is not a folder."""
    try:
        return _open_accessible(name, parent)
    except OSError as error:
        if error.errno in _IS_NO_FOLDER:
            return None
        raise


def _open_accessible(name: str, parent: int | None) -> int:
    try:
        folder = os.open(name, os.O_RDONLY | _OPEN_FOLDER, dir_fd=parent)
    except PermissionError:
        # O_PATH needs no right to the folder, and /proc leads to the folder itself, whatever its name is now.
        handle = os.open(name, os.O_PATH | _OPEN_FOLDER, dir_fd=parent)
        try:
            os.chmod(f"/proc/self/fd/{handle}", _OWNERS_RIGHTS)
            return os.open(f"/proc/self/fd/{handle}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        finally:
            os.close(handle)
    if os.fstat(folder).st_mode & _OWNERS_RIGHTS != _OWNERS_RIGHTS:
        with suppress(OSError):
            os.fchmod(folder, _OWNERS_RIGHTS)
    return folder


def _is_gone(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


# The most entries that a request removes; a job makes a handful.
REQUEST_ENTRIES = 1000
# The most entries that it removes of folders that earlier jobs left.
RETRIED_ENTRIES = 100
_FIRST_WAIT_SECONDS = 1.0
_MOST_WAIT_SECONDS = 60.0
# Pauses leave processor and disk to the jobs during a long removal.
_ENTRIES_BETWEEN_PAUSES = 500
_PAUSE_SECONDS = 0.01
_CLOSE_SECONDS = 5.0
_log = logging.getLogger(__name__)

# Called with the number of folders that wait for their removal.
OnLeft = Callable[[int], None]
# Called once for each folder that could not be removed at the first attempt.
OnFailure = Callable[[], None]


class Leftovers:
    """The folders that this process still has to remove; safe to use from many threads, never raises.

    A thread removes them; it ends when none is left.
    """

    def __init__(self, on_left: OnLeft = lambda _count: None, on_failure: OnFailure = lambda: None) -> None:
        """Take two functions that are called, from any thread, about the folders that are left."""
        self._on_left = on_left
        self._on_failure = on_failure
        self.forget()

    def forget(self) -> None:
        """Forget all folders and the thread: a forked child leaves them to its parent."""
        self._changed = threading.Condition()
        # {path: whether a failure to remove it was reported}.
        self._reported: dict[str, bool] = {}
        # Two threads must not remove the same folder: each would see the other's work as failures.
        self._under_way: set[str] = set()
        self._remover: threading.Thread | None = None
        self._is_closing = False

    def remove(self, path: str, may_go_on: MayGoOn) -> None:
        """Remove the folder ``path`` as far as ``may_go_on`` allows; the thread removes the rest."""
        self._note(path, remove_folder(path, may_go_on))

    def add(self, path: str) -> None:
        """Have the thread remove the folder ``path``."""
        self._note(path, Removal(gone=False))

    def try_again(self) -> None:
        """Remove a limited number of the entries that are left, as a part of a request."""
        self._remove_all(at_most(RETRIED_ENTRIES))

    def close(self) -> None:
        """Remove what is left for some seconds; the next server process removes the rest."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            remover = self._remover
        deadline = time.monotonic() + _CLOSE_SECONDS
        if remover is not None:
            remover.join(_CLOSE_SECONDS)
        self._remove_all(lambda: time.monotonic() < deadline)
        with self._changed:
            self._reported.clear()
            self._is_closing = False
            self._on_left(0)

    def _remove_all(self, may_go_on: MayGoOn) -> None:
        with self._changed:
            paths = list(self._reported)
        for path in paths:
            with self._changed:
                if path in self._under_way or path not in self._reported:
                    continue
                if not may_go_on():
                    return
                self._under_way.add(path)
            removal = remove_folder(path, may_go_on)
            with self._changed:
                self._under_way.discard(path)
            self._note(path, removal)

    def _note(self, path: str, removal: Removal) -> None:
        """Record the result of an attempt."""
        with self._changed:
            if removal.gone:
                if self._reported.pop(path, None) is not None:
                    self._on_left(len(self._reported))
                return
            is_new_failure = removal.error is not None and not self._reported.get(path)
            is_new = path not in self._reported
            self._reported[path] = removal.error is not None or self._reported.get(path, False)
            if is_new:
                self._on_left(len(self._reported))
                self._start()
        if is_new_failure:
            _log.warning("%s cannot be removed now (%s); it will be tried again", path, removal.error)
            self._on_failure()

    def _start(self) -> None:
        """Wake the thread, or start it."""
        self._changed.notify_all()
        if self._remover is not None or self._is_closing:
            return
        remover = threading.Thread(target=self._work, name="docops-removal", daemon=True)
        try:
            remover.start()
        except RuntimeError:
            # The system gives no thread. The next job that makes a folder tries again.
            return
        self._remover = remover

    def _work(self) -> None:
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            self._remove_all(self._pausing())
            with self._changed:
                if not self._reported or self._is_closing:
                    self._remover = None
                    return
                was_woken = self._changed.wait(wait_seconds)
            wait_seconds = _FIRST_WAIT_SECONDS if was_woken else min(wait_seconds * 2, _MOST_WAIT_SECONDS)

    def _pausing(self) -> MayGoOn:
        count = 0

        def may_go_on() -> bool:
            nonlocal count
            count += 1
            if count % _ENTRIES_BETWEEN_PAUSES == 0:
                time.sleep(_PAUSE_SECONDS)
            return not self._is_closing

        return may_go_on
