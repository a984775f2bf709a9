"""Errors in what a client sends for a job; ``jobs.errors`` and ``engine.errors`` have the others."""

from docops_flask.engine.errors import DocopsError


class UploadTooLarge(DocopsError):
    """A file over its limit, or (``field`` = "body") a request larger than both files may be."""

    status = 413
    code = "UPLOAD_TOO_LARGE"

    def __init__(self, *, field: str, maximum: int, setting: str) -> None:
        super().__init__(
            f"{field}: larger than {maximum} bytes; send less, or set {setting} to allow more.",
            field=field,
            max_bytes=maximum,
        )
