"""The disk of a work folder: a small one of its own where the system allows it, to be filled at will."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SIZE = "64m"


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk at ``folder`` inside ``with``; yields whether the system let us (root, mostly)."""
    mounted = _mount(folder)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Leave no byte free on the small disk at ``folder`` inside ``with``."""
    filling = folder / "filling"
    try:
        # What others free or take meanwhile is met by asking for more than there is.
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as target:
            target.write(bytes(shutil.disk_usage(folder).total))
        yield
    finally:
        filling.unlink(missing_ok=True)


def _mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
