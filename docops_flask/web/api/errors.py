"""What a client can be refused with: each error class, when it comes, its ``detail``, and samples.

Status and code are the class's own. A sample is a real error, so that its words and detail are the server's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields

from docops_flask.engine.errors import (
    ArgumentConflict,
    DocopsError,
    InvalidArgument,
    InvalidJson,
    InvalidMediaType,
    InvalidTemplate,
    TemplateLimitExceeded,
)
from docops_flask.engine.opc.limits import Limits
from docops_flask.intake.errors import UploadTooLarge
from docops_flask.jobs.errors import (
    InsufficientStorage,
    NotReady,
    RendererCrashed,
    RequestTimeout,
    TooManyRequests,
)
from docops_flask.web.api import member
from docops_flask.web.api.member import Answer
from docops_flask.web.errors import BodyTimeout, MethodNotAllowed, NotFound, Unauthorized

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


@dataclass(frozen=True, slots=True)
class DescribedError:
    """When an error comes, the schema of its detail, and samples of it."""

    when: str
    detail: type[ErrorDetail]
    samples: tuple[DocopsError, ...]


_INPUT = {
    InvalidArgument: DescribedError(
        "a part, a form value, the task, a policy, a query parameter or a header is not what it has to be",
        InvalidArgumentDetail,
        (
            InvalidArgument(
                "preset: unknown value; use one of quick, template, strict.",
                field="preset",
                value="fast",
                allowed=["quick", "template", "strict"],
            ),
            InvalidArgument(
                "task: $.payload.attendees[1]: must be text.",
                field="task",
                errors=[{"path": "$.payload.attendees[1]", "message": "must be text."}],
            ),
        ),
    ),
    ArgumentConflict: DescribedError(
        "inputs exclude each other",
        ArgumentConflictDetail,
        (
            ArgumentConflict(
                "preset cannot be combined with format_mode: send one or the other.",
                conflicting_fields=["format_mode"],
            ),
        ),
    ),
    InvalidJson: DescribedError(
        "the task is not UTF-8, not JSON, or no object; or a report to verify is not JSON",
        InvalidJsonDetail,
        (
            InvalidJson(
                "task: not JSON: Expecting value at line 3, column 5.", field="task", line=3, column=5
            ),
        ),
    ),
    InvalidTemplate: DescribedError(
        "the template, or the document to verify, is a Word file, but damaged or unsafe",
        InvalidTemplateDetail,
        (
            InvalidTemplate(
                "template: its end is missing; it was cut off on the way. "
                "Open it in Word, save it again as .docx and retry.",
                reason="truncated",
            ),
        ),
    ),
    UploadTooLarge: DescribedError(
        "a file is over its limit, or the body is larger than the files may be together",
        UploadTooLargeDetail,
        (UploadTooLarge(field="template", maximum=26_214_400, setting="DOCOPS_MAX_UPLOAD_BYTES"),),
    ),
    TemplateLimitExceeded: DescribedError(
        "the template, the result or a document to verify would unfold to more than a limit",
        TemplateLimitExceededDetail,
        (
            TemplateLimitExceeded(
                "template: it holds 1204 files; 1000 are allowed.", limit="zip_entries", maximum=1000
            ),
        ),
    ),
    InvalidMediaType: DescribedError(
        "the body is no multipart/form-data, or a file is of another kind by its name or its content",
        InvalidMediaTypeDetail,
        (
            InvalidMediaType(
                "template: must be a .docx file, by its name.", field="template", allowed=[".docx"]
            ),
        ),
    ),
}

_ACCESS = {
    Unauthorized: DescribedError(
        "the credentials are missing or wrong, where the operator asks for them",
        ErrorDetail,
        (Unauthorized(),),
    ),
    NotFound: DescribedError("there is nothing at this address", ErrorDetail, (NotFound(),)),
    MethodNotAllowed: DescribedError(
        "the address is known, but takes other methods",
        MethodNotAllowedDetail,
        (MethodNotAllowed(["POST"]),),
    ),
}

_SERVER = {
    RequestTimeout: DescribedError(
        "the job took too long and was stopped, or the body took too long to arrive",
        RequestTimeoutDetail,
        (RequestTimeout(timeout_seconds=60.0, terminated=True), BodyTimeout(timeout_seconds=60.0)),
    ),
    TooManyRequests: DescribedError(
        "no slot was free in time; send the request again after Retry-After",
        TooManyRequestsDetail,
        (TooManyRequests(max_concurrency=2, queue_timeout_seconds=0.0, waited_ms=0),),
    ),
    DocopsError: DescribedError(
        "the server made a mistake; its log says more",
        ErrorDetail,
        (DocopsError("The server made a mistake; its log says more under this request id."),),
    ),
    RendererCrashed: DescribedError(
        "the renderer process died; the log says how",
        ErrorDetail,
        (RendererCrashed(inner="killed by SIGKILL"),),
    ),
    InsufficientStorage: DescribedError(
        "there is no room for the job's files; send the request again after Retry-After",
        ErrorDetail,
        (InsufficientStorage(inner="ENOSPC"),),
    ),
    NotReady: DescribedError(
        "no job can be done now; send the request again after Retry-After",
        ErrorDetail,
        (NotReady("The server is stopping."),),
    ),
}

ERRORS: Mapping[type[DocopsError], DescribedError] = {**_INPUT, **_ACCESS, **_SERVER}

# The first for requests that are none, such as one with an impossible Host.
OF_EVERY_ROUTE = (InvalidArgument, MethodNotAllowed, DocopsError)
OF_A_GATE = (Unauthorized,)
OF_A_RENDERER = (
    InvalidTemplate,
    RequestTimeout,
    TemplateLimitExceeded,
    TooManyRequests,
    RendererCrashed,
    InsufficientStorage,
    NotReady,
)
OF_AN_UPLOAD = (UploadTooLarge, InvalidMediaType)
OF_A_TASK = (ArgumentConflict, InvalidJson)
