"""Errors of a job that neither the request nor the template caused."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.engine.files import STORAGE_ERRNOS

_RETRY_AFTER_SECONDS = 1


class RequestTimeout(DocopsError):
    """The job was not done within ``timeout_seconds``; ``terminated`` says whether its process has ended."""

    status = 408
    code = "REQUEST_TIMEOUT"

    def __init__(self, *, timeout_seconds: float, terminated: bool) -> None:
        super().__init__(
            f"The job was not done within {timeout_seconds:g} s and was stopped; "
            "set DOCOPS_REQUEST_TIMEOUT_SECONDS to allow more.",
            timeout_seconds=timeout_seconds,
            terminated=terminated,
        )


class RendererCrashed(DocopsError):
    """A renderer process ended, or answered, in an unexpected way; ``inner`` says how."""

    status = 500
    code = "RENDERER_CRASHED"

    def __init__(self, *, inner: str) -> None:
        super().__init__("The renderer ended before the job was done; the server's log says how.")
        self.inner = inner


class CallerLeft(InvalidArgument):
    """The client disconnected (499 in the log); if it still reads, it receives the reason.

    ``waited_ms`` is the time that the job had waited for a slot, if it was still waiting.
    """

    def __init__(self, *, waited_ms: int | None = None) -> None:
        super().__init__(
            "The connection was closed by the client before its answer, so the job was stopped: "
            "keep the sending side open until the answer has come.",
            field="connection",
        )
        self.waited_ms = waited_ms


class TooManyRequests(DocopsError):
    """No slot became free in time; ``waited_ms`` is the time that the job waited.

    ``reason`` is for the metrics: ``no_slot`` (waiting is disabled), ``queue_full`` or ``queue_timeout``.
    """

    status = 429
    code = "TOO_MANY_REQUESTS"

    def __init__(
        self,
        *,
        max_concurrency: int,
        queue_timeout_seconds: float,
        waited_ms: int,
        reason: str = "no_slot",
        setting: str = "DOCOPS_MAX_CONCURRENCY",
    ) -> None:
        super().__init__(
            f"All renderer slots are taken: send the request again later, or set {setting} "
            "or DOCOPS_QUEUE_TIMEOUT_SECONDS to allow more.",
            max_concurrency=max_concurrency,
            queue_timeout_seconds=queue_timeout_seconds,
        )
        self.waited_ms = waited_ms
        self.reason = reason
        self.retry_after_seconds = _RETRY_AFTER_SECONDS


# By the names of system errors; all others are about room.
_STORAGE_REASONS = {"ENOENT": "missing", "EROFS": "read_only"}


class InsufficientStorage(DocopsError):
    """The volume of the job folders takes nothing; ``inner`` names the system's error.

    ``reason`` is what clients are told: ``full``, ``read_only`` or ``missing``.
    """

    status = 503
    code = "INSUFFICIENT_STORAGE"

    def __init__(self, *, inner: str, reason: str | None = None) -> None:
        super().__init__(
            "The server has no room for the job's files: send the request again later, "
            "or set TMPDIR to a volume with free space.",
            reason=reason or _STORAGE_REASONS.get(inner, "full"),
        )
        self.inner = inner
        self.retry_after_seconds = _RETRY_AFTER_SECONDS


class NotReady(DocopsError):
    """The server accepts no jobs now; ``reason`` is a short sentence for people."""

    status = 503
    code = "NOT_READY"

    def __init__(self, reason: str, *, inner: str | None = None) -> None:
        super().__init__(f"{reason} Send the request again later.")
        self.inner = inner
        self.retry_after_seconds = _RETRY_AFTER_SECONDS


class SandboxRefused(NotReady):
    """The system lacks what ``DOCOPS_SANDBOX=require`` demands, or a job cannot run in its sandbox."""


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn an ``OSError`` about the volume into ``InsufficientStorage``; let others pass."""
    try:
        yield
    except OSError as error:
        # ENOENT: the volume, or TMPDIR on it, is no longer there.
        if error.errno not in STORAGE_ERRNOS and error.errno != errno.ENOENT:
            raise
        raise InsufficientStorage(inner=errno.errorcode[error.errno]) from error
