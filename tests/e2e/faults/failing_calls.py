"""Files of a server's work folder that cannot be changed any more, from the n-th system call on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.faults.preloaded import Preloaded

_ALL = 2**30


class FailingCalls:
    """Makes the calls fail that change files below a folder, in all processes that have the ``variables``."""

    def __init__(self, folder: Path, work_folder: Path) -> None:
        """Build the library in ``folder``."""
        self.folder = folder
        self._library = Preloaded("failing_calls", folder, "FAULT_CONTROL", "4i")
        self.variables = {**self._library.variables, "FAULT_FOLDER": str(work_folder)}

    @contextmanager
    def failing(self, error: int, first: int, *, once: bool = False) -> Iterator[None]:
        """Let the call number ``first`` (from 1) and, unless ``once``, all later ones fail with ``error``."""
        self._library.numbers = (first, 1 if once else _ALL, error, 0)
        yield
        self._library.numbers = (0, 0, 0, 0)

    @property
    def count(self) -> int:
        """How many such calls there were since ``failing`` began."""
        return int(self._library.numbers[3])
