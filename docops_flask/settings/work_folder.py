"""The folder in which jobs, template copies and sockets have their own folders: TMPDIR."""

from collections.abc import Mapping
from pathlib import Path

from docops_flask.settings.settings import SettingsError


def work_folder(environ: Mapping[str, str]) -> Path:
    """Return TMPDIR if it is set, otherwise the system's folder for temporary files.

    ``tempfile.gettempdir`` silently uses another folder if TMPDIR is not writable at the moment, perhaps on
    a volume that is too small. With this function jobs get a 503 until TMPDIR is writable again.
    """
    # Imported here: most commands of the shell load this module, and few make a folder.
    import tempfile

    return Path(environ.get("TMPDIR") or tempfile.gettempdir())


def check_work_folder(environ: Mapping[str, str]) -> None:
    """Raise ``SettingsError`` if the folder does not exist; every job would fail as if the disk were full."""
    folder = work_folder(environ)
    if not folder.is_dir():
        state = "is not a folder" if folder.exists() else "does not exist"
        raise SettingsError(f"TMPDIR: {str(folder)!a} {state}; make the folder, or set TMPDIR to one")
