"""What the rules of a house style accept, and how their values are read and written.

A policy file is checked by them, a suggested policy is written by them, so that it can be sent back, and the
JSON Schema of a policy file is made from them (``intake.catalogue.policy_schema``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.policy.key_rules import (
    MAX_FONT_NAME,
    MAX_TWIPS,
    POINTS,
    SWITCH_SCHEMA,
    Schema,
    is_font,
    is_integer,
    is_points,
)
from docops_flask.engine.policy.policy import (
    CHARACTERS,
    LENGTH_UNITS,
    LINES,
    NUMBER,
    HouseStyle,
    LineSpacing,
    Measure,
    PageRules,
    RoleRules,
    Rule,
    TextRules,
)

MAX_FONTS = 64
MAX_COUNT = 1000
MAX_CHARACTERS = 100
ALIGNMENTS = ("left", "center", "right", "justify", "distribute")
COLOR_NAMES = ("black", "red")
# What the JSON Schema calls the name of one font.
FONT_NAME = "fontName"
FontSets = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RuleKind:
    """One kind of value of a rule, by the ``name`` it has in the JSON Schema.

    ``read`` returns a file's value as the engine has it (``None``: refused), ``write`` does the opposite.
    ``wanted`` says in words what is accepted ("must be ..."), ``schema`` in JSON Schema, which has
    ``description`` besides.
    """

    name: str
    read: Callable[[Any, FontSets], Any]
    write: Callable[[Any], Any]
    wanted: str
    schema: Schema
    description: str | None = None


def font_names(value: Any, sets: FontSets) -> tuple[str, ...] | None:
    """Return the names that a font rule's value stands for: a name, a set's name, or a list of these."""
    given = value if isinstance(value, list) else [value]
    names: dict[str, None] = {}
    for each in given:
        if not is_font(each):
            return None
        names.update(dict.fromkeys(sets.get(each, (each,))))
    return tuple(names) if 0 < len(names) <= MAX_FONTS else None


def _switch(value: Any, _: FontSets) -> bool | None:
    return value if isinstance(value, bool) else None


def _points(value: Any, _: FontSets) -> float | None:
    return value if is_points(value) else None


def _count(value: Any, _: FontSets) -> int | None:
    return value if is_integer(value, 1, MAX_COUNT) else None


_SIX_DIGITS = "[0-9A-Fa-f]{6}"


def _color(value: Any, _: FontSets) -> str | None:
    if value in COLOR_NAMES:
        return str(value)
    # YAML takes 000000 for a number; such a colour comes in quotes.
    return value.upper() if isinstance(value, str) and re.fullmatch(_SIX_DIGITS, value) else None


def _alignments(value: Any, _: FontSets) -> tuple[str, ...] | None:
    given = value if isinstance(value, list) else [value]
    known = all(isinstance(each, str) and each in ALIGNMENTS for each in given)
    return tuple(dict.fromkeys(given)) if given and known else None


def _measure(name: str, *units: str, minimum: int, wanted: str, description: str) -> RuleKind:
    """Return the kind of measures in ``units``, from ``minimum`` twips, characters or lines."""

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

    sign = "-?" if minimum < 0 else ""
    text = {"type": "string", "pattern": f"^{sign}{NUMBER} ?({'|'.join(units)})$"}
    return RuleKind(name, read, _measure_written, wanted, {"anyOf": [{"const": 0}, text]}, description)


def _line_spacing(value: Any, _: FontSets) -> LineSpacing | None:
    spacing = LineSpacing.parse(value) if isinstance(value, str) else None
    return spacing if spacing is not None and 0 < spacing.line <= MAX_TWIPS else None


def _names_written(names: tuple[str, ...]) -> Any:
    return names[0] if len(names) == 1 else list(names)


def _measure_written(measure: Measure) -> Any:
    return str(measure) if measure.amount else 0


def _as_it_is(value: Any) -> Any:
    return value


def _one_or_list(schema: Schema, most: int | None = None) -> Schema:
    limit = {} if most is None else {"maxItems": most}
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1, **limit}]}


_LENGTHS = ", ".join(LENGTH_UNITS)
_ABOVE_ZERO = rf"(?!0+(?:\.0+)?[^0-9.]){NUMBER}"
LENGTH = _measure(
    "length",
    *LENGTH_UNITS,
    minimum=0,
    wanted=f"0 or a length such as 37 mm (units: {_LENGTHS})",
    description="0, or a length such as 37 mm.",
)
_INDENT = _measure(
    "indent",
    *LENGTH_UNITS,
    CHARACTERS,
    minimum=-MAX_TWIPS,
    wanted="0 or an indent such as 2 characters or 640 twips "
    f"(units: characters, {_LENGTHS}; negative hangs)",
    description="0, or an indent such as 2 characters or 640 twips; negative hangs.",
)
_SPACE = _measure(
    "space",
    *LENGTH_UNITS,
    LINES,
    minimum=0,
    wanted=f"0 or a space such as 0.5 lines or 6 pt (units: lines, {_LENGTHS})",
    description="0, or a space such as 0.5 lines or 6 pt.",
)
_LINE_SPACING = RuleKind(
    "lineSpacing",
    _line_spacing,
    str,
    "such as exact 28 pt, at least 20 pt or 1.5 lines",
    {
        "type": "string",
        "pattern": f"^((exact|at least) {_ABOVE_ZERO} ?({'|'.join(LENGTH_UNITS)})|{_ABOVE_ZERO} lines)$",
    },
    "Such as exact 28 pt, at least 20 pt or 1.5 lines.",
)
_FONTS = RuleKind(
    "fonts",
    font_names,
    _names_written,
    f"the name of a font or of a set in fonts (up to {MAX_FONT_NAME} characters), or a list of these",
    _one_or_list({"$ref": f"#/$defs/{FONT_NAME}"}, MAX_FONTS),
    "The name of a font or of a set in fonts, or a list of these: any will do, the first is the one a repair "
    "writes.",
)
_SIZE = RuleKind("points", _points, _as_it_is, POINTS.wanted, POINTS.schema, "A size in points.")
_COLOR = RuleKind(
    "color",
    _color,
    _as_it_is,
    "black, red or six hexadecimal digits in quotes",
    {"type": "string", "pattern": f"^({'|'.join(COLOR_NAMES)}|{_SIX_DIGITS})$"},
    "black, red, or six hexadecimal digits.",
)
_ALIGNMENT = RuleKind(
    "alignment",
    _alignments,
    _names_written,
    f"one of {', '.join(ALIGNMENTS)}, or a list of these",
    _one_or_list({"enum": list(ALIGNMENTS)}),
    "One alignment, or a list: any will do.",
)
_SWITCH = RuleKind("switch", _switch, _as_it_is, "true or false", SWITCH_SCHEMA)
_COUNT = RuleKind(
    "count",
    _count,
    _as_it_is,
    f"a whole number from 1 to {MAX_COUNT}",
    {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
)

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
    "size_pt": _SIZE,
    "bold": _SWITCH,
    "color": _COLOR,
    "alignment": _ALIGNMENT,
    "first_line_indent": _INDENT,
    "left_indent": _INDENT,
    "right_indent": _INDENT,
    "line_spacing": _LINE_SPACING,
    "space_before": _SPACE,
    "space_after": _SPACE,
    "page_break_before": _SWITCH,
}
TEXT_KINDS: Mapping[str, RuleKind] = dict.fromkeys(TextRules._fields, _SWITCH)


def house_style_as_dict(house: HouseStyle) -> dict[str, Any]:
    """Return what a policy file has beside the rules for the whole document; what is empty is left out.

    It reads back as an equal one.
    """
    content: dict[str, Any] = {}
    for name, words in (("title", house.title), ("description", house.description)):
        if words is not None:
            content[name] = words._asdict()
    content["page"] = _rules(house.page, PAGE_KINDS)
    content["roles"] = {role: _rules(rules, ROLE_KINDS) for role, rules in house.roles.items()}
    content["styles"] = dict(house.styles)
    content["text"] = _rules(house.text, TEXT_KINDS)
    content["not_checked"] = [each.as_dict() for each in house.not_checked]
    return {key: value for key, value in content.items() if value}


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
