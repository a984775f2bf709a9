"""Numbers and lengths as WordprocessingML writes them; what is malformed is ``None``, never an error."""

import re

_INTEGER = re.compile(r"[+-]?\d{1,9}\Z")
_DECIMAL_INTEGER = re.compile(r"([+-]?\d{1,9})(?:\.\d+)?\Z")
_MEASURE = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,9})?)(mm|cm|in|pt|pc|pi)\Z")
_TWIPS_PER_UNIT = {"mm": 1440 / 25.4, "cm": 1440 / 2.54, "in": 1440, "pt": 20, "pc": 240, "pi": 240}


def to_integer(text: str | None) -> int | None:
    """Return the decimal integer in ``text`` (ST_DecimalNumber, 22.9.2 and 17.18.10)."""
    if text is None or not _INTEGER.match(text):
        return None
    return int(text)


def to_twips(text: str | None) -> int | None:
    """Return a length in twips: a plain number, or a universal measure (ST_TwipsMeasure, 22.9.2.14).

    Some producers write plain twips with a decimal part, which Word cuts off.
    """
    if text is None:
        return None
    plain = _DECIMAL_INTEGER.match(text)
    if plain:
        return int(plain[1])
    measure = _MEASURE.match(text)
    if measure:
        return round(float(measure[1]) * _TWIPS_PER_UNIT[measure[2]])
    return None


def to_half_points(text: str | None) -> int | None:
    """Return a font size in half-points: a plain number, or a universal measure (ST_HpsMeasure, 17.18.42)."""
    if text is None:
        return None
    plain = _DECIMAL_INTEGER.match(text)
    if plain:
        return int(plain[1])
    twips = to_twips(text)
    return None if twips is None else round(twips / 10)


def to_switch(element_value: str | None) -> bool:
    """Return an on/off property's value; an absent value means on (ST_OnOff, 22.9.2.7)."""
    return element_value not in ("0", "false", "off")
