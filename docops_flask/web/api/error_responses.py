"""The headers of answers, and the error answers of an operation, status by status."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

from docops_flask.engine.errors import DocopsError
from docops_flask.web.api import member
from docops_flask.web.api.errors import ERRORS
from docops_flask.web.api.job_answers import EXIT_CODES
from docops_flask.web.api.member import REQUEST_ID_PATTERN, SAMPLE_REQUEST_ID, Answer
from docops_flask.web.auth import CHALLENGE
from docops_flask.web.errors import MethodNotAllowed, Unauthorized
from docops_flask.web.headers import DATA_HEADERS
from docops_flask.web.hooks import REQUEST_ID_HEADER, error_body

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


def error_schemas() -> Iterator[tuple[str, type[Schema]]]:
    """Yield the component name and the schema of every error."""
    for kind in ERRORS:
        yield _component(kind), _schema(kind)


def error_examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the component name and the example object of every sample."""
    for kind in ERRORS:
        yield from _examples(kind)


def error_responses(kinds: Iterable[type[DocopsError]]) -> dict[str, Any]:
    """Return status to response object for the errors ``kinds``."""
    by_status: dict[int, list[type[DocopsError]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {str(status): _response(by_status[status]) for status in sorted(by_status)}


def _response(kinds: list[type[DocopsError]]) -> dict[str, Any]:
    headers = {name for kind in kinds for name in headers_of_error(ERRORS[kind].samples[0])}
    references = [{"$ref": f"#/components/schemas/{_component(kind)}"} for kind in kinds]
    media = {
        "schema": references[0] if len(references) == 1 else {"oneOf": references, **_discriminator(kinds)},
        "examples": {
            name: {"$ref": f"#/components/examples/{name}"} for kind in kinds for name, _ in _examples(kind)
        },
    }
    return {
        "description": "\n".join(f"- `{kind.code}`: {ERRORS[kind].when}." for kind in kinds),
        "headers": header_references(*sorted(headers)),
        "content": {"application/json": media},
    }


def _discriminator(kinds: list[type[DocopsError]]) -> dict[str, Any]:
    mapping = {kind.code: f"#/components/schemas/{_component(kind)}" for kind in kinds}
    return {"discriminator": {"propertyName": "error_code", "mapping": mapping}}


def _component(kind: type[DocopsError]) -> str:
    """Return the code as a name: INVALID_ARGUMENT is InvalidArgumentError."""
    name = "".join(word.capitalize() for word in kind.code.split("_"))
    return name if name.endswith("Error") else f"{name}Error"


def _schema(kind: type[DocopsError]) -> type[Schema]:
    described = ERRORS[kind]
    schema = Answer.from_dict(
        {
            "error_code": member.text("The kind of error; it does not change.", one_of=[kind.code]),
            "message": member.text("What is wrong and what to do, for people; it may change."),
            "detail": fields.Nested(described.detail, required=True),
        },
        name=_component(kind),
    )
    schema.__doc__ = f"{described.when[0].upper()}{described.when[1:]}."
    return schema


def _examples(kind: type[DocopsError]) -> Iterator[tuple[str, dict[str, Any]]]:
    samples = ERRORS[kind].samples
    for number, sample in enumerate(samples, 1):
        name = _component(kind) if len(samples) == 1 else f"{_component(kind)}{number}"
        yield name, {"summary": sample.message, "value": error_body(sample, SAMPLE_REQUEST_ID)}
