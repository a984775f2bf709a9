"""The two log lines of every ``/v1/run``: its start and its end (contract section 9)."""

from collections.abc import Callable
from typing import Any, Protocol

from docops_flask.engine.errors import DocopsError, ExitCode
from docops_flask.jobs.errors import CallerLeft
from docops_flask.logs.events import log_event, place_of
from docops_flask.web.errors import ClientLeft

# nginx's status and name for a client that left; they occur in the log alone.
_CLIENT_LEFT = (499, "CLIENT_CLOSED_REQUEST")
_DONE_OUTCOMES: dict[int, str] = {
    ExitCode.OK: "ok",
    ExitCode.MISSING_REQUIRED: "missing_required",
    ExitCode.FORMAT_CHECK_FAILED: "strict_failed",
}
_OTHER_DONE = "other_exit_code"
_ERROR_OUTCOMES = {408: "timeout", 413: "payload_too_large", 429: "rate_limited"}
_OTHER_4XX = "bad_request"
_OTHER_5XX = "internal_error"
_INNER_CHARACTERS = 200
OUTCOMES = (*_DONE_OUTCOMES.values(), _OTHER_DONE, *_ERROR_OUTCOMES.values(), _OTHER_4XX, _OTHER_5XX)

OnEnd = Callable[[str, float], None]


class SentBody(Protocol):
    """A response body; ``whole`` tells whether its last byte was sent."""

    whole: bool


def error_fields(error: DocopsError) -> dict[str, Any]:
    """Return the fields of an ``error`` line that depend on ``error``."""
    status, code = _CLIENT_LEFT if isinstance(error, ClientLeft | CallerLeft) else (error.status, error.code)
    default = _OTHER_4XX if status < 500 else _OTHER_5XX
    fields: dict[str, Any] = {
        "outcome": _ERROR_OUTCOMES.get(status, default),
        "status_code": status,
        "error_code": code,
    }
    # What a renderer reports may have any length.
    fields["inner"] = (error.inner or place_of(type(error), error.__traceback__))[:_INNER_CHARACTERS]
    return fields


class JobLog:
    """Writes one ``start`` line and one ``done`` or ``error`` line, each exactly once."""

    def __init__(self, request_id: str, client: str | None, on_end: OnEnd) -> None:
        """Log the job ``request_id`` of ``client``; ``on_end`` gets its outcome and its wait in seconds."""
        self._request_id = request_id
        self._on_end = on_end
        self._client = client
        self._stage = "receive"
        self._queue_wait_ms = 0
        self._has_started = False
        self._has_ended = False
        self._error: DocopsError | None = None
        self._done: dict[str, Any] = {}
        self._body: SentBody | None = None

    def enter(self, stage: str) -> None:
        """Note the stage that begins now; it is the ``failure_stage`` if the job fails in it."""
        self._stage = stage

    def started(self, queue_wait_ms: int, **fields: Any) -> None:
        """Write the ``start`` line; ``fields`` describe the job, without contents of its files."""
        self._queue_wait_ms = queue_wait_ms
        self._has_started = True
        self._write("start", **fields)

    def succeeded(self, exit_code: int, timing: dict[str, int], body: SentBody) -> None:
        """Note the contents of the ``done`` line, which is written when ``body`` has been sent."""
        self._stage = "stream"
        self._body = body
        self._done = {
            "outcome": _DONE_OUTCOMES.get(exit_code, _OTHER_DONE),
            "http_status": 200,
            "exit_code": int(exit_code),
            "timing": timing,
        }

    def failed(self, error: DocopsError) -> None:
        """Note the error that is answered; one that ended a wait for a slot has the length of the wait."""
        self._error = error
        waited_ms: int | None = getattr(error, "waited_ms", None)
        if waited_ms is not None:
            self._queue_wait_ms = waited_ms

    def close(self) -> None:
        """Write the ``done`` or ``error`` line, once; call it when the answer's body is closed."""
        if self._has_ended:
            return
        self._has_ended = True
        if not self._has_started:
            self.started(self._queue_wait_ms)
        if self._error is not None:
            self._write("error", **error_fields(self._error), failure_stage=self._stage)
        elif self._body is not None and self._body.whole:
            self._write("done", **self._done)
        else:
            self._write("error", **error_fields(ClientLeft()), failure_stage=self._stage)

    def _write(self, event: str, **fields: Any) -> None:
        if "outcome" in fields:
            self._on_end(fields["outcome"], self._queue_wait_ms / 1000)
        log_event(
            event,
            request_id=self._request_id,
            client=self._client,
            queue_wait_ms=self._queue_wait_ms,
            **fields,
        )
