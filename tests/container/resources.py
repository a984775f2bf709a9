"""Sizes as compose files and manifests write them, and what they have to leave room for."""

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}

# For gunicorn's master and its workers, which take about 30 MB each, and what they receive and send.
SERVER_BYTES = 512 << 20


def binary_bytes(size: str) -> int:
    """The bytes of ``512Mi`` (Kubernetes), ``512m`` (mount) or ``512M`` (compose): multiples of 1024 all."""
    letters = size.lower().removesuffix("i")
    return int(letters[:-1]) * _UNITS[letters[-1]]
