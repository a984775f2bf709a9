"""The progress of ``docops merge`` on a terminal: a bar, rows, rate, time left and faults."""

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

import click

_BAR_CHARACTERS = 20
_CLEAR_LINE = "\r\x1b[K"
# A rate of less is that of the first chunk alone.
_SURE_SECONDS = 2.0


class Progress:
    """Shows how far a merge has come, on one line of ``stream``; nothing where that is no terminal.

    Rows that an earlier command has done do not count for the rate. Use it in a ``with`` statement.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._is_shown = not quiet and self._stream.isatty()
        self._clock = clock
        self._began_at = clock()
        self._first_rows: int | None = None
        self._is_begun = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_begun:
            click.echo(file=self._stream)

    def show(self, done: int, total: int | None, failed: int) -> None:
        """Show how many rows are done, of how many (``None``: not yet known), and how many were not made."""
        if not self._is_shown:
            return
        if self._first_rows is None and total is not None:
            self._first_rows, self._began_at = done, self._clock()
        columns = shutil.get_terminal_size().columns - 1
        self._is_begun = True
        click.echo(f"{_CLEAR_LINE}{self._line(done, total, failed)[:columns]}", file=self._stream, nl=False)

    def _line(self, done: int, total: int | None, failed: int) -> str:
        if total is None:
            return "Reading the rows"
        filled = _BAR_CHARACTERS * done // total if total else _BAR_CHARACTERS
        bar = "#" * filled + "-" * (_BAR_CHARACTERS - filled)
        told = [f"[{bar}] {done:,} of {total:,} rows"]
        seconds = self._clock() - self._began_at
        new = done - (self._first_rows or 0)
        if new and seconds > 0:
            rate = new / seconds
            told.append(f"{rate:.0f}/s" if rate >= 1 else f"{rate * 60:.0f}/min")
            if seconds >= _SURE_SECONDS and done < total:
                told.append(f"{_duration((total - done) / rate)} left")
        if failed:
            told.append(f"{failed:,} not made")
        return ", ".join(told)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
