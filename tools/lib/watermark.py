"""Measures a server's work folder: the number of entries, their bytes, and the largest files."""

import argparse
import heapq
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.lib.command_line import integer, print_lines


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file and its size; ``path`` is relative to the measured folder and always printable text."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Watermark:
    """The content of a folder at one moment.

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

    Symbolic links below ``root`` count as entries and are not followed. Files that are removed meanwhile
    are not counted.
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
    """Return the paths of all entries under ``root``, relative to it, printable and sorted.

    Never raises ``OSError``: of a folder that cannot be read only the name is returned.
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


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; always return 0, also when the folder does not exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--root", type=Path, required=True, help="the folder, for example the server's TMPDIR"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--top-n", type=integer(0), default=10, metavar="N", help="the largest files to name (%(default)s)"
    )
    options = parser.parse_args(arguments)
    watermark = measure(options.root, options.top_n)
    print_lines([json.dumps(watermark.as_json(), indent=2)] if options.json else _text(watermark))
    return 0


def _text(watermark: Watermark) -> list[str]:
    lines = [f"{watermark.count:,} children, {watermark.bytes:,} bytes"]
    lines += [f"{file.bytes:>15,}  {file.path}" for file in watermark.top]
    return lines + [f"warning: {warning}" for warning in watermark.warnings]
