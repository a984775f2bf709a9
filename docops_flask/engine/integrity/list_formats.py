"""Counts and sums of lists, as the proof works them out (docs/templates.md, chapter *Formats*)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_COUNTS, _SUMS = ("计数", "COUNT"), ("合计", "SUM")
_OPTIONAL = "可空"
_ITEM = (".", "．", "本项", "ITEM")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

Formats = Sequence[tuple[str, str | None]]


def number_of(items: Sequence[Any], formats: Formats) -> Decimal | None:
    """Return the number that the first such format makes of a list, ``None`` where a summand is absent.

    Raises ``ValueError`` for an item that has no number.
    """
    name, argument = next(each for each in formats if each[0] in (*_COUNTS, *_SUMS))
    if name in _COUNTS:
        return Decimal(len(items))
    path = (argument or "").strip()
    names = [] if path in _ITEM else re.split("[.．]", path)
    # Whole numbers of the smallest unit that any summand has.
    summands: list[tuple[int, int]] = []
    for item in items:
        value = item
        for each in names:
            value = value.get(each) if isinstance(value, Mapping) else None
        if value is None or (isinstance(value, str) and not value.strip()):
            if (_OPTIONAL, None) not in formats:
                return None
            continue
        summands.append(_scaled(value))
    places = max((own for _, own in summands), default=0)
    total = sum(number * 10 ** (places - own) for number, own in summands)
    return Decimal((int(total < 0), tuple(map(int, str(abs(total)))), -places))


def _scaled(value: Any) -> tuple[int, int]:
    """Return a number as a whole number of units, and how many places behind the point a unit has."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError("no number")
    written = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    if _NUMBER.fullmatch(written) is None:
        raise ValueError("no number")
    whole, _, behind = written.partition(".")
    return int(whole + behind), len(behind)
