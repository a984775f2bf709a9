"""What a client can be refused with: each error class, when it comes, its detail, and samples.

Status and code are the class's own. A sample is a real error, so that its words and detail are the server's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from docops_flask.engine.errors import (
    ArgumentConflict,
    DocopsError,
    InvalidArgument,
    InvalidJson,
    InvalidMediaType,
    InvalidTemplate,
    TemplateLimitExceeded,
)
from docops_flask.jobs.errors import (
    InsufficientStorage,
    NotReady,
    RendererCrashed,
    RequestTimeout,
    TooManyRequests,
)
from docops_flask.web.api_description import error_details as details
from docops_flask.web.errors import BodyTimeout, MethodNotAllowed, NotFound, Unauthorized, UploadTooLarge


@dataclass(frozen=True, slots=True)
class DescribedError:
    """When an error comes, the schema of its detail, and samples of it."""

    when: str
    detail: type[details.ErrorDetail]
    samples: tuple[DocopsError, ...]


_INPUT = {
    InvalidArgument: DescribedError(
        "a part, a form value, the task, a policy, a query parameter or a header is not what it has to be",
        details.InvalidArgumentDetail,
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
        details.ArgumentConflictDetail,
        (
            ArgumentConflict(
                "preset cannot be combined with format_mode: send one or the other.",
                conflicting_fields=["format_mode"],
            ),
        ),
    ),
    InvalidJson: DescribedError(
        "the task is not UTF-8, not JSON, or no object; or a report to verify is not JSON",
        details.InvalidJsonDetail,
        (
            InvalidJson(
                "task: not JSON: Expecting value at line 3, column 5.", field="task", line=3, column=5
            ),
        ),
    ),
    InvalidTemplate: DescribedError(
        "the template, or the document to verify, is a Word file, but damaged or unsafe",
        details.InvalidTemplateDetail,
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
        details.UploadTooLargeDetail,
        (UploadTooLarge(field="template", maximum=26_214_400, setting="DOCOPS_MAX_UPLOAD_BYTES"),),
    ),
    TemplateLimitExceeded: DescribedError(
        "the template, the result or a document to verify would unfold to more than a limit",
        details.TemplateLimitExceededDetail,
        (
            TemplateLimitExceeded(
                "template: it holds 1204 files; 1000 are allowed.", limit="zip_entries", maximum=1000
            ),
        ),
    ),
    InvalidMediaType: DescribedError(
        "the body is no multipart/form-data, or a file is of another kind by its name or its content",
        details.InvalidMediaTypeDetail,
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
        details.ErrorDetail,
        (Unauthorized(),),
    ),
    NotFound: DescribedError("there is nothing at this address", details.ErrorDetail, (NotFound(),)),
    MethodNotAllowed: DescribedError(
        "the address is known, but takes other methods",
        details.MethodNotAllowedDetail,
        (MethodNotAllowed(["POST"]),),
    ),
}

_SERVER = {
    RequestTimeout: DescribedError(
        "the job took too long and was stopped, or the body took too long to arrive",
        details.RequestTimeoutDetail,
        (RequestTimeout(timeout_seconds=60.0, terminated=True), BodyTimeout(timeout_seconds=60.0)),
    ),
    TooManyRequests: DescribedError(
        "no slot was free in time; send the request again after Retry-After",
        details.TooManyRequestsDetail,
        (TooManyRequests(max_concurrency=2, queue_timeout_seconds=0.0, waited_ms=0),),
    ),
    DocopsError: DescribedError(
        "the server made a mistake; its log says more",
        details.ErrorDetail,
        (DocopsError("The server made a mistake; its log says more under this request id."),),
    ),
    RendererCrashed: DescribedError(
        "the renderer process died; the log says how",
        details.ErrorDetail,
        (RendererCrashed(inner="killed by SIGKILL"),),
    ),
    InsufficientStorage: DescribedError(
        "there is no room for the job's files; send the request again after Retry-After",
        details.ErrorDetail,
        (InsufficientStorage(inner="ENOSPC"),),
    ),
    NotReady: DescribedError(
        "no job can be done now; send the request again after Retry-After",
        details.ErrorDetail,
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
