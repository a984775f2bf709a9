"""Reading and writing whole files without ``pathlib``, whose import would slow the start of a renderer."""

import os

FilePath = str | os.PathLike[str]


def read_file(path: FilePath) -> bytes:
    """Return the content of the file; raises ``OSError``."""
    with open(path, "rb") as file:
        return file.read()


def write_file(path: FilePath, content: bytes) -> None:
    """Write ``content`` to the file, replacing what it held; raises ``OSError``."""
    with open(path, "wb") as file:
        file.write(content)
