"""SHA-256 (FIPS 180-4) without OpenSSL, where loading that would take longer than hashing."""

import sys
from typing import Any

# What OpenSSL saves on this much is what a renderer takes to load it: 5 ms.
_LARGE_BYTES = 1_500_000


def sha256(content: bytes | memoryview) -> str:
    """Return the digest in hexadecimal digits."""
    if _small is None or len(content) >= _LARGE_BYTES:
        import hashlib

        return hashlib.sha256(content).hexdigest()
    digest: str = _small(content).hexdigest()
    return digest


def _without_openssl() -> Any:
    """Return Python's own SHA-256; ``None`` where OpenSSL is loaded already, or there is no other."""
    if "hashlib" in sys.modules:
        return None
    # The first since Python 3.12.
    for name in ("_sha2", "_sha256"):
        try:
            return __import__(name).sha256
        except ImportError:
            continue
    return None


_small = _without_openssl()
