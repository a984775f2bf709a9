"""The answer a renderer left in its folder, read as what it is: a file from a process not trusted."""

import json
import os
import re
from pathlib import Path
from typing import Any, NoReturn

from docops_flask.engine.errors import DocopsError, from_record
from docops_flask.engine.worker import RESULT_FILE, RESULT_LIMIT_BYTES
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.made_file import open_made
from docops_flask.jobs.shape import fits

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
