"""Reads what a renderer left in its folder, as files of an untrusted process."""

import json
import os
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

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
            raise InsufficientStorage(inner="the job's folder is gone") from error
        raise RendererCrashed(inner=f"{path.name} cannot be read: {type(error).__name__}") from error
    status = os.fstat(descriptor)
    # A second name could belong to a file outside the folder, or be used to change the file later.
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.geteuid():
        return descriptor
    os.close(descriptor)
    raise RendererCrashed(inner=f"{path.name} is not a regular file with a single name")


# Beyond 2^53 other JSON parsers do not keep integers exact; no count here is that large.
_MOST = 2**53

# ``str``, ``bool``, ``dict``, ``int`` (not negative), ``None``; a frozenset of the allowed numbers or texts;
# ``[x]``: a list of any length; ``{str: x}``: an object with any names; ``{"a": x, "b": y}``: an object with
# exactly these names; a tuple of shapes: any of them.
Shape = object


def fits(value: object, shape: Shape) -> bool:
    """Return whether ``value``, parsed from JSON, is of ``shape``."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and _members_fit(value, shape)
    if isinstance(shape, list):
        (each,) = shape
        return isinstance(value, list) and all(fits(item, each) for item in value)
    if isinstance(shape, tuple):
        return any(fits(value, each) for each in shape)
    if isinstance(shape, frozenset):
        return type(value) in (int, str) and value in shape
    if shape is int:
        return type(value) is int and 0 <= value < _MOST
    return value is None if shape is None else type(value) is shape


def _members_fit(value: dict[str, object], shape: dict[object, Shape]) -> bool:
    if str in shape:
        return all(fits(member, shape[str]) for member in value.values())
    return value.keys() == shape.keys() and all(fits(value[str(name)], shape[name]) for name in shape)


_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ERROR = {"code": str, "message": str, "detail": dict, "inner": (str, None)}


def read_answer(folder: Path) -> dict[str, Any]:
    """Return the result the renderer left in ``folder``, or raise the error it left instead.

    Raises ``RendererCrashed`` for an answer of another form, ``InsufficientStorage`` when the folder is gone,
    and a plain ``DocopsError``, whose ``inner`` says where, for a bug of the engine.
    """
    record = _parse(_read_capped(folder / RESULT_FILE))
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
        record = json.loads(content.decode(), parse_float=_refuse_number, parse_constant=_refuse_number)
        if _SURROGATE.search(content):
            # A lone surrogate cannot be encoded in an answer. Escaped surrogates are rare, so this is rarely
            # done.
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} is not valid JSON: {type(error).__name__}") from error
    return record


def _refuse_number(_text: str) -> NoReturn:
    """Refuse fractions, NaN and Infinity: no result has them, and NaN is not valid JSON."""
    raise ValueError("not a whole number")


def _as_error(record: dict[str, Any]) -> DocopsError:
    if not fits(record, _ERROR):
        raise RendererCrashed(inner=f"{RESULT_FILE} holds a malformed error")
    try:
        return from_record(record)
    except (TypeError, ValueError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} holds a malformed error") from error
