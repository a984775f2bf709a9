"""The files in which gunicorn's workers keep their figures, one set for each worker's number.

The client library would name them after process ids: every worker that is replaced would leave files
behind. gunicorn's master gives each worker the lowest number that none of its living workers has
(``serving.pre_fork``), so a new worker goes on counting where the last one with that number left off.
Counters never go back, and there are no more files than workers at a time.
"""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from docops_flask.jobs.errors import storage_errors

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
NUMBER_VARIABLE = "DOCOPS_WORKER_NUMBER"
# More than all series take, so that no file has to grow when the volume may be full.
_FILE_BYTES = 256 * 1024
_KINDS = ("counter", "histogram", "gauge_livesum", "gauge_livemax")


class MetricsFiles:
    """The files of all workers in ``folder``, which gunicorn's master has made."""

    def __init__(self, folder: Path, number: int) -> None:
        """Take the files of the worker ``number``; make none yet."""
        self._folder = folder
        self._number = number
        # Until ``open`` was called: the library's own choice would be files with holes, see ``_reserve``.
        values.ValueClass = values.MutexValue

    def open(self) -> None:
        """Have the metrics that are made from now on kept in this worker's files.

        Raises ``OSError`` when the volume has no room for them.
        """
        # What the last worker with this number said of living things, taken slots for example, is forgotten.
        mark_process_dead(self._number, str(self._folder))  # type: ignore[no-untyped-call]
        for kind in _KINDS:
            _reserve(self._folder / f"{kind}_{self._number}.db")
        values.ValueClass = values.MultiProcessValue(lambda: self._number)  # type: ignore[no-untyped-call]

    def of_all_workers(self) -> CollectorRegistry:
        """Return a registry that holds the figures of all workers, those of dead ones included.

        Raises ``InsufficientStorage`` when the folder is gone.
        """
        with storage_errors():
            os.stat(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return registry


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
