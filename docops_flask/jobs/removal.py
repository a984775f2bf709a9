"""Removes a folder, whatever the process that worked in it made of it.

The standard library's ``rmtree`` recurses: a thousand nested folders are too many for it, and it gives up
where a folder's mode forbids listing it. Here a folder found inside another is moved up beside its parent,
so that everything is removed at a depth of one: no recursion, no long path, six descriptors at most,
however deep and wide the folder is. Links are not followed and other file systems not entered.
"""

import errno
import os
import secrets
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
