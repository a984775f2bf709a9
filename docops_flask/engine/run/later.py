"""Interfaces of the values that are put in after filling: rich values and sub-documents (``put_in``)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol


class Moved(Protocol):
    """Maps addresses in the filled document to those in the result."""

    def path(self, path: str) -> str:
        """Return the address in the result of the paragraph at ``path``, the first if it became several."""

    def all_paths(self, path: str) -> Sequence[str]:
        """Return the addresses of all paragraphs that the one at ``path`` became."""


class PutIn(Protocol):
    """All values of one kind that were put into a document."""

    @property
    def moved(self) -> Moved:
        """Maps addresses before they were put in to those in the result."""

    @property
    def again(self) -> Callable[[Mapping[str, bytes]], Mapping[str, bytes]]:
        """Puts the same values into parts that differ from the filled ones in formatting alone."""
