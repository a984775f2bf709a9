"""The result of a batch as bytes: the members of its segments in their order, and a tail (``ending``)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.batches.files import Files
from docops_flask.batches.folder import BatchFolder


class Piece(NamedTuple):
    """The first ``size`` bytes of a file."""

    name: str
    size: int


class Result(NamedTuple):
    """The pieces that a result consists of, and their size."""

    files: Files
    pieces: tuple[Piece, ...]
    size: int


def result_of(batch: BatchFolder, tail: str, chunks: Sequence[int]) -> Result:
    """Return the result of ``chunks`` that ends with the file ``tail``.

    Raises ``FileNotFoundError`` where the batch is gone.
    """
    summaries = [batch.summary(each) for each in chunks]
    pieces = [Piece(each.zip, each.end) for each in summaries]
    pieces.append(Piece(tail, batch.files.size(tail)))
    return Result(batch.files, tuple(pieces), sum(each.size for each in pieces))


def result_blocks(result: Result, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of a result from ``start`` to before ``end``; raises ``OSError`` where it is gone."""
    position = 0
    for piece in result.pieces:
        first, behind = max(start - position, 0), min(end - position, piece.size)
        position += piece.size
        if first >= behind:
            continue
        yield from result.files.blocks(piece.name, first, behind)
