"""What came of one ``/v1/run``: its status, and what its ZIP says."""

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from tools.client import Answer
from tools.pid_marks import ServerProcess

# Of the contract's section 2: those that every run has.
_MEMBERS = (
    "out.docx",
    "out.replace_log.json",
    "out.missing_fields.json",
    "out.format_report.json",
    "api_result.json",
)
TIMEOUT, ERROR, INVALID_ARCHIVE = "timeout", "error", "invalid_archive"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What one request came to.

    ``status`` is the HTTP status, or ``timeout`` (no answer in time), ``error`` (no whole answer) or
    ``invalid_archive`` (200 with a ZIP that is not whole). ``failure`` says more of anything but 200.
    """

    status: str
    latency_ms: float
    failure: str | None = None
    request_id: str | None = None
    exit_code: int | None = None
    process: ServerProcess | None = None


class InvalidArchive(Exception):
    """The body is not the ZIP of a run; the message says what is wrong."""


def outcome_of_answer(answer: Answer, latency_ms: float) -> JobOutcome:
    """Return what ``answer`` came to after ``latency_ms``."""
    request_id = answer.headers.get("x-docops-request-id")
    if answer.status != 200:
        failure = f"{answer.status} {_error_code(answer)}"
        return JobOutcome(str(answer.status), latency_ms, failure, request_id)
    try:
        result = read_api_result(answer.body)
    except InvalidArchive as error:
        return JobOutcome(INVALID_ARCHIVE, latency_ms, f"200 with an invalid ZIP: {error}", request_id)
    return JobOutcome("200", latency_ms, None, request_id, result.get("exit_code"), renderer_process(result))


def outcome_of_error(error: OSError, latency_ms: float) -> JobOutcome:
    """Return what a request came to that got no answer, after ``latency_ms``."""
    if isinstance(error, TimeoutError):
        return JobOutcome(TIMEOUT, latency_ms, "no answer in time")
    return JobOutcome(ERROR, latency_ms, f"no answer: {error}")


def read_api_result(body: bytes) -> dict[str, Any]:
    """Return ``api_result.json`` of a run's ZIP once all of the ZIP is found whole.

    Raises ``InvalidArchive`` when it cannot be read, fails its checksums or lacks a member.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            damaged = archive.testzip()
            if damaged is not None:
                raise InvalidArchive(f"{damaged} is damaged")
            missing = [name for name in _MEMBERS if name not in archive.namelist()]
            if missing:
                raise InvalidArchive(f"no {', '.join(missing)}")
            result = json.loads(archive.read("api_result.json"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise InvalidArchive(str(error)) from error
    if not isinstance(result, dict):
        raise InvalidArchive("api_result.json is no object")
    return result


def renderer_process(result: dict[str, Any]) -> ServerProcess | None:
    """Return the renderer that ``api_result.json`` names, ``None`` unless it does so in full."""
    pid, create_time = result.get("subprocess_pid"), result.get("subprocess_create_time")
    # A pid of 0 or below would mean whole process groups to kill(2), and true is 1 to Python.
    if not isinstance(pid, int) or isinstance(pid, bool) or pid <= 0:
        return None
    if not isinstance(create_time, int | float) or isinstance(create_time, bool) or create_time <= 0:
        return None
    return ServerProcess(pid, create_time)


def _error_code(answer: Answer) -> str:
    try:
        code = answer.json()["error_code"]
    except (ValueError, TypeError, KeyError):
        return "without an error code"
    return str(code)
