"""The answer of a precheck: what a run of a task would come to (contract section 7)."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.reports.inspection import (
    MAX_LISTED,
    MAX_SHOWN_CHARACTERS,
    Problem,
    UnsupportedPlace,
)
from docops_flask.engine.reports.missing_fields import LeftPlace, MissingFields, MissingPlace, UnusedKey
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.run_warnings import RunWarning


class PrecheckSummary(NamedTuple):
    """The counts of a precheck; ``copies`` are those of all blocks and lines."""

    template_field_count: int
    unsupported_count: int
    missing_required_count: int
    missing_optional_count: int
    left_count: int
    copies: int


class Precheck(NamedTuple):
    """What a run with ``format_mode=off`` would come to; ``ok`` says that its exit code would be 0.

    The exit code is never ``FORMAT_CHECK_FAILED``.
    """

    ok: bool
    expected_exit_code: ExitCode
    summary: PrecheckSummary
    template_fields: tuple[str, ...]
    missing_required: tuple[str, ...]
    missing_optional: tuple[str, ...]
    unsupported: tuple[UnsupportedPlace, ...]
    missing: tuple[MissingPlace, ...] = ()
    unused: tuple[UnusedKey, ...] = ()
    undeclared: tuple[str, ...] = ()
    left: tuple[LeftPlace, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[RunWarning, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the answer's JSON, all but ``request_id``."""
        return {
            "ok": self.ok,
            "expected_exit_code": int(self.expected_exit_code),
            "summary": self.summary._asdict(),
            "template_fields": list(self.template_fields),
            "missing_required": list(self.missing_required),
            "missing_optional": list(self.missing_optional),
            "unsupported": [each._asdict() for each in self.unsupported],
            "missing": [each._asdict() for each in self.missing],
            "unused": [each._asdict() for each in self.unused],
            "undeclared": list(self.undeclared),
            "left": [each._asdict() for each in self.left],
            "problems": [each.as_dict() for each in self.problems],
            **({"warnings": [each.as_dict() for each in self.warnings]} if self.warnings else {}),
        }


def precheck_of(
    expected_exit_code: ExitCode,
    template_fields: Sequence[str],
    log: ReplaceLog,
    missing: MissingFields,
) -> Precheck:
    """Return the precheck of a run that ended with that exit code, log and missing fields."""
    places = (
        UnsupportedPlace(
            kind=entry.kind or "",
            text=entry.original_text[:MAX_SHOWN_CHARACTERS],
            paragraph_path=entry.paragraph_path,
            suggestion=entry.suggestion,
            reason=entry.reason or "",
            related_place=entry.related_place,
        )
        for entry in log.unsupported
    )
    return Precheck(
        ok=expected_exit_code is ExitCode.OK,
        expected_exit_code=expected_exit_code,
        summary=PrecheckSummary(
            len(template_fields),
            log.unsupported_count,
            len(missing.required),
            len(missing.optional),
            log.left_count,
            log.copy_count,
        ),
        template_fields=tuple(template_fields),
        missing_required=missing.required,
        missing_optional=missing.optional,
        unsupported=tuple(islice(places, MAX_LISTED)),
        missing=missing.missing,
        unused=missing.unused,
        undeclared=missing.undeclared,
        left=missing.left,
        warnings=log.warnings,
    )
