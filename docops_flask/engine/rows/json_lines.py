"""Reads JSON lines: each line is the payload of one document.

Source: RFC 8259 (JSON); one value a line, lines end with a line feed, blank lines are left out.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from docops_flask.engine.errors import InvalidJson, RowsInvalid
from docops_flask.engine.rows.errors import RowFault
from docops_flask.engine.text_encoding import decoded_json

# The server reads tasks with the same bound (intake/task.py); a payload has few levels.
MAX_DEPTH = 64


class PayloadLine(NamedTuple):
    """A line with its number, from 1 on: its payload, or the fault that it has."""

    number: int
    payload: Mapping[str, Any] | None
    fault: RowFault | None = None


def read_json_lines(content: bytes) -> Iterator[PayloadLine]:
    """Yield each payload of a file. Raises ``RowsInvalid`` at once where the file is not UTF-8."""
    try:
        text = decoded_json(content, "rows")
    except InvalidJson as error:
        raise RowsInvalid(error.message, rows=[], **error.detail) from None
    return (_line(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _line(number: int, line: str) -> PayloadLine:
    try:
        value = _value(line)
    except json.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        return _faulty(number, f"Not valid JSON: {problem} at column {error.colno}.")
    except RecursionError:
        return _faulty(number, f"Nested too deeply; {MAX_DEPTH} levels are allowed.")
    except ValueError as error:
        return _faulty(number, str(error))
    if not isinstance(value, dict):
        return _faulty(number, 'A line has to be a JSON object, {"name": value, ...}.')
    return PayloadLine(number, value)


def _faulty(number: int, message: str) -> PayloadLine:
    return PayloadLine(number, None, RowFault(number, None, message))


def _value(line: str) -> Any:
    if line.count("{") + line.count("[") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
        raise RecursionError
    return json.loads(
        line, object_pairs_hook=_object, parse_constant=_refused, parse_float=_number, parse_int=_integer
    )


def _depth(line: str) -> int:
    """Return how deep brackets nest, those of texts counted too: any value for what is no JSON."""
    depth = deepest = 0
    for character in line:
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("An object in it has the same key twice.")
    return members


def _refused(_name: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON.")


def _number(text: str) -> Decimal:
    # Numbers stay as they are written: 1.50 is not 1.5.
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("A number in it is too long.") from None


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("A number in it is too long.") from None
