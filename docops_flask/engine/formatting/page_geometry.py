"""How much text a page holds: lines and characters, from page, margins, grid and line pitch.

GB/T 9704-2012 asks for 22 lines of 28 characters on a text area of 225 mm by 156 mm: at 29 pt 21 lines fit.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

PitchSource = Literal["exact line spacing", "document grid"]
# Word measures in twips and rounds; a text area that misses by less than half of one holds the line.
_ROUNDING_TWIPS = 0.5
_CHARACTER_SPACE_PER_TWIP = 4096 / 20


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """The page of one section; lengths in twips, ``None`` where the document does not say.

    ``line_pitch_twips`` and ``character_twips`` are those of the body's prevailing paragraphs;
    ``wanted_lines`` and ``wanted_characters`` are the policy's. ``largest_pitch_twips`` is the largest line
    pitch that gives the wanted lines (without a wish: those there are), ``largest_character_space`` the
    largest w:charSpace of a character grid that gives the wanted characters.
    """

    section: int
    paragraph_path: str
    page_width_twips: int | None
    page_height_twips: int | None
    landscape: bool
    margin_top_twips: int | None
    margin_bottom_twips: int | None
    margin_left_twips: int | None
    margin_right_twips: int | None
    text_width_twips: int | None
    text_height_twips: int | None
    columns: int
    grid: str
    line_pitch_twips: int | None
    line_pitch_source: PitchSource | None
    character_twips: float | None
    lines_per_page: int | None
    characters_per_line: int | None
    wanted_lines: int | None
    wanted_characters: int | None
    largest_pitch_twips: int | None
    largest_character_space: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return the geometry as the report's JSON has it."""
        return asdict(self)
