"""Choices of a fuzz test: by a seed in the suite, by the bytes that a coverage-guided fuzzer changes."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """What makes choices; ``random.Random`` is one."""

    def randrange(self, stop: int, /) -> int:
        """Return a number from 0 up to ``stop``, which is left out."""

    def choice(self, options: Sequence[T], /) -> T:
        """Return one of ``options``."""


class ChanceOfBytes:
    """Choices that bytes make, two for each; the first of all options once they are used up."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def randrange(self, stop: int, /) -> int:
        """Return a number from 0 up to ``stop``, which is left out."""
        taken = self._content[self._at : self._at + 2]
        self._at += 2
        return int.from_bytes(taken, "little") % stop

    def choice(self, options: Sequence[T], /) -> T:
        """Return one of ``options``."""
        return options[self.randrange(len(options))]
