"""The request class of the app: a Flask request with its id, its body of limited size and its log.

If part of the body is unread when the connection closes, the kernel resets the connection, and behind a proxy
the client sees a 502 instead of the answer. So the rest is read, within bounds, before the answer is sent.
"""

import time
import uuid
from collections.abc import Mapping
from functools import cached_property
from math import inf
from typing import Any, cast

from flask import Request, current_app, request
from werkzeug.sansio.utils import get_content_length

from docops_flask.engine.errors import DocopsError
from docops_flask.intake.assets import UploadTooLarge
from docops_flask.jobs.caller import STAYING, Caller, ClientSocket, DeadlinePassed
from docops_flask.web.errors import BodyTimeout, BodyUnreadable, ClientLeft
from docops_flask.web.job_log import JobLog
from docops_flask.web.services import services

# A client that sends or reads nothing for this long counts as gone; its thread is needed for others.
IDLE_SECONDS = 30.0
_DRAIN_SECONDS = 3.0
# A longer pause while the rest is read ends the reading, so that the answer is not delayed.
_DRAIN_PAUSE_SECONDS = 1.0
# The larger a refused body, the more of it is on its way when the answer is ready.
_DRAIN_FACTOR = 4
_BLOCK_BYTES = 256 * 1024
_DRAIN_BLOCK_BYTES = 8 * 1024


class RequestBody:
    """Reads ``wsgi.input`` to its end, within a size and a time limit."""

    def __init__(self, environ: Mapping[str, Any], maximum: int, timeout_seconds: float = inf) -> None:
        """Prepare to read the body of ``environ``, of at most ``maximum`` bytes.

        It has to arrive within ``timeout_seconds`` of the end of the request's head.
        """
        self._stream = environ["wsgi.input"]
        self._socket = environ.get("gunicorn.socket")
        # Under other servers than gunicorn the deadline is checked between two reads only.
        self._client = self._socket if isinstance(self._socket, ClientSocket) else None
        self._maximum = maximum
        self._timeout_seconds = timeout_seconds
        self._deadline = time.monotonic() + timeout_seconds
        self._length = get_content_length(
            http_content_length=environ.get("CONTENT_LENGTH"),
            http_transfer_encoding=environ.get("HTTP_TRANSFER_ENCODING"),
        )
        self._received = 0
        is_chunked = self._length is None and "HTTP_TRANSFER_ENCODING" in environ
        # Without a length the body can be read safely only if the server marks its end.
        self._at_end = not self._length and not (is_chunked and environ.get("wsgi.input_terminated"))

    def limit_idle_time(self, seconds: float = IDLE_SECONDS) -> None:
        """Set the timeout of a single read from, or write to, the client's connection."""
        if self._socket is not None:
            self._socket.settimeout(seconds)

    def read(self, size: int = _BLOCK_BYTES) -> bytes:
        """Return at most ``size`` bytes, ``b""`` at the end.

        Raises ``UploadTooLarge`` as soon as the body is known to be larger than allowed, ``BodyTimeout`` when
        it does not arrive in time, ``ClientLeft`` when it ends early and ``BodyUnreadable`` when its chunks
        are malformed.
        """
        if (self._length or 0) > self._maximum:
            raise self._too_large()
        block = self._read(size)
        if self._received > self._maximum:
            raise self._too_large()
        return block

    def drain(self) -> None:
        """Read and discard the rest, for at most 3 seconds and 4 times the size limit."""
        if not self._at_end:
            self._drain()
        if self._client is not None:
            self._client.received()

    def _drain(self) -> None:
        deadline = time.monotonic() + _DRAIN_SECONDS
        if self._client is not None:
            self._client.receive_by = min(self._client.receive_by, deadline)
        budget = self._received + _DRAIN_FACTOR * self._maximum
        self.limit_idle_time(_DRAIN_PAUSE_SECONDS)
        try:
            while not self._at_end and self._received < budget and time.monotonic() < deadline:
                self._read(_DRAIN_BLOCK_BYTES)
        except DocopsError:
            # Reading ends here; the answer is sent all the same.
            self._at_end = True
        self.limit_idle_time()

    def _read(self, size: int) -> bytes:
        if self._at_end:
            return b""
        if self._length is not None:
            size = min(size, self._length - self._received)
        block = self._read_stream(size)
        self._received += len(block)
        if not block and self._length is not None:
            self._at_end = True
            raise ClientLeft
        self._at_end = not block or self._received == self._length
        if self._at_end and self._client is not None:
            self._client.received()
        return block

    def _read_stream(self, size: int) -> bytes:
        try:
            block: bytes = self._stream.read(size)
        except DeadlinePassed as error:
            self._at_end = True
            raise BodyTimeout(timeout_seconds=self._timeout_seconds) from error
        except OSError as error:
            self._at_end = True
            raise ClientLeft from error
        except Exception as error:
            # A server's stream raises errors of its own for wrong framing, such as a bad chunk size.
            self._at_end = True
            raise BodyUnreadable("its chunks are malformed.") from error
        if block and self._client is None and time.monotonic() > self._deadline:
            self._at_end = True
            raise BodyTimeout(timeout_seconds=self._timeout_seconds)
        return block

    def _too_large(self) -> UploadTooLarge:
        return UploadTooLarge(field="body", maximum=self._maximum, setting="DOCOPS_MAX_UPLOAD_BYTES")


class ApiRequest(Request):
    """A request; werkzeug does not parse its form, because it knows no limits for single parts."""

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        self.began_at = time.monotonic()
        self.failure: DocopsError | None = None
        # The stage that runs now; the log's ``failure_stage`` if it fails.
        self.stage = "answer"
        # Whether a tool of /mcp does what /v1/run or /v1/merge does, and has its lines in the log.
        self.has_job_lines = False

    def enter(self, stage: str) -> None:
        """Note the stage of the job that begins now."""
        self.stage = stage
        self.job_log.enter(stage)

    @cached_property
    def request_id(self) -> str:
        """Return 32 hex digits, made here: ids that clients send are not used."""
        return uuid.uuid4().hex

    @cached_property
    def body(self) -> RequestBody:
        """Return the reader of the body; there is one for each request."""
        return RequestBody(
            self.environ,
            current_app.config["MAX_CONTENT_LENGTH"],
            services().settings.body_timeout_seconds,
        )

    @cached_property
    def caller(self) -> Caller:
        """Return what tells whether the client is still connected.

        Under a server that does not show its socket, clients count as connected.
        """
        socket = self.environ.get("gunicorn.socket")
        return Caller(socket.fileno()) if socket is not None else STAYING

    @cached_property
    def job_log(self) -> JobLog:
        """Return the log of this request's job; it is written for ``/v1/run`` alone."""
        recorder = services().recorder

        def on_end(outcome: str, queue_wait_seconds: float) -> None:
            recorder.job_ended(outcome, time.monotonic() - self.began_at, queue_wait_seconds)

        return JobLog(self.request_id, self.remote_addr, on_end)


def api_request() -> ApiRequest:
    """Return the current request."""
    return cast(ApiRequest, request)
