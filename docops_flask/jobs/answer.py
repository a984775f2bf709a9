"""What a renderer left in its folder, read as what it is: files from a process not trusted."""

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
    """Open ``path`` for ``access`` (``os.O_RDONLY`` or ``os.O_RDWR``), a regular file with no other name.

    Its renderer has to have ended. Raises ``RendererCrashed`` when it is something else or cannot be opened,
    ``InsufficientStorage`` when its folder is gone.
    """
    # Not through a link, and without blocking on a pipe somebody put there.
    try:
        descriptor = os.open(path, access | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if not path.parent.exists():
            raise InsufficientStorage(inner="the job's folder is gone") from error
        raise RendererCrashed(inner=f"{path.name} cannot be read: {type(error).__name__}") from error
    status = os.fstat(descriptor)
    # A second name could be that of a file outside, or change the file later.
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.geteuid():
        return descriptor
    os.close(descriptor)
    raise RendererCrashed(inner=f"{path.name} is no regular file of its own")


# Greater numbers are no whole ones in other languages' JSON, and nothing here is counted that far.
_MOST = 2**53

# ``str``, ``bool``, ``dict``, ``int`` (not negative), ``None``; a frozenset of the numbers or texts allowed;
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

    Raises ``RendererCrashed`` when there is no answer of the agreed form, ``InsufficientStorage`` when the
    folder is gone, and a plain ``DocopsError`` whose ``inner`` says where when the engine has a bug.
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
    raise RendererCrashed(inner=f"{RESULT_FILE} has none of the agreed members")


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
            # Half a character: what repeats it could not be sent. Whole ones are rare enough to look.
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} is no JSON: {type(error).__name__}") from error
    return record


def _refuse_number(_text: str) -> NoReturn:
    """Refuse what is not whole: no result holds such a number, and NaN is none that others can read."""
    raise ValueError("not a whole number")


def _as_error(record: dict[str, Any]) -> DocopsError:
    if not fits(record, _ERROR):
        raise RendererCrashed(inner=f"{RESULT_FILE} holds a malformed error")
    try:
        return from_record(record)
    except (TypeError, ValueError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} holds a malformed error") from error
