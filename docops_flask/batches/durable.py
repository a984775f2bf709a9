"""Files that are either there, whole and on the disk, or not there: a draft, fsync(2), then its name.

Raises ``OSError`` throughout. Who writes a file holds the claim of its work (``claims``), so a draft that a
killed server left is written over by the next one.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_DRAFT = ".draft"


@contextmanager
def drafted(path: Path) -> Iterator[BinaryIO]:
    """Provide a new file inside ``with``; at its end the file is ``path``, after an error it is gone."""
    draft = path.with_name(path.name + _DRAFT)
    try:
        with open(draft, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        sync_folder(path.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write(path: Path, blocks: Iterable[bytes]) -> None:
    """Write ``path``, replacing it in one step."""
    with drafted(path) as file:
        for block in blocks:
            file.write(block)


def create(path: Path, content: bytes) -> bool:
    """Write ``path`` unless it is there; return whether this call has written it."""
    draft = path.with_name(path.name + _DRAFT)
    try:
        with open(draft, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def sync_folder(path: Path) -> None:
    """Have the names in the folder ``path`` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def claimed(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock ``path`` (flock(2)) inside ``with``; yield whether it is held.

    Without ``wait`` it is not where another thread or process has it. The kernel releases it however the
    process ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
