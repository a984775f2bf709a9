"""The contents of uploaded files, in memory while they are few, and the job's folder that takes them then.

Most of what is refused is refused when it has been read: its values are wrong, or no slot is free. Files for
that would be written to be removed.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from docops_flask.jobs.workspace import Workspace, Workspaces

# Of one request. As many bytes pass through a thread's buffers while it reads a body.
_MEMORY_BYTES = 2 * 1024 * 1024
# A form comes in small bites; each call of the system costs more than the bytes it writes.
_WRITE_BYTES = 256 * 1024


class Content:
    """The content of one file; ``Contents`` says where it lies."""

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
        """Return the whole content, once no more is to come."""
        return b"".join(self._blocks) if self._path is None else self._path.read_bytes()

    def move_to(self, workspace: Workspace) -> None:
        """Have what is there, and what comes, in a file of ``workspace``; raises ``OSError``."""
        self._path = workspace.file(self._file_name)
        self._file = self._path.open("xb", _WRITE_BYTES)
        self._file.writelines(self._blocks)
        self.forget()

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._blocks.clear()

    def close(self) -> None:
        """Write to the file what is under way to it; raises ``OSError``."""
        if self._file is not None:
            self._file.close()


class Contents:
    """The contents of the files of one request."""

    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        """Take what gives the folder, once it is needed."""
        self._workspace = workspace
        self._all: list[Content] = []
        self._held_bytes = 0
        self._is_stored = False

    def add(self, file_name: str) -> Content:
        """Return a new content, to be a file ``file_name`` (a plain name of ours) in the folder."""
        content = Content(file_name)
        self._all.append(content)
        if self._is_stored:
            content.move_to(self._workspace())
        return content

    def write(self, content: Content, block: bytes) -> None:
        """Add ``block`` to ``content``, one of these; raises ``OSError``."""
        content.write(block)
        self._held_bytes += len(block)
        if self._held_bytes > _MEMORY_BYTES:
            self._move()

    def store(self) -> None:
        """Have all contents in the folder, whole; raises ``OSError``."""
        try:
            self._move()
        finally:
            self.close()

    def close(self) -> None:
        """Write to the files what is under way to them; raises ``OSError``."""
        with ExitStack() as closed:
            for content in self._all:
                closed.callback(content.close)

    def forget(self) -> None:
        """Let go of what is in memory: the traceback of a refusal holds this until garbage is collected."""
        for content in self._all:
            content.forget()

    def _move(self) -> None:
        if self._is_stored:
            return
        self._is_stored = True
        for content in self._all:
            content.move_to(self._workspace())


class JobFolder:
    """The folder of one job, made when it is first asked for: a request that is refused needs none."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._workspace: Workspace | None = None
        # What was uploaded for the job.
        self.contents = Contents(lambda: self.workspace)

    @property
    def workspace(self) -> Workspace:
        """Return the folder; raises ``InsufficientStorage`` when the volume takes none."""
        if self._workspace is None:
            self._workspace = self._workspaces.create()
        return self._workspace

    def remove(self) -> None:
        """Remove the folder if there is one, and what waits to go into it; never raises."""
        self.contents.forget()
        if self._workspace is not None:
            self._workspace.remove()


@contextmanager
def job_folder(workspaces: Workspaces) -> Iterator[JobFolder]:
    """Lend a folder and remove it at the end of ``with``, however that comes."""
    folder = JobFolder(workspaces)
    try:
        yield folder
    finally:
        folder.remove()
