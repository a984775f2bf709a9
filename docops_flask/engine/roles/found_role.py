"""A paragraph's role as it was found."""

from typing import Literal, NamedTuple

Sign = Literal["style", "outline", "text", "place"]


class FoundRole(NamedTuple):
    """A paragraph's role (``engine.policy.policy``), the kind of evidence for it, and the evidence in words.

    ``extent`` is the number of characters of it where text of another role (``rest``) follows in the same
    paragraph: running text after a heading (一、总则。为了…), a date after the signature; ``None`` where the
    role is that of the whole paragraph.
    """

    role: str
    sign: Sign
    reason: str
    extent: int | None = None
    rest: str = "body"

    def own_text(self, text: str) -> str:
        """Return the part of a paragraph's text that has the role."""
        return text if self.extent is None else text[: self.extent]

    def other_text(self, text: str) -> str:
        """Return the part that has the role ``rest``, if any."""
        return "" if self.extent is None else text[self.extent :]
