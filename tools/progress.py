"""Tells people how far a tool is, when they watch."""

import sys
from collections.abc import Callable

Progress = Callable[[int, int], None]


def terminal_progress(what: str) -> Progress | None:
    """Return what draws "``what`` done/total" on standard error, ``None`` when that is no terminal."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{what} {done}/{total}" + ("\n" if done == total else ""))
        sys.stderr.flush()

    return show
