"""A task: its JSON read strictly, then checked by the marshmallow schema of its document type.

JSON that two readers could understand differently is refused; errors of the schema name JSON paths.
"""

import json
import re
from array import array
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import accumulate, islice
from typing import Any, NoReturn

from marshmallow import RAISE, Schema, ValidationError, fields

from docops_flask.engine.errors import InvalidArgument, InvalidJson, echo
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.text_encoding import decoded_json

# A task has two levels. Python itself would read a thousand, with a quarter of a megabyte of stack that the
# worker's thread never gives back.
MAX_DEPTH = 64
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"
_STEPS = bytes.maketrans(_OPENING + _CLOSING, b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(set(range(256)) - set(_OPENING + _CLOSING))


def parse_task(content: bytes) -> dict[str, Any]:
    """Return the JSON object (RFC 8259) that ``content`` holds.

    Raises ``InvalidJson`` for anything that is not UTF-8 (a byte order mark is tolerated), not JSON, not
    an object, nested deeper than ``MAX_DEPTH``, or has a key twice or a number that JSON does not know.
    The error says where the fault is, or which other encoding the text has, and never quotes the task.
    """
    text = decoded_json(content, "task")
    if depth_of(content) > MAX_DEPTH:
        raise InvalidJson(f"task: nested too deeply; {MAX_DEPTH} levels are allowed.", field="task")
    try:
        # Numbers stay as they are written: 1.50 is not 1.5.
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_number
        )
    except json.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        raise InvalidJson(
            f"task: not valid JSON: {problem} at line {error.lineno}, column {error.colno}.",
            field="task",
            line=error.lineno,
            column=error.colno,
        ) from None
    except ValueError:
        # Python refuses to read an integer of thousands of digits.
        raise InvalidJson("task: holds a number that is too long.", field="task") from None
    if not isinstance(document, dict):
        raise InvalidJson('task: must be a JSON object, {"payload": {...}}.', field="task")
    return document


def depth_of(content: bytes) -> int:
    """Return how deep brackets nest outside of strings; any number where ``content`` is not JSON.

    It is 0 where there are so few of them that they cannot nest deeper than ``MAX_DEPTH``.
    """
    if sum(map(content.count, (b"[", b"{"))) <= MAX_DEPTH:
        return 0
    steps = _STRING.sub(b"", content).translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(array("b", steps)), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("task: an object in it has the same key twice.", field="task")
    return members


def _number(text: str) -> Decimal:
    """Return a number as it is written; one with an exponent beyond all is infinite, and refused as such."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _refuse_constant(_name: str) -> NoReturn:
    raise InvalidJson("task: NaN and Infinity are not JSON.", field="task")


# Beyond XML 1.0's Char production (2.2): controls, lone surrogates, U+FFFE and U+FFFF.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


_MAX_ERRORS = 50
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SELF = "_schema"
_MISSING = "missing."
_NULL = "must not be null."
_NOT_TEXT = "must be text."
_NOT_TEXTS = "must be a list of texts."
_NOT_OBJECT = "must be an object."


class _Strict(Schema):
    """A JSON object without unknown keys."""

    class Meta:
        unknown = RAISE

    error_messages = {"type": _NOT_OBJECT, "unknown": "unknown key."}  # noqa: RUF012 -- as marshmallow has it


class _TaskObject(_Strict):
    """A task, whose values are often given beside ``payload``."""

    error_messages = {  # noqa: RUF012 -- as marshmallow has it
        "unknown": "unknown key; a task has task_type and payload, which holds the values."
    }


class _Texts(fields.Field[list[str]]):
    """A list of texts; unlike marshmallow's own list it stops after a number of errors."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> list[str]:
        if not isinstance(value, list):
            raise ValidationError(_NOT_TEXTS)
        errors = ((index, _text_problem(item)) for index, item in enumerate(value))
        found = {index: [problem] for index, problem in islice((e for e in errors if e[1]), _MAX_ERRORS)}
        if found:
            raise ValidationError(found)
        return value


