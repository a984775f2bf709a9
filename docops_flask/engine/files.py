"""Files by their paths as text: ``pathlib`` takes a spawned renderer longer than ten modules of ours."""

import os

FilePath = str | os.PathLike[str]


def read_file(path: FilePath) -> bytes:
    """Return what is in the file; raises ``OSError``."""
    with open(path, "rb") as file:
        return file.read()


def write_file(path: FilePath, content: bytes) -> None:
    """Make ``content`` all that is in the file; raises ``OSError``."""
    with open(path, "wb") as file:
        file.write(content)
