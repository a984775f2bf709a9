"""What the server answers about itself: health, readiness, meta."""

from marshmallow import fields

from docops_flask.engine.options import CHOICES
from docops_flask.engine.sandbox.cell import SandboxMode
from docops_flask.web.api_description import member
from docops_flask.web.api_description.answer import Answer


class Health(Answer):
    """The process answers, whatever its renderers are doing."""

    status = member.text("Always ok.", one_of=["ok"])

    sample = {"status": "ok"}  # noqa: RUF012 -- read only


class Sandbox(Answer):
    """What renderers are kept from doing."""

    mode = member.text("DOCOPS_SANDBOX.", one_of=[str(mode) for mode in SandboxMode])
    level = member.text("What the system gives of it.", one_of=["full", "partial", "none"])
    possible = member.texts("What a renderer that tried could do all the same; for people.")
    landlock_abi = member.whole("The kernel's version of Landlock; 0 without, or when switched off.")


class Readiness(Answer):
    """A job would be done now."""

    status = member.text("Always ready.", one_of=["ready"])
    sandbox = member.one(Sandbox, "What renderers are kept from doing.")

    sample = {  # noqa: RUF012 -- read only
        "status": "ready",
        "sandbox": {"mode": "auto", "level": "full", "possible": [], "landlock_abi": 7},
    }


class Label(Answer):
    """A text in both languages of the product."""

    en = member.text("In English.")
    zh = member.text("In Chinese.")


class PayloadField(Answer):
    """One payload key of a skill and the placeholder it fills."""

    type = member.text("text: a string; list: a list of strings.", one_of=["text", "list"])
    required = member.truth(
        "Whether exit code 0 needs it wherever the template asks for it; a task without it is still valid."
    )
    nullable = member.truth("Whether null is taken, which means: not given.")
    label = member.one(Label, "What people call it.")
    example = member.of_types(["string", "array"], "A value such as offices send.")
    description = member.one(Label, "What it is for.")
    placeholder = member.text(
        "The field name of its placeholder: MEETING_TITLE is 【MEETING_TITLE】 in the template."
    )


class PayloadSchema(Answer):
    """The payload keys of a skill."""

    title = member.one(Label, "What people call the document.")
    description = member.one(Label, "What it is for.")
    fields_by_key = member.by_name(
        fields.Nested(PayloadField), "Payload key to field, in the order of the skill.", key="fields"
    )
    extra_policy = member.text("What becomes of a key that is not listed.", one_of=["forbid"])


class PolicyMeta(Answer):
    """A policy that a job can name."""

    name = member.text("The value of the form field policy.")
    version = member.whole("The version of its file's format.", one_of=[1, 2])
    title = member.one(Label, "What people call it; its name where its file does not say.")
    description = member.one(Label, "What it is for; empty where its file does not say.")


class ServerMeta(Answer):
    """What this server can do."""

    supported_skills = member.texts("The document types it can fill, sorted.")
    supported_task_types = member.texts("The same names, as a task's task_type takes them.")
    supported_presets = fields.List(
        member.text("A preset.", one_of=CHOICES["preset"]),
        required=True,
        metadata={"description": "The values of the form field preset."},
    )
    task_payload_schemas = member.by_name(fields.Nested(PayloadSchema), "Skill to its payload keys.")
    supports_precheck = member.truth("Whether POST /v1/precheck is there.")
    supports_inspect = member.truth("Whether POST /v1/inspect is there.")
    version = member.text("The version of the server.")
    json_schemas = member.by_name(
        fields.Dict(),
        "Skill to the JSON Schema (2020-12) of its payload; see the components of this document.",
    )
    policies = member.many(PolicyMeta, "The policies a job can name, the default one first.")
