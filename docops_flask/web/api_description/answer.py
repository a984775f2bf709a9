"""The base of the marshmallow schemas of answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema

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
