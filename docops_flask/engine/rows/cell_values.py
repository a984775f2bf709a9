"""The value of a payload that a cell gives, by the kind of value that the template asks for."""

import re
from decimal import Decimal
from typing import Any

from docops_flask.engine.rows.table import Cell
from docops_flask.engine.template.payload_schema import ValueKind

_SEPARATORS = re.compile("[；;、\n]")
_NUMBER = re.compile(
    r"([¥￥$€£]|RMB|CNY)?\s*([-−(]?)\s*([0-9][0-9,，]*(?:\.[0-9]+)?|\.[0-9]+)\s*(\)?)\s*(元|%|％)?\Z",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z")
_DATE = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?"
    r"(?:[T\s]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?\Z"
)
_YES = frozenset(("是", "有", "真", "对", "√", "☑", "✓", "y", "yes", "true", "1"))
_NO = frozenset(("否", "无", "假", "错", "×", "☐", "✗", "n", "no", "false", "0"))
_BOOLS = (ValueKind.BOOL, ValueKind.GIVEN)


def value_of(cell: Cell, kind: ValueKind) -> Any:
    """Return the value of a cell that has one.

    A text that is no value of its kind is returned as it is: the payload is checked as one that was sent, and
    the fault is told there.
    """
    if kind in (ValueKind.TEXTS, ValueKind.ITEMS):
        return [each.strip() for each in _SEPARATORS.split(cell.shown) if each.strip()]
    if kind in (ValueKind.IMAGE, ValueKind.DOCUMENT):
        return {"file": cell.shown}
    if kind is ValueKind.NUMBER:
        return _number(cell)
    if kind is ValueKind.DATE:
        return cell.stored if cell.is_date else _date(cell.shown)
    if kind in _BOOLS or (kind is ValueKind.CHOICE and isinstance(cell.stored, bool)):
        return _truth(cell)
    return cell.shown


def _number(cell: Cell) -> str:
    if isinstance(cell.stored, Decimal):
        return f"{cell.stored:f}"
    match = _NUMBER.match(cell.shown)
    if match is None:
        return cell.shown
    _, minus, digits, closing, unit = match.groups()
    digits = digits.replace("，", ",")
    if ("," in digits and _GROUPED.match(digits) is None) or (minus == "(") != (closing == ")"):
        return cell.shown
    number = Decimal(digits.replace(",", ""))
    number = number / 100 if unit in ("%", "％") else number
    return f"{-number if minus else number:f}"


def _date(text: str) -> str:
    match = _DATE.match(text)
    if match is None:
        return text
    year, month, day, hour, minute, second = match.groups()
    written = f"{year}-{int(month):02}-{int(day):02}"
    return written if hour is None else f"{written}T{int(hour):02}:{minute}:{second or '00'}"


def _truth(cell: Cell) -> Any:
    if isinstance(cell.stored, bool):
        return cell.stored
    word = cell.shown.casefold()
    return True if word in _YES else False if word in _NO else cell.shown
