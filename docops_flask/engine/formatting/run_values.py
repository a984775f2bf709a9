"""Effective run properties: the four fonts, sizes, bold, italic, colour."""

from collections.abc import Mapping
from typing import Any

from docops_flask.engine.formatting.effective import NOTHING, UNSTATED, Effective, FontFace, Layer

FONT_SLOTS = ("ascii", "h_ansi", "east_asia", "complex_script")
# The toggle properties (17.7.3) among the properties of this module.
TOGGLES = frozenset(("bold", "italic", "bold_complex", "italic_complex"))


class RunValues:
    """The effective values of a run, or those of a single style or element.

    ``stated`` maps property names to the values specified. ``character_style_id`` and ``paragraph_style_id``
    are the styles that the run and its paragraph refer to.
    """

    __slots__ = ("character_style_id", "paragraph_style_id", "stated")

    def __init__(
        self,
        stated: Layer = NOTHING,
        character_style_id: str | None = None,
        paragraph_style_id: str | None = None,
    ) -> None:
        # Typed as Any because mypy cannot infer Mapping.get of a generic NamedTuple.
        self.stated: Mapping[str, Any] = stated
        self.character_style_id = character_style_id
        self.paragraph_style_id = paragraph_style_id

    @property
    def ascii(self) -> Effective[FontFace]:
        """The font of ASCII characters."""
        found: Effective[FontFace] = self.stated.get("ascii", UNSTATED)
        return found

    @property
    def h_ansi(self) -> Effective[FontFace]:
        """The font of characters that belong to no other slot (high ANSI)."""
        found: Effective[FontFace] = self.stated.get("h_ansi", UNSTATED)
        return found

    @property
    def east_asia(self) -> Effective[FontFace]:
        """The font of East Asian characters."""
        found: Effective[FontFace] = self.stated.get("east_asia", UNSTATED)
        return found

    @property
    def complex_script(self) -> Effective[FontFace]:
        """The font of all characters if the run is complex script or right-to-left."""
        found: Effective[FontFace] = self.stated.get("complex_script", UNSTATED)
        return found

    @property
    def hint(self) -> Effective[str]:
        """The preferred slot of ambiguous characters (w:hint)."""
        found: Effective[str] = self.stated.get("hint", UNSTATED)
        return found

    @property
    def language_east_asia(self) -> Effective[str]:
        """The language of East Asian text (w:lang/@w:eastAsia)."""
        found: Effective[str] = self.stated.get("language_east_asia", UNSTATED)
        return found

    @property
    def size_half_points(self) -> Effective[int]:
        """The size (17.3.2.38), or the complex script size (17.3.2.39) if ``is_complex``."""
        found: Effective[int] = self.stated.get("size_complex" if self.is_complex else "size", UNSTATED)
        return found

    @property
    def bold(self) -> Effective[bool]:
        """Whether the text is bold."""
        found: Effective[bool] = self.stated.get("bold_complex" if self.is_complex else "bold", UNSTATED)
        return found

    @property
    def italic(self) -> Effective[bool]:
        """Whether the text is italic."""
        found: Effective[bool] = self.stated.get("italic_complex" if self.is_complex else "italic", UNSTATED)
        return found

    @property
    def color(self) -> Effective[str]:
        """The colour: six hex digits, ``auto``, or ``theme:NAME``."""
        found: Effective[str] = self.stated.get("color", UNSTATED)
        return found

    @property
    def is_complex(self) -> bool:
        """Whether the run has w:cs (complex script, 17.3.2.7) or w:rtl (right-to-left, 17.3.2.30)."""
        stated = self.stated
        if "complex" not in stated and "right_to_left" not in stated:
            return False
        return bool(stated.get("complex", UNSTATED).value or stated.get("right_to_left", UNSTATED).value)
