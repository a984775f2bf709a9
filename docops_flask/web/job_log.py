"""The two lines that the log has of every ``/v1/run`` (contract section 9)."""

from collections.abc import Callable
from typing import Any, Protocol

from docops_flask.engine.errors import DocopsError, ExitCode
from docops_flask.jobs.errors import CallerLeft
from docops_flask.logs.events import log_event, place_of
from docops_flask.web.errors import ClientLeft

# nginx's number and name for it; the contract keeps both out of answers.
_CLIENT_LEFT = (499, "CLIENT_CLOSED_REQUEST")
_DONE_OUTCOMES = {
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
    """A body that knows whether it went out to its last byte."""

    whole: bool


def error_fields(error: DocopsError) -> dict[str, Any]:
    """Return the fields of an ``error`` line that ``error`` decides."""
    status, code = _CLIENT_LEFT if isinstance(error, ClientLeft | CallerLeft) else (error.status, error.code)
    default = _OTHER_4XX if status < 500 else _OTHER_5XX
    fields: dict[str, Any] = {
        "outcome": _ERROR_OUTCOMES.get(status, default),
        "status_code": status,
        "error_code": code,
    }
    # A renderer's word for it is not to be trusted with the size of a line.
    fields["inner"] = (error.inner or place_of(type(error), error.__traceback__))[:_INNER_CHARACTERS]
    return fields


class JobLog:
    """Writes one ``start`` line and one ``done`` or ``error`` line, each exactly once."""

    def __init__(self, request_id: str, client: str | None, on_end: OnEnd) -> None:
        """Log the job ``request_id`` of ``client``; ``on_end`` hears its outcome and its wait in seconds."""
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
        """Note what is done now: ``failure_stage``, should it fail."""
        self._stage = stage

    def started(self, queue_wait_ms: int, **fields: Any) -> None:
        """Write the ``start`` line; ``fields`` say what kind of job it is, never what is in it."""
        self._queue_wait_ms = queue_wait_ms
        self._has_started = True
        self._write("start", **fields)

    def succeeded(self, exit_code: ExitCode, timing: dict[str, int], body: SentBody) -> None:
        """Note what the ``done`` line says once ``body`` has gone out."""
        self._stage = "stream"
        self._body = body
        self._done = {
            "outcome": _DONE_OUTCOMES.get(exit_code, _OTHER_DONE),
            "http_status": 200,
            "exit_code": int(exit_code),
            "timing": timing,
        }

    def failed(self, error: DocopsError) -> None:
        """Note the error that is answered; a wait that was in vain is told by the error."""
        self._error = error
        waited_ms: int | None = getattr(error, "waited_ms", None)
        if waited_ms is not None:
            self._queue_wait_ms = waited_ms

    def close(self) -> None:
        """Write the end line; call it when the answer's body is closed."""
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
