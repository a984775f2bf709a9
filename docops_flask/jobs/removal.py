"""Removes a folder, whatever the process that worked in it made of it.

The standard library's ``rmtree`` recurses: a thousand nested folders are too many for it, and it gives up
where a folder's mode forbids listing it. Here a folder found inside another is moved up beside its parent,
so that everything is removed at a depth of one: no recursion, no long path, six descriptors at most,
however deep and wide the folder is. Links are not followed and other file systems not entered.

A job folder may hold so much that its removal would delay an answer, or something that cannot be removed now:
no descriptor is free, something is mounted there, it belongs to another user.
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
# All that its owner may do with a folder; without it nothing in there can be listed, moved or removed.
_OWNERS_RIGHTS = 0o700
_IS_NO_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP})
_IS_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST})

# Asked before each entry is removed: whether to go on.
MayGoOn = Callable[[], bool]


class Removal(NamedTuple):
    """What came of a removal: ``gone``, or the name of the ``error`` that kept something.

    Without either it was stopped before its end and can be continued.
    """

    gone: bool
    error: str | None = None


def at_most(entries: int) -> MayGoOn:
    """Return what stops a removal, or several together, after ``entries``."""
    left = entries

    def may_go_on() -> bool:
        nonlocal left
        left -= 1
        return left >= 0

    return may_go_on


def remove_folder(path: str, may_go_on: MayGoOn) -> Removal:
    """Remove what is called ``path``, a folder and all in it as a rule; never raises ``OSError``.

    Give it nothing that a living process still writes into.
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
    """The removal may not go on."""


class _Remover:
    """One removal: what it did so far, and the first error it met."""

    def __init__(self, may_go_on: MayGoOn) -> None:
        self.error: str | None = None
        self._may_go_on = may_go_on
        self._done = 0
        self._moved_name = ""

    def note(self, error: OSError) -> None:
        """Keep ``error`` unless there was one before; what somebody else has removed is none."""
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
                    # What was moved up while the folder was read is found when it is read again.
                    if error.errno not in _IS_NOT_EMPTY or self._done == before:
                        raise
        finally:
            os.close(top)

    def _empty(self, folder: int, on_subfolder: Callable[[str], None]) -> None:
        """Remove the files in ``folder``, and have ``on_subfolder`` see to each folder there by its name."""
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
        """Make the folder ``name`` of ``folder`` one of ``top``."""
        # Unguessable, so that it is the name of nothing that was there before.
        self._moved_name = self._moved_name or secrets.token_hex(16)
        new_name = f"{self._moved_name}.{self._done}"
        try:
            os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=top)
        except PermissionError:
            # A folder that is moved is written to: it holds the way to its parent. Opening gives that right.
            opened = _open_folder(name, folder)
            if opened is not None:
                os.close(opened)
            os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=top)


def _open_folder(name: str, parent: int | None = None) -> int | None:
    """Open the folder ``name`` with all rights to it; return ``None`` when it is no folder (any more)."""
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
        # This needs no right to the folder, and what it leads to is the folder itself, no name of it.
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


# A request removes that many entries; a job makes a handful.
REQUEST_ENTRIES = 1000
# It tries that many that others have left, folders included.
RETRIED_ENTRIES = 100
_FIRST_WAIT_SECONDS = 1.0
_MOST_WAIT_SECONDS = 60.0
# So that a long removal leaves the processor and the disk to the jobs from time to time.
_ENTRIES_BETWEEN_PAUSES = 500
_PAUSE_SECONDS = 0.01
_CLOSE_SECONDS = 5.0
_log = logging.getLogger(__name__)

# Is told how many folders wait for their removal now.
OnLeft = Callable[[int], None]
# Is told of each folder, once, that an attempt could not remove.
OnFailure = Callable[[], None]


class Leftovers:
    """The folders that this process has still to remove; safe to use from many threads, never raises.

    The thread that removes them lives as long as there are any.
    """

    def __init__(self, on_left: OnLeft = lambda _count: None, on_failure: OnFailure = lambda: None) -> None:
        """Take who is told of folders that are left; both are called from any thread."""
        self._on_left = on_left
        self._on_failure = on_failure
        self.forget()

    def forget(self) -> None:
        """Have none, and no thread, as in a forked child: they are its parent's to remove."""
        self._changed = threading.Condition()
        # Each with whether somebody was told that it could not be removed.
        self._told: dict[str, bool] = {}
        # Two threads that removed the same folder would take each other's work for failures.
        self._under_way: set[str] = set()
        self._remover: threading.Thread | None = None
        self._is_closing = False

    def remove(self, path: str, may_go_on: MayGoOn) -> None:
        """Remove the folder ``path`` as far as there is time now; the rest follows."""
        self._note(path, remove_folder(path, may_go_on))

    def add(self, path: str) -> None:
        """Have the folder ``path`` removed soon."""
        self._note(path, Removal(gone=False))

    def try_again(self) -> None:
        """Remove what is left as far as a request has time for."""
        self._remove_all(at_most(RETRIED_ENTRIES))

    def close(self) -> None:
        """Remove what is left within some seconds; what stays then is left to the next server process."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            remover = self._remover
        deadline = time.monotonic() + _CLOSE_SECONDS
        if remover is not None:
            remover.join(_CLOSE_SECONDS)
        self._remove_all(lambda: time.monotonic() < deadline)
        with self._changed:
            self._told.clear()
            self._is_closing = False
            self._on_left(0)

    def _remove_all(self, may_go_on: MayGoOn) -> None:
        with self._changed:
            paths = list(self._told)
        for path in paths:
            with self._changed:
                if path in self._under_way or path not in self._told:
                    continue
                if not may_go_on():
                    return
                self._under_way.add(path)
            removal = remove_folder(path, may_go_on)
            with self._changed:
                self._under_way.discard(path)
            self._note(path, removal)

    def _note(self, path: str, removal: Removal) -> None:
        """Keep in mind, or forget, what came of an attempt."""
        with self._changed:
            if removal.gone:
                if self._told.pop(path, None) is not None:
                    self._on_left(len(self._told))
                return
            is_new_failure = removal.error is not None and not self._told.get(path)
            is_new = path not in self._told
            self._told[path] = removal.error is not None or self._told.get(path, False)
            if is_new:
                self._on_left(len(self._told))
                self._start()
        if is_new_failure:
            _log.warning("%s cannot be removed now (%s); it is tried again", path, removal.error)
            self._on_failure()

    def _start(self) -> None:
        """Have the remover see to what was added."""
        self._changed.notify_all()
        if self._remover is not None or self._is_closing:
            return
        remover = threading.Thread(target=self._work, name="docops-removal", daemon=True)
        try:
            remover.start()
        except RuntimeError:
            # No thread can be had. Whoever makes the next folder tries again.
            return
        self._remover = remover

    def _work(self) -> None:
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            self._remove_all(self._pausing())
            with self._changed:
                if not self._told or self._is_closing:
                    self._remover = None
                    return
                was_told = self._changed.wait(wait_seconds)
            wait_seconds = _FIRST_WAIT_SECONDS if was_told else min(wait_seconds * 2, _MOST_WAIT_SECONDS)

    def _pausing(self) -> MayGoOn:
        count = 0

        def may_go_on() -> bool:
            nonlocal count
            count += 1
            if count % _ENTRIES_BETWEEN_PAUSES == 0:
                time.sleep(_PAUSE_SECONDS)
            return not self._is_closing

        return may_go_on
