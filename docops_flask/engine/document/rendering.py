"""What one rendering makes of a document's paragraphs: how they are filled, how they look after repairs.

The document itself stays as it was opened and can be rendered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
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

    __slots__ = ("filled", "shapes")

    def __init__(self) -> None:
        self.filled: dict[Place, Filled] = {}
        self.shapes: dict[Place, Shape] = {}
