"""The outcome of one request to ``/v1/run``, from its status and ZIP, and the figures of many."""

import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.lib.client import Answer
from tools.lib.stats import percentile
from tools.lib.watermark import Watermark
from tools.load.leaks import ServerProcess

# Of the contract's section 2: the members of every run's ZIP.
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
    """The outcome of one request.

    ``status`` is the HTTP status, or ``timeout`` (no answer in time), ``error`` (no complete answer) or
    ``invalid_archive`` (200 with an incomplete ZIP). ``failure`` describes any outcome other than 200.
    """

    status: str
    latency_ms: float
    failure: str | None = None
    request_id: str | None = None
    exit_code: int | None = None
    process: ServerProcess | None = None


class InvalidArchive(Exception):
    """The body is not the ZIP of a run; the message says why."""


def outcome_of_answer(answer: Answer, latency_ms: float) -> JobOutcome:
    """Return the outcome of ``answer``, which took ``latency_ms``."""
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
    """Return the outcome of a request that got no answer within ``latency_ms``."""
    if isinstance(error, TimeoutError):
        return JobOutcome(TIMEOUT, latency_ms, "no answer in time")
    return JobOutcome(ERROR, latency_ms, f"no answer: {error}")


def read_api_result(body: bytes) -> dict[str, Any]:
    """Return ``api_result.json`` of a run's ZIP, after checking that the ZIP is complete.

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
        raise InvalidArchive("api_result.json is not a JSON object")
    return result


def renderer_process(result: dict[str, Any]) -> ServerProcess | None:
    """Return the renderer that ``api_result.json`` names, ``None`` without pid or create time."""
    pid, create_time = result.get("subprocess_pid"), result.get("subprocess_create_time")
    # For kill(2) a pid of 0 or below means a process group, and in Python true is an int.
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


_PERCENTS = (50, 95, 99)


def outcome_figures(outcomes: Sequence[JobOutcome]) -> dict[str, Any]:
    """Return the members of the summary that follow from ``outcomes``."""
    failures = Counter(outcome.failure for outcome in outcomes if outcome.failure is not None)
    exit_codes = Counter(str(outcome.exit_code) for outcome in outcomes if outcome.status == "200")
    return {
        "status_counts": _sorted(Counter(outcome.status for outcome in outcomes)),
        "exit_code_counts": _sorted(exit_codes),
        "failures": dict(failures.most_common()),
        "latency_ms": latency_figures([each.latency_ms for each in outcomes if each.status != ERROR]),
        "timeout_request_ids": [each.request_id for each in outcomes if each.status == "408"],
        "subprocess_pids_seen": sorted({each.process.pid for each in outcomes if each.process is not None}),
    }


def latency_figures(latencies_ms: Sequence[float]) -> dict[str, float | None]:
    """Return percentiles (nearest rank), maximum and mean, ``None`` each when there are no latencies."""
    figures = {f"p{percent}": percentile(latencies_ms, percent) for percent in _PERCENTS}
    figures["max"] = max(latencies_ms, default=None)
    figures["avg"] = sum(latencies_ms) / len(latencies_ms) if latencies_ms else None
    return {name: None if value is None else round(value, 1) for name, value in figures.items()}


def tmp_figures(before: Watermark, after: Watermark) -> dict[str, Any]:
    """Return the members about what the load left in the work folder."""
    return {
        "tmp_before_count": before.count,
        "tmp_before_bytes": before.bytes,
        "tmp_after_count": after.count,
        "tmp_after_bytes": after.bytes,
        "tmp_delta_count": after.count - before.count,
        "tmp_delta_bytes": after.bytes - before.bytes,
        "tmp_warnings": list(dict.fromkeys(before.warnings + after.warnings)),
    }


def _sorted(counts: "Counter[str]") -> dict[str, int]:
    return dict(sorted(counts.items()))
