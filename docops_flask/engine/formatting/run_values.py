"""How a run's text looks: its four fonts, sizes, weight, slant, colour."""

from docops_flask.engine.formatting.effective import NOTHING, UNSTATED, Effective, FontFace, Layer

FONT_SLOTS = ("ascii", "h_ansi", "east_asia", "complex_script")
# The toggle properties among those read here (17.7.3).
TOGGLES = frozenset(("bold", "italic", "bold_complex", "italic_complex"))


class RunValues:
    """The effective values of a run; also what one style or element states of them.

    ``stated`` holds what is stated, by property. ``character_style_id`` and ``paragraph_style_id`` are the
    styles that the run and its paragraph ask for.
    """

    __slots__ = ("character_style_id", "paragraph_style_id", "stated")

    def __init__(
        self,
        stated: Layer = NOTHING,
        character_style_id: str | None = None,
        paragraph_style_id: str | None = None,
    ) -> None:
        self.stated = stated
        self.character_style_id = character_style_id
        self.paragraph_style_id = paragraph_style_id

    @property
    def ascii(self) -> Effective[FontFace]:
        """The font of ASCII characters."""
        return self.stated.get("ascii", UNSTATED)

    @property
    def h_ansi(self) -> Effective[FontFace]:
        """The font of all characters that take no other slot (high ANSI)."""
        return self.stated.get("h_ansi", UNSTATED)

    @property
    def east_asia(self) -> Effective[FontFace]:
        """The font of East Asian characters."""
        return self.stated.get("east_asia", UNSTATED)

    @property
    def complex_script(self) -> Effective[FontFace]:
        """The font of a whole run that is marked as complex script or right to left."""
        return self.stated.get("complex_script", UNSTATED)

    @property
    def hint(self) -> Effective[str]:
        """The slot that ambiguous characters prefer (w:hint)."""
        return self.stated.get("hint", UNSTATED)

    @property
    def language_east_asia(self) -> Effective[str]:
        """The language of East Asian text (w:lang/@w:eastAsia)."""
        return self.stated.get("language_east_asia", UNSTATED)

    @property
    def size_half_points(self) -> Effective[int]:
        """The size; that of complex script where the run is marked so (17.3.2.38, 17.3.2.39)."""
        return self.stated.get("size_complex" if self.is_complex else "size", UNSTATED)

    @property
    def bold(self) -> Effective[bool]:
        """Whether it is bold."""
        return self.stated.get("bold_complex" if self.is_complex else "bold", UNSTATED)

    @property
    def italic(self) -> Effective[bool]:
        """Whether it is italic."""
        return self.stated.get("italic_complex" if self.is_complex else "italic", UNSTATED)

    @property
    def color(self) -> Effective[str]:
        """The colour: six hex digits, ``auto``, or ``theme:NAME``."""
        return self.stated.get("color", UNSTATED)

    @property
    def is_complex(self) -> bool:
        """Whether the run is marked as complex script or right to left (17.3.2.7, 17.3.2.30)."""
        stated = self.stated
        if "complex" not in stated and "right_to_left" not in stated:
            return False
        return bool(stated.get("complex", UNSTATED).value or stated.get("right_to_left", UNSTATED).value)
