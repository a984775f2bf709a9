"""The contents of uploaded files, in memory while they are small and in the job's folder otherwise.

Most requests that are refused are refused after they were read: their values are wrong, or no slot is free.
For those, files would be written only to be removed.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from docops_flask.jobs.workspace import Workspace, Workspaces

# How much of one request's files is kept in memory; about as much passes through a thread's buffers anyway.
_MEMORY_BYTES = 2 * 1024 * 1024
# A form arrives in small blocks, and a system call for each would cost more than writing its bytes.
_WRITE_BYTES = 256 * 1024


class Content:
    """The content of one file; ``Contents`` decides where it is kept."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._blocks: list[bytes] = []
        self._path: Path | None = None
        self._file: BinaryIO | None = None

    def write(self, block: bytes) -> None:
        """Add ``block``."""
        if self._file is None:
            self._blocks.append(block)
        else:
            self._file.write(block)

    def read(self) -> bytes:
        """Return the whole content; to be called after the last ``write``."""
        return b"".join(self._blocks) if self._path is None else self._path.read_bytes()

    def sha256(self) -> str:
        """Return the SHA-256 of the whole content in hexadecimal; to be called after the last ``write``."""
        if self._path is not None:
            with self._path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        for block in self._blocks:
            digest.update(block)
        return digest.hexdigest()

    def move_to(self, workspace: Workspace) -> None:
        """Move the content so far to a file in ``workspace`` and write the rest there; raises ``OSError``."""
        self._path = workspace.file(self._file_name)
        self._file = self._path.open("xb", _WRITE_BYTES)
        self._file.writelines(self._blocks)
        self.forget()

    def forget(self) -> None:
        """Free what is in memory."""
        self._blocks.clear()

    def close(self) -> None:
        """Close the file, which writes what is buffered; raises ``OSError``."""
        if self._file is not None:
            self._file.close()


class Contents:
    """The contents of the files of one request."""

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        """Make an empty collection; ``workspace`` returns the folder and is called once it is needed."""
        self._workspace = workspace
        self._all: list[Content] = []
        self._held_bytes = 0
        self._is_stored = False

    def add(self, file_name: str) -> Content:
        """Return a new content; in the folder it is the file ``file_name``, which no client has chosen."""
        content = Content(file_name)
        self._all.append(content)
        if self._is_stored:
            content.move_to(self._workspace())
        return content

    def add_whole(self, file_name: str, whole: bytes) -> Content:
        """Return a new content that holds ``whole``, complete, after those that were received."""
        content = self.add(file_name)
        try:
            self.write(content, whole)
        finally:
            if self._is_stored:
                self.close()
        return content

    def write(self, content: Content, block: bytes) -> None:
        """Add ``block`` to ``content``, which ``add`` returned; raises ``OSError``."""
        content.write(block)
        self._held_bytes += len(block)
        if self._held_bytes > _MEMORY_BYTES:
            self._move()

    def store(self) -> None:
        """Write all contents to the folder, complete; raises ``OSError``."""
        try:
            self._move()
        finally:
            self.close()

    def close(self) -> None:
        """Close the files, which writes what is buffered; raises ``OSError``."""
        with ExitStack() as closed:
            for content in self._all:
                closed.callback(content.close)

    def forget(self) -> None:
        """Free what is in memory; a refusal's traceback keeps this object until garbage is collected."""
        for content in self._all:
            content.forget()

    def _move(self) -> None:
        if self._is_stored:
            return
        self._is_stored = True
        for content in self._all:
            content.move_to(self._workspace())


class JobFolder:
    """The folder of one job, made when it is first used, because a refused request needs none."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._workspace: Workspace | None = None
        # The uploaded files.
        self.contents = Contents(lambda: self.workspace)

    @property
    def workspace(self) -> Workspace:
        """Return the folder; raises ``InsufficientStorage`` when it cannot be made."""
        if self._workspace is None:
            self._workspace = self._workspaces.create()
        return self._workspace

    def remove(self) -> None:
        """Remove the folder, if it was made, and free what is in memory; never raises."""
        self.contents.forget()
        if self._workspace is not None:
            self._workspace.remove()


@contextmanager
def job_folder(workspaces: Workspaces) -> Iterator[JobFolder]:
    """Provide a folder inside ``with`` and remove it at the end, after an exception too."""
    folder = JobFolder(workspaces)
    try:
        yield folder
    finally:
        folder.remove()
