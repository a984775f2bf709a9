"""SHA-256 of members, whichever library does it."""

import hashlib
import subprocess
import sys

import pytest

from docops_flask.engine.opc import digest

SIZES = [0, 1, 65, 599_999, 600_000]
ALONE = (
    "import sys; from docops_flask.engine.opc.digest import sha256; size = int(sys.argv[1]); "
    "print(sha256(b'x' * size), sha256(memoryview(b'x' * size)), '_hashlib' in sys.modules)"
)


@pytest.mark.parametrize("size", SIZES)
def test_the_digest_equals_that_of_hashlib(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert digest.sha256(content) == hashlib.sha256(content).hexdigest()
    assert digest.sha256(memoryview(content)) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", SIZES)
def test_openssl_is_loaded_only_for_large_content(size: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(size)], capture_output=True, text=True, check=True
    )
    expected = hashlib.sha256(b"x" * size).hexdigest()
    assert done.stdout.split() == [expected, expected, str(size >= 600_000)]


def test_without_the_small_sha256_module_hashlib_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "_small", None)
    assert digest.sha256(b"x") == hashlib.sha256(b"x").hexdigest()


def test_small_content_among_much_is_hashed_as_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_content: bytes) -> None:
        raise AssertionError("the built-in module was used")

    monkeypatch.setattr(digest, "_small", refused)
    assert digest.sha256(b"x", 600_000) == hashlib.sha256(b"x").hexdigest()
