"""What the rules of a house style accept, how their values are read and how they are written.

The JSON Schema beside this file (``policy.schema.json``) says the same for other programs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.policy.key_rules import KEY_RULES, MAX_FONT_NAME, MAX_POINTS, MAX_TWIPS
from docops_flask.engine.policy.measure import CHARACTERS, LENGTH_UNITS, LINES, LineSpacing, Measure

MAX_FONTS = 64
MAX_COUNT = 1000
MAX_CHARACTERS = 100
ALIGNMENTS = ("left", "center", "right", "justify", "distribute")
COLOR_NAMES = ("black", "red")
FontSets = Mapping[str, tuple[str, ...]]

_HEX = re.compile(r"[0-9A-Fa-f]{6}\Z")


@dataclass(frozen=True, slots=True)
class RuleKind:
    """One kind of value: ``read`` gives it (``None``: refused), ``write`` gives what a file has."""

    read: Callable[[Any, FontSets], Any]
    write: Callable[[Any], Any]
    wanted: str


def font_names(value: Any, sets: FontSets) -> tuple[str, ...] | None:
    """Return the names that a font rule's value stands for: a name, a set's name, or a list of these."""
    given = value if isinstance(value, list) else [value]
    names: dict[str, None] = {}
    for each in given:
        if each is None or not KEY_RULES["run_font_latin"].accepts(each):
            return None
        names.update(dict.fromkeys(sets.get(each, (each,))))
    return tuple(names) if 0 < len(names) <= MAX_FONTS else None


def _switch(value: Any, _: FontSets) -> bool | None:
    return value if isinstance(value, bool) else None


def _points(value: Any, _: FontSets) -> float | None:
    return value if value is not None and KEY_RULES["run_size_pt"].accepts(value) else None


def _count(value: Any, _: FontSets) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_COUNT
    return value if is_count else None


def _color(value: Any, _: FontSets) -> str | None:
    if value in COLOR_NAMES:
        return str(value)
    # YAML takes 000000 for a number; such a colour comes in quotes.
    return value.upper() if isinstance(value, str) and _HEX.match(value) else None


def _alignments(value: Any, _: FontSets) -> tuple[str, ...] | None:
    given = value if isinstance(value, list) else [value]
    known = all(isinstance(each, str) and each in ALIGNMENTS for each in given)
    return tuple(dict.fromkeys(given)) if given and known else None


def _measure_of(*units: str, minimum: int = -MAX_TWIPS) -> Callable[[Any, FontSets], Measure | None]:
    def read(value: Any, _: FontSets) -> Measure | None:
        if value == 0 and isinstance(value, int) and not isinstance(value, bool):
            return Measure(0)
        measure = Measure.parse(value) if isinstance(value, str) else None
        if measure is None or measure.unit not in units:
            return None
        if not measure.amount:
            return Measure(0)
        if measure.unit in (CHARACTERS, LINES):
            return measure if abs(measure.amount) <= MAX_CHARACTERS and measure.amount >= minimum else None
        twips = measure.in_twips()
        return measure if twips is not None and minimum <= twips <= MAX_TWIPS else None

    return read


def _line_spacing(value: Any, _: FontSets) -> LineSpacing | None:
    spacing = LineSpacing.parse(value) if isinstance(value, str) else None
    return spacing if spacing is not None and 0 < spacing.line <= MAX_TWIPS else None


def _names_written(names: tuple[str, ...]) -> Any:
    return names[0] if len(names) == 1 else list(names)


def _measure_written(measure: Measure) -> Any:
    return str(measure) if measure.amount else 0


def _as_it_is(value: Any) -> Any:
    return value


_LENGTHS = ", ".join(LENGTH_UNITS)
LENGTH = RuleKind(
    _measure_of(*LENGTH_UNITS, minimum=0),
    _measure_written,
    f"0 or a length such as 37 mm (units: {_LENGTHS})",
)
_FONTS = RuleKind(
    font_names,
    _names_written,
    f"the name of a font or of a set in fonts (up to {MAX_FONT_NAME} characters), or a list of these",
)
_INDENT = RuleKind(
    _measure_of(*LENGTH_UNITS, CHARACTERS),
    _measure_written,
    f"0 or an indent such as 2 characters or 640 twips (units: characters, {_LENGTHS}; negative hangs)",
)
_SPACE = RuleKind(
    _measure_of(*LENGTH_UNITS, LINES, minimum=0),
    _measure_written,
    f"0 or a space such as 0.5 lines or 6 pt (units: lines, {_LENGTHS})",
)
_SWITCH = RuleKind(_switch, _as_it_is, "true or false")
_COUNT = RuleKind(_count, _as_it_is, f"a whole number from 1 to {MAX_COUNT}")

PAGE_KINDS: Mapping[str, RuleKind] = {
    "width": LENGTH,
    "height": LENGTH,
    "margin_top": LENGTH,
    "margin_bottom": LENGTH,
    "margin_left": LENGTH,
    "margin_right": LENGTH,
    "lines": _COUNT,
    "characters": _COUNT,
}
ROLE_KINDS: Mapping[str, RuleKind] = {
    "font_east_asia": _FONTS,
    "font_latin": _FONTS,
    "size_pt": RuleKind(_points, _as_it_is, f"a number of points above 0, up to {MAX_POINTS}"),
    "bold": _SWITCH,
    "color": RuleKind(_color, _as_it_is, "black, red or six hexadecimal digits in quotes"),
    "alignment": RuleKind(_alignments, _names_written, f"one of {', '.join(ALIGNMENTS)}, or a list of these"),
    "first_line_indent": _INDENT,
    "left_indent": _INDENT,
    "right_indent": _INDENT,
    "line_spacing": RuleKind(_line_spacing, str, "such as exact 28 pt, at least 20 pt or 1.5 lines"),
    "space_before": _SPACE,
    "space_after": _SPACE,
    "page_break_before": _SWITCH,
}
TEXT_KINDS: Mapping[str, RuleKind] = dict.fromkeys(
    ("document_number_form", "recipient_colon", "attachment_note_end", "date_form"), _SWITCH
)
