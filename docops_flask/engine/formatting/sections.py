"""Sections: page, margins, columns, document grid, and how many lines and characters a page has room for.

ECMA-376 part 1, 17.6; docs/analysis/sections-and-grid.md and page-arithmetic.md.

GB/T 9704-2012 requires 22 lines of 28 characters on a text area of 225 mm by 156 mm. With a line pitch of
29 pt only 21 lines fit (docs/analysis/page-arithmetic.md).
"""

import re
from collections.abc import Iterator
from functools import cached_property
from math import ceil, floor
from typing import Any, Literal, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind, StoryPart
from docops_flask.engine.document.shapes import parse_fragment
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.oxml.markup import element_end
from docops_flask.engine.oxml.names import Vocabulary, to_integer, to_twips

_CHARACTER_GRIDS = ("linesAndChars", "snapToChars")
_LINE_GRIDS = ("lines", *_CHARACTER_GRIDS)


class Grid(NamedTuple):
    """A section's document grid (w:docGrid, 17.6.5); ``kind`` is ``default`` if there is none.

    ``character_space`` is added to every character, in 4096ths of a point.
    """

    kind: str = "default"
    line_pitch_twips: int | None = None
    character_space: int = 0

    @property
    def line_twips(self) -> int:
        """The height of a line for spacing in lines: that of the grid if it has lines, else 12 pt."""
        return self.line_pitch_twips or 240 if self.kind in _LINE_GRIDS else 240

    @property
    def extra_twips(self) -> float:
        """The width that the grid adds to each character."""
        return self.character_space / 4096 * 20 if self.kind in _CHARACTER_GRIDS else 0


NO_GRID = Grid()


class Section(NamedTuple):
    """Page settings of a section; lengths in twips, ``None`` if not specified.

    ``number_format`` is the form of its page numbers (w:pgNumType/@w:fmt, 17.6.12).
    """

    page_width: int | None = None
    page_height: int | None = None
    landscape: bool = False
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None
    header: int | None = None
    footer: int | None = None
    gutter: int | None = None
    columns: int = 1
    column_space: int | None = None
    grid: Grid = NO_GRID
    number_format: str | None = None


def read_section(properties: _Element, w: Vocabulary) -> Section:
    """Return the page settings in a w:sectPr (17.6.17)."""
    size, margins = properties.find(w.pgSz), properties.find(w.pgMar)
    columns, numbers = properties.find(w.cols), properties.find(w.pgNumType)

    def margin(name: str) -> int | None:
        return None if margins is None else to_twips(margins.get(name))

    return Section(
        page_width=None if size is None else to_twips(size.get(w.w)),
        page_height=None if size is None else to_twips(size.get(w.h)),
        landscape=size is not None and size.get(w.orient) == "landscape",
        top=margin(w.top),
        bottom=margin(w.bottom),
        left=margin(w.left),
        right=margin(w.right),
        header=margin(w.header),
        footer=margin(w.footer),
        gutter=margin(w.gutter),
        columns=1 if columns is None else max(1, to_integer(columns.get(w.num)) or 1),
        column_space=None if columns is None else to_twips(columns.get(w.space)),
        grid=_read_grid(properties.find(w.docGrid), w),
        number_format=None if numbers is None else numbers.get(w.fmt),
    )


def _read_grid(element: _Element | None, w: Vocabulary) -> Grid:
    if element is None:
        return NO_GRID
    return Grid(
        kind=element.get(w.type, "default"),
        line_pitch_twips=to_twips(element.get(w.linePitch)),
        character_space=to_integer(element.get(w.charSpace)) or 0,
    )


