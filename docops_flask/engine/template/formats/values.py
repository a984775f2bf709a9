"""Values that formats take: numbers and dates, from JSON or from text."""

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

Scalar = str | int | float | Decimal
# Enough for any amount; a longer number is refused.
MAX_DIGITS = 60
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\Z", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")


class FormatError(ValueError):
    """A value that a format cannot take; the message says what it takes."""


def to_decimal(value: Scalar) -> Decimal:
    """Return a number, or a text that is one, as it is written. Raises ``FormatError``."""
    try:
        if isinstance(value, str):
            number = Decimal(value.strip()) if _NUMBER.match(value.strip()) else None
        else:
            number = Decimal(str(value))
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number.adjusted() >= MAX_DIGITS:
        raise FormatError(f"a number such as 1234.50, with at most {MAX_DIGITS} digits before the point")
    return number


def to_integer(value: Scalar) -> int:
    """Return a whole number. Raises ``FormatError``."""
    number = to_decimal(value)
    if number != number.to_integral_value():
        raise FormatError("a whole number")
    return int(number)


def to_date(value: Scalar) -> "datetime":
    """Return an ISO 8601 date (2026-05-06) or date-time (2026-05-06T14:30). Raises ``FormatError``."""
    # Imported here: few templates have dates with a format.
    from datetime import datetime

    match = _DATE.match(value.strip()) if isinstance(value, str) else None
    if match is not None:
        try:
            year, month, day, hour, minute, second = (int(each or 0) for each in match.groups())
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            pass
    raise FormatError("a date such as 2026-05-06 or a time such as 2026-05-06T14:30")