def load_task(document: Mapping[str, Any], skill: Skill | None, *, is_open: bool = False) -> dict[str, Any]:
    """Return ``document``, validated as a task of ``skill``; without one, only that it is a task.

    Of an open task, and of a skill of template language 2, the renderer checks the payload: the template says
    what it has to hold. Raises
    ``InvalidArgument`` whose ``detail.errors`` has every error with its JSON path, in the document's order.
    """
    is_checked = skill is not None and skill.grammar == 1
    schema = _skill_schema(skill) if skill is not None and is_checked else _any_task_schema(is_open)
    try:
        loaded: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        errors = islice(_flatten(error.messages, document, "$"), _MAX_ERRORS)
        raise _invalid_task(list(errors)) from None
    return loaded


@lru_cache(maxsize=256)
def _skill_schema(skill: Skill) -> Schema:
    """Return the schema of a whole task of ``skill``; every payload key may be ``null``."""
    payload = _Strict.from_dict(
        {field.key: _payload_field(field) for field in skill.fields}, name=f"Payload_{skill.name}"
    )
    # Its task_type is not checked: the schema was chosen by it.
    return _task(fields.Nested(payload, error_messages=_messages(_NOT_OBJECT)))


@lru_cache(maxsize=2)
def _any_task_schema(is_open: bool) -> Schema:
    return _task(fields.Dict(error_messages=_messages(_NOT_OBJECT)), has_type=not is_open)


def _task(payload: fields.Field[Any], *, has_type: bool = True) -> Schema:
    return _TaskObject.from_dict({"task_type": _text(required=has_type), "payload": payload})()


def _payload_field(field: Field) -> fields.Field[Any]:
    return _Texts(allow_none=True) if field.type == "list" else _text(allow_none=True)


def _text(*, required: bool = False, allow_none: bool = False) -> fields.String:
    return fields.String(
        required=required,
        allow_none=allow_none,
        validate=_refuse_characters,
        error_messages=_messages(_NOT_TEXT),
    )


def _messages(invalid: str) -> dict[str, Any]:
    return {"invalid": invalid, "type": invalid, "required": _MISSING, "null": _NULL}


def _refuse_characters(value: str) -> None:
    problem = _text_problem(value)
    if problem is not None:
        raise ValidationError(problem)


def _text_problem(value: Any) -> str | None:
    if not isinstance(value, str):
        return _NOT_TEXT
    match = NOT_XML.search(value)
    if match is None:
        return None
    return f"holds U+{ord(match[0]):04X}, a character that no Word document can hold; remove it."


def _flatten(messages: Any, document: Any, path: str) -> Iterator[dict[str, str]]:
    """Yield marshmallow's nested ``messages`` about ``document`` one by one."""
    if isinstance(messages, list):
        yield from ({"path": path, "message": message} for message in messages)
        return
    keys = document if isinstance(document, Mapping) else {}
    in_order = [key for key in keys if key in messages]
    rest = [key for key in messages if key not in keys]
    for key in [*in_order, *rest]:
        if key == _SELF and key not in keys:
            yield from _flatten(messages[key], document, path)
        else:
            yield from _flatten(messages[key], _member(document, key), path + _step(key))


def _member(document: Any, key: str | int) -> Any:
    if isinstance(document, Mapping):
        return document.get(key)
    return document[key] if isinstance(document, list) and isinstance(key, int) else None


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    if _PLAIN_KEY.fullmatch(key):
        return f".{echo(key)}"
    quoted = echo(key).replace("'", "\\'")
    return f"['{quoted}']"


def _invalid_task(errors: list[dict[str, str]]) -> InvalidArgument:
    first = errors[0]
    more = f" ({len(errors) - 1} more in detail.errors)" if len(errors) > 1 else ""
    return InvalidArgument(f"task: {first['path']}: {first['message']}{more}", field="task", errors=errors)
