"""The copies of blocks that something in the result belongs to."""

from collections.abc import Iterator

from docops_flask.engine.integrity.expansion.log_blocks import Copies
from docops_flask.engine.integrity.expansion.pairing import Block


class Frame:
    """Copy ``copy`` (from 0) of ``count`` of ``block`` in the copy ``outer``; no block outside of all.

    ``copies`` is what the log calls it. ``is_first`` says that it is the first copy of all blocks around.
    """

    __slots__ = ("block", "copies", "copy", "count", "is_first", "is_kept", "outer", "part")

    def __init__(
        self,
        outer: "Frame | None" = None,
        block: Block | None = None,
        copy: int = 0,
        count: int = 1,
        *,
        is_kept: bool = False,
        part: str = "main",
    ) -> None:
        self.outer = outer
        self.block = block
        self.copy = copy
        self.count = count
        # Whether what belongs to it stays as it is, since a block was not given.
        self.is_kept = is_kept
        self.part = part
        self.copies: Copies = ()
        if outer is not None and block is not None:
            self.copies = (*outer.copies, (block.number, copy))
        self.is_first: bool = not copy and (outer is None or outer.is_first)

    def copies_of(self, block: Block, count: int) -> "list[Frame]":
        """Return the ``count`` copies of a block in this copy."""
        # Set one by one, as lists are long and calling a class takes three times as long.
        around, number, new = self.copies, block.number, Frame.__new__
        frames = []
        for copy in range(count):
            frame = new(Frame)
            frame.outer = self
            frame.block = block
            frame.copy = copy
            frame.count = count
            frame.is_kept = False
            frame.part = "main"
            frame.copies = (*around, (number, copy))
            frame.is_first = self.is_first and not copy
            frames.append(frame)
        return frames

    def kept(self) -> "Frame":
        """Return a frame for what stays as it is in this copy."""
        return Frame(self.outer, self.block, self.copy, self.count, is_kept=True, part=self.part)

    def around(self) -> "Iterator[tuple[Block, Frame]]":
        """Yield the blocks it is a copy of, from the innermost out."""
        frame: Frame | None = self
        while frame is not None and frame.block is not None:
            yield frame.block, frame
            frame = frame.outer
