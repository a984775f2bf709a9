"""What a process can make of a folder so that it is hard to remove."""

import os
import subprocess
from pathlib import Path


def clear(folder: Path) -> None:
    """Remove what a failed test leaves in ``folder``: pytest would do it by recursion, and fail."""
    subprocess.run(["rm", "-rf", *folder.iterdir()], check=False)


def nest(folder: Path, depth: int, mode: int = 0o700) -> None:
    """Make ``depth`` folders, each in the one before; no path to the innermost would be short enough.

    Each gets ``mode`` once it holds the next.
    """
    opened = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY)]
    for number in range(depth):
        os.mkdir("d" * 100, dir_fd=opened[-1])
        opened.append(os.open("d" * 100, os.O_RDONLY | os.O_DIRECTORY, dir_fd=opened[-1]))
        if len(opened) > 2:
            os.close(opened.pop(0))
        if number == depth - 1:
            os.close(os.open("innermost", os.O_CREAT | os.O_WRONLY, dir_fd=opened[-1]))
        if mode != 0o700:
            os.fchmod(opened[-1 if number == depth - 1 else -2], mode)
    for descriptor in opened:
        os.close(descriptor)


def widen(folder: Path, count: int) -> None:
    """Make ``count`` empty files."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for number in range(count):
        os.close(os.open(str(number), os.O_CREAT | os.O_WRONLY, dir_fd=opened))
    os.close(opened)


def close_by_modes(folder: Path) -> None:
    """Make a tree in which every folder, ``folder`` too, keeps its own owner out, each in another way."""
    for mode in (0o000, 0o100, 0o200, 0o300, 0o400, 0o500, 0o600):
        inner = folder / f"{mode:o}" / "inner"
        inner.mkdir(parents=True)
        (inner / "file").touch(0o000)
        (inner / "empty").mkdir()
        inner.chmod(mode)
        inner.parent.chmod(mode)
    folder.chmod(0o000)
