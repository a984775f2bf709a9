"""``/v1/openapi.json``: openapi.yaml, which is edited by hand, with what depends on the server put in."""

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app

from docops_flask import __version__
from docops_flask.engine.job import OPEN_TYPE
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.intake.catalogue.policy_schema import policy_json_schema
from docops_flask.intake.catalogue.skills import SkillRegistry, payload_json_schema
from docops_flask.intake.files import (
    FilePart,
    document_part,
    rows_part,
    task_part,
    template_part,
    verification_parts,
)
from docops_flask.intake.job import outputs
from docops_flask.intake.merge import MERGE_FIELDS
from docops_flask.jobs.pdf_support import NO_PDF, PdfSupport
from docops_flask.jobs.receipts.envelope import FIELD
from docops_flask.settings.settings import Settings
from docops_flask.web.auth import protect
from docops_flask.web.request import api_request
from docops_flask.web.services import services
from docops_flask.web.views.meta import describe

FILE = Path(__file__).with_suffix(".yaml")
_EXTENSION = "docops_openapi"
_BATCH_RESULT = "/v1/batches/{batch_id}/result.zip"
_RULE_VARIABLE = re.compile(r"<(?:[^:>]*:)?([^>]*)>")

Document = dict[str, Any]

bp = Blueprint("openapi", __name__)
protect(bp)


@bp.get("/v1/openapi.json")
def openapi() -> Document:
    """Describe every address of this server, its forms, answers and errors."""
    # Behind a trusted proxy that serves the service under a prefix, the addresses begin with it.
    return {**_cached_document(), "servers": [{"url": api_request().script_root or "/"}]}


def _cached_document() -> Document:
    """Return the document, which is made for the first request that asks for it and kept."""
    document: Document | None = current_app.extensions.get(_EXTENSION)
    if document is None:
        service = services()
        names = [each.name for each in service.library.templates]
        document = build_document(service.settings, service.skills, service.policies, service.pdf, names)
        served = served_paths(current_app)
        document["paths"] = {path: item for path, item in document["paths"].items() if path in served}
        current_app.extensions[_EXTENSION] = document
    return document


