"""Where the files of jobs lie."""

import tempfile
from collections.abc import Mapping
from pathlib import Path


def work_folder(environ: Mapping[str, str]) -> Path:
    """Return TMPDIR where it is set, the system's folder for temporary files otherwise.

    Python would go elsewhere without a word when nothing can be written to TMPDIR at the moment: to a volume
    that nobody has measured for it. Jobs are answered 503 instead, until there is room.
    """
    return Path(environ.get("TMPDIR") or tempfile.gettempdir())
