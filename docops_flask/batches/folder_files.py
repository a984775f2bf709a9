"""Files in a folder of a disk (``files``): of this machine, or one that several machines share (NFS)."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from docops_flask.batches import durable
from docops_flask.batches.leases import Leases
from docops_flask.jobs.removal import remove_folder

_BLOCK_BYTES = 256 * 1024
GONE = "gone-"
LOCK = "lock"
_CLAIMS = "claim"


class FolderFiles:
    """The files of the folder ``path``, private to this user.

    Without ``leases`` all who use it are on this machine, and claims are locks that the kernel releases.
    Over a network flock(2) is not to be trusted, so there claims are ``leases``.
    """

    def __init__(self, path: Path, leases: Leases | None = None) -> None:
        self.path = path
        self._leases = leases

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    def below(self, name: str) -> "FolderFiles":
        """Return the folder ``name`` inside this one."""
        return FolderFiles(self.path / name, self._leases)

    def make(self) -> None:
        """Make the folder; the one that it lies in has to be there."""
        self.path.mkdir(mode=0o700)
        durable.sync_folder(self.path.parent)

    def places(self) -> list[str]:
        """Return the names of the folders inside."""
        with os.scandir(self.path) as found:
            return [each.name for each in found if each.is_dir(follow_symlinks=False)]

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return (self.path / name).read_bytes()

    def first_line(self, name: str) -> bytes:
        """Return the first line of a file."""
        with (self.path / name).open("rb") as file:
            return file.readline()

    def blocks(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of a file from ``start`` to before ``end``."""
        with (self.path / name).open("rb", buffering=0) as file:
            file.seek(start)
            left = end - start
            while left:
                block = file.read(min(left, _BLOCK_BYTES))
                if not block:
                    raise FileNotFoundError(name)
                left -= len(block)
                yield block

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        return (self.path / name).stat().st_size

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file to ``path``."""
        shutil.copyfile(self.path / name, path)

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Provide a new file; at the end of ``with`` it replaces ``name``."""
        return durable.drafted(self._path_for(name))

    def create(self, name: str, content: bytes) -> bool:
        """Write a file unless it is there; return whether this call has written it."""
        return durable.create(self._path_for(name), content)

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        return (self.path / name).exists()

    def entries(self, folder: str) -> dict[str, float]:
        """Return the files in ``folder`` with the times when they were written."""
        try:
            with os.scandir(self.path / folder) as found:
                return {
                    each.name: each.stat(follow_symlinks=False).st_mtime
                    for each in found
                    if not each.name.endswith(durable.DRAFT)
                }
        except FileNotFoundError:
            return {}

    def written_at(self, name: str) -> float:
        """Return when a file was written."""
        return (self.path / name).stat().st_mtime

    def changed_at(self) -> float:
        """Return when a file was last added to the folder."""
        return self.path.stat().st_mtime

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        (self.path / name).unlink(missing_ok=True)

    def erase(self) -> None:
        """Remove the folder: it has no name that is looked for before its first file goes."""
        gone = self.path
        if not self.name.startswith(GONE):
            gone = self.path.with_name(f"{GONE}{secrets.token_hex(16)}")
            try:
                self.path.rename(gone)
            except FileNotFoundError:
                return
        remove_folder(os.fspath(gone), lambda: True)

    def used_bytes(self) -> int:
        """Return how much all files in the folder take."""
        return sum(
            entry.stat(follow_symlinks=False).st_size
            for folder, _, names in os.walk(self.path)
            for entry in map(Path(folder).joinpath, names)
            if entry.exists()
        )

    def claimed(self, name: str) -> AbstractContextManager[bool]:
        """Claim a piece of work inside ``with``; yield whether it is claimed."""
        if self._leases is not None:
            return self._leases.claimed(self, f"{_CLAIMS}/{name}")
        return durable.locked(self._path_for(f"{_CLAIMS}/{name}"))

    def locked(self) -> AbstractContextManager[object]:
        """Hold the lock of this folder inside ``with``, where all who use it are on this machine."""
        return nullcontext() if self._leases is not None else durable.locked(self.path / LOCK, wait=True)

    def _path_for(self, name: str) -> Path:
        """Return the path of a file to be written, whose folder inside this one is made."""
        path = self.path / name
        if path.parent != self.path:
            # Not the parents: this folder may have been removed.
            path.parent.mkdir(mode=0o700, exist_ok=True)
        return path
