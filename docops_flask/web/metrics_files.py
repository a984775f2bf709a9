"""The files in which gunicorn's workers keep their figures, one set for each worker's number.

The client library would name them after process ids: every worker that is replaced would leave files
behind. Here a worker takes the lowest number that no living worker holds (an ``flock`` says so, however its
holder ended) and goes on counting where the last one with that number left off. So counters never go back,
and there are no more files than workers at a time.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from docops_flask.jobs.errors import storage_errors

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# More than all series take, so that no file has to grow when the volume may be full.
_FILE_BYTES = 256 * 1024
_KINDS = ("counter", "histogram", "gauge_livesum", "gauge_livemax")


class MetricsFiles:
    """The files of all workers in ``folder``, which gunicorn's master has made."""

    def __init__(self, folder: Path) -> None:
        """Make no file yet."""
        self._folder = folder
        self._mutex = threading.Lock()
        self._owner = 0
        self._lock_fd = -1
        self._number: int | None = None
        # Until ``open`` was called: the library's own choice would be files with holes, see ``_reserve``.
        values.ValueClass = values.MutexValue

    def open(self) -> None:
        """Have the metrics that are made from now on kept in this worker's files.

        Raises ``OSError`` when the volume has no room for them.
        """
        os.environ[FOLDER_VARIABLE] = str(self._folder)
        values.ValueClass = values.MultiProcessValue(self.number)  # type: ignore[no-untyped-call]

    def number(self) -> int:
        """Return this process's number; one that was forked takes another than its parent's."""
        with self._mutex:
            if self._number is None or self._owner != os.getpid():
                self._number = self._take_number()
                self._owner = os.getpid()
            return self._number

    def of_all_workers(self) -> CollectorRegistry:
        """Return a registry that holds the figures of all workers, those of dead ones included.

        What counts living things, taken slots for example, is forgotten with the worker that said it.
        Raises ``InsufficientStorage`` when the folder is gone.
        """
        with storage_errors(), self._alone():
            for name in os.listdir(self._folder):
                number, is_lock, _ = name.partition(".lock")
                if is_lock and number != str(self._number):
                    self._forget_if_dead(int(number))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return registry

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other worker take a number, or forget one, inside the block."""
        fd = os.open(self._folder / "numbers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            # A renderer that was forked meanwhile has the descriptor too; closing ours would not unlock it.
            fcntl.flock(fd, fcntl.LOCK_UN)
            os.close(fd)

    def _take_number(self) -> int:
        with self._alone():
            number = 0
            while (lock_fd := self._lock(number)) is None:
                number += 1
            try:
                mark_process_dead(number, str(self._folder))  # type: ignore[no-untyped-call]
                for kind in _KINDS:
                    _reserve(self._folder / f"{kind}_{number}.db")
            except OSError:
                os.close(lock_fd)
                raise
        # The lock is held for as long as this process lives.
        self._lock_fd = lock_fd
        return number

    def _forget_if_dead(self, number: int) -> None:
        lock_fd = self._lock(number)
        if lock_fd is not None:
            mark_process_dead(number, str(self._folder))  # type: ignore[no-untyped-call]
            fcntl.flock(lock_fd, fcntl.LOCK_UN)
            os.close(lock_fd)

    def _lock(self, number: int) -> int | None:
        lock_fd = os.open(self._folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock_fd)
            return None
        return lock_fd


def _reserve(path: Path) -> None:
    """Make ``path`` with all its room on the volume, unless it is there.

    Writing to a mapped hole of a full volume would kill the worker (SIGBUS). Another worker may read all
    files at any time, so there is never an empty one under the name.
    """
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    try:
        with draft.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
