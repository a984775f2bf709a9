"""What LibreOffice's pages hold: lines on a page, characters in a line, told from where the PDF draws them.

Beside it stands what the format check computes from the document alone (``formatting/sections.py``). It is
told where the policy has rules for them (``page.lines``, ``page.characters``; GB/T 9704-2012, 5.2.3).
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from docops_flask.engine.formatting.sections import PageGeometry
from docops_flask.engine.pdf.pdf_text import Drawn, PdfPage, PdfText

_TWIPS_PER_POINT = 20
# Baselines that differ by less are one line: raised characters and other fonts differ by a little.
_ONE_LINE_POINTS = 4.0
# A page holds one line more than its last pitch: so much of it may lack.
_ROUNDING = 0.05
_FULL_WIDTH = ("W", "F")


class PageLines(NamedTuple):
    """A page: its lines between the margins, and the most characters in a line of full-width ones alone."""

    page: int
    lines: int
    characters: int


class PageLayout(NamedTuple):
    """The pages as LibreOffice laid them out, and the values that the policy wants and the check computed.

    ``line_pitch_pt`` is the most frequent distance of two lines in points, and ``lines_per_page`` how many
    lines of it fit between the margins; ``None`` without two lines.
    """

    pages: tuple[PageLines, ...]
    line_pitch_pt: float | None
    lines_per_page: int | None
    characters_per_line: int
    geometry: PageGeometry

    def as_dict(self) -> dict[str, Any]:
        """Return the member ``layout`` of the report."""
        geometry = self.geometry
        return {
            "pages": [page._asdict() for page in self.pages],
            "line_pitch_pt": self.line_pitch_pt,
            "lines_per_page": self.lines_per_page,
            "characters_per_line": self.characters_per_line,
            "wanted_lines": geometry.wanted_lines,
            "wanted_characters": geometry.wanted_characters,
            "computed_lines": geometry.lines_per_page,
            "computed_characters": geometry.characters_per_line,
        }


def page_layout(pdf: PdfText, geometry: Sequence[PageGeometry]) -> PageLayout | None:
    """Return the layout of a PDF; ``None`` where no rule asks for it or the page has no stated margins.

    ``geometry`` are the sections of the document; the first one counts for all pages.
    """
    first = geometry[0] if geometry else None
    if first is None or (first.wanted_lines is None and first.wanted_characters is None):
        return None
    top, bottom, height = first.margin_top_twips, first.margin_bottom_twips, first.text_height_twips
    if top is None or bottom is None or height is None:
        return None
    pages, pitches = [], Counter[float]()
    for number, page in enumerate(pdf.pages(), 1):
        lines = _lines(pdf, page, top / _TWIPS_PER_POINT, bottom / _TWIPS_PER_POINT)
        longest = max((len(line.text) for line in lines if _is_full_width(line.text)), default=0)
        pages.append(PageLines(number, len(lines), longest))
        pitches.update(round(above.baseline - below.baseline, 1) for above, below in pairwise(lines))
    pitch = max(pitches, key=lambda each: (pitches[each], -each)) if pitches else None
    fitting = None if pitch is None else int(height / _TWIPS_PER_POINT / pitch + _ROUNDING)
    return PageLayout(tuple(pages), pitch, fitting, max(page.characters for page in pages), first)


class _Line(NamedTuple):
    baseline: float
    text: str


def _lines(pdf: PdfText, page: PdfPage, top: float, bottom: float) -> list[_Line]:
    """Return the lines between the margins (points), from the top."""
    height = pdf.height(page)
    drawn = [each for each in pdf.drawn(page) if bottom <= each.y <= height - top]
    drawn.sort(key=lambda each: -each.y)
    rows: list[list[Drawn]] = []
    for each in drawn:
        if not rows or rows[-1][0].y - each.y >= _ONE_LINE_POINTS:
            rows.append([])
        rows[-1].append(each)
    return [_Line(row[0].y, _text(row)) for row in rows]


def _text(row: list[Drawn]) -> str:
    return "".join(each.character for each in sorted(row, key=lambda each: each.x))


def _is_full_width(text: str) -> bool:
    return all(east_asian_width(character) in _FULL_WIDTH for character in text)
