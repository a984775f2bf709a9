"""Formats of lists that make a number: how many items there are, the sum of a number of theirs."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

from docops_flask.engine.template.formats.table import COUNT, SUM, Format, summed_names
from docops_flask.engine.template.formats.values import MAX_DIGITS, FormatError, to_decimal

# Sums are exact: so many digits before and behind the point, and those that many items add.
_EXACT = Context(prec=2 * MAX_DIGITS + 20)


def counting_format(formats: Sequence[Format]) -> Format | None:
    """Return the format among ``formats`` that makes a number of a list, ``None`` without one."""
    return next((each for each in formats if each.name in (COUNT, SUM)), None)


def counted(value: Sequence[Any], made_by: Format, *, skips_absent: bool) -> Decimal | None:
    """Return what a format of ``counting_format`` makes of a list.

    A number that an item does not have adds nothing where ``skips_absent``; else there is no sum: ``None``.
    Raises ``FormatError`` for an item without a number of at most ``MAX_DIGITS`` digits on both sides of the
    point.
    """
    if made_by.name == COUNT:
        return Decimal(len(value))
    names = summed_names(made_by.argument or "") or ()
    total = Decimal(0)
    for item in value:
        found = item
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is None or (isinstance(found, str) and not found.strip()):
            if skips_absent:
                continue
            return None
        total = _EXACT.add(total, to_summand(found))
    return total


def to_summand(value: object) -> Decimal:
    """Return a number that can be added up. Raises ``FormatError``."""
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        number = to_decimal(value)
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -MAX_DIGITS:
            return number
    raise FormatError(f"a number with at most {MAX_DIGITS} digits before and behind the point, for a sum")
