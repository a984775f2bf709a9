"""Folders that could not be removed when their job ended: a thread tries again until they are gone.

A job folder may hold so much that its removal would delay an answer, or something that cannot be removed now:
no descriptor is free, something is mounted there, it belongs to another user.
"""

import logging
import threading
import time
from collections.abc import Callable

from docops_flask.jobs.removal import MayGoOn, Removal, at_most, remove_folder

# A request removes that many entries; a job makes a handful.
REQUEST_ENTRIES = 1000
# It tries that many that others have left, folders included.
RETRIED_ENTRIES = 100
_FIRST_WAIT_SECONDS = 1.0
_MOST_WAIT_SECONDS = 60.0
# So that a long removal leaves the processor and the disk to the jobs from time to time.
_ENTRIES_BETWEEN_PAUSES = 500
_PAUSE_SECONDS = 0.01
_CLOSE_SECONDS = 5.0
_log = logging.getLogger(__name__)

# Is told how many folders wait for their removal now.
OnLeft = Callable[[int], None]
# Is told of each folder, once, that an attempt could not remove.
OnFailure = Callable[[], None]


class Leftovers:
    """The folders that this process has still to remove; safe to use from many threads, never raises.

    The thread that removes them lives as long as there are any.
    """

    def __init__(self, on_left: OnLeft = lambda _count: None, on_failure: OnFailure = lambda: None) -> None:
        """Take who is told of folders that are left; both are called from any thread."""
        self._on_left = on_left
        self._on_failure = on_failure
        self.forget()

    def forget(self) -> None:
        """Have none, and no thread, as in a forked child: they are its parent's to remove."""
        self._changed = threading.Condition()
        # Each with whether somebody was told that it could not be removed.
        self._told: dict[str, bool] = {}
        # Two threads that removed the same folder would take each other's work for failures.
        self._under_way: set[str] = set()
        self._remover: threading.Thread | None = None
        self._is_closing = False

    def remove(self, path: str, may_go_on: MayGoOn) -> None:
        """Remove the folder ``path`` as far as there is time now; the rest follows."""
        self._note(path, remove_folder(path, may_go_on))

    def add(self, path: str) -> None:
        """Have the folder ``path`` removed soon."""
        self._note(path, Removal(gone=False))

    def try_again(self) -> None:
        """Remove what is left as far as a request has time for."""
        self._remove_all(at_most(RETRIED_ENTRIES))

    def close(self) -> None:
        """Remove what is left within some seconds; what stays then is left to the next server process."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            remover = self._remover
        deadline = time.monotonic() + _CLOSE_SECONDS
        if remover is not None:
            remover.join(_CLOSE_SECONDS)
        self._remove_all(lambda: time.monotonic() < deadline)
        with self._changed:
            self._told.clear()
            self._is_closing = False
            self._on_left(0)

    def _remove_all(self, may_go_on: MayGoOn) -> None:
        with self._changed:
            paths = list(self._told)
        for path in paths:
            with self._changed:
                if path in self._under_way or path not in self._told:
                    continue
                if not may_go_on():
                    return
                self._under_way.add(path)
            removal = remove_folder(path, may_go_on)
            with self._changed:
                self._under_way.discard(path)
            self._note(path, removal)

    def _note(self, path: str, removal: Removal) -> None:
        """Keep in mind, or forget, what came of an attempt."""
        with self._changed:
            if removal.gone:
                if self._told.pop(path, None) is not None:
                    self._on_left(len(self._told))
                return
            is_new_failure = removal.error is not None and not self._told.get(path)
            is_new = path not in self._told
            self._told[path] = removal.error is not None or self._told.get(path, False)
            if is_new:
                self._on_left(len(self._told))
                self._start()
        if is_new_failure:
            _log.warning("%s cannot be removed now (%s); it is tried again", path, removal.error)
            self._on_failure()

    def _start(self) -> None:
        """Have the remover see to what was added."""
        self._changed.notify_all()
        if self._remover is not None or self._is_closing:
            return
        remover = threading.Thread(target=self._work, name="docops-removal", daemon=True)
        try:
            remover.start()
        except RuntimeError:
            # No thread can be had. Whoever makes the next folder tries again.
            return
        self._remover = remover

    def _work(self) -> None:
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            self._remove_all(self._pausing())
            with self._changed:
                if not self._told or self._is_closing:
                    self._remover = None
                    return
                was_told = self._changed.wait(wait_seconds)
            wait_seconds = _FIRST_WAIT_SECONDS if was_told else min(wait_seconds * 2, _MOST_WAIT_SECONDS)

    def _pausing(self) -> MayGoOn:
        count = 0

        def may_go_on() -> bool:
            nonlocal count
            count += 1
            if count % _ENTRIES_BETWEEN_PAUSES == 0:
                time.sleep(_PAUSE_SECONDS)
            return not self._is_closing

        return may_go_on
