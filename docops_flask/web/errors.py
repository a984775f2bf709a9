"""The errors of the HTTP layer; ``intake``, ``jobs`` and ``engine`` have an ``errors`` module each."""

from collections.abc import Iterable

from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.jobs.errors import RequestTimeout


class Unauthorized(DocopsError):
    """Missing or wrong credentials."""

    status = 401
    code = "UNAUTHORIZED"

    def __init__(self) -> None:
        super().__init__("Send the user and password of this server (HTTP Basic authentication).")


class OriginRefused(DocopsError):
    """A request of a web page whose origin may not use this address."""

    status = 403
    code = "ORIGIN_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            "Web pages of this origin may not use this address; allow the origin with DOCOPS_ENABLE_CORS and "
            "DOCOPS_CORS_ALLOW_ORIGINS, or send the request from a program.",
            field="Origin",
        )


class NotFound(DocopsError):
    """An unknown path, or one that the settings switch off."""

    status = 404
    code = "NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class MethodNotAllowed(DocopsError):
    """A known path with a method that it does not take; ``methods`` are those it takes."""

    status = 405
    code = "METHOD_NOT_ALLOWED"

    def __init__(self, methods: Iterable[str]) -> None:
        self.methods = sorted(methods)
        super().__init__(
            f"This address does not take this method; use {' or '.join(self.methods)}.",
            allowed=self.methods,
        )


class RangeNotSatisfiable(InvalidArgument):
    """A range of bytes that begins behind the ``size`` bytes that there are (RFC 9110, 15.5.17)."""

    status = 416

    def __init__(self, size: int) -> None:
        super().__init__(f"Range: the file has {size} bytes.", field="Range", size=size)
        self.size = size


class BodyUnreadable(InvalidArgument):
    """A request body that does not follow the rules of HTTP or of multipart/form-data."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"body: {problem}", field="body")


class BodyTimeout(RequestTimeout):
    """A body that had not arrived ``timeout_seconds`` after its request's head; no renderer was started."""

    def __init__(self, *, timeout_seconds: float) -> None:
        DocopsError.__init__(
            self,
            f"body: not received within {timeout_seconds:g} s; send it faster, or set "
            "DOCOPS_BODY_TIMEOUT_SECONDS to allow more.",
            field="body",
            timeout_seconds=timeout_seconds,
            terminated=True,
        )


class ClientLeft(BodyUnreadable):
    """A body that ended or stalled before its announced length; the client is gone (499 in the log)."""

    def __init__(self) -> None:
        super().__init__("ended before its announced length.")
