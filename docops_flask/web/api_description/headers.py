"""The headers of answers."""

from collections.abc import Mapping
from typing import Any

from docops_flask.engine.errors import DocopsError
from docops_flask.web.api_description.artefacts import EXIT_CODES
from docops_flask.web.api_description.member import REQUEST_ID_PATTERN
from docops_flask.web.auth import CHALLENGE
from docops_flask.web.errors import MethodNotAllowed, Unauthorized
from docops_flask.web.headers import DATA_HEADERS
from docops_flask.web.hooks import REQUEST_ID_HEADER

Header = Mapping[str, Any]


def _header(description: str, **schema: Any) -> Header:
    return {"description": description, "required": True, "schema": schema}


# By the name of the component.
HEADERS: Mapping[str, Header] = {
    "RequestId": _header(
        "Made for every request; it stands in every line the log has of it.",
        type="string",
        pattern=REQUEST_ID_PATTERN,
    ),
    "ExitCode": _header("The exit code of the run.", type="integer", enum=EXIT_CODES),
    "Attachment": _header("The name to save it under.", type="string", pattern="^attachment; filename="),
    "RetryAfter": _header("Seconds after which to send the request again.", type="integer", minimum=1),
    "Challenge": _header("How to authenticate (RFC 7617).", type="string", const=CHALLENGE),
    "NotKept": _header("Answers are not to be kept.", type="string", pattern="^no-store"),
    "NotGuessed": _header(
        "The media type is as it says.", type="string", const=DATA_HEADERS["X-Content-Type-Options"]
    ),
    "NoReferrer": _header("Links tell nothing.", type="string", const=DATA_HEADERS["Referrer-Policy"]),
    "OwnOrigin": _header(
        "Other sites cannot embed it, but for /healthz; CORS is another matter.",
        type="string",
        enum=["same-origin", "cross-origin"],
    ),
    "NoContent": _header(
        "Nothing runs or loads from data; the console has its own files alone.",
        type="string",
        pattern="^default-src '(none|self)';",
    ),
    "Allow": _header("The methods that the address takes.", type="string", minLength=1),
}

_COMPONENTS = {
    REQUEST_ID_HEADER: "RequestId",
    "X-Docops-Exit-Code": "ExitCode",
    "Content-Disposition": "Attachment",
    "Retry-After": "RetryAfter",
    "WWW-Authenticate": "Challenge",
    "Allow": "Allow",
    "Cache-Control": "NotKept",
    "X-Content-Type-Options": "NotGuessed",
    "Referrer-Policy": "NoReferrer",
    "Cross-Origin-Resource-Policy": "OwnOrigin",
    "Content-Security-Policy": "NoContent",
}
_OF_EVERY_ANSWER = (REQUEST_ID_HEADER, *DATA_HEADERS)


def header_references(*names: str) -> dict[str, Any]:
    """Return the headers of an answer: those that every answer has, and ``names``."""
    return {
        name: {"$ref": f"#/components/headers/{_COMPONENTS[name]}"} for name in (*_OF_EVERY_ANSWER, *names)
    }


def headers_of_error(error: DocopsError) -> tuple[str, ...]:
    """Return the names of the headers that the answer to ``error`` has beside those of every answer."""
    return (
        *(("Retry-After",) if error.retry_after_seconds is not None else ()),
        *(("WWW-Authenticate",) if isinstance(error, Unauthorized) else ()),
        *(("Allow",) if isinstance(error, MethodNotAllowed) else ()),
    )
