"""SHA-256 of members, whichever library does it."""

import hashlib
import subprocess
import sys

import pytest

from docops_flask.engine.opc import digest

SIZES = [0, 1, 65, 599_999, 600_000]
ALONE = (
    "import sys; from docops_flask.engine.opc.digest import sha256; size = int(sys.argv[1]); "
    "print(*[sha256(b'x' * size) for _ in range(int(sys.argv[2]))], '_hashlib' in sys.modules)"
)


@pytest.mark.parametrize("size", SIZES)
def test_the_digest_equals_that_of_hashlib(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert digest.sha256(content) == hashlib.sha256(content).hexdigest()
    assert digest.sha256(memoryview(content)) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", SIZES)
def test_openssl_is_loaded_only_for_large_content(size: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(size), "1"], capture_output=True, text=True, check=True
    )
    expected = hashlib.sha256(b"x" * size).hexdigest()
    assert done.stdout.split() == [expected, str(size >= 600_000)]


@pytest.mark.parametrize(("times", "is_loaded"), [(2, False), (3, True), (4, True)])
def test_openssl_is_loaded_as_well_for_much_small_content(times: int, is_loaded: bool) -> None:
    command = [sys.executable, "-c", ALONE, "200000", str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    expected = hashlib.sha256(b"x" * 200_000).hexdigest()
    assert done.stdout.split() == [*[expected] * times, str(is_loaded)]


def test_without_the_small_sha256_module_hashlib_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "_small", None)
    assert digest.sha256(b"x") == hashlib.sha256(b"x").hexdigest()


def test_small_content_among_much_is_hashed_as_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_content: bytes) -> None:
        raise AssertionError("the built-in module was used")

    monkeypatch.setattr(digest, "_small", refused)
    assert digest.sha256(b"x", 600_000) == hashlib.sha256(b"x").hexdigest()
