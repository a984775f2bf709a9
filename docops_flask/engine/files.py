"""Reading and writing whole files without ``pathlib``, whose import would slow the start of a renderer."""

import errno
import io
import os
from typing import IO

FilePath = str | os.PathLike[str]
# The volume takes no more: it is full or out of inodes (ENOSPC), over its quota, or read-only; or the file is
# larger than the system lets this process make (setrlimit(2), RLIMIT_FSIZE).
STORAGE_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


def read_file(path: FilePath) -> bytes:
    """Return the content of the file; raises ``OSError``."""
    with open(path, "rb") as file:
        return file.read()


def write_file(path: FilePath, content: bytes | memoryview) -> None:
    """Write ``content`` to the file, replacing what it held; raises ``OSError``."""
    with open(path, "wb") as file:
        file.write(content)


class LateFile:
    """A new file for writing and reading back, in memory until finished or larger than ``most`` bytes.

    So a small file is written at once. ``finish`` writes what is in memory; without it there is no file.
    """

    def __init__(self, path: FilePath, most: int) -> None:
        self._path = path
        self._most = most
        self._stream: IO[bytes] = io.BytesIO()
        self._is_open = False

    def write(self, data: bytes | memoryview) -> int:
        """Write ``data`` and return its size; raises ``OSError``."""
        if not self._is_open and self._stream.tell() + len(data) > self._most:
            self.on_disk()
        return self._stream.write(data)

    def tell(self) -> int:
        """Return the number of the next byte."""
        return self._stream.tell()

    def seek(self, position: int) -> int:
        """Go on at the byte ``position``."""
        return self._stream.seek(position)

    def in_memory(self) -> bytes | None:
        """Return what was written, ``None`` where it is not in memory."""
        return None if self._is_open else self._stream.getvalue()  # type: ignore[attr-defined]

    def on_disk(self) -> IO[bytes]:
        """Return the file with all that was written in it; raises ``OSError``."""
        if not self._is_open:
            memory = self._stream
            self._stream, self._is_open = open(self._path, "w+b"), True  # noqa: SIM115, closed by ``close``
            position = memory.tell()
            self._stream.write(memory.getvalue())  # type: ignore[attr-defined]
            self._stream.seek(position)
        self._stream.flush()
        return self._stream

    def finish(self) -> None:
        """Write the file; raises ``OSError``."""
        content = self.in_memory()
        if content is not None:
            write_file(self._path, content)
        self.close()

    def close(self) -> None:
        """Give up what is not written, and the file."""
        self._stream.close()
