"""The copy of a block that something in the result belongs to."""

from collections.abc import Iterator, Sequence

from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.scopes import Decision, Scope


class Frame:
    """A copy, number ``copy`` (from 0) of ``count``, of ``found`` in the copy ``outer``.

    ``scope`` is where names are looked up. Outside all blocks ``found`` is ``None``. ``is_kept`` says that
    what belongs to it stays as text, tags and all, since a value is missing.
    """

    __slots__ = ("_decisions", "copy", "count", "found", "is_kept", "is_original", "outer", "scope")

    def __init__(
        self,
        scope: Scope,
        outer: "Frame | None" = None,
        found: FoundBlock | None = None,
        copy: int = 0,
        count: int = 1,
    ) -> None:
        self.scope = scope
        self.outer = outer
        self.found = found
        self.copy = copy
        self.count = count
        self.is_kept = False
        # What was decided of blocks in it, by their numbers
        self._decisions: dict[int, Decision] | None = None
        # Whether it is the first copy of all blocks around.
        self.is_original: bool = not copy and (outer is None or outer.is_original)

    def copies_of(self, found: FoundBlock, scopes: Sequence[Scope]) -> "list[Frame]":
        """Return the copies of a block in this copy: one for each of ``scopes``."""
        # Set one by one, as lists are long and calling a class takes three times as long.
        new, count = Frame.__new__, len(scopes)
        frames = []
        for copy, scope in enumerate(scopes):
            frame = new(Frame)
            frame.scope = scope
            frame.outer = self
            frame.found = found
            frame.copy = copy
            frame.count = count
            frame.is_kept = False
            frame._decisions = None
            frame.is_original = self.is_original and not copy
            frames.append(frame)
        return frames

    @property
    def decisions(self) -> dict[int, Decision]:
        """What was decided of blocks in it, by their numbers."""
        if self._decisions is None:
            self._decisions = {}
        return self._decisions

    def kept(self) -> "Frame":
        """Return a frame for what stays as text in this copy."""
        frame = Frame(self.scope, self.outer, self.found, self.copy, self.count)
        frame.is_kept = True
        return frame

    def around(self) -> "Iterator[Frame]":
        """Yield it and the copies around it, from the innermost out, that are copies of a block."""
        frame: Frame | None = self
        while frame is not None and frame.found is not None:
            yield frame
            frame = frame.outer

    @property
    def copies(self) -> list[list[int]]:
        """The numbers of block and copy, from the outermost in, as the replace log has them."""
        found: list[list[int]] = []
        frame: Frame | None = self
        while frame is not None and frame.found is not None:
            found.append([frame.found.number_in_log, frame.copy])
            frame = frame.outer
        found.reverse()
        return found
