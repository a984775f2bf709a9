"""JSON as messages have it: read strictly, within limits, and written again with numbers as they were.

RFC 8259. A task is an argument of a tool, and its numbers count as they are written: 1.50 is not 1.5.
"""

import json
import re
from typing import Any, NoReturn

from docops_flask.intake.task import MAX_DEPTH, depth_of

# A message is four levels around a task.
_MOST_LEVELS = MAX_DEPTH + 8
# Python refuses to read thousands.
_MOST_DIGITS = 500
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


class Number:
    """A number with a fraction or an exponent, as it is written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def read_json(content: bytes, most_structure: int) -> Any:
    """Return the JSON value that ``content`` holds; fractions are ``Number``.

    What is outside of strings may have ``most_structure`` bytes: each value that is no string takes memory
    many times its size. Raises ``ValueError``, whose text says what is wrong and quotes nothing.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    if depth_of(content) > _MOST_LEVELS:
        raise ValueError(f"nested deeper than {_MOST_LEVELS} levels")
    # Most messages are short, and whether they are is known without a look at them.
    if len(content) > most_structure and len(_STRING.sub(b'""', content)) > most_structure:
        raise ValueError(
            f"more than {most_structure} bytes beside its texts; give large rows or tasks as files"
        )
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=Number,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        raise ValueError(f"{problem} at line {error.lineno}, column {error.colno}") from None


def written(value: Any) -> str:
    """Return ``value``, as ``read_json`` returns it, as JSON text."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=True)}:{written(each)}" for key, each in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    # With escapes, because a lone surrogate has no UTF-8.
    return json.dumps(value, ensure_ascii=True)


def answer_text(document: Any) -> bytes:
    """Return ``document`` as one line of UTF-8."""
    try:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # An id may be a lone surrogate, which has no UTF-8.
        return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has the same key twice")
    return members


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError("a number is too long")
    return int(text)


def _refuse(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
