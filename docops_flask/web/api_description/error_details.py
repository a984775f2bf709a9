"""The ``detail`` of each error that has more in it than the request id."""

from marshmallow import fields

from docops_flask.engine.opc.limits import Limits
from docops_flask.web.api_description import member
from docops_flask.web.api_description.answer import Answer

LIMITS = Limits._fields


def _sometimes(description: str) -> fields.String:
    return member.text(description, always=False)


class ErrorDetail(Answer):
    """What a program can use of an error."""

    request_id = member.request_id()


class SchemaError(Answer):
    """A place where a task does not fit its schema."""

    path = member.text("A JSON path into the task, such as $.payload.attendees[1].")
    message = member.text("What is wrong there, for people.")


class InvalidArgumentDetail(ErrorDetail):
    """Where the fault is, and what is accepted."""

    field = _sometimes("The part, form field or query parameter; body where the whole is meant.")
    value = _sometimes("What was sent, at most 64 characters of it.")
    allowed = member.texts("What is accepted.", always=False)
    supported_skills = member.texts("The skills there are, sorted.", always=False)
    errors = member.many(SchemaError, "The errors of a task, in its order.", always=False)
    path = _sometimes("A JSON path into replace_log or format_report, such as $.entries[3].start.")
    key = _sometimes("The key of the policy.")
    line = member.whole("The line of the policy, from 1.", always=False, least=1)


class ArgumentConflictDetail(ErrorDetail):
    """The inputs that exclude each other: ``conflicting_fields``, or ``skill`` and ``task_type``."""

    conflicting_fields = member.texts("The form fields beside preset or strict.", always=False)
    skill = _sometimes("The form field's value.")
    task_type = _sometimes("The task's value.")


class InvalidJsonDetail(ErrorDetail):
    """Where the fault is."""

    field = member.text("The part.", one_of=["task", "replace_log", "format_report"])
    line = member.whole("The line, from 1, where known.", always=False, least=1)
    column = member.whole("The column, from 1, where known.", always=False, least=1)


class InvalidTemplateDetail(ErrorDetail):
    """What kind of damage it is."""

    reason = member.text("A short stable word, such as xml or truncated; further ones may come.")
    part = _sometimes("The part of the package.")
    field = _sometimes("document where it is the one to verify; absent where it is the template.")


class MethodNotAllowedDetail(ErrorDetail):
    """What the address takes."""

    allowed = member.texts("The methods, as in the header Allow.")


class RequestTimeoutDetail(ErrorDetail):
    """The limit, and what became of the renderer."""

    timeout_seconds = member.number(
        "DOCOPS_REQUEST_TIMEOUT_SECONDS; where field is body, DOCOPS_BODY_TIMEOUT_SECONDS."
    )
    terminated = member.truth("Whether no renderer is at work for the request any more.")
    field = _sometimes("body where that did not arrive in time; absent where the job took too long.")


class UploadTooLargeDetail(ErrorDetail):
    """Which part is too large, and its limit."""

    field = member.text(
        "body: the whole is more than the files may be together.",
        one_of=["template", "task", "document", "replace_log", "format_report", "body"],
    )
    max_bytes = member.whole("The most it may have.", least=1)


class TemplateLimitExceededDetail(ErrorDetail):
    """The limit that the template would exceed."""

    limit = member.text("Its name.", one_of=LIMITS)
    most = fields.Integer(required=True, data_key="max", metadata={"description": "Its value.", "minimum": 1})
    field = _sometimes("document where it is the one to verify; absent where it is the template.")


class InvalidMediaTypeDetail(ErrorDetail):
    """Which part is of another kind, and what is accepted."""

    field = _sometimes("The part; body where the whole is meant.")
    allowed = member.texts("The file name endings that are accepted.", always=False)


class TooManyRequestsDetail(ErrorDetail):
    """How many jobs the process does at a time, and how long it lets others wait."""

    max_concurrency = member.whole("DOCOPS_MAX_CONCURRENCY.", least=1)
    queue_timeout_seconds = member.number("DOCOPS_QUEUE_TIMEOUT_SECONDS.")
