"""Opens a file that a renderer made: a process not trusted, which may have put anything in its place."""

import os
import stat
from pathlib import Path

from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed


def open_made(path: Path, access: int) -> int:
    """Open ``path`` for ``access`` (``os.O_RDONLY`` or ``os.O_RDWR``), a regular file with no other name.

    Its renderer has to have ended. Raises ``RendererCrashed`` when it is something else or cannot be opened,
    ``InsufficientStorage`` when its folder is gone.
    """
    # Not through a link, and without blocking on a pipe somebody put there.
    try:
        descriptor = os.open(path, access | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if not path.parent.exists():
            raise InsufficientStorage(inner="the job's folder is gone") from error
        raise RendererCrashed(inner=f"{path.name} cannot be read: {type(error).__name__}") from error
    status = os.fstat(descriptor)
    # A second name could be that of a file outside, or change the file later.
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.geteuid():
        return descriptor
    os.close(descriptor)
    raise RendererCrashed(inner=f"{path.name} is no regular file of its own")
