"""The errors of batches."""

from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.jobs.errors import InsufficientStorage

RETRY_SECONDS = 2
_LATER_SECONDS = 60


class BatchNotFinished(DocopsError):
    """A batch has no result: it has not ended (``detail.state``), or it failed as a whole."""

    status = 409
    code = "BATCH_NOT_FINISHED"

    def __init__(self, state: str) -> None:
        is_failed = state == "failed"
        super().__init__(
            "The batch failed before its first row; its status has the error."
            if is_failed
            else "The batch has not ended yet; ask again later.",
            state=state,
        )
        self.retry_after_seconds = None if is_failed else RETRY_SECONDS


class IdempotencyConflict(DocopsError):
    """An ``Idempotency-Key`` that came with another request before."""

    status = 409
    code = "IDEMPOTENCY_CONFLICT"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was sent with another request before; use a new key for another request."
        )


class TooManyBatches(DocopsError):
    """As many batches as allowed have not ended."""

    status = 429
    code = "TOO_MANY_REQUESTS"

    def __init__(self, maximum: int) -> None:
        super().__init__(
            f"{maximum} batches have not ended yet: send the request again later, or set DOCOPS_MAX_BATCHES "
            "to allow more.",
            max_batches=maximum,
        )
        self.retry_after_seconds = _LATER_SECONDS


class StoreFull(InsufficientStorage):
    """The batches take as much as they may."""

    def __init__(self, maximum: int) -> None:
        super().__init__(inner=f"batches take more than {maximum} bytes")
        self.message = (
            "The server has no room for more batches: delete batches that are no longer needed, send the "
            "request again later, or set DOCOPS_BATCH_MAX_STORE_BYTES to allow more."
        )
        self.retry_after_seconds = _LATER_SECONDS


class NoSuchPart(InvalidArgument):
    """``part`` is no part of the result."""

    def __init__(self, count: int) -> None:
        super().__init__(f"part: use a number from 1 to {count}.", field="part", maximum=count)


class OtherRelease(DocopsError):
    """The batch was begun by a release of the service that this server is not."""

    status = 503
    code = "NOT_READY"

    def __init__(self) -> None:
        super().__init__("The service was replaced by another release meanwhile; send the batch again.")
