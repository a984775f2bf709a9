"""Two plots as SVG text, from the standard library alone: grouped bars, and lines on logarithmic axes.

They are read on light and on dark pages alike: no background, and a grey that both show.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 760, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 170, 40, 50
_GREY = "#808890"
# Okabe and Ito's palette, which colour-blind people can tell apart.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a800", "#808890")
_PLOT_WIDTH, _PLOT_HEIGHT = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM


def bar_chart(title: str, unit: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Return ``groups`` (group to series to value in ``unit``, from 0) as groups of bars.

    A series keeps its colour in every group.
    """
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    largest = max((value for group in groups.values() for value in group.values()), default=0) or 1
    marks = _frame(title, unit, names)
    marks += [_grid_line(_y(part / 4), _figure(largest * part / 4)) for part in range(5)]
    group_width = _PLOT_WIDTH / max(1, len(groups))
    bar_width = group_width * 0.8 / max(1, len(names))
    for number, (label, group) in enumerate(groups.items()):
        left = _LEFT + group_width * (number + 0.1)
        marks.append(_text(left + group_width * 0.4, _HEIGHT - _BOTTOM + 18, label, "middle"))
        for series, value in group.items():
            place = names.index(series)
            top = _y(value / largest)
            marks.append(
                f'<rect x="{left + place * bar_width:.1f}" y="{top:.1f}" width="{bar_width * 0.92:.1f}" '
                f'height="{_y(0) - top:.1f}" fill="{_colour(place)}">'
                f"<title>{escape(f'{label}, {series}: {_figure(value)} {unit}')}</title></rect>"
            )
    return _svg(marks)


def line_chart(
    title: str, x_label: str, unit: str, series: Mapping[str, Sequence[tuple[float, float]]]
) -> str:
    """Return ``series`` (name to points, all above 0) as lines; both axes are logarithmic."""
    points = [point for line in series.values() for point in line]
    x_low, x_high = _decades(x for x, _ in points)
    y_low, y_high = _decades(y for _, y in points)
    marks = _frame(title, unit, list(series))
    marks.append(_text(_LEFT + _PLOT_WIDTH / 2, _HEIGHT - 12, x_label, "middle"))
    for power in range(y_low, y_high + 1):
        marks.append(_grid_line(_y((power - y_low) / (y_high - y_low)), _figure(10.0**power)))
    for power in range(x_low, x_high + 1):
        x = _LEFT + _PLOT_WIDTH * (power - x_low) / (x_high - x_low)
        marks.append(_text(x, _HEIGHT - _BOTTOM + 18, _figure(10.0**power), "middle"))
    for number, line in enumerate(series.values()):
        path = " ".join(
            f"{_LEFT + _PLOT_WIDTH * (math.log10(x) - x_low) / (x_high - x_low):.1f},"
            f"{_y((math.log10(y) - y_low) / (y_high - y_low)):.1f}"
            for x, y in line
        )
        marks.append(f'<polyline points="{path}" fill="none" stroke="{_colour(number)}" stroke-width="2"/>')
    return _svg(marks)


def _frame(title: str, unit: str, names: Sequence[str]) -> list[str]:
    """Return the title and the legend."""
    marks = [_text(_LEFT, 20, f"{title} ({unit})", "start", bold=True)]
    for number, name in enumerate(names):
        x, y = _WIDTH - _RIGHT + 15, _TOP + 10 + number * 18
        marks.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{_colour(number)}"/>')
        marks.append(_text(x + 16, y, name, "start"))
    return marks


def _decades(values: Iterable[float]) -> tuple[int, int]:
    """Return the powers of ten that enclose ``values``, at least one decade."""
    numbers = list(values)
    low = math.floor(math.log10(min(numbers)))
    return low, max(low + 1, math.ceil(math.log10(max(numbers))))


def _y(share: float) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - share)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _grid_line(y: float, label: str) -> str:
    line = (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="{_GREY}" opacity="0.35"/>'
    )
    return line + _text(_LEFT - 8, y + 4, label, "end")


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _svg(marks: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="{_GREY}">'
    )
    return "\n".join([head, *marks, "</svg>"]) + "\n"
