"""How much lies under a folder: the number of its children, the bytes below it, and the largest files."""

import heapq
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file and its size; ``path`` is relative to the measured folder and always printable text."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Watermark:
    """What lay under a folder at one moment.

    ``count`` is the number of the folder's children of any kind: a folder counts as one with all below it,
    an empty one as well. ``bytes`` are the sizes of all regular files below, ``top`` the largest of them,
    ``warnings`` what could not be measured.
    """

    count: int
    bytes: int
    top: tuple[LargeFile, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return this as ``check_tmp_watermark --json`` prints it."""
        top = [{"path": file.path, "bytes": file.bytes} for file in self.top]
        return {"count": self.count, "bytes": self.bytes, "top_n": top, "warnings": list(self.warnings)}


def measure(root: Path, top_n: int = 10) -> Watermark:
    """Measure what lies under ``root``; never raises ``OSError``, what cannot be read is a warning.

    Symbolic links below ``root`` count as entries and are not followed. What vanishes while this looks
    was not there.
    """
    if not os.path.isdir(root):
        state = "is not a folder" if os.path.exists(root) else "does not exist or cannot be reached"
        return Watermark(0, 0, (), (f"{_shown(root)} {state}",))
    walk = _Walk(root)
    count = total = 0
    top: list[tuple[int, str]] = []
    for path, size in walk.entries():
        count += os.sep not in path
        total += size or 0
        if size is not None and top_n > 0:
            heapq.heappush(top, (size, path))
            if len(top) > top_n:
                heapq.heappop(top)
    largest = tuple(LargeFile(path, size) for size, path in sorted(top, reverse=True))
    return Watermark(count, total, largest, tuple(walk.warnings))


def paths_under(root: Path) -> list[str]:
    """Return the paths of what lies under ``root``, relative to it, printable and sorted.

    Never raises ``OSError``: of what cannot be read there is the name alone.
    """
    return sorted(path for path, _ in _Walk(root).entries())


@dataclass
class _Walk:
    root: Path
    warnings: list[str] = field(default_factory=list)

    def entries(self) -> Iterator[tuple[str, int | None]]:
        """Yield each entry's path and, for a regular file, its size."""
        folders = [os.fspath(self.root)]
        while folders:
            for entry in self._children(folders.pop()):
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    self._warn(entry.path, error)
                    continue
                if stat.S_ISDIR(status.st_mode):
                    folders.append(entry.path)
                path = _shown(os.path.relpath(entry.path, self.root))
                yield path, status.st_size if stat.S_ISREG(status.st_mode) else None

    def _children(self, folder: str) -> list["os.DirEntry[str]"]:
        try:
            with os.scandir(folder) as children:
                return list(children)
        except FileNotFoundError:
            return []
        except OSError as error:
            self._warn(folder, error)
            return []

    def _warn(self, path: str, error: OSError) -> None:
        self.warnings.append(f"{_shown(path)} cannot be read: {error.strerror}")


def _shown(path: str | Path) -> str:
    text = os.fspath(path)
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
