"""Helpers for command lines: argument types whose errors argparse reports, progress, printing."""

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.lib.client import Client


def integer(least: int) -> Callable[[str], int]:
    """Return an argparse type for an integer of at least ``least``."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r} cannot be used; use an integer of at least {least}")
        return value

    return parse


def positive_seconds(text: str) -> float:
    """Parse a finite number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} cannot be used; use seconds above 0")
    return value


def base_url(text: str) -> str:
    """Check that ``Client`` accepts the address, and return it."""
    try:
        Client(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def existing_folder(text: str) -> Path:
    """Return the path of an existing folder."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not an existing folder")
    return Path(text)


def writable_file(text: str) -> Path:
    """Return a file that can be there; its folder is made where it is missing."""
    file = Path(text)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"{text!r} cannot be written; its folder cannot be made: {error.strerror}"
        raise argparse.ArgumentTypeError(problem) from None
    if file.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} cannot be written; it is a folder")
    return file


Progress = Callable[[int, int], None]


def terminal_progress(what: str) -> Progress | None:
    """Return a function that draws "``what`` done/total" on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{what} {done}/{total}" + ("\n" if done == total else ""))
        sys.stderr.flush()

    return show


def print_lines(lines: Iterable[str]) -> None:
    r"""Print ``lines``; a character that standard output cannot encode is written as ``\u901a``.

    A closed pipe (``| head``) is not an error.
    """
    try:
        for line in lines:
            print(line.encode(sys.stdout.encoding, "backslashreplace").decode(sys.stdout.encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output at exit; without this it would report the closed pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
