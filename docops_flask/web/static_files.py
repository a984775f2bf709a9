"""The console's own files: read from one folder, never from anywhere a path in a request leads."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Said here, because the machine's own table of media types differs from machine to machine.
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent; ``gzipped`` is ``content`` compressed (RFC 1952)."""

    content: bytes
    gzipped: bytes
    content_type: str


class StaticFiles:
    """The files of ``folder`` by their path below it."""

    def __init__(self, folder: Path) -> None:
        """List the files of ``folder``; a name that is not listed leads nowhere."""
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix in _CONTENT_TYPES
        }

    def find(self, name: str) -> StaticFile | None:
        """Return the file ``name`` as it is now, ``None`` when there is none."""
        path = self._paths.get(name)
        return None if path is None else _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _load(path: Path, _modified_ns: int) -> StaticFile:
    content = path.read_bytes()
    # Without a time in it the same file gives the same bytes.
    return StaticFile(content, gzip.compress(content, mtime=0), _CONTENT_TYPES[path.suffix])
