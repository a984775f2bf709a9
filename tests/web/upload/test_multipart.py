"""A form's parts are the same wherever the network and the decoder's blocks cut its bytes."""

import io
import random
from collections.abc import Iterator

import pytest

from docops_flask.web.errors import BodyUnreadable
from docops_flask.web.request import RequestBody
from docops_flask.web.upload.multipart import read_parts

KIB = 1024
BOUNDARY = "boundary"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
# In letters, so that no two of them make a boundary.
NEARLY = [
    b"x--boundaryx", b"x\r\n--boundarx", b"x\r\n--boundaryX\r\nx", b"x\n--x", b"x\rx", b"x\r--boundx",
]  # fmt: skip


class Body(RequestBody):
    """A request's body that comes in pieces of these sizes, then in pieces of the last."""

    def __init__(self, content: bytes, *sizes: int) -> None:
        super().__init__({"wsgi.input": io.BytesIO()}, len(content))
        self.rest = content
        self.sizes = list(sizes)

    def read(self, size: int = 64 * KIB) -> bytes:
        size = min(size, self.sizes.pop(0) if len(self.sizes) > 1 else self.sizes[0])
        block, self.rest = self.rest[:size], self.rest[size:]
        return block


class Parts:
    """Keeps the parts that came."""

    def __init__(self) -> None:
        self.names: list[tuple[str | None, str | None]] = []
        self.contents: list[bytes] = []

    def begin(self, name: str | None, filename: str | None) -> None:
        self.names.append((name, filename))
        self.contents.append(b"")

    def write(self, block: bytes) -> None:
        self.contents[-1] += block


def form(*contents: bytes, end: bytes = b"--boundary--\r\n") -> bytes:
    head = b'--boundary\r\nContent-Disposition: form-data; name="%d"; filename="%d.bin"\r\n\r\n'
    parts = (head % (number, number) + content + b"\r\n" for number, content in enumerate(contents))
    return b"".join(parts) + end


def read(body: Body) -> list[bytes]:
    parts = Parts()
    read_parts(body, TYPE, parts)
    return parts.contents


def contents(seed: int) -> Iterator[bytes]:
    """Contents of all sizes around the blocks', with sequences that resemble a boundary inserted."""
    chance = random.Random(seed)
    for size in (0, 1, 40, 70 * KIB, 256 * KIB - 3, 256 * KIB, 520 * KIB):
        content = bytearray(chance.randbytes(size))
        for _ in range(chance.randrange(6)):
            at = chance.randrange(len(content) + 1)
            content[at:at] = chance.choice(NEARLY)
        yield bytes(content)


@pytest.mark.parametrize("size", [7, 300, 4 * KIB, 16 * KIB, 16 * KIB + 1, 64 * KIB, 1024 * KIB])
def test_contents_are_complete_in_blocks_of_any_size(size: int) -> None:
    expected = list(contents(0))[: 3 if size < KIB else None]
    assert read(Body(form(*expected), size)) == expected


@pytest.mark.parametrize("seed", range(20))
def test_contents_that_resemble_a_boundary_are_complete(seed: int) -> None:
    expected = list(contents(seed))
    sizes = random.Random(seed).choices(range(1, 300 * KIB), k=20)
    assert read(Body(form(*expected), *sizes)) == expected


def test_a_boundary_may_be_cut_anywhere() -> None:
    first, second = b"a" * 40 * KIB, b"b" * 10
    whole = form(first, second)
    start = whole.index(b"\r\n--boundary", 100)
    for cut in range(start - 3, start + 80):
        assert read(Body(whole, cut, 256 * KIB)) == [first, second]


def test_large_content_is_passed_on_in_large_blocks() -> None:
    """Each piece takes a turn of the decoder, and small ones are most of what a refusal costs."""
    pieces: list[int] = []

    class Sizes(Parts):
        def write(self, block: bytes) -> None:
            pieces.append(len(block))

    read_parts(Body(form(bytes(1024 * KIB)), 256 * KIB), TYPE, Sizes())
    assert sum(pieces) == 1024 * KIB
    assert len(pieces) <= 8


@pytest.mark.parametrize("size", [16 * KIB, 256 * KIB])
def test_a_content_without_an_end_is_an_error(size: int) -> None:
    with pytest.raises(BodyUnreadable):
        read(Body(form(bytes(600 * KIB), end=b"")[:-2], size))
