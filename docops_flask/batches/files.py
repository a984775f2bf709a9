"""The files of batches, wherever they lie: what the folders of a disk and an object store have in common.

A file is there, whole and durable, or it is not. ``folder_files`` has those of a disk, ``object_files`` those
of an object store.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class Files(Protocol):
    """Files by name in one place; a name may have one folder before it (``seg/00001.jsonl``).

    Methods raise ``FileNotFoundError`` for a file that is not there, another ``OSError`` or
    ``InsufficientStorage`` where the place cannot be used now.
    """

    @property
    def name(self) -> str:
        """The name of the place among those beside it."""

    def below(self, name: str) -> "Files":
        """Return the place ``name`` inside this one."""

    def make(self) -> None:
        """Make the place, which takes files afterwards."""

    def places(self) -> list[str]:
        """Return the names of the places inside this one."""

    def read(self, name: str) -> bytes:
        """Return the content of a file."""

    def first_line(self, name: str) -> bytes:
        """Return the first line of a file that does not change."""

    def blocks(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of a file from ``start`` to before ``end``."""

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file to ``path`` on a disk of this machine."""

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Provide a new file; at the end of ``with`` it replaces ``name``, after an error it is gone."""

    def create(self, name: str, content: bytes) -> bool:
        """Write a file unless it is there; return whether this call, alone among all, has written it."""

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""

    def entries(self, folder: str) -> dict[str, float]:
        """Return the files in ``folder`` with the times (seconds since 1970) when they were written."""

    def written_at(self, name: str) -> float:
        """Return when a file was written, in seconds since 1970."""

    def changed_at(self) -> float:
        """Return when the files directly in this place last changed, in seconds since 1970."""

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""

    def erase(self) -> None:
        """Remove the place with all that is in it."""

    def used_bytes(self) -> int:
        """Return how much all files in this place take."""

    def claimed(self, name: str) -> AbstractContextManager[bool]:
        """Claim a piece of work inside ``with``; yield whether it is claimed, or another is at it.

        A claim saves work that would be done twice. Where several machines work it is no lock: two may have
        it when one of them stood still, so nothing may depend on it.
        """

    def locked(self) -> AbstractContextManager[object]:
        """Hold the lock of this place inside ``with``, where all who use it are on this machine."""


def write(files: Files, name: str, content: bytes) -> None:
    """Write a file, replacing it in one step."""
    with files.writing(name) as file:
        file.write(content)
