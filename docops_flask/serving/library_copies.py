"""The copies of the template library that gunicorn's master makes for its workers.

Each start and each reload makes one, in a process of its own, because the master stays small and opens no
template. A copy is removed when no worker that began with it is left.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Collection, MutableMapping
from contextlib import suppress
from pathlib import Path

from docops_flask.intake.library.entry import COPY_SUFFIX, COPY_VARIABLE, INDEX, SETTING
from docops_flask.jobs.workspace import Workspace, Workspaces
from docops_flask.settings.settings import SettingsError

_PROGRAM = "from docops_flask.intake.library.prepare import main; main()"


class LibraryCopies:
    """The copies in the folder for temporary files; ``current`` is the path of the newest."""

    def __init__(
        self,
        root: Path,
        most_seconds: float,
        secrets: Collection[str] = (),
        environ: MutableMapping[str, str] = os.environ,
    ) -> None:
        """Make none yet; making one may take ``most_seconds``. Workers find the newest by ``environ``.

        The variables ``secrets`` are kept from the process that makes it.
        """
        self._secrets = secrets
        self._most_seconds = most_seconds
        self._folders = Workspaces(root)
        self._copies: dict[str, tuple[Workspace, int]] = {}
        self._environ = environ
        self.current: str | None = None

    def renew(self) -> None:
        """Make a copy of the library as it is now; raises ``SettingsError``, with the copy before kept.

        The process that makes it has written to standard error why it could not.
        """
        copy = self._folders.create_lasting(COPY_SUFFIX)
        path = os.fspath(copy.path)
        # Renderers are made from it, and they must not have the password.
        environ = {name: value for name, value in self._environ.items() if name not in self._secrets}
        command = [sys.executable, "-c", _PROGRAM, path]
        # It ends when its standard input closes.
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, env=environ) as making:
            with suppress(subprocess.TimeoutExpired):
                making.wait(self._most_seconds)
            making.kill()
        # Not its exit status, which gunicorn may have taken: the index is written last.
        if not (copy.path / INDEX).is_file():
            copy.remove()
            raise SettingsError(f"{SETTING}: the library could not be read; the line before says why")
        self._copies[path] = copy, _locked(path)
        self._environ[COPY_VARIABLE] = self.current = path

    def remove_unused(self, used: Collection[str | None]) -> None:
        """Remove the copies that are not ``used``, but for the newest."""
        for path in [path for path in self._copies if path not in used and path != self.current]:
            copy, lock = self._copies.pop(path)
            os.close(lock)
            copy.remove()

    def close(self) -> None:
        """Remove all copies."""
        self._environ.pop(COPY_VARIABLE, None)
        for _, lock in self._copies.values():
            os.close(lock)
        self._copies.clear()
        self._folders.close()


def _locked(path: str) -> int:
    """Return a descriptor that holds a lock of the folder ``path``.

    systemd-tmpfiles, which removes old files from /tmp, leaves locked folders alone (tmpfiles.d(5)).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor
