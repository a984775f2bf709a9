"""Reading and writing whole files without ``pathlib``, whose import would slow the start of a renderer."""

import errno
import os

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
