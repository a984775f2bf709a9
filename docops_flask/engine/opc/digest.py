"""SHA-256 (FIPS 180-4), computed without OpenSSL if loading it would take longer than hashing."""

import sys
from mmap import mmap
from typing import Any

# From so many bytes in all on OpenSSL saves more time than loading it takes: 3 ms; without it, 2.6 ms a MB.
_LARGE_BYTES = 600_000


class _Hashed:
    """How many bytes this process has hashed: many small contents in all load OpenSSL as a large one does."""

    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 0


_so_far = _Hashed()


def sha256(content: bytes | memoryview | mmap, of_all: int = 0) -> str:
    """Return the SHA-256 digest of ``content`` in hexadecimal; ``of_all`` bytes are to be hashed in all."""
    size = _so_far.size = _so_far.size + len(content)
    if _small is None or max(of_all, size) >= _LARGE_BYTES:
        import hashlib

        return hashlib.sha256(content).hexdigest()
    digest: str = _small(content).hexdigest()
    return digest


def _without_openssl() -> Any:
    """Return CPython's built-in SHA-256, or ``None`` if OpenSSL is loaded already or there is no built-in."""
    if "hashlib" in sys.modules:
        return None
    # The module is _sha2 since Python 3.12.
    for name in ("_sha2", "_sha256"):
        try:
            return __import__(name).sha256
        except ImportError:
            continue
    return None


_small = _without_openssl()
