"""Opens a single file that a renderer made, as a file of an untrusted process."""

import os
from pathlib import Path
from typing import BinaryIO

from docops_flask.jobs.answer import open_made
from docops_flask.jobs.errors import RendererCrashed

# How such files begin: a ZIP's local header (APPNOTE 4.3.7), a PDF's header (ISO 32000-1, 7.5.2).
_BEGINNINGS = {".docx": b"PK\x03\x04", ".pdf": b"%PDF-"}


def open_file(path: Path, most_bytes: int) -> BinaryIO:
    """Open the file at ``path``, of at most ``most_bytes``, for reading; the caller closes it.

    Raises ``RendererCrashed`` when it is not there, is larger, or begins as no file of its kind does;
    ``InsufficientStorage`` when its folder is gone.
    """
    file = open(open_made(path, os.O_RDONLY), "rb", buffering=0)  # noqa: SIM115, it is handed on
    try:
        size = os.fstat(file.fileno()).st_size
        if size > most_bytes:
            raise RendererCrashed(inner=f"{path.name} has more than {most_bytes} bytes")
        beginning = _BEGINNINGS[path.suffix]
        if os.pread(file.fileno(), len(beginning), 0) != beginning:
            raise RendererCrashed(inner=f"{path.name} is of another kind")
    except BaseException:
        file.close()
        raise
    return file
