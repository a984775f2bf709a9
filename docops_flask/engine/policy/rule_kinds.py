"""What the keys of a policy and the rules of a house style accept, and how their values are read and written.

A house style that is written as plain values reads back as an equal one.

A policy file is held to them, and a suggested policy keeps to them, so that it can be fed back.
22 inches (31,680 twips) and 1,638 points are the largest measures Word's own dialogs take.

The JSON Schema of a policy file (``policy.schema.json``) says the same for other programs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.policy.policy import (
    CHARACTERS,
    LENGTH_UNITS,
    LINES,
    HouseStyle,
    LineSpacing,
    Measure,
    PageRules,
    RoleRules,
    Rule,
    TextRules,
)

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


_SWITCH_KEY = KeyRule(_is_switch, "true or false")
_FONT = KeyRule(
    _is_font_or_none,
    f"null or the name of a font (up to {MAX_FONT_NAME} characters, quoted if it looks like a number)",
)

KEY_RULES: Mapping[str, KeyRule] = {
    "forbid_tables": _SWITCH_KEY,
    "forbid_numpr": _SWITCH_KEY,
    "numpr_direct_only": _SWITCH_KEY,
    "run_font_latin": _FONT,
    "run_font_east_asia": _FONT,
    "run_size_pt": KeyRule(_is_size_or_none, f"null or a number of points above 0, up to {MAX_POINTS}"),
    "line_spacing_twips": KeyRule(_is_line_or_none, f"null or a whole number from 1 to {MAX_TWIPS}"),
    "first_line_indent_twips": KeyRule(
        _is_indent_or_none, f"null or a whole number from -{MAX_TWIPS} (hanging) to {MAX_TWIPS}"
    ),
    "twips_tolerance": KeyRule(_is_tolerance, f"a whole number from 0 to {MAX_TWIPS}"),
    "treat_inherited_as_error": _SWITCH_KEY,
    "trim_leading_spaces": _SWITCH_KEY,
    "trim_chars": KeyRule(
        _is_trim_list, f"a list of up to {MAX_TRIM_CHARS} single characters, each in quotes"
    ),
}

# Their values are read as numbers when they are written as text ("12").
NUMBER_KEYS = frozenset({"run_size_pt", "line_spacing_twips", "first_line_indent_twips", "twips_tolerance"})


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


def house_style_as_dict(house: HouseStyle) -> dict[str, Any]:
    """Return what a policy file has beside the rules for the whole document; what is empty is left out."""
    content: dict[str, Any] = {}
    for name, words in (("title", house.title), ("description", house.description)):
        if words is not None:
            content[name] = words._asdict()
    content["page"] = _rules(house.page, PAGE_KINDS)
    content["roles"] = {role: _rules(rules, ROLE_KINDS) for role, rules in house.roles.items()}
    content["styles"] = dict(house.styles)
    content["text"] = _rules(house.text, TEXT_KINDS)
    return {key: value for key, value in content.items() if value}


def written_value(key: str, rule: Rule[Any]) -> Any:
    """Return the value of a rule as a policy file has it; ``key`` is the rule's own key."""
    kind = ROLE_KINDS.get(key) or PAGE_KINDS.get(key) or TEXT_KINDS[key]
    return kind.write(rule.value)


def _rules(rules: PageRules | RoleRules | TextRules, kinds: Mapping[str, RuleKind]) -> dict[str, Any]:
    return {key: _rule(rule, kinds[key]) for key, rule in rules._asdict().items() if rule is not None}


def _rule(rule: Rule[Any], kind: RuleKind) -> Any:
    value = kind.write(rule.value)
    if rule.severity == "error" and rule.source is None and rule.tolerance is None:
        return value
    written: dict[str, Any] = {"value": value, "severity": rule.severity}
    if rule.source is not None:
        written["source"] = rule.source
    if rule.tolerance is not None:
        written["tolerance"] = LENGTH.write(rule.tolerance)
    return written
