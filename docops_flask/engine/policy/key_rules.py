"""What the keys of version 1 of a policy accept, in code, in words and in JSON Schema.

22 inches (31,680 twips) and 1,638 points are the largest measures that Word's own dialogs take.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_TWIPS = 31_680
MAX_POINTS = 1_638
MAX_FONT_NAME = 128
MAX_TRIM_CHARS = 64

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeyRule:
    """What a key of version 1 accepts.

    ``accepts`` says whether a value fits; ``wanted`` says in words what does ("must be ..."), ``schema`` in
    JSON Schema.
    """

    accepts: Callable[[Any], bool]
    wanted: str
    schema: Schema


def is_integer(value: object, minimum: int, maximum: int) -> bool:
    """Say whether ``value`` is a whole number from ``minimum`` to ``maximum``."""
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def is_font(value: object) -> bool:
    """Say whether ``value`` can be the name of a font."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_FONT_NAME
        and value.isprintable()
        and not value.isspace()
    )


def is_points(value: object) -> bool:
    """Say whether ``value`` is a size in points."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= MAX_POINTS


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


# What str.isprintable() refuses of the characters that a file may well hold: controls, and all blanks but
# the space.
_NOT_PRINTABLE = r"\u0000-\u001f\u007f-\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"


def one_line(max_length: int) -> Schema:
    """Return the JSON Schema of one line of visible text."""
    pattern = f"^(?=.*\\S)[^{_NOT_PRINTABLE}]*$"
    return {"type": "string", "minLength": 1, "maxLength": max_length, "pattern": pattern}


SWITCH_SCHEMA = {"type": "boolean"}
FONT_NAME_SCHEMA = one_line(MAX_FONT_NAME)
POINTS_SCHEMA = {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_POINTS}
_CHARACTER_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 1}


def _or_null(rule: KeyRule) -> KeyRule:
    return KeyRule(
        lambda value: value is None or rule.accepts(value),
        f"null or {rule.wanted}",
        {**rule.schema, "type": [rule.schema["type"], "null"]},
    )


def _whole_number(minimum: int, maximum: int, meaning: str = "") -> KeyRule:
    return KeyRule(
        lambda value: is_integer(value, minimum, maximum),
        f"a whole number from {minimum}{meaning} to {maximum}",
        {"type": "integer", "minimum": minimum, "maximum": maximum},
    )


_SWITCH_KEY = KeyRule(_is_switch, "true or false", SWITCH_SCHEMA)
_FONT = KeyRule(
    is_font,
    f"the name of a font (up to {MAX_FONT_NAME} characters, quoted if it looks like a number)",
    FONT_NAME_SCHEMA,
)
POINTS = KeyRule(is_points, f"a number of points above 0, up to {MAX_POINTS}", POINTS_SCHEMA)

KEY_RULES: Mapping[str, KeyRule] = {
    "forbid_tables": _SWITCH_KEY,
    "forbid_numpr": _SWITCH_KEY,
    "numpr_direct_only": _SWITCH_KEY,
    "run_font_latin": _or_null(_FONT),
    "run_font_east_asia": _or_null(_FONT),
    "run_size_pt": _or_null(POINTS),
    "line_spacing_twips": _or_null(_whole_number(1, MAX_TWIPS)),
    "first_line_indent_twips": _or_null(_whole_number(-MAX_TWIPS, MAX_TWIPS, " (hanging)")),
    "twips_tolerance": _whole_number(0, MAX_TWIPS),
    "treat_inherited_as_error": _SWITCH_KEY,
    "trim_leading_spaces": _SWITCH_KEY,
    "trim_chars": KeyRule(
        _is_trim_list,
        f"a list of up to {MAX_TRIM_CHARS} single characters, each in quotes",
        {"type": "array", "items": _CHARACTER_SCHEMA, "maxItems": MAX_TRIM_CHARS},
    ),
}

# Their values are read as numbers when a file of version 1 has them as text ("12").
NUMBER_KEYS = frozenset({"run_size_pt", "line_spacing_twips", "first_line_indent_twips", "twips_tolerance"})
