"""The answer a renderer left in its folder, read as what it is: a file from a process not trusted."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from docops_flask.engine.errors import DocopsError, from_record
from docops_flask.engine.worker import RESULT_FILE, RESULT_LIMIT_BYTES
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed


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
    # Not through a link, and without blocking on a pipe somebody put there.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise RendererCrashed(inner=f"{RESULT_FILE} is no regular file")
            content = file.read(RESULT_LIMIT_BYTES + 1)
    except OSError as error:
        if not path.parent.exists():
            raise InsufficientStorage(inner="the job's folder is gone") from error
        raise RendererCrashed(inner=f"{RESULT_FILE} cannot be read: {type(error).__name__}") from error
    if len(content) > RESULT_LIMIT_BYTES:
        raise RendererCrashed(inner=f"{RESULT_FILE} has more than {RESULT_LIMIT_BYTES} bytes")
    return content


def _parse(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} is no JSON: {type(error).__name__}") from error


def _as_error(record: dict[str, Any]) -> DocopsError:
    try:
        return from_record(record)
    except (TypeError, ValueError) as error:
        raise RendererCrashed(inner=f"{RESULT_FILE} holds a malformed error") from error