class Sections:
    """The sections of a document's body, read at first use, and the section of each paragraph."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._of_paragraph: dict[ParagraphPlace, int] | None = None

    @cached_property
    def all(self) -> tuple[Section, ...]:
        """The sections in document order."""
        main = next((part for part in self._document.parts if part.kind is StoryKind.BODY), None)
        if main is None:
            return ()
        return tuple(read_section(each, main.w) for each in section_properties(main))

    def of(self, place: ParagraphPlace) -> Section:
        """Return the section of a paragraph of the body; for other stories, the last section."""
        return self.all[self.number_of(place)] if self.all else Section()

    def number_of(self, place: ParagraphPlace) -> int:
        """Return the index (from 0) of the section that ``of`` returns."""
        last = max(0, len(self.all) - 1)
        if last == 0 or place.story is not StoryKind.BODY:
            return last
        if self._of_paragraph is None:
            self._of_paragraph = self._assign()
        return self._of_paragraph.get(place, last)

    def _assign(self) -> dict[ParagraphPlace, int]:
        """Return the section index of each paragraph; one with a w:sectPr ends its section (17.6.18)."""
        assigned, current = {}, 0
        last = len(self.all) - 1
        for place in self._document.walk.paragraphs:
            if place.story is not StoryKind.BODY:
                continue
            assigned[place] = min(current, last)
            w = place.part.w
            if place.element.find(f"{w.pPr}/{w.sectPr}") is not None:
                current += 1
        return assigned


def section_properties(part: StoryPart) -> Iterator[_Element]:
    """Yield the w:sectPr of a part; one inside w:sectPrChange is what was before (17.13.5.32)."""
    text = part.text
    if not text.prefix:
        root = parse_fragment(text.content[text.root_start :], {})
        yield from (each for each in root.iter(part.w.sectPr) if not _is_former(each))
        return
    name = re.escape(text.prefix) + rb":sectPr"
    former_until = 0
    for match in re.finditer(rb"<" + name + rb"(Change)?(?=[\s/>])", text.content):
        start, end = match.start(), element_end(text.content, match.start())
        if match[1]:
            former_until = end
        elif start >= former_until:
            yield part.parse(start, end)


def _is_former(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and isinstance(parent.tag, str) and parent.tag.endswith("}sectPrChange")


PitchSource = Literal["exact line spacing", "minimum line spacing", "document grid"]
# A line counts as fitting if less than half a twip is missing, since lengths are rounded to whole twips.
_ROUNDING_TWIPS = 0.5
_CHARACTER_SPACE_PER_TWIP = 4096 / 20
# Word's line height for East Asian text is 1.3 times the font size; in twips per half-point.
_LINE_HEIGHT_TWIPS = 13
_LINE_240THS = 240


class PageGeometry(NamedTuple):
    """The page geometry of one section; lengths in twips, ``None`` if not specified.

    ``line_pitch_twips`` and ``character_twips`` are those of the most frequent paragraphs of the body.
    ``wanted_lines`` and ``wanted_characters`` come from the policy. ``largest_pitch_twips`` is the largest
    line pitch at which ``wanted_lines`` fit; without a policy value, at which the current number fits.
    ``largest_character_space`` is the largest w:charSpace at which ``wanted_characters`` fit.
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
        """The left margin plus the gutter (space for binding)."""
        return None if self.margin_left_twips is None else self.margin_left_twips + self.gutter_twips

    def as_dict(self) -> dict[str, Any]:
        """Return the geometry as a JSON object for the format report."""
        return self._asdict()


class PageText(NamedTuple):
    """The most frequent formatting of a section's body and the policy's page values (half-points)."""

    values: ParagraphValues | None
    size_half_points: int | None
    wanted_lines: int | None
    wanted_characters: int | None


def page_geometry(section: Section, number: int, first_path: str, text: PageText) -> PageGeometry:
    """Return the geometry of section ``number``; ``first_path`` is the address of its first paragraph."""
    width = _rest(section.page_width, section.left, section.right, section.gutter or 0)
    # A negative margin is its absolute value, and a tall header may overlap the text (17.6.11).
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
        # A line that is higher than a grid line occupies several grid lines.
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
