"""Formats of numbers with digits: #,##0.00 and the like."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from docops_flask.engine.template.formats.values import MAX_DIGITS, Scalar, to_decimal

_PATTERN = re.compile(r"(#,##)?0(?:\.(0{1,10}))?(%)?\Z")
# As many digits as a number may have, with those of a pattern and of a percentage.
_CONTEXT = Context(prec=MAX_DIGITS + 20, rounding=ROUND_HALF_UP)


def is_number_pattern(text: str) -> bool:
    """Say whether ``text`` is a pattern such as 0, 0.0, #,##0.00 or 0.00%."""
    return _PATTERN.match(text) is not None


def number_by_pattern(value: Scalar, pattern: str) -> str:
    """Return a number as ``pattern`` has it, rounded half up; a minus is "-"."""
    match = _PATTERN.match(pattern)
    assert match is not None
    grouped, decimals, percent = match.groups()
    number = to_decimal(value)
    places = len(decimals or "")
    if percent:
        number = _CONTEXT.multiply(number, Decimal(100))
    rounded = number.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
    # No minus before a zero.
    rounded = rounded if rounded else abs(rounded)
    return f"{rounded:{',' if grouped else ''}.{places}f}{percent or ''}"
