"""Every operation there can be; which are served depends on the settings."""

from collections.abc import Mapping
from typing import Any

from docops_flask.engine.artefacts import (
    DOCUMENT,
    FORMAT_REPORT,
    FORMAT_REPORT_PAGE,
    INTEGRITY,
    MISSING_FIELDS,
    REPLACE_LOG,
    SUGGESTED_POLICY,
)
from docops_flask.engine.errors import InvalidJson
from docops_flask.engine.skills.skill import LANGUAGES
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.intake.catalogue.skills import SkillRegistry
from docops_flask.jobs.errors import NotReady
from docops_flask.web.api import errors
from docops_flask.web.api.integrity import Integrity, Verification
from docops_flask.web.api.job_answers import ApiResult, Inspection, MissingFields, Precheck, ReplaceLog, Trace
from docops_flask.web.api.operation import JOB_FORM, TEMPLATE_FORM, VERIFICATION_FORM, Operation, Success
from docops_flask.web.api.server_answers import FormatReport, Health, Readiness, ServerMeta
from docops_flask.web.errors import NotFound
from docops_flask.web.views.meta import DOCX, describe

TAGS = {
    "jobs": "Fill a template, or find out what filling it would come to.",
    "description": "What this server can do.",
    "operation": "Whether the server is well.",
    "console": "The pages for people.",
}
_JSON = "application/json"
_ALWAYS = "always"
# Name, when it is there, media type, schema of what is JSON, and what it is.
_MEMBERS: tuple[tuple[str, str, str, type | None, str], ...] = (
    (DOCUMENT, _ALWAYS, DOCX, None, "The filled document."),
    (REPLACE_LOG, _ALWAYS, _JSON, ReplaceLog, "Every placeholder and what became of it."),
    (MISSING_FIELDS, _ALWAYS, _JSON, MissingFields, "Fields the task gives no value for."),
    (FORMAT_REPORT, _ALWAYS, _JSON, FormatReport, "The format check."),
    (FORMAT_REPORT_PAGE, "format_report is human or both", "text/html", None, "The same, for people."),
    (INTEGRITY, _ALWAYS, _JSON, Integrity, "The proof that nothing but the logged changes happened."),
    (SUGGESTED_POLICY, "export_suggested_policy is true", "application/yaml", None, "The template's style."),
    ("trace.json", "DOCOPS_DEBUG_ARTIFACTS=1", _JSON, Trace, "The run, for its developer."),
    ("api_result.json", _ALWAYS, _JSON, ApiResult, "How the run went; the last member."),
)
# Members of the ZIP by name, each with its schema.
JSON_MEMBERS = {name: schema for name, _, _, schema, _ in _MEMBERS if schema is not None}


def all_operations(skills: SkillRegistry, policies: PolicyRegistry) -> tuple[Operation, ...]:
    """Return the operations of a server that has ``skills`` and ``policies`` and every gate open."""
    return (*_jobs(), *_description(skills, policies), *_operation(), *_console())


def _jobs() -> tuple[Operation, ...]:
    of_a_template = (*errors.OF_AN_UPLOAD, *errors.OF_A_RENDERER)
    of_a_job = (*errors.OF_A_TASK, *of_a_template)
    return (
        Operation(
            method="post",
            rule="/v1/run",
            name="run",
            tag="jobs",
            summary="Fill a template.",
            description="Takes a template and a task; answers with one ZIP: the document and its reports. "
            "A job that came to less than was wished for is a 200 too: its exit code says so.",
            form=JOB_FORM,
            success=_zip(),
            errors=of_a_job,
        ),
        Operation(
            method="post",
            rule="/v1/precheck",
            name="precheck",
            tag="jobs",
            summary="Find out what a run would come to.",
            description="Takes what /v1/run takes and makes no document: what it expects is what a run with "
            "format_mode=off does.",
            form=JOB_FORM,
            success=Success.json(Precheck, "The verdict."),
            errors=of_a_job,
        ),
        Operation(
            method="post",
            rule="/v1/inspect",
            name="inspect",
            tag="jobs",
            summary="Look at a template.",
            description="Takes a template alone; answers with its fields and its problems.",
            form=TEMPLATE_FORM,
            success=Success.json(Inspection, "What the template holds."),
            errors=of_a_template,
        ),
        Operation(
            method="post",
            rule="/v1/verify",
            name="verify",
            tag="jobs",
            summary="Prove a document again.",
            description="Takes a template and what a run made of it; answers whether the document is the "
            "template with the logged changes and nothing else, without the code that filled it.",
            form=VERIFICATION_FORM,
            success=Success.json(Verification, "The verdict."),
            errors=(InvalidJson, *of_a_template),
        ),
    )


