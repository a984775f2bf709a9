"""Reads a task's JSON strictly: what two readers could understand differently is refused."""

import json
from typing import Any, NoReturn

from docops_flask.engine.errors import InvalidJson


def parse_task(content: bytes) -> dict[str, Any]:
    """Return the JSON object (RFC 8259) that ``content`` holds.

    Raises ``InvalidJson`` for anything that is not UTF-8 (a byte order mark is tolerated), not JSON, not
    an object, nested deeper than Python reads, or has a key twice or a number that JSON does not know.
    The error says where, never what.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidJson(f"task: not UTF-8 text (byte {error.start}).", field="task") from None
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
    except RecursionError:
        raise InvalidJson("task: nested too deeply.", field="task") from None
    except ValueError:
        # Python refuses to read an integer of thousands of digits.
        raise InvalidJson("task: holds a number that is too long.", field="task") from None
    if not isinstance(document, dict):
        raise InvalidJson('task: must be a JSON object, {"task_type": ..., "payload": {...}}.', field="task")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("task: an object in it has the same key twice.", field="task")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise InvalidJson("task: NaN and Infinity are not JSON.", field="task")
