"""Prints text for people, whatever their terminal's encoding can hold, and while anybody reads it."""

import os
import sys
from collections.abc import Iterable


def print_lines(lines: Iterable[str]) -> None:
    r"""Print ``lines``; a character that standard output cannot take is written as ``\u901a``.

    A reader that has closed its end (``| head``) wants no more; that is no error.
    """
    try:
        for line in lines:
            print(line.encode(sys.stdout.encoding, "backslashreplace").decode(sys.stdout.encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # What Python flushes at its end goes nowhere, without another word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
