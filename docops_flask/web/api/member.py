"""The members of answers: one function for each kind of marshmallow field, and the base of their schemas.

A member is there in every answer unless it is made with ``always=False``. ``key`` is its name where Python
or marshmallow has another use for that name.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, fields
from marshmallow.validate import OneOf, Range, Regexp

SAMPLE_REQUEST_ID = "6a0f0d6c1d5c4c0f8f5f3f5b0a9d8e7c"


class Answer(Schema):
    """A JSON object the server answers with; the docstring of a subclass is its description.

    It may get further members in later versions, so readers leave out what they do not know. ``sample`` is
    a whole answer.
    """

    class Meta:
        """marshmallow's options."""

        unknown = EXCLUDE

    sample: ClassVar[Mapping[str, Any] | None] = None


REQUEST_ID_PATTERN = "^[0-9a-f]{32}$"


def text(
    description: str,
    *,
    always: bool = True,
    nullable: bool = False,
    one_of: Iterable[str] = (),
    pattern: str | None = None,
) -> fields.String:
    """Return a text, one of ``one_of`` or of the form ``pattern`` when they are given."""
    validators: list[Any] = [OneOf(tuple(one_of))] if one_of else []
    if pattern is not None:
        validators.append(Regexp(pattern))
    return fields.String(
        required=always, allow_none=nullable, validate=validators, metadata={"description": description}
    )


def whole(
    description: str,
    *,
    always: bool = True,
    nullable: bool = False,
    least: int = 0,
    one_of: Iterable[int] = (),
) -> fields.Integer:
    """Return a whole number of at least ``least``, or one of ``one_of``."""
    validator = OneOf(tuple(one_of)) if one_of else Range(min=least)
    return fields.Integer(
        required=always, allow_none=nullable, validate=validator, metadata={"description": description}
    )


def measure(description: str) -> fields.Integer:
    """Return a length in whole units, which may be negative, or null."""
    return fields.Integer(required=True, allow_none=True, metadata={"description": description})


def number(description: str) -> fields.Float:
    """Return a number of at least 0."""
    return fields.Float(required=True, validate=Range(min=0), metadata={"description": description})


def truth(description: str) -> fields.Boolean:
    """Return a true or false."""
    return fields.Boolean(required=True, metadata={"description": description})


def texts(description: str, *, always: bool = True) -> fields.List[Any]:
    """Return a list of texts."""
    return fields.List(fields.String(), required=always, metadata={"description": description})


def one(schema: type[Schema], description: str) -> fields.Nested:
    """Return an object of its own."""
    return fields.Nested(schema, required=True, metadata={"description": description})


def many(
    schema: type[Schema], description: str, *, always: bool = True, key: str | None = None
) -> fields.List[Any]:
    """Return a list of objects."""
    return fields.List(
        fields.Nested(schema), required=always, data_key=key, metadata={"description": description}
    )


def by_name(values: fields.Field[Any], description: str, *, key: str | None = None) -> fields.Dict:
    """Return an object whose keys are data; ``values`` says what they lead to."""
    return fields.Dict(
        keys=fields.String(),
        values=values,
        required=True,
        data_key=key,
        metadata={"description": description},
    )


def of_types(types: Iterable[str], description: str) -> fields.Raw:
    """Return a value of one of JSON Schema's ``types``."""
    return fields.Raw(required=True, metadata={"type": list(types), "description": description})


def request_id() -> fields.String:
    """Return the member that every answer about a job and every error has."""
    return text("The X-Docops-Request-Id of the answer.", pattern=REQUEST_ID_PATTERN)
