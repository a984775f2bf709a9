"""Reads what a renderer left in its folder, as files of an untrusted process."""

import json
import os
import re
import stat
from collections.abc import Callable, Set
from contextlib import suppress
from enum import IntEnum
from functools import cache, partial
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from docops_flask.engine.errors import DocopsError, from_record
from docops_flask.engine.worker.worker import RESULT_FILE, RESULT_LIMIT_BYTES
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed


def open_made(path: Path, access: int) -> int:
    """Open the regular file ``path``, which must have no other name, with the flag ``access`` (open(2)).

    Call it after the renderer has ended. Raises ``RendererCrashed`` for anything else or an unreadable file,
    ``InsufficientStorage`` when its folder is gone.
    """
    # Do not follow a link, and do not block on a pipe.
    try:
        descriptor = os.open(path, access | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if not path.parent.exists():
            raise InsufficientStorage(inner="the job's folder is gone", reason="missing") from error
        raise RendererCrashed(inner=f"{path.name} cannot be read: {type(error).__name__}") from error
    status = os.fstat(descriptor)
    # A second name could belong to a file outside the folder, or be used to change the file later.
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.geteuid():
        return descriptor
    os.close(descriptor)
    raise RendererCrashed(inner=f"{path.name} is not a regular file with a single name")


# The greatest whole number that JSON carries exactly in every language (RFC 8259, 6), plus one.
_INT_LIMIT = 2**53

T = TypeVar("T")


def read_as(wanted: type[T], value: object) -> T:
    """Return ``value``, parsed from JSON, as the NamedTuple class ``wanted``.

    An object has to have the fields of its class as members, each of the annotated type, and no other;
    fields with a default may be absent. The
    types allowed are ``str``, ``bool``, ``int`` (0 to 2^53 - 1), ``None``, ``Any``, ``IntEnum`` and
    ``NamedTuple`` classes, ``Literal`` texts, unions, ``tuple[X, ...]`` (a list) and ``dict[str, X]``.
    Raises ``ValueError`` for anything else.
    """
    reader: Callable[[Any], Callable[[object], T]] = _reader_of
    return reader(wanted)(value)


@cache
def _reader_of(wanted: Any) -> Callable[[object], Any]:
    """Return the function that returns a JSON value as ``wanted``, or raises ``ValueError``."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is tuple:
        return partial(_read_list, _reader_of(arguments[0]))
    if origin is dict:
        return partial(_read_members, _reader_of(arguments[1]))
    if origin is Literal:
        return partial(_read_one_of, {text: text for text in arguments})
    if wanted is Any:
        return lambda value: value
    if origin in (Union, UnionType):
        return partial(_read_any_of, tuple(map(_reader_of, arguments)))
    if issubclass(wanted, IntEnum):
        return partial(_read_one_of, {int(member): member for member in wanted})
    if issubclass(wanted, tuple):
        fields = {name: _reader_of(hint) for name, hint in get_type_hints(wanted).items()}
        # Members that are absent where there is nothing to say have a default.
        return partial(_read_object, wanted, fields, fields.keys() - wanted._field_defaults.keys())
    return _read_count if wanted is int else partial(_read_exactly, wanted)


def _read_exactly(wanted: type, value: object) -> object:
    if type(value) is not wanted:
        raise ValueError("a value of another type")
    return value


def _read_count(value: object) -> int:
    # ``True`` is an ``int`` to ``isinstance``.
    if type(value) is not int or not 0 <= value < _INT_LIMIT:
        raise ValueError("not a whole number from 0 to 2^53 - 1")
    return value


def _read_one_of(allowed: dict[object, object], value: object) -> object:
    if type(value) not in (int, str) or value not in allowed:
        raise ValueError("none of the values allowed")
    return allowed[value]


def _read_any_of(readers: tuple[Callable[[object], object], ...], value: object) -> object:
    for read in readers:
        with suppress(ValueError):
            return read(value)
    raise ValueError("of none of the types allowed")


def _read_list(read: Callable[[object], object], value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple([read(item) for item in value])


def _read_members(read: Callable[[object], object], value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return {name: read(member) for name, member in value.items()}


def _read_object(
    wanted: Callable[..., object],
    fields: dict[str, Callable[[object], object]],
    needed: Set[str],
    value: object,
) -> object:
    if not isinstance(value, dict) or not needed <= value.keys() <= fields.keys():
        raise ValueError("not an object with the members agreed")
    return wanted(**{name: fields[name](member) for name, member in value.items()})


_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class _ErrorRecord(NamedTuple):
    """An error as ``engine.errors.to_record`` writes it."""

    code: str
    message: str
    detail: dict[str, Any]
    inner: str | None


def read_answer(folder: Path, name: str = RESULT_FILE) -> dict[str, Any]:
    """Return the result the renderer left in ``folder``, in the file ``name``, or raise the error it left.

    Raises ``RendererCrashed`` for an answer of another form, ``InsufficientStorage`` when the folder is gone,
    and a plain ``DocopsError``, whose ``inner`` says where, for a bug of the engine.
    """
    record = _parse(_read_capped(folder / name))
    match record:
        case {"result": dict(result)}:
            return result
        case {"error": dict(error)}:
            raise _as_error(error)
        case {"bug": str(place)}:
            bug = DocopsError("The job failed by a fault of the server; its log says where.")
            bug.inner = place
            raise bug
    raise RendererCrashed(inner=f"{RESULT_FILE} has none of the expected members")


def _read_capped(path: Path) -> bytes:
    with open(open_made(path, os.O_RDONLY), "rb") as file:
        content = file.read(RESULT_LIMIT_BYTES + 1)
    if len(content) > RESULT_LIMIT_BYTES:
        raise RendererCrashed(inner=f"{RESULT_FILE} has more than {RESULT_LIMIT_BYTES} bytes")
    return content


def _parse(content: bytes) -> object:
    try:
        record = json.loads(content.decode(), parse_float=_short_number, parse_constant=_refuse_number)
        if _SURROGATE.search(content):
            # A lone surrogate cannot be encoded in an answer. Escaped surrogates are rare, so this is rarely
            # done.
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} is not valid JSON: {type(error).__name__}") from error
    return record


def _short_number(text: str) -> float:
    """Return a number with a point, as sample tasks have them; no answer needs exponents or many digits."""
    if not re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,4}", text):
        raise ValueError("a number of another form")
    return float(text)


def _refuse_number(_text: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not valid JSON."""
    raise ValueError("not a number of JSON")


def _as_error(record: dict[str, Any]) -> DocopsError:
    try:
        return from_record(read_as(_ErrorRecord, record)._asdict())
    except (TypeError, ValueError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} holds a malformed error") from error
