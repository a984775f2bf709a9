"""The error answers of an operation, status by status."""

from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import Schema, fields

from docops_flask.engine.errors import DocopsError
from docops_flask.web.api_description import member
from docops_flask.web.api_description.answer import SAMPLE_REQUEST_ID, Answer
from docops_flask.web.api_description.errors import ERRORS
from docops_flask.web.api_description.headers import header_references, headers_of_error
from docops_flask.web.error_response import error_body


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
