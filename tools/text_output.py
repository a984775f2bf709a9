"""Prints text for people, whatever their terminal's encoding can hold."""

import sys
from collections.abc import Iterable


def print_lines(lines: Iterable[str]) -> None:
    r"""Print ``lines``; a character that standard output cannot take is written as ``\u901a``."""
    for line in lines:
        print(line.encode(sys.stdout.encoding, "backslashreplace").decode(sys.stdout.encoding))
