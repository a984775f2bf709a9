"""The result of a batch as bytes: the members of its segments in their order, and a tail (``ending``)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from docops_flask.batches.folder import BatchFolder

_BLOCK_BYTES = 256 * 1024


class Piece(NamedTuple):
    """The first ``size`` bytes of a file."""

    path: Path
    size: int


class Result(NamedTuple):
    """The pieces that a result consists of, and their size."""

    pieces: tuple[Piece, ...]
    size: int


def result_of(batch: BatchFolder, part: int, chunks: Sequence[int]) -> Result:
    """Return the result of ``chunks`` that ends with the tail of ``part``.

    Raises ``FileNotFoundError`` where the batch is gone.
    """
    pieces = [Piece(batch.segment_zip(each), batch.summary(each).end) for each in chunks]
    tail = batch.path / "result" / f"tail-{part}"
    pieces.append(Piece(tail, tail.stat().st_size))
    return Result(tuple(pieces), sum(each.size for each in pieces))


def result_blocks(result: Result, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of a result from ``start`` to before ``end``; raises ``OSError`` where it is gone."""
    position = 0
    for piece in result.pieces:
        first, behind = max(start - position, 0), min(end - position, piece.size)
        position += piece.size
        if first >= behind:
            continue
        with piece.path.open("rb", buffering=0) as file:
            file.seek(first)
            left = behind - first
            while left:
                block = file.read(min(left, _BLOCK_BYTES))
                if not block:
                    raise FileNotFoundError(piece.path)
                left -= len(block)
                yield block
