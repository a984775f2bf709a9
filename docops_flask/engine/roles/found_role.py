"""The outcome of looking for a paragraph's role."""

from typing import Literal, NamedTuple, Protocol

from docops_flask.engine.document.places import ParagraphPlace
from docops_flask.engine.formatting.paragraph_values import ParagraphValues

Sign = Literal["style", "outline", "text", "place"]


class Line(Protocol):
    """A paragraph with text, as far as its role depends on it."""

    @property
    def place(self) -> ParagraphPlace:
        """Where it stands."""

    @property
    def values(self) -> ParagraphValues:
        """How it is set."""

    @property
    def text(self) -> str:
        """What it says."""


class FoundRole(NamedTuple):
    """A paragraph's role (``engine.policy.roles``), the kind of sign that told it, and the sign in words.

    ``extent`` is where a heading ends that running text follows in the same paragraph (一、总则。为了…),
    in characters; ``None`` where the role is that of the whole paragraph.
    """

    role: str
    sign: Sign
    reason: str
    extent: int | None = None
