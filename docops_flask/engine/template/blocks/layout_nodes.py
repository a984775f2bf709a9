"""The ranges of a part's bytes that are not copied as they are, nested as they lie in one another."""

from collections.abc import Sequence

from docops_flask.engine.template.blocks.copied_notes import NoteKey
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pieces import Piece


class Node:
    """A range of bytes that is not copied as it is."""

    __slots__ = ("children", "end", "kept", "new", "of", "rank", "start")

    def __init__(  # noqa: PLR0917, all are positions or what stands there
        self,
        start: int,
        end: int,
        rank: int,
        of: object,
        new: bytes = b"",
        kept: Sequence[tuple[int, int]] = (),
    ) -> None:
        """``new``, then the template's bytes ``kept``, stand in place of it."""
        self.start = start
        self.end = end
        self.rank = rank
        self.of = of
        self.new = new
        self.kept = kept
        self.children: list[Node] = []


# What a node is: the content of a container, a block, a paragraph or table around some, what gives way.
CONTAINER, BLOCK, AROUND, CUT = range(4)


class MergeNode:
    """The mark of a merged cell behind a block."""

    __slots__ = ("found",)

    def __init__(self, found: FoundBlock) -> None:
        self.found = found


class NoteNode:
    """A note that a block refers to."""

    __slots__ = ("key",)

    def __init__(self, key: NoteKey) -> None:
        self.key = key


class EmptiedNode:
    """A control paragraph that stays, with the outermost blocks beside it that have tags in it."""

    __slots__ = ("owners", "piece")

    def __init__(self, piece: Piece, owners: list[FoundBlock]) -> None:
        self.piece = piece
        self.owners = owners


class TagNode:
    """A tag in a paragraph beside its block."""

    __slots__ = ("found",)

    def __init__(self, found: FoundBlock) -> None:
        self.found = found
