"""The picture of a page in millimetres: size, margins, text area, lines, and how much text fits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.bilingual import Bilingual

_MM_PER_TWIP = 25.4 / 1440
_TWIPS_PER_POINT = 20
# More kinds of pages are not shown; more lines could not be told apart in a picture.
MAX_PICTURES = 6
_MAX_LINES = 120
_MAX_MM = 2000.0
_LENGTHS = (
    "page_width_twips",
    "page_height_twips",
    "margin_top_twips",
    "margin_bottom_twips",
    "margin_left_twips",
    "margin_right_twips",
    "text_width_twips",
    "text_height_twips",
)


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the picture and the point it is centred on."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What the HTML template draws, in millimetres; ``lines`` are the y of the foot of each line."""

    sections: Bilingual
    summary: str
    width: float
    height: float
    text_x: float
    text_y: float
    text_width: float
    text_height: float
    lines: tuple[float, ...]
    labels: tuple[Label, ...]
    facts: tuple[tuple[Bilingual, Bilingual], ...]


def page_pictures(geometries: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """Return a picture for each kind of page in ``summary.page_geometry``; at most ``MAX_PICTURES``.

    A section that does not state its size and margins has no picture, because Word chooses them.
    """
    kinds: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for geometry in geometries:
        if _is_drawable(geometry):
            look = tuple(
                value for name, value in geometry.items() if name not in ("section", "paragraph_path")
            )
            kinds.setdefault(look, []).append(geometry)
    return [_picture(alike) for alike in list(kinds.values())[:MAX_PICTURES]]


def _is_drawable(geometry: Mapping[str, Any]) -> bool:
    lengths = [geometry[name] for name in _LENGTHS]
    if any(length is None for length in lengths):
        return False
    return (
        0 < _mm(geometry["page_width_twips"]) <= _MAX_MM
        and 0 < _mm(geometry["page_height_twips"]) <= _MAX_MM
        and geometry["text_width_twips"] > 0
        and geometry["text_height_twips"] > 0
    )


def _picture(alike: Sequence[Mapping[str, Any]]) -> Picture:
    page = alike[0]
    width, height = _mm(page["page_width_twips"]), _mm(page["page_height_twips"])
    # A negative margin means that much, without giving way to the header (17.6.11).
    left, top = _mm(page["margin_left_twips"]), abs(_mm(page["margin_top_twips"]))
    text_width, text_height = _mm(page["text_width_twips"]), _mm(page["text_height_twips"])
    right, bottom = _mm(page["margin_right_twips"]), abs(_mm(page["margin_bottom_twips"]))
    return Picture(
        sections=_section_words([each["section"] + 1 for each in alike]),
        summary=f"{width:g} × {height:g} mm",
        width=width,
        height=height,
        text_x=left,
        text_y=top,
        text_width=text_width,
        text_height=text_height,
        lines=tuple(_line_feet(page, top)),
        labels=(
            Label(width / 2, top / 2, f"{top:g}"),
            Label(width / 2, height - bottom / 2, f"{bottom:g}"),
            Label(left / 2, height / 2, f"{left:g}"),
            Label(width - right / 2, height / 2, f"{right:g}"),
            Label(left + text_width / 2, top + text_height / 2, f"{text_width:g} × {text_height:g}"),
        ),
        facts=tuple(_facts(page)),
    )


def _section_words(numbers: Sequence[int]) -> Bilingual:
    shown = ", ".join(str(number) for number in numbers[:20]) + (" …" if len(numbers) > 20 else "")
    name = "Section" if len(numbers) == 1 else "Sections"
    return Bilingual(f"{name} {shown}", f"第 {shown} 节")


def _line_feet(page: Mapping[str, Any], top: float) -> Iterator[float]:
    pitch, lines = page["line_pitch_twips"], page["lines_per_page"]
    for number in range(1, min(lines or 0, _MAX_LINES) + 1):
        yield round(top + _MM_PER_TWIP * pitch * number, 2)


def _facts(page: Mapping[str, Any]) -> Iterator[tuple[Bilingual, Bilingual]]:
    """Yield names and values of what the picture does not show."""
    yield (
        Bilingual("Orientation", "纸张方向"),
        Bilingual("landscape", "横向") if page["landscape"] else Bilingual("portrait", "纵向"),
    )
    if page["line_pitch_twips"]:
        source = Bilingual(
            f" ({page['line_pitch_source']})", f"（{_PITCH_SOURCES[page['line_pitch_source']]}）"
        )
        pitch = _points(page["line_pitch_twips"])
        yield Bilingual("Line pitch", "行距"), Bilingual(f"{pitch.en}{source.en}", f"{pitch.zh}{source.zh}")
    yield Bilingual("Lines on the page", "每页行数"), _fitting(page["lines_per_page"], page["wanted_lines"])
    yield (
        Bilingual("Characters in the line", "每行字数"),
        _fitting(page["characters_per_line"], page["wanted_characters"]),
    )
    if page["largest_pitch_twips"] and (lines := page["wanted_lines"] or page["lines_per_page"]):
        yield (
            Bilingual(f"Largest line pitch for {lines} lines", f"容纳 {lines} 行的最大行距"),
            _points(page["largest_pitch_twips"]),
        )
    if page["largest_character_space"] is not None and page["wanted_characters"]:
        wanted = page["wanted_characters"]
        # w:charSpace counts 4096ths of a point.
        points = f"{page['largest_character_space'] / 4096:.2f}"
        yield (
            Bilingual(
                f"Largest character spacing for {wanted} characters", f"容纳 {wanted} 字的最大字符间距"
            ),
            Bilingual(f"{points} pt", f"{points} 磅"),
        )


_PITCH_SOURCES = {
    "exact line spacing": "固定行距",
    "minimum line spacing": "最小行距",
    "document grid": "文档网格",
    None: "未规定",
}


def _fitting(found: int | None, wanted: int | None) -> Bilingual:
    text = Bilingual("depends on the font", "取决于字体") if found is None else Bilingual(str(found))
    if wanted is None:
        return text
    return Bilingual(f"{text.en}; {wanted} wanted", f"{text.zh or text.en}，要求 {wanted}")


def _mm(twips: int) -> float:
    return round(twips * _MM_PER_TWIP, 1)


def _points(twips: int) -> Bilingual:
    points = f"{twips / _TWIPS_PER_POINT:g}"
    return Bilingual(f"{points} pt", f"{points} 磅")
