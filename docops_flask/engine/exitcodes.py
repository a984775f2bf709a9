"""The exit codes of a job, the same over HTTP and in the shell."""

from enum import IntEnum


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
