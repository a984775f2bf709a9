"""How many threads of a worker may wait for the bodies of requests."""

import threading
from collections.abc import Callable


class ReceivingPlaces:
    """``count`` places, one for each request whose body a thread waits for; safe to use from many threads."""

    def __init__(self, count: int, on_free: Callable[[], None]) -> None:
        """Make ``count`` free places; ``on_free`` is called, in any thread, whenever one gets free."""
        self._free = count
        self._on_free = on_free
        self._mutex = threading.Lock()

    def take(self) -> bool:
        """Take a place if there is one, and say whether there was."""
        with self._mutex:
            if self._free == 0:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._mutex:
            self._free += 1
        self._on_free()
