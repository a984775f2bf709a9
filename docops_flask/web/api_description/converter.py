"""How apispec turns our marshmallow schemas into JSON Schema 2020-12, OpenAPI 3.1's dialect."""

import inspect
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema

from docops_flask.web.api_description.answer import Answer
from docops_flask.web.api_description.form import Form
from docops_flask.web.schemas import Texts

# Keywords of JSON Schema (2020-12, validation, 8) that apispec does not know.
_OF_CONTENT = ("contentMediaType", "contentSchema")


class _Converter(OpenAPIConverter):
    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Return the JSON Schema; an answer brings its docstring and its sample along."""
        converted: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        kind = _class_of(schema)
        if issubclass(kind, Answer):
            converted["description"] = inspect.cleandoc(kind.__doc__ or "")
            if kind.sample is not None:
                converted["examples"] = [kind.sample]
        if issubclass(kind, Form):
            converted |= kind.keywords
        return converted

    def metadata2properties(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the keywords that a field's metadata holds."""
        known: dict[str, Any] = super().metadata2properties(field, **kwargs)
        return known | {name: field.metadata[name] for name in _OF_CONTENT if name in field.metadata}


class Plugin(MarshmallowPlugin):
    """apispec's plugin with our converter; a schema's component has the name of its class."""

    Converter = _Converter

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=lambda schema: _class_of(schema).__name__)

    def init_spec(self, spec: Any) -> None:
        """Take the spec, and know the field of ours."""
        super().init_spec(spec)
        self.map_to_openapi_type(Texts, "array", None)  # type: ignore[no-untyped-call]


def _class_of(schema: Any) -> type[Schema]:
    return schema if isinstance(schema, type) else type(schema)
