import errno

import pytest

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.files import STORAGE_ERRNOS
from docops_flask.jobs.errors import (
    InsufficientStorage,
    NotReady,
    RendererCrashed,
    RequestTimeout,
    TooManyRequests,
    storage_errors,
)


@pytest.mark.parametrize(
    ("error", "status", "code", "retries", "names"),
    [
        (
            RequestTimeout(timeout_seconds=60.0, terminated=True),
            408,
            "REQUEST_TIMEOUT",
            False,
            "DOCOPS_REQUEST_TIMEOUT_SECONDS",
        ),
        (RendererCrashed(inner="killed by SIGSEGV"), 500, "RENDERER_CRASHED", False, "log"),
        (
            TooManyRequests(max_concurrency=2, queue_timeout_seconds=0, waited_ms=3),
            429,
            "TOO_MANY_REQUESTS",
            True,
            "DOCOPS_MAX_CONCURRENCY",
        ),
        (InsufficientStorage(inner="ENOSPC"), 503, "INSUFFICIENT_STORAGE", True, "TMPDIR"),
        (NotReady("The server is stopping."), 503, "NOT_READY", True, "later"),
    ],
)
def test_each_error_has_its_row_of_the_contract_and_says_what_to_do(
    error: DocopsError, status: int, code: str, retries: bool, names: str
) -> None:
    assert (error.status, error.code) == (status, code)
    assert (error.retry_after_seconds is not None) is retries
    assert names in error.message


def test_what_really_happened_is_for_the_log_alone() -> None:
    error = RendererCrashed(inner="killed by SIGSEGV")
    assert error.inner == "killed by SIGSEGV"
    assert "SIGSEGV" not in f"{error.message}{error.detail}"


@pytest.mark.parametrize("number", [*STORAGE_ERRNOS, errno.ENOENT])
def test_an_error_that_speaks_of_the_volume_becomes_a_storage_error(number: int) -> None:
    with pytest.raises(InsufficientStorage) as caught, storage_errors():
        raise OSError(number, "text", "/a/path")
    assert caught.value.inner == errno.errorcode[number]
    assert "/a/path" not in caught.value.message
    reasons = {errno.ENOENT: "missing", errno.EROFS: "read_only"}
    assert caught.value.detail["reason"] == reasons.get(number, "full")


def test_another_error_passes_as_it_is() -> None:
    with pytest.raises(PermissionError), storage_errors():
        raise PermissionError(errno.EACCES, "text")
