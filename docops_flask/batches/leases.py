"""Claims on work between machines: a file that its holder writes anew every second.

Who finds the file of another watches whether it changes, by his own clock alone: clocks of machines differ.
A lease is no lock. A holder that stood still for longer than others wait has lost it without knowing; then
two do the same work, whose results are created once or are equal. So a lease saves work and nothing more.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from docops_flask.batches.files import Files, write
from docops_flask.engine.errors import DocopsError

_RENEWED_SECONDS = 1.0
# Of several renewals: a store that is slow for a while costs no lease.
_PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.25


class Leases:
    """The leases that this process holds, renewed by a thread of their own."""

    def __init__(self, renewed: float = _RENEWED_SECONDS, patience: float = _PATIENCE_SECONDS) -> None:
        """Take seconds: between renewals, and until another's lease that stays as it is counts as left."""
        self._renewed_seconds = renewed
        self._patience = patience
        self._mutex = threading.Lock()
        self._held: dict[str, tuple[Files, str]] = {}
        self._thread: threading.Thread | None = None
        self._changed = threading.Event()

    @contextmanager
    def claimed(self, files: Files, name: str) -> Iterator[bool]:
        """Hold the lease ``name`` inside ``with``; yield whether it is held, or another is at work."""
        token = secrets.token_hex(8)
        if not self._take(files, name, token):
            yield False
            return
        with self._mutex:
            self._held[token] = (files, name)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew, name="docops-leases", daemon=True)
                self._thread.start()
        self._changed.set()
        try:
            yield True
        finally:
            with self._mutex:
                del self._held[token]
            # One that stays is left soon: nobody renews it.
            with suppress(OSError, DocopsError):
                files.remove(name)

    def _take(self, files: Files, name: str, token: str) -> bool:
        """Take a lease that nobody has, or that its holder has not renewed for too long."""
        seen, until = None, time.monotonic() + self._patience
        while not files.create(name, token.encode()):
            with suppress(FileNotFoundError):
                found = files.read(name)
                if found != seen and seen is not None:
                    return False
                seen = found
            if time.monotonic() >= until:
                write(files, name, token.encode())
                return True
            time.sleep(_LOOK_SECONDS)
        return True

    def _renew(self) -> None:
        for number in count(1):
            self._changed.wait()
            time.sleep(self._renewed_seconds)
            with self._mutex:
                held = list(self._held.items())
                if not held:
                    self._changed.clear()
            for token, (files, name) in held:
                with suppress(OSError, DocopsError):
                    # Not where it was given back meanwhile: the file would stay.
                    with self._mutex:
                        is_held = token in self._held
                    if is_held:
                        write(files, name, f"{token} {number}".encode())
