"""What can go wrong around a job that is neither the client's nor the template's fault."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.engine.files import STORAGE_ERRNOS

_RETRY_AFTER_SECONDS = 1


class RequestTimeout(DocopsError):
    """A job that was not done within ``timeout_seconds``; ``terminated`` says its process is gone."""

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
    """A renderer process that ended, or answered, otherwise than agreed; ``inner`` says how."""

    status = 500
    code = "RENDERER_CRASHED"

    def __init__(self, *, inner: str) -> None:
        super().__init__("The renderer ended before the job was done; the server's log says how.")
        self.inner = inner


class CallerLeft(InvalidArgument):
    """Nobody waits for the job any more (499 in the log); who still listens hears why it was stopped.

    ``waited_ms`` is how long a slot was waited for, if that was when the caller left.
    """

    def __init__(self, *, waited_ms: int | None = None) -> None:
        super().__init__(
            "The connection was closed by the client before its answer, so the job was stopped: "
            "keep the sending side open until the answer has come.",
            field="connection",
        )
        self.waited_ms = waited_ms


class TooManyRequests(DocopsError):
    """No slot was free in time; ``waited_ms`` is how long it was waited for.

    ``reason`` is for the metrics: ``no_slot`` (nothing waits here), ``queue_full`` or ``queue_timeout``.
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
    ) -> None:
        super().__init__(
            "All renderer slots are taken: send the request again later, or set DOCOPS_MAX_CONCURRENCY "
            "or DOCOPS_QUEUE_TIMEOUT_SECONDS to allow more.",
            max_concurrency=max_concurrency,
            queue_timeout_seconds=queue_timeout_seconds,
        )
        self.waited_ms = waited_ms
        self.reason = reason
        self.retry_after_seconds = _RETRY_AFTER_SECONDS


class InsufficientStorage(DocopsError):
    """The volume of the job folders takes no more; ``inner`` names the system's error."""

    status = 503
    code = "INSUFFICIENT_STORAGE"

    def __init__(self, *, inner: str) -> None:
        super().__init__(
            "The server has no room for the job's files: send the request again later, "
            "or set TMPDIR to a volume with free space."
        )
        self.inner = inner
        self.retry_after_seconds = _RETRY_AFTER_SECONDS


class NotReady(DocopsError):
    """The server takes no jobs now; ``reason`` is a short sentence for people."""

    status = 503
    code = "NOT_READY"

    def __init__(self, reason: str, *, inner: str | None = None) -> None:
        super().__init__(f"{reason} Send the request again later.")
        self.inner = inner
        self.retry_after_seconds = _RETRY_AFTER_SECONDS


class SandboxRefused(NotReady):
    """The system gives less than ``DOCOPS_SANDBOX=require`` asks for, or no job can be done in its cell."""


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn an ``OSError`` that speaks of the volume into ``InsufficientStorage``; let others pass."""
    try:
        yield
    except OSError as error:
        # ENOENT: the volume, or TMPDIR on it, is no longer there.
        if error.errno not in STORAGE_ERRNOS and error.errno != errno.ENOENT:
            raise
        raise InsufficientStorage(inner=errno.errorcode[error.errno]) from error
