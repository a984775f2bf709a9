"""Reads a task's JSON strictly: what two readers could understand differently is refused."""

import json
import re
from array import array
from itertools import accumulate
from typing import Any, NoReturn

from docops_flask.engine.errors import InvalidJson

# A task has two levels. Python itself would read a thousand, and take a quarter of a megabyte of stack for
# them, which a worker's thread keeps ever after.
MAX_DEPTH = 64
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"
_STEPS = bytes.maketrans(_OPENING + _CLOSING, b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(_OPENING + _CLOSING))


def parse_task(content: bytes) -> dict[str, Any]:
    """Return the JSON object (RFC 8259) that ``content`` holds.

    Raises ``InvalidJson`` for anything that is not UTF-8 (a byte order mark is tolerated), not JSON, not
    an object, nested deeper than ``MAX_DEPTH``, or has a key twice or a number that JSON does not know.
    The error says where, never what.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidJson(f"task: not UTF-8 text (byte {error.start}).", field="task") from None
    if _depth(content) > MAX_DEPTH:
        raise InvalidJson(f"task: nested too deeply; {MAX_DEPTH} levels are allowed.", field="task")
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        raise InvalidJson(
            f"task: not JSON: {problem} at line {error.lineno}, column {error.colno}.",
            field="task",
            line=error.lineno,
            column=error.colno,
        ) from None
    except ValueError:
        # Python refuses to read an integer of thousands of digits.
        raise InvalidJson("task: holds a number that is too long.", field="task") from None
    if not isinstance(document, dict):
        raise InvalidJson('task: must be a JSON object, {"task_type": ..., "payload": {...}}.', field="task")
    return document


def _depth(content: bytes) -> int:
    """Return how deep brackets nest outside of strings; of what is no JSON, some number."""
    if sum(map(content.count, (b"[", b"{"))) <= MAX_DEPTH:
        return 0
    steps = _STRING.sub(b"", content).translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(array("b", steps)), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("task: an object in it has the same key twice.", field="task")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise InvalidJson("task: NaN and Infinity are not JSON.", field="task")
