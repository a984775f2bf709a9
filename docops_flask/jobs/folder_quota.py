"""How much a renderer may have on the disk: checked while it works, and once it has ended.

The system limits the size of a file (RLIMIT_FSIZE), not that of a folder. A check costs a handful of system
calls: a folder with more entries than a job makes is refused before the rest is read.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from docops_flask.jobs.errors import RendererCrashed

# A job has its uploads, its own file and those that its renderer makes: ten at most.
_MOST_ENTRIES = 64
_BLOCK_BYTES = 512


class FolderQuota(NamedTuple):
    """The most that the folder of a job may hold, uploads included, and its renderer have open besides."""

    bytes: int
    entries: int = _MOST_ENTRIES

    def refuse_excess(self, folder: Path, pid: int | None = None) -> None:
        """Raise ``RendererCrashed`` when there is more in ``folder``, or a folder, which no job makes.

        With ``pid``, the renderer's, the files count too that it has open without a name. A check that is
        not possible now (no descriptor is free) passes: the next one comes soon, or reading the files fails.
        """
        try:
            used = self._in_folder(folder)
        except PermissionError as error:
            raise RendererCrashed(inner="its folder was closed to its server") from error
        except OSError:
            return
        if pid is not None:
            used += _held_by(pid)
        if used > self.bytes:
            raise RendererCrashed(inner=f"it had more than {self.bytes} bytes of files")

    def _in_folder(self, folder: Path) -> int:
        used = 0
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number == self.entries:
                    raise RendererCrashed(inner=f"its folder had more than {self.entries} entries")
                if entry.is_dir(follow_symlinks=False):
                    raise RendererCrashed(inner="its folder had a folder in it")
                # It may rename or remove it meanwhile.
                with suppress(FileNotFoundError):
                    used += _size(entry.stat(follow_symlinks=False))
        return used


def _size(status: os.stat_result) -> int:
    """Return how much room a file takes, or how long it says it is, whichever is more."""
    return max(status.st_size, status.st_blocks * _BLOCK_BYTES)


def _held_by(pid: int) -> int:
    """Return the size of the files without a name that ``pid`` has open: removed ones, and memory files."""
    used = 0
    # It may have ended meanwhile, and close any of them.
    with suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                status = os.stat(f"/proc/{pid}/fd/{number}")
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    used += status.st_blocks * _BLOCK_BYTES
    return used
