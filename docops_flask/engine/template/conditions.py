"""Values of a payload as conditions and as text (docs/templates.md, chapter *Values*)."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeGuard

from docops_flask.engine.template.formats.values import FormatError, to_date

if TYPE_CHECKING:
    from datetime import datetime

Value = str | int | Decimal | bool | None | Sequence["Value"] | Mapping[str, "Value"]

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_TRUE, _FALSE = frozenset(("是", "true")), frozenset(("否", "false"))
ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {">": gt, "≥": ge, "<": lt, "≤": le}


def number_as_written(value: int | Decimal) -> str:
    """Return a number of a payload as text: 1.50 stays 1.50, and there are no exponents."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def is_list(value: Value) -> TypeGuard[Sequence[Value]]:
    """Say whether a value is a list."""
    return type(value) is list or (isinstance(value, Sequence) and not isinstance(value, str))


def is_given(value: Value) -> bool:
    """Say whether a condition that names a value alone holds: whether it is given and not empty.

    0 is a value; blanks, false and an empty list are none.
    """
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, bool):
        return value
    if isinstance(value, Sequence):
        return bool(value)
    return value is not None


def holds(value: str | int | Decimal | bool, operator: str, literals: Sequence[str]) -> bool:
    """Say whether a value compares as an author wrote it: with any of ``literals``, for ≠ with all.

    Two numbers compare as numbers, two ISO dates as dates, true and false with 是, 否, true and false, other
    values as text, for which = and ≠ alone can hold.
    """
    if operator == "≠":
        return not any(_is_equal(value, literal) for literal in literals)
    if operator == "=":
        return any(_is_equal(value, literal) for literal in literals)
    return any(_is_in_order(value, operator, literal) for literal in literals)


def is_ordered(literal: str) -> bool:
    """Say whether anything can be more or less than ``literal``: a number or an ISO date."""
    if _NUMBER.match(literal):
        return True
    try:
        to_date(literal)
    except FormatError:
        return False
    return True


def _is_equal(value: str | int | Decimal | bool, literal: str) -> bool:
    if isinstance(value, bool):
        return literal.lower() in (_TRUE if value else _FALSE)
    pair = _numbers(value, literal) or _dates(value, literal)
    return pair[0] == pair[1] if pair else str(value) == literal


def _is_in_order(value: str | int | Decimal | bool, operator: str, literal: str) -> bool:
    if isinstance(value, bool):
        return False
    pair = _numbers(value, literal) or _dates(value, literal)
    return pair is not None and ORDERS[operator](*pair)


def _numbers(value: str | int | Decimal, literal: str) -> tuple[Decimal, Decimal] | None:
    written = value if isinstance(value, str) else number_as_written(value)
    if _NUMBER.match(written.strip()) and _NUMBER.match(literal):
        return Decimal(written.strip()), Decimal(literal)
    return None


def _dates(value: str | int | Decimal, literal: str) -> "tuple[datetime, datetime] | None":
    if not isinstance(value, str):
        return None
    try:
        return to_date(value), to_date(literal)
    except FormatError:
        return None
