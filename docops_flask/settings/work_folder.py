"""Where the files of jobs lie."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from docops_flask.settings.settings import SettingsError


def work_folder(environ: Mapping[str, str]) -> Path:
    """Return TMPDIR where it is set, the system's folder for temporary files otherwise.

    Python would go elsewhere without a word when nothing can be written to TMPDIR at the moment: to a volume
    that nobody has measured for it. Jobs are answered 503 instead, until there is room.
    """
    return Path(environ.get("TMPDIR") or tempfile.gettempdir())


def check_work_folder(environ: Mapping[str, str]) -> None:
    """Raise ``SettingsError`` when there is no such folder: each job would be told that the disk is full."""
    folder = work_folder(environ)
    if not folder.is_dir():
        state = "is not a folder" if folder.exists() else "does not exist"
        raise SettingsError(f"TMPDIR: {str(folder)!a} {state}; make the folder, or set TMPDIR to one")
