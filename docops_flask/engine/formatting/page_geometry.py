"""How much text a page holds: lines and characters, from page, margins, grid and line pitch.

GB/T 9704-2012 asks for 22 lines of 28 characters on a text area of 225 mm by 156 mm: at 29 pt 21 lines fit.
See docs/analysis/page-arithmetic.md.
"""

from math import ceil, floor
from typing import Any, Literal, NamedTuple

from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.sections import Section

PitchSource = Literal["exact line spacing", "minimum line spacing", "document grid"]
# A text area that misses by less than half a twip holds the line: lengths come rounded to whole ones.
_ROUNDING_TWIPS = 0.5
_CHARACTER_SPACE_PER_TWIP = 4096 / 20
# Word sets East Asian text 1.3 times as high as its size; in twips for each half-point.
_LINE_HEIGHT_TWIPS = 13
_LINE_GRIDS = ("lines", "linesAndChars", "snapToChars")
_LINE_240THS = 240


class PageGeometry(NamedTuple):
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
    gutter_twips: int
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

    @property
    def binding_margin_twips(self) -> int | None:
        """The left margin with the gutter, which is room for binding."""
        return None if self.margin_left_twips is None else self.margin_left_twips + self.gutter_twips

    def as_dict(self) -> dict[str, Any]:
        """Return the geometry as the report's JSON has it."""
        return self._asdict()


class PageText(NamedTuple):
    """What most of a section's body is like, and what is asked for; sizes in half-points."""

    values: ParagraphValues | None
    size_half_points: int | None
    wanted_lines: int | None
    wanted_characters: int | None


def page_geometry(section: Section, number: int, first_path: str, text: PageText) -> PageGeometry:
    """Return the geometry of section ``number``, which begins at ``first_path``."""
    width = _rest(section.page_width, section.left, section.right, section.gutter or 0)
    # A negative margin means that much, without giving way to the header (17.6.11).
    height = _rest(section.page_height, _size(section.top), _size(section.bottom))
    pitch, source = _line_pitch(section, text)
    character = None
    if text.size_half_points is not None:
        character = text.size_half_points * 10 + section.grid.extra_twips
    lines = _count(height, pitch)
    return PageGeometry(
        section=number,
        paragraph_path=first_path,
        page_width_twips=section.page_width,
        page_height_twips=section.page_height,
        landscape=section.landscape,
        margin_top_twips=section.top,
        margin_bottom_twips=section.bottom,
        margin_left_twips=section.left,
        margin_right_twips=section.right,
        gutter_twips=section.gutter or 0,
        text_width_twips=width,
        text_height_twips=height,
        columns=section.columns,
        grid=section.grid.kind,
        line_pitch_twips=pitch,
        line_pitch_source=source,
        character_twips=None if character is None else round(character, 3),
        lines_per_page=lines,
        characters_per_line=_count(_column(width, section), character),
        wanted_lines=text.wanted_lines,
        wanted_characters=text.wanted_characters,
        largest_pitch_twips=_largest_pitch(height, text.wanted_lines or lines),
        largest_character_space=_largest_space(_column(width, section), text),
    )


def _line_pitch(section: Section, text: PageText) -> tuple[int | None, PitchSource | None]:
    values, size = text.values, text.size_half_points
    if values is None:
        return None, None
    line, rule = values.line.value, values.line_rule.value or "auto"
    if rule == "exact" and line:
        return line, "exact line spacing"
    natural = None if size is None else size * _LINE_HEIGHT_TWIPS
    grid = section.grid
    keeps_to_grid = grid.kind in _LINE_GRIDS and values.snap_to_grid.value is not False
    if keeps_to_grid and grid.line_pitch_twips and natural is not None:
        multiple = 1.0
        if rule == "atLeast":
            natural = max(natural, line or 0)
        elif line:
            multiple = line / _LINE_240THS
        # A line that is higher than the grid's takes as many of its lines as it needs.
        return round(
            ceil(natural / grid.line_pitch_twips) * grid.line_pitch_twips * multiple
        ), "document grid"
    if rule == "atLeast" and line and natural is not None and line >= natural:
        return line, "minimum line spacing"
    return None, None


def _largest_pitch(height: int | None, lines: int | None) -> int | None:
    return None if height is None or not lines else floor((height + _ROUNDING_TWIPS) / lines)


def _largest_space(width: int | None, text: PageText) -> int | None:
    if width is None or text.size_half_points is None or not text.wanted_characters:
        return None
    twips = (width + _ROUNDING_TWIPS) / text.wanted_characters - text.size_half_points * 10
    return floor(twips * _CHARACTER_SPACE_PER_TWIP)


def _count(room: int | None, each: float | None) -> int | None:
    return None if room is None or not each or each <= 0 else max(0, floor((room + _ROUNDING_TWIPS) / each))


def _column(width: int | None, section: Section) -> int | None:
    if width is None or section.columns == 1:
        return width
    return (width - (section.columns - 1) * (section.column_space or 0)) // section.columns


def _rest(whole: int | None, *parts: int | None) -> int | None:
    if whole is None or any(part is None for part in parts):
        return None
    return whole - sum(part for part in parts if part is not None)


def _size(length: int | None) -> int | None:
    return None if length is None else abs(length)
