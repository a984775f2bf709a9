"""Expected and actual values of the report in words: 三号（16 磅）, 固定值 28 磅, 2 字符."""

import re

from docops_flask.engine.reports.page.words import Words

_TWIPS_PER_POINT = 20
_TWIPS_PER_CM = 1440 / 2.54
_ONE_LINE = 240
OR_ALIKE = " or the like"
_MEASURE = re.compile(r"(-?[0-9.]+) (twips|pt|mm|cm|characters|lines)")
# Of a policy's ``trim_chars``.
_CHARACTERS = {" ": "space", "\t": "tab", "\u3000": "ideographic space", "\u00a0": "no-break space"}
# As issues have it with a rule for a role (``exact 28 pt``), and as the observations do (``560 exact``).
_SPACING = re.compile(r"(exact|at least) ([0-9.]+) pt")
_LINE_AND_RULE = re.compile(r"(-?[0-9]+) (auto|exact|atLeast)")


def value_words(words: Words, kind: str, value: object, line_rule: str | None = None) -> str:
    """Return a value of a rule in words; ``kind`` is the kind of its values (``words.toml``, rules).

    ``line_rule`` is the w:lineRule of a line spacing that is a number (ECMA-376 part 1, 17.3.1.33).
    """
    if value is None:
        return words("not stated", "values")
    if kind == "size" and isinstance(value, int | float):
        return _size(words, f"{value:g}")
    if kind == "line_spacing":
        return _line_spacing(words, str(value), line_rule)
    if kind in ("indent", "measure"):
        return _measure(words, str(value), is_indent=kind == "indent")
    if kind in ("lines", "count"):
        return words(kind, "values", n=value)
    if kind == "allowed" and isinstance(value, bool):
        return words("forbidden" if value else "allowed", "values")
    if isinstance(value, list):
        return " ".join(words.find("values", _CHARACTERS.get(each, "")) or each for each in value)
    if kind == "word":
        return words("or").join(_phrase(words, each) for each in str(value).split(" or "))
    return _name(words, str(value)) if kind == "font" else _phrase(words, str(value))


def _size(words: Words, points: str) -> str:
    name = words.size_name(points)
    if name is None:
        return words("size", "values", points=points)
    return words("named_size", "values", points=points, name=name)


def _name(words: Words, value: str) -> str:
    if value.endswith(OR_ALIKE):
        return words("or_alike", "values", name=value.removesuffix(OR_ALIKE))
    return words("theme_font", "values") if value.startswith("theme:") else value


def _phrase(words: Words, value: str) -> str:
    if value.startswith("theme:"):
        return words("theme_colour", "values")
    if value.startswith("numId "):
        return words("numbered", "values")
    return words.find("values", value) or value


def _line_spacing(words: Words, value: str, line_rule: str | None) -> str:
    spacing = _SPACING.fullmatch(value)
    if spacing is not None:
        return words("exact" if spacing[1] == "exact" else "atLeast", "values", n=spacing[2])
    if value.endswith(" lines"):
        return _multiple(words, float(value.removesuffix(" lines")))
    stated = _LINE_AND_RULE.fullmatch(value)
    line, rule = (stated[1], stated[2]) if stated is not None else (value, line_rule or "auto")
    if not line.lstrip("-").isdecimal():
        return value
    if rule == "auto":
        return _multiple(words, int(line) / _ONE_LINE)
    return words("exact" if rule == "exact" else "atLeast", "values", n=f"{int(line) / _TWIPS_PER_POINT:g}")


def _multiple(words: Words, lines: float) -> str:
    return words("single", "values") if lines == 1 else words("multiple", "values", n=f"{round(lines, 2):g}")


def _measure(words: Words, value: str, *, is_indent: bool) -> str:
    match = _MEASURE.fullmatch(value)
    number, unit = (value, "twips") if match is None else (match[1], match[2])
    try:
        amount = float(number)
    except ValueError:
        return _phrase(words, value)
    if not amount:
        return words("zero", "values")
    shown = _amount(words, abs(amount) if is_indent else amount, unit)
    return words("hanging", "values", amount=shown) if is_indent and amount < 0 else shown


def _amount(words: Words, amount: float, unit: str) -> str:
    if unit != "twips":
        return words(unit, "values", n=f"{amount:g}")
    points = f"{round(amount / _TWIPS_PER_POINT, 2):g}"
    return words("twips", "values", points=points, cm=f"{round(amount / _TWIPS_PER_CM, 2):g}")
