"""Numbers and lengths as WordprocessingML writes them; what is malformed is ``None``, never an error."""

import re

_MOST_DIGITS = 9
_MEASURE = r"([+-]?\d{1,9}(?:\.\d{1,9})?)(mm|cm|in|pt|pc|pi)\Z"
_TWIPS_PER_UNIT = {"mm": 1440 / 25.4, "cm": 1440 / 2.54, "in": 1440, "pt": 20, "pc": 240, "pi": 240}


def to_integer(text: str | None) -> int | None:
    """Return the decimal integer in ``text`` (ST_DecimalNumber, 22.9.2 and 17.18.10)."""
    return int(text) if text is not None and _is_integer(text) else None


def to_twips(text: str | None) -> int | None:
    """Return a length in twips: a plain number, or a universal measure (ST_TwipsMeasure, 22.9.2.14).

    Some producers write plain twips with a decimal part, which Word cuts off.
    """
    if text is None:
        return None
    plain = _whole_part(text)
    if plain is not None:
        return plain
    measure = re.match(_MEASURE, text)
    if measure:
        return round(float(measure[1]) * _TWIPS_PER_UNIT[measure[2]])
    return None


def to_half_points(text: str | None) -> int | None:
    """Return a font size in half-points: a plain number, or a universal measure (ST_HpsMeasure, 17.18.42)."""
    if text is None:
        return None
    plain = _whole_part(text)
    if plain is not None:
        return plain
    twips = to_twips(text)
    return None if twips is None else round(twips / 10)


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in {"+", "-"} else text
    return digits.isdecimal() and len(digits) <= _MOST_DIGITS


def _whole_part(text: str) -> int | None:
    """Return the integer in ``text``, or before its decimal part; ``None`` where it is no plain number."""
    whole, point, decimals = text.partition(".")
    if not _is_integer(whole) or (point and not decimals.isdecimal()):
        return None
    return int(whole)


def to_switch(element_value: str | None) -> bool:
    """Return an on/off property's value; an absent value means on (ST_OnOff, 22.9.2.7)."""
    return element_value not in ("0", "false", "off")
