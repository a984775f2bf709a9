"""The base class of all errors, the engine's errors, and the exit codes of a job.

Every error that clients receive is a ``DocopsError``: its class has the HTTP status and the contract's code,
its instance a message for people and a ``detail`` for programs. ``jobs.errors``, ``intake.files`` and
``web.errors`` add those of their layers. ``echo`` shortens and escapes input that an error repeats.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, ClassVar


class DocopsError(Exception):
    """An error of the contract's table (section 3).

    ``message`` says what is wrong, where, and what to do; ``detail`` has the same as JSON members.
    Neither contains a path of this machine or contents of a template, task or policy.
    ``inner`` is the cause for the log, without contents of the inputs; clients do not receive it.
    ``retry_after_seconds`` is sent as the ``Retry-After`` header.
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
    """A part, form value or task that does not match its schema."""

    status = 400
    code = "INVALID_ARGUMENT"


class ArgumentConflict(DocopsError):
    """Two inputs that cannot be combined."""

    status = 400
    code = "INVALID_ARGUMENT_CONFLICT"


class InvalidJson(DocopsError):
    """A task or report that is not valid JSON, or a task that is not an object."""

    status = 400
    code = "INVALID_JSON"


class InvalidTemplate(DocopsError):
    """A Word file that is damaged or unsafe; ``detail.reason`` is a short word that stays the same."""

    status = 400
    code = "INVALID_TEMPLATE"

    def __init__(self, message: str, *, reason: str, **detail: Any) -> None:
        super().__init__(message, reason=reason, **detail)


class InvalidMediaType(DocopsError):
    """A file of another type than the one required."""

    status = 415
    code = "INVALID_MEDIA_TYPE"


class TemplateLimitExceeded(DocopsError):
    """A template, or its result, that exceeds a configured limit."""

    status = 413
    code = "TEMPLATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, limit: str, maximum: int) -> None:
        super().__init__(message, limit=limit, max=maximum)


class RowsInvalid(DocopsError):
    """A file of rows that cannot be read, or whose columns cannot be told; ``detail.rows`` has each fault."""

    status = 400
    code = "ROWS_INVALID"


class RowsLimitExceeded(DocopsError):
    """A file of rows that exceeds a limit: ``detail.limit`` names it, ``detail.max`` is its value."""

    status = 413
    code = "ROWS_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, limit: str, maximum: int) -> None:
        super().__init__(message, limit=limit, max=maximum)


class ResultRefused(DocopsError):
    """A finished document that failed its proof because of a fault of the engine; ``inner`` says which."""

    def __init__(self, *, inner: str) -> None:
        super().__init__(
            "The finished document did not pass its proof and was withheld. Please report this with the "
            "template; no other document was changed."
        )
        self.inner = inner


class PdfIncomplete(DocopsError):
    """A PDF that lacks text of its document, or that LibreOffice did not make; ``inner`` says which.

    ``characters`` says of one that lacks text how many it should have (``wanted``), and has (``found``).
    """

    status = 500
    code = "PDF_INCOMPLETE"

    def __init__(self, *, inner: str, characters: Mapping[str, int] | None = None) -> None:
        if characters is None:
            super().__init__(
                "The PDF could not be made; send the job without PDF to get the Word document, and report "
                "this if it happens again."
            )
        else:
            lacking = characters["wanted"] - characters["found"]
            super().__init__(
                f"The PDF would lack {lacking} of {characters['wanted']} characters and was withheld: look "
                "for tables, frames and vertical text that do not fit their page or cell, or send the job "
                "without PDF to get the Word document.",
                characters=dict(characters),
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
        RowsInvalid,
        RowsLimitExceeded,
        ResultRefused,
        PdfIncomplete,
    )
}


def to_record(error: DocopsError) -> dict[str, Any]:
    """Return ``error`` as JSON members for the renderer's result file."""
    return {"code": error.code, "message": error.message, "detail": error.detail, "inner": error.inner}


def from_record(record: dict[str, Any]) -> DocopsError:
    """Return the error that a renderer reported; an unknown code gives an internal error."""
    cls = _FROM_RENDERER.get(str(record.get("code")))
    if cls is None:
        return DocopsError("The renderer reported an unknown error.")
    error = cls.__new__(cls)
    DocopsError.__init__(error, str(record.get("message", "")), **dict(record.get("detail") or {}))
    error.inner = str(record.get("inner") or "") or None
    return error


ECHO_CHARACTERS = 64


def echo(text: str, most: int = ECHO_CHARACTERS) -> str:
    """Return at most ``most`` characters of ``text``, with characters that are not printable escaped.

    Line breaks, escape sequences and direction marks could make a message look different in a terminal, a log
    or a ticket.
    """
    short = text[:most]
    return short if short.isprintable() else "".join(map(_escaped, short))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class ExitCode(IntEnum):
    """The exit codes of a job that produced a document (contract section 2)."""

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


def message_of(code: ExitCode, left: int) -> str:
    """Return what a run came to, in a sentence; ``left`` placeholders are still in the document."""
    if code is ExitCode.OK and left:
        are = "1 placeholder is" if left == 1 else f"{left} placeholders are"
        return f"The document was made, but {are} left in it; out.missing_fields.json says where."
    return MESSAGES[code]


def exit_code(*, missing_required: bool, unsupported: bool, format_failed: bool) -> ExitCode:
    """Return the exit code of a job; the highest code that applies wins."""
    if format_failed:
        return ExitCode.FORMAT_CHECK_FAILED
    if unsupported:
        return ExitCode.UNSUPPORTED_PLACEHOLDERS
    if missing_required:
        return ExitCode.MISSING_REQUIRED
    return ExitCode.OK