def _zip() -> Success:
    members = [
        {
            "name": name,
            "present": present,
            "mediaType": media_type,
            "description": description,
            **({} if schema is None else {"schema": {"$ref": f"#/components/schemas/{schema.__name__}"}}),
        }
        for name, present, media_type, schema, description in _MEMBERS
    ]
    lines = "\n".join(
        f"- `{member['name']}` ({member['present']}): {member['description']}" for member in members
    )
    return Success(
        f"The ZIP. Its members, to which further ones may be added later:\n{lines}",
        {
            "application/zip": {
                "schema": {"type": "string", "format": "binary"},
                "x-docops-zip-members": members,
            }
        },
        headers=("X-Docops-Exit-Code", "Content-Disposition"),
    )


def _description(skills: SkillRegistry, policies: PolicyRegistry) -> tuple[Operation, ...]:
    gated: Mapping[str, Any] = {"tag": "description", "gated": True}
    example = describe(SkillRegistry(list(skills)[:1]), policies)
    return (
        Operation(
            rule="/v1/meta",
            name="meta",
            summary="What this server can do.",
            description="Its skills, the fields of their tasks, its presets, its policies.",
            success=Success.json(ServerMeta, "The description.", example=example),
            **gated,
        ),
        Operation(
            rule="/v1/skills/<name>/template.docx",
            name="starterTemplate",
            summary="The starter template of a skill.",
            description="A Word file with the skill's placeholders, for an author to begin with.",
            success=Success("The template.", {DOCX: {"schema": _binary()}}, headers=("Content-Disposition",)),
            errors=(NotFound,),
            parameters=_template_parameters(skills),
            **gated,
        ),
        Operation(
            rule="/v1/openapi.json",
            name="openapi",
            summary="This document.",
            description="The API of this server, OpenAPI 3.1.",
            success=Success.json("OpenApiDocument", "The document."),
            **gated,
        ),
    )


def _binary() -> dict[str, str]:
    return {"type": "string", "format": "binary"}


def _template_parameters(skills: SkillRegistry) -> tuple[Mapping[str, Any], ...]:
    names = list(skills.names())
    return (
        {
            "name": "name",
            "in": "path",
            "required": True,
            "description": "The skill.",
            "schema": {"type": "string", "enum": names},
            "example": names[0],
        },
        {
            "name": "lang",
            "in": "query",
            "description": "The language of the template.",
            "schema": {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
        },
    )


def _operation() -> tuple[Operation, ...]:
    return (
        *(
            Operation(
                rule=rule,
                name=name,
                tag="operation",
                summary="Whether the process answers.",
                description="Answers at once, whatever the renderers are doing.",
                success=Success.json(Health, "It does."),
            )
            for rule, name in (("/healthz", "healthz"), ("/health", "health"))
        ),
        Operation(
            rule="/readyz",
            name="readyz",
            tag="operation",
            summary="Whether a job would be done now.",
            description="A renderer can start and the work folder takes files; if not, 503 says why.",
            success=Success.json(Readiness, "It would."),
            errors=(NotReady,),
        ),
        Operation(
            rule="/metrics",
            name="metrics",
            tag="operation",
            summary="Figures for Prometheus.",
            description="Right across the processes of this server.",
            success=Success(
                "The figures, in Prometheus' text format.", {"text/plain": {"schema": {"type": "string"}}}
            ),
            gated=True,
        ),
    )


def _console() -> tuple[Operation, ...]:
    gated: Mapping[str, Any] = {"tag": "console", "gated": True}
    page = Success("The page.", {"text/html": {"schema": {"type": "string"}}})
    kinds = ("text/css", "text/javascript", "image/svg+xml")
    file = Success("The file.", {kind: {"schema": {"type": "string"}} for kind in kinds})
    return (
        *(
            Operation(
                rule=rule,
                name=name,
                summary="The console.",
                description="Fills, checks and explains a document in the browser.",
                success=page,
                **gated,
            )
            for rule, name in (("/web", "console"), ("/web/", "consoleWithSlash"))
        ),
        Operation(
            rule="/web/static/<path:name>",
            name="consoleFile",
            summary="A file of the console's page.",
            description="Its scripts, styles and icon.",
            success=file,
            errors=(NotFound,),
            parameters=(
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "description": "The file.",
                    "schema": {"type": "string"},
                    "example": "js/main.js",
                },
            ),
            **gated,
        ),
    )
