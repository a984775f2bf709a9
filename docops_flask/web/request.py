"""The request class of the app: a Flask request that knows its id, its body and what became of it."""

import time
import uuid
from functools import cached_property
from typing import Any, cast

from flask import Request, current_app, request

from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.web.body import RequestBody
from docops_flask.web.job_log import JobLog
from docops_flask.web.services import services


class ApiRequest(Request):
    """A request; its form is never parsed by werkzeug, which would not know the limits of each part."""

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        self.began_at = time.monotonic()
        self.failure: DocopsError | None = None
        # What is done now: the log's ``failure_stage``, should it fail.
        self.stage = "answer"

    def enter(self, stage: str) -> None:
        """Note what is done now for the job that this request asks for."""
        self.stage = stage
        self.job_log.enter(stage)

    @cached_property
    def request_id(self) -> str:
        """Return 32 hex digits, always made here: an id that a client chose could be anything."""
        return uuid.uuid4().hex

    @cached_property
    def body(self) -> RequestBody:
        """Return the one reader of the body."""
        return RequestBody(
            self.environ,
            current_app.config["MAX_CONTENT_LENGTH"],
            services().settings.body_timeout_seconds,
        )

    @cached_property
    def caller(self) -> Caller:
        """Return who waits for the answer; a server that does not show its socket has clients that stay."""
        socket = self.environ.get("gunicorn.socket")
        return Caller(socket.fileno()) if socket is not None else STAYING

    @cached_property
    def job_log(self) -> JobLog:
        """Return the log of the job this request asks for; only that of ``/v1/run`` is written."""
        recorder = services().recorder

        def on_end(outcome: str, queue_wait_seconds: float) -> None:
            recorder.job_ended(outcome, time.monotonic() - self.began_at, queue_wait_seconds)

        return JobLog(self.request_id, self.remote_addr, on_end)


def api_request() -> ApiRequest:
    """Return the current request."""
    return cast(ApiRequest, request)
