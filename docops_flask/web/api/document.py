"""The OpenAPI 3.1 document of a server, with our marshmallow schemas as JSON Schema 2020-12."""

import inspect
import json
from collections.abc import Collection
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema
from marshmallow.fields import Nested

from docops_flask import __version__
from docops_flask.engine.skills.skill import Label, Skill
from docops_flask.intake.catalogue.policies import PolicyRegistry, policy_json_schema
from docops_flask.intake.catalogue.skills import SkillRegistry
from docops_flask.intake.task import Texts, task_schema
from docops_flask.settings.settings import Settings
from docops_flask.web.api.error_responses import HEADERS, error_examples, error_schemas
from docops_flask.web.api.member import Answer
from docops_flask.web.api.operation import (
    JOB_FORM,
    TEMPLATE_FORM,
    VERIFICATION_FORM,
    Form,
    job_form,
    template_form,
    verification_form,
)
from docops_flask.web.api.operations import JSON_MEMBERS, TAGS, all_operations

NAME = "Policy"


def policy_component() -> dict[str, Any]:
    """Return the JSON Schema of a policy file, to stand at ``#/components/schemas/Policy``."""
    schema = {key: value for key, value in policy_json_schema().items() if key != "$schema"}
    moved = json.dumps(schema).replace('"#/$defs/', f'"#/components/schemas/{NAME}/$defs/')
    component: dict[str, Any] = json.loads(moved)
    return component


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


_VERSION = "3.1.0"
_DESCRIPTION = """Fills approved Word templates and proves the result.

Objects in answers may get further members in later versions; those described here stay as they are.
An address that takes GET takes HEAD too: the same headers, no body.
Every other path is a 404 (`NOT_FOUND`). What a proxy in front answers by itself is not described here."""


def build_document(
    settings: Settings, skills: SkillRegistry, policies: PolicyRegistry, served: Collection[str]
) -> dict[str, Any]:
    """Return the document of a server with ``settings``, ``skills`` and ``policies``.

    ``served`` are the addresses there are, as Flask's rules; the others are left out.
    """
    spec = APISpec(
        title="DocOps",
        version=__version__,
        openapi_version=_VERSION,
        plugins=[Plugin()],
        info={"summary": "Word templates in, filled documents out.", "description": _DESCRIPTION},
    )
    for name, description in TAGS.items():
        spec.tag({"name": name, "description": description})
    _add_components(spec, settings, skills, policies)
    # Without credentials of its own the server takes any, so that a proxy in front may ask for some.
    security: list[dict[str, list[str]]] = [{"basic": []}]
    if settings.web_basic_auth is None:
        security.append({})
    for operation in all_operations(skills, policies):
        if operation.rule in served:
            spec.path(operation.path, operations={operation.method: operation.as_openapi(security)})
    document = spec.to_dict()
    # First of all what it is, for readers.
    return {"openapi": document["openapi"], **document}


def _add_components(
    spec: APISpec, settings: Settings, skills: SkillRegistry, policies: PolicyRegistry
) -> None:
    components = spec.components
    components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    for name, header in HEADERS.items():
        components.header(name, dict(header))
    for name, example in error_examples():
        components.example(name, example)
    for name, schema in error_schemas():
        components.schema(name, schema=schema)
    for schema in JSON_MEMBERS.values():
        components.schema(schema.__name__, schema=schema)
    components.schema(NAME, policy_component())
    _add_tasks(spec, skills)
    components.schema(JOB_FORM.schema, schema=job_form(skills, policies, settings))
    components.schema(TEMPLATE_FORM.schema, schema=template_form(settings))
    components.schema(VERIFICATION_FORM.schema, schema=verification_form(settings))
    components.schema(
        "OpenApiDocument",
        {
            "type": "object",
            "description": "An OpenAPI 3.1 document.",
            "properties": {"openapi": {"type": "string", "pattern": r"^3\.1\."}},
            "required": ["openapi", "info", "paths"],
        },
    )


def _add_tasks(spec: APISpec, skills: SkillRegistry) -> None:
    mapping = {}
    for skill in skills:
        schema = task_schema(skill)
        payload = cast(Nested, schema.fields["payload"]).schema
        spec.components.schema(type(payload).__name__, _described(skill), schema=payload)
        name = f"Task_{skill.name}"
        spec.components.schema(name, {**_described(skill), "examples": [_example(skill)]}, schema=schema)
        mapping[skill.name] = f"#/components/schemas/{name}"
    spec.components.schema(
        "Task",
        {
            "description": "A task: a document type and the values for its fields.",
            "oneOf": [{"$ref": reference} for reference in mapping.values()],
            "discriminator": {"propertyName": "task_type", "mapping": mapping},
        },
    )


def _described(skill: Skill) -> dict[str, str]:
    return {"title": _both(skill.title), "description": _both(skill.description)}


def _both(label: Label) -> str:
    return f"{label.en} / {label.zh}"


def _example(skill: Skill) -> dict[str, Any]:
    values = {
        field.key: field.example if field.type == "text" else list(field.example) for field in skill.fields
    }
    return {"task_type": skill.name, "payload": values}
