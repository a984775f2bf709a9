"""What came of a row of a merge, and of the whole merge."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from docops_flask.engine.bilingual import Language
from docops_flask.engine.errors import DocopsError, ExitCode
from docops_flask.engine.merge.row_made import RowMade
from docops_flask.engine.rows.errors import RowFault

Outcome = Literal["ok", "missing_required", "unsupported", "strict_failed", "failed"]
OUTCOMES: Mapping[ExitCode, Outcome] = {
    ExitCode.OK: "ok",
    ExitCode.MISSING_REQUIRED: "missing_required",
    ExitCode.UNSUPPORTED_PLACEHOLDERS: "unsupported",
    ExitCode.FORMAT_CHECK_FAILED: "strict_failed",
}
# The exit code of a merge with a row of which no document was made.
FAILED = 1
_GRAVEST = (FAILED, 4, 3, 2, 0)


class RowOutcome(NamedTuple):
    """What came of one row.

    ``name`` is the name of its document in the ZIP, ``sha256`` that document's hash; both are ``None`` of a
    row that failed, whose ``error`` has ``code``, ``message`` and ``detail`` as an error of ``/v1/run`` has.
    ``pdf_sha256`` is the hash of its PDF, which has the same name. ``missing`` are the required fields
    without a value, ``left`` counts the placeholders still in the document, ``warnings`` are the codes of
    what its log warns of, each once.
    """

    row: int
    outcome: Outcome
    exit_code: int
    name: str | None = None
    sha256: str | None = None
    missing: Sequence[str] = ()
    left: int = 0
    format: str = "skipped"
    error: Mapping[str, Any] | None = None
    pdf_sha256: str | None = None
    warnings: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return a line of ``results.jsonl``."""
        members = {**self._asdict(), "missing": list(self.missing), "warnings": list(self.warnings)}
        for name in ("pdf_sha256", "warnings"):
            if not members[name]:
                del members[name]
        return members


def failed(row: int, error: DocopsError) -> RowOutcome:
    """Return the outcome of a row that ended with ``error``."""
    told = {"code": error.code, "message": error.message, "detail": error.detail}
    return RowOutcome(row, "failed", FAILED, error=told)


class MergeCounts(NamedTuple):
    """How many rows came to what."""

    total: int = 0
    ok: int = 0
    missing_required: int = 0
    unsupported: int = 0
    strict_failed: int = 0
    failed: int = 0


def counts_of(outcomes: Iterable[RowOutcome]) -> MergeCounts:
    """Return the counts of ``outcomes``."""
    numbers = dict.fromkeys(MergeCounts._fields, 0)
    for each in outcomes:
        numbers["total"] += 1
        numbers[each.outcome] += 1
    return MergeCounts(**numbers)


def exit_code_of(outcomes: Sequence[RowOutcome], faults: Sequence[RowFault]) -> int:
    """Return the exit code of a merge: 1 with failed rows or ``faults``, else the gravest of its rows."""
    codes = {each.exit_code for each in outcomes} | ({FAILED} if faults else set())
    return next(code for code in _GRAVEST if code in codes or code == 0)


def gravest(counts: MergeCounts) -> int:
    """Return the gravest exit code that rows of these ``counts`` have."""
    numbers = counts._asdict()
    codes = {int(code) for code, outcome in OUTCOMES.items() if numbers[outcome]}
    codes |= {FAILED} if counts.failed else set()
    return next(code for code in _GRAVEST if code in codes or code == 0)


class MergeResult(NamedTuple):
    """What came of a merge beside its documents.

    ``faults`` are those of lines that belong to no row. ``language`` is the one of the texts for people;
    ``inner`` are causes of failed rows for the log, without contents. ``made`` is what receipts say, where
    they are asked for.
    """

    exit_code: int
    rows: MergeCounts
    left: int
    missing: int
    format: Literal["passed", "failed", "skipped"]
    faults: tuple[RowFault, ...]
    language: Language
    inner: tuple[str, ...] = ()
    made: tuple[RowMade, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return what the renderer tells the server of a merge."""
        return {
            **self._asdict(),
            "rows": self.rows._asdict(),
            "faults": [each._asdict() for each in self.faults],
            "inner": list(self.inner),
            "made": [each._asdict() for each in self.made],
        }
