"""One operation of the API: a method of an address, the form it takes and what it answers with.

Forms are made of what the engine knows of their fields.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, cast

from marshmallow import RAISE, Schema, fields
from marshmallow.validate import Length, OneOf

from docops_flask.engine.errors import ArgumentConflict, DocopsError
from docops_flask.engine.options import (
    CHOICES,
    FIELD_ORDER,
    PRESETS,
    SWITCH_VALUES,
    SWITCHES,
    Options,
    check_conflicts,
)
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.intake.catalogue.policy_file import MAX_BYTES as MAX_POLICY_BYTES
from docops_flask.intake.catalogue.skills import SkillRegistry
from docops_flask.intake.files import FilePart, task_part, template_part, verification_parts
from docops_flask.settings.settings import Settings
from docops_flask.web.api.error_responses import error_responses, header_references
from docops_flask.web.api.errors import OF_A_GATE, OF_EVERY_ROUTE
from docops_flask.web.views.meta import DOCX

_PRESETS = "; ".join(
    f"{name} = {preset.format_mode}, {preset.format_baseline}, {preset.format_fix_mode}"
    for name, preset in PRESETS.items()
)
_DESCRIPTIONS = {
    "skill": "The document type; it must be the task's task_type, which is used where it is not given.",
    "preset": f"Sets format_mode, format_baseline and format_fix_mode: {_PRESETS}.",
    "strict": "true forces format_mode=strict and changes nothing else.",
    "format_mode": "What a failed format check means: report it, fail the job (exit code 4), or do not look.",
    "format_baseline": "What the document is held against: the template, or the policy.",
    "format_fix_mode": "Whether what can safely be repaired is repaired (under the policy alone).",
    "format_report": "Whether out.format_report.html, a page for people, is in the ZIP as well.",
    "policy_yaml": "A policy as YAML text; see the schema Policy. The built-in one where it is not given.",
    "policy": "A policy by its name, instead of policy_yaml. Without preset and format_baseline it makes the "
    "baseline policy; with preset=quick or preset=template a policy has no say.",
    "export_suggested_policy": "Adds out.suggested_policy.yaml: the template's own style as a policy.",
}
# Sent empty, a field counts as not sent.
_LENIENCE = {
    **dict.fromkeys(CHOICES, " In any case."),
    **dict.fromkeys(SWITCHES, f" Also taken, in any case: {', '.join(SWITCH_VALUES)}."),
}
_DEFAULTS: Mapping[str, Any] = {"preset": Options().preset, "export_suggested_policy": False}
_YAML = "application/yaml"
_JSON = "application/json"
_MEDIA_TYPES = {
    "template": DOCX,
    "task": _JSON,
    "document": DOCX,
    "replace_log": _JSON,
    "format_report": _JSON,
}
_SAMPLE_NAMES = {
    "template": "notice.docx",
    "task": "task.json",
    "document": "out.docx",
    "replace_log": "out.replace_log.json",
    "format_report": "out.format_report.json",
}
_VERIFIED = {
    "template": "The Word document that was filled.",
    "document": "What came of it (out.docx).",
    "replace_log": "What was filled (out.replace_log.json).",
    "format_report": "What was repaired (out.format_report.json).",
}


class Form(Schema):
    """A form with no parts but its own; ``keywords`` go into its JSON Schema as they are."""

    class Meta:
        """marshmallow's options."""

        unknown = RAISE

    keywords: ClassVar[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class FormReference:
    """A form by the name of its component; ``parts`` are those of its parts that are no plain text."""

    schema: str
    parts: tuple[str, ...]

    def encoding(self) -> dict[str, Any]:
        """Return how ``parts`` are sent."""
        return {name: _ENCODINGS[name] for name in self.parts}


JOB_FORM = FormReference("JobForm", ("template", "task", "policy_yaml"))
TEMPLATE_FORM = FormReference("TemplateForm", ("template",))
VERIFICATION_FORM = FormReference("VerificationForm", tuple(_VERIFIED))


def job_form(skills: SkillRegistry, policies: PolicyRegistry, settings: Settings) -> type[Schema]:
    """Return the form of ``/v1/run`` and ``/v1/precheck``."""
    parts: dict[str, fields.Field[Any]] = {
        "template": _file(template_part(settings), "The Word document to fill."),
        "task": _file(
            task_part(settings),
            "The task: which document type, and the values.",
            contentSchema={"$ref": "#/components/schemas/Task"},
        ),
        **{name: _form_field(name, skills, policies) for name in FIELD_ORDER},
    }
    form = cast(type[Form], Form.from_dict(parts, name=JOB_FORM.schema))
    form.keywords = {"dependentSchemas": _conflicts()}
    return form


def template_form(settings: Settings) -> type[Schema]:
    """Return the form of ``/v1/inspect``."""
    return Form.from_dict(
        {"template": _file(template_part(settings), "The Word document to look at.")},
        name=TEMPLATE_FORM.schema,
    )


def verification_form(settings: Settings) -> type[Schema]:
    """Return the form of ``/v1/verify``."""
    return Form.from_dict(
        {part.name: _file(part, _VERIFIED[part.name]) for part in verification_parts(settings)},
        name=VERIFICATION_FORM.schema,
    )


def _file(part: FilePart, what: str, **keywords: Any) -> fields.String:
    return fields.String(
        required=True,
        metadata={
            "description": f"{what} A file named *{part.suffix}, of at most {part.max_bytes} bytes.",
            "format": "binary",
            "contentMediaType": _MEDIA_TYPES[part.name],
            **keywords,
        },
    )


def _form_field(name: str, skills: SkillRegistry, policies: PolicyRegistry) -> fields.Field[Any]:
    metadata = {"description": f"{_DESCRIPTIONS[name]}{_LENIENCE.get(name, '')}"}
    if name in _DEFAULTS:
        metadata["default"] = _DEFAULTS[name]
    if name in SWITCHES:
        return fields.Boolean(metadata=metadata)
    if name in CHOICES:
        return fields.String(validate=OneOf(CHOICES[name]), metadata=metadata)
    if name == "skill":
        return fields.String(validate=OneOf(skills.names()), metadata=metadata)
    if name == "policy":
        return fields.String(validate=OneOf(policies.names()), metadata=metadata)
    if name == "policy_yaml":
        keywords = {"contentMediaType": _YAML, "contentSchema": {"$ref": "#/components/schemas/Policy"}}
        return fields.String(validate=Length(max=MAX_POLICY_BYTES), metadata={**metadata, **keywords})
    return fields.String(metadata=metadata)


def _conflicts() -> dict[str, Any]:
    """Return JSON Schema's way to say which fields exclude each other, as the engine's own check has it."""
    rivals: dict[str, dict[str, bool]] = {}
    for first, second in combinations(FIELD_ORDER, 2):
        if _exclude_each_other(first, second):
            rivals.setdefault(first, {})[second] = False
    return {name: {"properties": excluded} for name, excluded in rivals.items()}


def _exclude_each_other(first: str, second: str) -> bool:
    try:
        check_conflicts({first: "", second: ""})
    except ArgumentConflict:
        return True
    return False


def _named_file(name: str) -> dict[str, Any]:
    suffix = _SAMPLE_NAMES[name].rpartition(".")[2]
    return {
        "contentType": _MEDIA_TYPES[name],
        "headers": {
            "Content-Disposition": {
                "description": f"With a file name that ends in .{suffix}.",
                "required": True,
                "schema": {"type": "string"},
                "example": f'form-data; name="{name}"; filename="{_SAMPLE_NAMES[name]}"',
            }
        },
    }


_ENCODINGS: Mapping[str, Any] = {
    **{name: _named_file(name) for name in _SAMPLE_NAMES},
    "policy_yaml": {"contentType": _YAML},
}


_VARIABLE = re.compile(r"<(?:[^:>]*:)?([^>]*)>")


@dataclass(frozen=True, slots=True)
class Success:
    """The answer with status 200: ``content`` is media type to media type object."""

    description: str
    content: Mapping[str, Any]
    headers: tuple[str, ...] = ()

    @classmethod
    def json(cls, schema: type[Schema] | str, description: str, **media: Any) -> "Success":
        """Return an answer with the JSON of ``schema``."""
        return cls(description, {"application/json": {"schema": schema, **media}})


@dataclass(frozen=True, slots=True)
class Operation:
    """``rule`` is the address as Flask has it; ``errors`` are those beside the ones of every address.

    ``form`` is the one it takes.
    ``gated`` ones ask for credentials where the operator set some.
    """

    rule: str
    name: str
    tag: str
    summary: str
    description: str
    success: Success
    method: str = "get"
    errors: tuple[type[DocopsError], ...] = ()
    parameters: tuple[Mapping[str, Any], ...] = ()
    form: FormReference | None = None
    gated: bool = False

    @property
    def path(self) -> str:
        """Return the address as OpenAPI has it."""
        return _VARIABLE.sub(r"{\1}", self.rule)

    def as_openapi(self, security: list[dict[str, list[str]]]) -> dict[str, Any]:
        """Return the operation object; ``security`` is what holds for gated operations."""
        content: dict[str, Any] = {
            "operationId": self.name,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description,
            "responses": {"200": self._answer(), **error_responses(self._errors())},
        }
        if self.parameters:
            content["parameters"] = [dict(parameter) for parameter in self.parameters]
        if self.form is not None:
            media = {"schema": self.form.schema, "encoding": self.form.encoding()}
            content["requestBody"] = {"required": True, "content": {"multipart/form-data": media}}
        if self.gated:
            content["security"] = security
        return content

    def _answer(self) -> dict[str, Any]:
        return {
            "description": self.success.description,
            "headers": header_references(*self.success.headers),
            "content": dict(self.success.content),
        }

    def _errors(self) -> tuple[type[DocopsError], ...]:
        return (*OF_EVERY_ROUTE, *self.errors, *(OF_A_GATE if self.gated else ()))
