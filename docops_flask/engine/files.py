"""Files by their paths as text: ``pathlib`` takes a spawned renderer longer than ten modules of ours."""

import errno
import os

FilePath = str | os.PathLike[str]
# The volume takes no more: it is full or out of inodes (ENOSPC), over its quota, or read-only; or the file is
# larger than the system lets this process make (setrlimit(2), RLIMIT_FSIZE).
STORAGE_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


def read_file(path: FilePath) -> bytes:
    """Return what is in the file; raises ``OSError``."""
    with open(path, "rb") as file:
        return file.read()


def write_file(path: FilePath, content: bytes) -> None:
    """Make ``content`` all that is in the file; raises ``OSError``."""
    with open(path, "wb") as file:
        file.write(content)
