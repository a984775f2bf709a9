"""What is known of values that were put in behind filling, whatever their kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Moved(Protocol):
    """Leads from addresses before values were put in to those behind."""

    def path(self, path: str) -> str:
        """Return the address of a paragraph, the first of those that it became."""

    def all_paths(self, path: str) -> Sequence[str]:
        """Return the addresses of all paragraphs that one became."""


class PutIn(Protocol):
    """Values of one kind that were put in."""

    @property
    def moved(self) -> Moved:
        """What leads to the addresses behind."""

    @property
    def again(self) -> Callable[[Mapping[str, bytes]], Mapping[str, bytes]]:
        """Puts the same values into parts that differ in properties alone."""
