"""A page as the report's JSON has it: GB/T 9704-2012's, with the 29 pt that many use for it."""

from typing import Any


def page_geometry(**members: int | None) -> dict[str, Any]:
    return {
        "section": 0,
        "paragraph_path": "p0",
        "page_width_twips": 11906,
        "page_height_twips": 16838,
        "landscape": False,
        "margin_top_twips": 2098,
        "margin_bottom_twips": 1984,
        "margin_left_twips": 1588,
        "margin_right_twips": 1474,
        "text_width_twips": 8844,
        "text_height_twips": 12756,
        "columns": 1,
        "grid": "default",
        "line_pitch_twips": 580,
        "line_pitch_source": "exact line spacing",
        "character_twips": 320.0,
        "lines_per_page": 21,
        "characters_per_line": 27,
        "wanted_lines": 22,
        "wanted_characters": 28,
        "largest_pitch_twips": 579,
        "largest_character_space": -848,
    } | members
