"""Lines of a page and characters of a line, told from where a PDF draws its characters."""

from collections.abc import Iterator, Sequence
from typing import cast

import pytest

from docops_flask.engine.formatting.sections import PageGeometry
from docops_flask.engine.pdf.page_layout import page_layout
from docops_flask.engine.pdf.pdf_text import Drawn, PdfPage, PdfText

# A4 with the margins of GB/T 9704: 37 mm above, 35 mm below, 225 mm of text.
HEIGHT, TOP, BOTTOM = 842.0, 105.0, 99.0


class Pages:
    """Stands for a PDF: characters and their places, page by page."""

    def __init__(self, *pages: Sequence[Drawn]) -> None:
        self._pages = pages

    def pages(self) -> list[PdfPage]:
        return [PdfPage("", number, None) for number in range(len(self._pages))]

    def height(self, _page: PdfPage) -> float:
        return HEIGHT

    def drawn(self, page: PdfPage) -> Iterator[Drawn]:
        yield from self._pages[cast(int, page.handle)]


def line(number: int, text: str, pitch: float = 28.0) -> list[Drawn]:
    """The characters of a line on the page, the first being number 0."""
    y = HEIGHT - TOP - 20 - number * pitch
    return [Drawn(character, 80 + 16 * place, y) for place, character in enumerate(text)]


def geometry(**other: object) -> PageGeometry:
    values: dict[str, object] = dict.fromkeys(PageGeometry._fields)
    values |= {
        "margin_top_twips": int(TOP * 20),
        "margin_bottom_twips": int(BOTTOM * 20),
        "text_height_twips": int((HEIGHT - TOP - BOTTOM) * 20),
        "wanted_lines": 22,
        "wanted_characters": 28,
        "lines_per_page": 22,
        "characters_per_line": 27,
    }
    return PageGeometry(**{**values, **other})  # type: ignore[arg-type]


def layout(*pages: Sequence[Drawn], **other: object) -> dict[str, object]:
    found = page_layout(cast(PdfText, Pages(*pages)), [geometry(**other)])
    assert found is not None
    return found.as_dict()


def test_lines_and_characters_of_each_page_are_counted() -> None:
    first = [each for number in range(22) for each in line(number, "文" * 28)]
    told = layout(first, line(0, "文" * 5))
    assert told["pages"] == [
        {"page": 1, "lines": 22, "characters": 28},
        {"page": 2, "lines": 1, "characters": 5},
    ]
    assert (told["line_pitch_pt"], told["lines_per_page"], told["characters_per_line"]) == (28.0, 22, 28)
    assert (told["wanted_lines"], told["wanted_characters"]) == (22, 28)
    assert (told["computed_lines"], told["computed_characters"]) == (22, 27)


def test_headers_and_footers_are_no_lines_of_the_page() -> None:
    header, footer = Drawn("页", 80, HEIGHT - 40), Drawn("1", 80, 60)
    assert layout([header, *line(0, "文"), footer])["pages"] == [{"page": 1, "lines": 1, "characters": 1}]


def test_raised_characters_are_in_their_line_and_latin_ones_do_not_count_as_full_width() -> None:
    raised = [each._replace(y=each.y + 3) for each in line(0, "文文文")[1:2]]
    told = layout([*line(0, "文文"), *raised, *line(1, "文2026文")])
    assert told["pages"] == [{"page": 1, "lines": 2, "characters": 3}]


def test_a_page_without_lines_has_no_pitch() -> None:
    told = layout([])
    assert (told["line_pitch_pt"], told["lines_per_page"], told["characters_per_line"]) == (None, None, 0)


@pytest.mark.parametrize(
    "missing", [{"wanted_lines": None, "wanted_characters": None}, {"margin_top_twips": None}]
)
def test_without_rules_or_margins_there_is_no_layout(missing: dict[str, None]) -> None:
    assert page_layout(cast(PdfText, Pages([])), [geometry(**missing)]) is None
    assert page_layout(cast(PdfText, Pages([])), []) is None
