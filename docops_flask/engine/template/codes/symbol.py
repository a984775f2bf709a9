"""A code as dark and light modules."""

from collections.abc import Sequence
from typing import NamedTuple


class CodeError(ValueError):
    """A text that a code cannot hold; the message says what it can."""


class Symbol(NamedTuple):
    """The modules of a code with its quiet zone, row by row from the top; 1 is dark.

    Code 128 has one row, which is stretched to the height of its bars.
    """

    rows: Sequence[bytes]

    @property
    def columns(self) -> int:
        """How many modules a row has."""
        return len(self.rows[0])
