"""The renderer process: receives the path of a folder, does the job in it, answers and ends.

The server puts ``job.pickle`` and ``template.docx`` into the folder and sends the folder's path. The renderer
writes ``result.json`` beside them and answers with one message of one byte. The channel is a sequenced-packet
socket, so a message arrives whole or not at all.
"""

import errno
import gc
import json
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn

from docops_flask.engine.errors import DocopsError, TemplateLimitExceeded, to_record
from docops_flask.engine.files import STORAGE_ERRNOS, read_file, write_file
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.sandbox.sandbox import SandboxUnavailable
from docops_flask.engine.worker.isolation import ProcessLimits, isolate

JOB_FILE = "job.pickle"
TEMPLATE_FILE = "template.docx"
RESULT_FILE = "result.json"
# The server holds the file and its parsed form in memory.
RESULT_LIMIT_BYTES = 4 * 1024 * 1024

READY = b"r"
DONE = b"d"
NO_MEMORY = b"m"
NO_STORAGE = b"s"
NO_RESULT = b"w"

# The exit status of a renderer that could not enter its sandbox (EX_OSERR of sysexits.h).
NO_SANDBOX_STATUS = 71

_PATH_MAX = 4096
_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "")

# Takes the job, the paths of its template and of its folder.
Task = Callable[[Job, str, str], dict[str, Any]]


def serve(channel_fd: int, server_fd: int, limits: ProcessLimits, task: Task = run_job) -> NoReturn:
    """Do the one job that comes over the channel; exit with status 0, or with 1 when there is no result.

    The status is ``NO_SANDBOX_STATUS``, and the job is not begun, when the system lacks a part of the sandbox
    that is demanded.

    ``server_fd`` is the read end of a pipe whose write end only the server has. ``task`` does the job: it
    takes the job, the template and the folder, and returns data for JSON. Without a job (the server closes
    the channel) the status is 0.
    """
    # What a job makes is used until the process ends: a search for garbage would find none.
    gc.disable()
    try:
        sandbox = isolate(limits, parent_sentinel=server_fd, keep=[channel_fd])
        folder = _receive_folder(channel_fd)
        if folder is not None:
            sandbox.close(folder)
    except SandboxUnavailable:
        os._exit(NO_SANDBOX_STATUS)
    status = 0 if folder is None else _serve(channel_fd, folder, task)
    # All results are on disk: shutting the interpreter down would only take time.
    os._exit(status)


def _receive_folder(channel_fd: int) -> str | None:
    """Send ``READY``; return the folder of the job, ``None`` when there is no job."""
    # A server that closes its end before it read the message resets the connection: there is no job.
    with suppress(ConnectionError):
        os.write(channel_fd, READY)
        folder = os.read(channel_fd, _PATH_MAX)
        return os.fsdecode(folder) if folder else None
    return None


def _serve(channel_fd: int, folder: str, task: Task) -> int:
    """Do the job in ``folder`` and answer; return the exit status."""
    status, answer = 1, DONE
    try:
        status, content = _outcome(folder, task)
        _write_result(folder, content)
    except MemoryError:
        status, answer = 1, NO_MEMORY
    except OSError as error:
        status, answer = 1, NO_STORAGE if _is_of_storage(error, folder) else NO_RESULT
    with suppress(ConnectionError):
        os.write(channel_fd, answer)
    return status


def _outcome(folder: str, task: Task) -> tuple[int, bytes]:
    """Return the exit status and the content of the result file.

    Of a bug only type and place are recorded: its message may hold text of the document. ``MemoryError`` and
    errors of a full volume pass, because writing a file about them would fail too.
    """
    try:
        return _result_or_error(folder, task)
    except MemoryError:
        raise
    except BaseException as error:
        if isinstance(error, OSError) and _is_of_storage(error, folder):
            raise
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            # A file that cannot be mapped within the memory limit.
            raise MemoryError from error
        return 1, _encode({"bug": f"{type(error).__name__} at {_place(error.__traceback__)}"})


def _is_of_storage(error: OSError, folder: str) -> bool:
    """Return whether ``error`` says that the volume is full, not writable or gone."""
    # The renderer's own limit is above what a job may write, so EFBIG comes from a lower limit of the system.
    return error.errno in STORAGE_ERRNOS or not os.path.exists(folder)


def _result_or_error(folder: str, task: Task) -> tuple[int, bytes]:
    try:
        job: Job = pickle.loads(read_file(os.path.join(folder, JOB_FILE)))
        result = task(job, os.path.join(folder, TEMPLATE_FILE), folder)
        content = _encode({"result": result})
        if len(content) > RESULT_LIMIT_BYTES:
            raise TemplateLimitExceeded(
                f"template: its content would make a report of more than {RESULT_LIMIT_BYTES} bytes.",
                limit="output_bytes",
                maximum=RESULT_LIMIT_BYTES,
            )
    except DocopsError as error:
        word = error.detail.get("reason") or error.detail.get("limit") or type(error).__name__
        error.inner = error.inner or f"{word} at {_place(error.__traceback__)}"
        return 1, _encode({"error": to_record(error)})
    return 0, content


def _encode(record: dict[str, Any]) -> bytes:
    # Escaped, a report in Chinese would take twice the space.
    return json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _write_result(folder: str, content: bytes) -> None:
    # The server reads it only after the answer on the channel: a file that is cut off by a kill is never
    # read.
    write_file(os.path.join(folder, RESULT_FILE), content)


def _place(traceback: TracebackType | None) -> str:
    """Return "file:line in function" of the innermost frame, one of the engine's if there is any."""
    places = {True: "", False: "an unknown place"}
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = code.co_filename
        is_own = file.startswith(_PACKAGE) and file != __file__
        name = os.path.join("docops_flask", file.removeprefix(_PACKAGE)) if is_own else os.path.basename(file)
        places[is_own] = f"{name}:{traceback.tb_lineno} in {code.co_name}"
        traceback = traceback.tb_next
    return places[True] or places[False]
