"""What one rendering makes of a document's paragraphs: how they are filled, how they look after repairs.

The document itself stays as it was opened and can be rendered again.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docops_flask.engine.document.shape import Paragraph, Shape
    from docops_flask.engine.document.shapes import Shapes
    from docops_flask.engine.oxml.markup import Scope


class Filled(Protocol):
    """What filling makes of a paragraph; paragraphs with the same bytes may share it."""

    @property
    def keeps_look(self) -> bool:
        """Whether nothing changes but texts, and newlines and tabs between them."""

    @property
    def adds_breaks(self) -> bool:
        """Whether line breaks are put in."""

    def now(self, shapes: Shapes, scope: Scope | None) -> Paragraph:
        """Return the paragraph as it is then; it lies in the part of ``shapes``, with ``scope`` around it."""


# Where a paragraph lies: a ``ParagraphPlace``, which has a rendering itself.
Place = TypeVar("Place")


class Rendering(Generic[Place]):
    """The paragraphs that were filled, and the shapes of those that were repaired."""

    def __init__(self) -> None:
        self.shapes: dict[Place, Shape] = {}
        # What was filled together, and whether all of it keeps its look.
        self._together: list[tuple[Iterable[tuple[Place, Filled]], bool]] = []

    @cached_property
    def filled(self) -> dict[Place, Filled]:
        """What becomes of each paragraph that is filled; few jobs ask for it."""
        return dict(chain.from_iterable(fillings for fillings, _ in self._together))

    def fill_together(self, fillings: Iterable[tuple[Place, Filled]], *, keeps_looks: bool) -> None:
        """Have paragraphs filled; ``fillings`` are gone through when somebody asks.

        ``keeps_looks`` says that nothing changes but texts in all of them.
        """
        if self.__dict__.get("filled"):
            self.filled.update(fillings)
        else:
            # It may be known that nothing was filled yet.
            self.__dict__.pop("filled", None)
            self._together.append((fillings, keeps_looks))

    def keeps_looks(self) -> bool:
        """Say whether nothing changes but texts."""
        if "filled" not in self.__dict__:
            return all(keeps_looks for _, keeps_looks in self._together)
        distinct = set(self.filled.values())
        return all(filled.keeps_look and not filled.adds_breaks for filled in distinct)
