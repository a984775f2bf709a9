"""What each key of a policy accepts: types and ranges.

A policy file is held to them, and a suggested policy keeps to them, so that it can be fed back.
22 inches (31,680 twips) and 1,638 points are the largest measures Word's own dialogs take.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_TWIPS = 31_680
MAX_POINTS = 1_638
MAX_FONT_NAME = 128
MAX_TRIM_CHARS = 64


@dataclass(frozen=True, slots=True)
class KeyRule:
    """``accepts`` says whether a value fits; ``wanted`` says in words what does ("must be ...")."""

    accepts: Callable[[Any], bool]
    wanted: str


def _is_integer(value: object, minimum: int, maximum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_font_or_none(value: object) -> bool:
    if value is None:
        return True
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_FONT_NAME
        and value.isprintable()
        and not value.isspace()
    )


def _is_size_or_none(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MAX_POINTS


def _is_line_or_none(value: object) -> bool:
    return value is None or _is_integer(value, 1, MAX_TWIPS)


def _is_indent_or_none(value: object) -> bool:
    return value is None or _is_integer(value, -MAX_TWIPS, MAX_TWIPS)


def _is_tolerance(value: object) -> bool:
    return _is_integer(value, 0, MAX_TWIPS)


def _is_trim_list(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) <= MAX_TRIM_CHARS
        and all(map(_is_xml_character, value))
    )


def _is_xml_character(value: object) -> bool:
    """Say whether ``value`` is one character that XML text can hold (XML 1.0, production 2)."""
    if not isinstance(value, str) or len(value) != 1:
        return False
    code = ord(value)
    return value in "\t\n\r" or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


_SWITCH = KeyRule(_is_switch, "true or false")
_FONT = KeyRule(
    _is_font_or_none,
    f"null or the name of a font (up to {MAX_FONT_NAME} characters, quoted if it looks like a number)",
)

KEY_RULES: Mapping[str, KeyRule] = {
    "forbid_tables": _SWITCH,
    "forbid_numpr": _SWITCH,
    "numpr_direct_only": _SWITCH,
    "run_font_latin": _FONT,
    "run_font_east_asia": _FONT,
    "run_size_pt": KeyRule(_is_size_or_none, f"null or a number of points above 0, up to {MAX_POINTS}"),
    "line_spacing_twips": KeyRule(_is_line_or_none, f"null or a whole number from 1 to {MAX_TWIPS}"),
    "first_line_indent_twips": KeyRule(
        _is_indent_or_none, f"null or a whole number from -{MAX_TWIPS} (hanging) to {MAX_TWIPS}"
    ),
    "twips_tolerance": KeyRule(_is_tolerance, f"a whole number from 0 to {MAX_TWIPS}"),
    "treat_inherited_as_error": _SWITCH,
    "trim_leading_spaces": _SWITCH,
    "trim_chars": KeyRule(
        _is_trim_list, f"a list of up to {MAX_TRIM_CHARS} single characters, each in quotes"
    ),
}

# Their values are read as numbers when they are written as text ("12").
NUMBER_KEYS = frozenset({"run_size_pt", "line_spacing_twips", "first_line_indent_twips", "twips_tolerance"})
