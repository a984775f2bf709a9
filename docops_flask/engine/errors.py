"""The root of the error hierarchy, the engine's own errors, and the exit codes of a job.

``echo`` is the one function that makes text from outside fit for a message or a log line.

Every error a client may see is a ``DocopsError``: its class knows the HTTP status and the
contract's code, its instance carries a message for people and a JSON-able ``detail``.
``jobs.errors`` and ``web.errors`` add the errors of their layers.
"""

from enum import IntEnum
from typing import Any, ClassVar


class DocopsError(Exception):
    """An error with a place in the contract's table (section 3).

    ``message`` says what is wrong, where and what to do; ``detail`` holds the same as data.
    Neither ever holds a path of this machine or contents of a template, task or policy.
    ``inner`` is for the log alone: what really happened, without contents of the inputs.
    ``retry_after_seconds`` becomes a ``Retry-After`` header.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail: dict[str, Any] = detail
        self.inner: str | None = None
        self.retry_after_seconds: int | None = None


class InvalidArgument(DocopsError):
    """A part, form value or task that does not fit its schema."""

    status = 400
    code = "INVALID_ARGUMENT"


class ArgumentConflict(DocopsError):
    """Two inputs that exclude each other."""

    status = 400
    code = "INVALID_ARGUMENT_CONFLICT"


class InvalidJson(DocopsError):
    """A task that is no JSON object."""

    status = 400
    code = "INVALID_JSON"


class InvalidTemplate(DocopsError):
    """A Word file that is damaged or unsafe; ``detail.reason`` is a short stable word."""

    status = 400
    code = "INVALID_TEMPLATE"

    def __init__(self, message: str, *, reason: str, **detail: Any) -> None:
        super().__init__(message, reason=reason, **detail)


class InvalidMediaType(DocopsError):
    """Content of another kind than the one asked for."""

    status = 415
    code = "INVALID_MEDIA_TYPE"


class TemplateLimitExceeded(DocopsError):
    """A template that would unfold to more than a configured limit."""

    status = 413
    code = "TEMPLATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, limit: str, maximum: int) -> None:
        super().__init__(message, limit=limit, max=maximum)


class ResultRefused(DocopsError):
    """A document that was made and did not pass its own proof: a fault of ours; ``inner`` says which."""

    def __init__(self, *, inner: str) -> None:
        super().__init__(
            "The finished document did not pass its proof and was withheld. Please report this with the "
            "template; no other document was changed."
        )
        self.inner = inner


_FROM_RENDERER: dict[str, type[DocopsError]] = {
    cls.code: cls
    for cls in (
        InvalidArgument,
        InvalidJson,
        InvalidTemplate,
        InvalidMediaType,
        TemplateLimitExceeded,
        ResultRefused,
    )
}


def to_record(error: DocopsError) -> dict[str, Any]:
    """Return ``error`` as plain data for the renderer's result file."""
    return {"code": error.code, "message": error.message, "detail": error.detail, "inner": error.inner}


def from_record(record: dict[str, Any]) -> DocopsError:
    """Return the error a renderer reported; an unknown code becomes an internal error."""
    cls = _FROM_RENDERER.get(str(record.get("code")))
    if cls is None:
        return DocopsError("The renderer reported an unknown error.")
    error = cls.__new__(cls)
    DocopsError.__init__(error, str(record.get("message", "")), **dict(record.get("detail") or {}))
    error.inner = str(record.get("inner") or "") or None
    return error


ECHO_CHARACTERS = 64


def echo(text: str, most: int = ECHO_CHARACTERS) -> str:
    """Return at most ``most`` characters of ``text``; those that are not printable are escaped.

    A line break, an escape sequence or a mark that turns the direction of writing would make a message say
    something else where people read it: in a terminal, a log, a ticket.
    """
    short = text[:most]
    return short if short.isprintable() else "".join(map(_escaped, short))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class ExitCode(IntEnum):
    """Outcome of a job that produced a document (contract section 2)."""

    OK = 0
    MISSING_REQUIRED = 2
    UNSUPPORTED_PLACEHOLDERS = 3
    FORMAT_CHECK_FAILED = 4


MESSAGES = {
    ExitCode.OK: "Done.",
    ExitCode.MISSING_REQUIRED: ("Required fields are missing; out.missing_fields.json names them."),
    ExitCode.UNSUPPORTED_PLACEHOLDERS: (
        "The template holds placeholders that cannot be filled; out.replace_log.json names them."
    ),
    ExitCode.FORMAT_CHECK_FAILED: ("The format check failed; out.format_report.json says where and why."),
}


def exit_code(*, missing_required: bool, unsupported: bool, format_failed: bool) -> ExitCode:
    """Return the code for what holds: 4 goes before 3, 3 before 2."""
    if format_failed:
        return ExitCode.FORMAT_CHECK_FAILED
    if unsupported:
        return ExitCode.UNSUPPORTED_PLACEHOLDERS
    if missing_required:
        return ExitCode.MISSING_REQUIRED
    return ExitCode.OK
