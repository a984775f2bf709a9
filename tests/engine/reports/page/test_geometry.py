"""The picture of a page is to scale, says what fits, and shows each kind of page once."""

import pytest

from docops_flask.engine.reports.page.geometry import MAX_PICTURES, Picture, page_pictures
from tests.engine.reports.page.geometries import page_geometry


def facts(picture: Picture) -> dict[str, str]:
    return {name.en: value.en for name, value in picture.facts}


def test_measures_are_millimetres() -> None:
    (picture,) = page_pictures([page_geometry()])

    assert (picture.width, picture.height) == (210.0, 297.0)
    assert (picture.text_x, picture.text_y, picture.text_width, picture.text_height) == (
        28.0,
        37.0,
        156.0,
        225.0,
    )
    assert [label.text for label in picture.labels] == ["37", "35", "28", "26", "156 × 225"]


def test_each_line_that_fits_is_drawn_at_its_pitch() -> None:
    (picture,) = page_pictures([page_geometry()])

    assert len(picture.lines) == 21
    assert picture.lines[0] == pytest.approx(37 + 29 / 72 * 25.4, abs=0.02)
    assert picture.lines[-1] <= picture.text_y + picture.text_height


def test_what_fits_is_told_beside_what_is_wanted() -> None:
    (picture,) = page_pictures([page_geometry()])

    assert facts(picture) == {
        "Orientation": "portrait",
        "Line pitch": "29 pt (exact line spacing)",
        "Lines on the page": "21; 22 wanted",
        "Characters in the line": "27; 28 wanted",
        "Largest line pitch for 22 lines": "28.95 pt",
        "Largest character spacing for 28 characters": "-0.21 pt",
    }


def test_a_pitch_that_follows_from_the_font_is_not_guessed() -> None:
    unknown = page_geometry(
        line_pitch_twips=None, line_pitch_source=None, lines_per_page=None, wanted_lines=None
    )

    (picture,) = page_pictures([unknown])

    assert picture.lines == ()
    assert facts(picture)["Lines on the page"] == "depends on the font"


def test_sections_with_one_look_share_a_picture() -> None:
    portrait, landscape = page_geometry(), page_geometry(page_width_twips=16838, page_height_twips=11906)
    sections = [each | {"section": number} for number, each in enumerate([portrait, landscape, portrait])]

    assert [picture.sections.en for picture in page_pictures(sections)] == ["Sections 1, 3", "Section 2"]


def test_not_every_one_of_many_pages_is_drawn() -> None:
    many = [
        page_geometry(section=number, page_width_twips=11906 + number) for number in range(MAX_PICTURES + 5)
    ]

    assert len(page_pictures(many)) == MAX_PICTURES


@pytest.mark.parametrize(
    "members",
    [
        {"page_width_twips": None},
        {"margin_top_twips": None, "text_height_twips": None},
        {"text_width_twips": -5},
        {"page_height_twips": 2_000_000_000},
    ],
)
def test_a_page_without_measures_has_no_picture(members: dict[str, int | None]) -> None:
    assert page_pictures([page_geometry(**members)]) == []