def served_paths(app: Flask) -> set[str]:
    """Return the addresses of ``app`` as OpenAPI writes them: ``/web/static/{name}``."""
    return {_RULE_VARIABLE.sub(r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}


def build_document(
    settings: Settings,
    skills: SkillRegistry,
    policies: PolicyRegistry,
    pdf: PdfSupport = NO_PDF,
    templates: Sequence[str] = (),
) -> Document:
    """Return the document with all addresses of the API, also those that the settings switch off.

    ``templates`` are the names of the library.
    """
    document = read_file()
    del document["x-shared"]
    document["info"]["version"] = __version__
    schemas = document["components"]["schemas"]
    schemas["Policy"] = _policy_schema()
    schemas |= _task_schemas(skills, schemas["Task"])
    _add_names(document, skills, policies)
    _complete_merge_form(schemas)
    _add_templates(document, templates)
    for form, parts in _forms(settings).items():
        _add_limits(schemas[form]["properties"], parts)
    schemas["JobForm"]["properties"]["output"]["enum"] = list(outputs(pdf))
    if not pdf.available:
        for form in ("JobForm", "MergeForm", "BatchForm"):
            schemas[form]["properties"]["pdf"]["enum"] = [False]
    if settings.signing_key_file is None:
        del schemas["VerificationForm"]["properties"][FIELD]
    for path, method in (("/v1/run", "post"), ("/v1/merge", "post"), (_BATCH_RESULT, "get")):
        _list_members(document["paths"][path][method]["responses"]["200"])
    if settings.web_basic_auth is not None:
        _require_credentials(document["paths"])
    return document


def read_file() -> Document:
    """Return the contents of openapi.yaml."""
    # Most workers are never asked for the document.
    import yaml

    # Seven times as fast; PyYAML has it where it was built with libyaml, as its wheels are.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Document = yaml.load(FILE.read_text("utf-8"), loader)
    return document


def _policy_schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy file as a component: its references lead to where it is now."""
    schema = {key: value for key, value in policy_json_schema().items() if key != "$schema"}
    text = json.dumps(schema).replace('"#/$defs/', '"#/components/schemas/Policy/$defs/')
    component: dict[str, Any] = json.loads(text)
    return component


def _task_schemas(skills: Iterable[Skill], any_task: Mapping[str, Any]) -> dict[str, Any]:
    """Return the components of the payload and the task of each skill, and of a task of any of them."""
    components: dict[str, Any] = {}
    references: dict[str, str] = {}
    for skill in skills:
        payload = payload_json_schema(skill)
        del payload["$schema"]
        components[f"Payload_{skill.name}"] = payload
        components[f"Task_{skill.name}"] = _task_schema(skill)
        references[skill.name] = f"#/components/schemas/Task_{skill.name}"
    components["Task_open"] = _OPEN_TASK
    references.setdefault(OPEN_TYPE, "#/components/schemas/Task_open")
    components["Task"] = {
        **any_task,
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "task_type", "mapping": references},
    }
    return components


_OPEN_TASK = {
    "description": "An open task: the template says what its payload has to hold (inspect, schema).",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "task_type": {"type": "string", "enum": [OPEN_TYPE]},
        "payload": {"type": "object", "description": "The values of the template's fields."},
    },
    "examples": [{}, {"task_type": OPEN_TYPE, "payload": {}}],
}


def _task_schema(skill: Skill) -> dict[str, Any]:
    payload = {field.key: _as_json(field.example) for field in skill.fields}
    return {
        "title": skill.title.both(),
        "description": skill.description.both(),
        "type": "object",
        "required": ["task_type"],
        "additionalProperties": False,
        "properties": {
            "task_type": {"type": "string", "enum": [skill.name]},
            "payload": {"$ref": f"#/components/schemas/Payload_{skill.name}"},
        },
        "examples": [{"task_type": skill.name, "payload": payload}],
    }


def _as_json(example: str | tuple[str, ...]) -> str | list[str]:
    return example if isinstance(example, str) else list(example)


def _add_names(document: Document, skills: SkillRegistry, policies: PolicyRegistry) -> None:
    """Put the names of ``skills`` and ``policies`` into the form, the starter templates and the example."""
    names = list(skills.names())
    fields = document["components"]["schemas"]["JobForm"]["properties"]
    fields["skill"]["enum"] = names
    fields["policy"]["enum"] = list(policies.names())
    learning = document["components"]["schemas"]["LearningForm"]["properties"]
    learning["against"]["enum"] = list(policies.names())
    (name, *_) = document["paths"]["/v1/skills/{name}/template.docx"]["get"]["parameters"]
    name["schema"]["enum"] = names
    name["example"] = names[0]
    meta = document["paths"]["/v1/meta"]["get"]["responses"]["200"]["content"]["application/json"]
    meta["example"] = describe(SkillRegistry(list(skills)[:1]), policies)


def _add_templates(document: Document, templates: Sequence[str]) -> None:
    """Put the names of ``templates`` into the forms; without any, a template has to be sent."""
    schemas = document["components"]["schemas"]
    for name in ("JobForm", "PreviewForm", "MergeForm", "TemplateForm"):
        form = schemas[name]
        if templates:
            # YAML's anchors make one object of what stands in both.
            field = form["properties"]["template_name"]
            form["properties"]["template_name"] = {**field, "enum": list(templates)}
        else:
            del form["properties"]["template_name"], form["oneOf"]
            form["required"] = ["template", *form.get("required", [])]
    files = ("", "/template.docx", "/page.png")
    for path in [f"/v1/templates/{{name}}{file}" for file in files] if templates else ():
        (name, *_) = document["paths"][path]["get"]["parameters"]
        name["schema"]["enum"] = list(templates)
        name["example"] = templates[0]


def _forms(settings: Settings) -> dict[str, tuple[FilePart, ...]]:
    """Return the files of each form, by the name of its component."""
    template = template_part(settings)
    return {
        "JobForm": (template, task_part(settings)),
        "MergeForm": (template, rows_part(settings)),
        "BatchForm": (template, rows_part(settings)),
        "TemplateForm": (template,),
        "VerificationForm": verification_parts(settings),
        "LearningForm": (document_part(settings),),
    }


def _complete_merge_form(schemas: dict[str, Any]) -> None:
    """Add to the forms of merges and batches what they have in common with that of a run."""
    own, of_run = schemas["MergeForm"]["properties"], schemas["JobForm"]["properties"]
    schemas["MergeForm"]["properties"] = own | {
        name: of_run[name] for name in ("asset", *MERGE_FIELDS) if name not in own
    }
    schemas["MergeForm"]["dependentSchemas"] = schemas["JobForm"]["dependentSchemas"]
    merge, batch = schemas["MergeForm"], schemas["BatchForm"]
    batch["properties"] = copy.deepcopy(merge["properties"]) | batch["properties"]
    batch["dependentSchemas"] = merge["dependentSchemas"]


def _add_limits(properties: dict[str, Any], parts: Iterable[FilePart]) -> None:
    for part in parts:
        named = f" named *{part.suffix}" if part.suffix else ""
        limit = f"A file{named}, of at most {part.max_bytes} bytes."
        properties[part.name]["description"] += f" {limit}"


def _list_members(answer: dict[str, Any]) -> None:
    """Add the members of the ZIP to the description of ``answer``, where people read them."""
    members = answer["content"]["application/zip"]["x-docops-zip-members"]
    lines = [f"- `{member['name']}` ({member['present']}): {member['description']}" for member in members]
    answer["description"] = "\n".join([f"{answer['description']} Its members:", *lines])


def _require_credentials(paths: Mapping[str, Any]) -> None:
    """Require credentials for protected operations; the file allows requests without any."""
    for operations in paths.values():
        for operation in operations.values():
            if "security" in operation:
                operation["security"] = [{"basic": []}]
