"""The precheck of a merge: what its columns fill and what each row comes to, without a document."""

from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from typing import Any, NamedTuple

from docops_flask.engine.artefacts import ArtefactSink, MemorySink, NullSink, OutputBudget
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Job
from docops_flask.engine.merge.merging import Merging
from docops_flask.engine.merge.outcome import MergeCounts, RowOutcome, counts_of
from docops_flask.engine.rows.errors import MAX_FAULTS, RowFault

# How many characters of a value a sample shows.
_SAMPLE_CHARACTERS = 200
_MAX_LISTED = 1000


class ColumnFact(NamedTuple):
    """A column, the field that it fills (``None``: none), and a field that may be meant."""

    header: str
    field: str | None
    suggestion: str | None


class MissingInRow(NamedTuple):
    """The required fields without a value in a row."""

    row: int
    fields: tuple[str, ...]


class MergePrecheck(NamedTuple):
    """What a merge would come to. ``errors`` are the faults of header and rows, at most 1,000.

    ``more_rows`` says that there are rows behind the last one that was asked for.
    """

    sheets: tuple[str, ...]
    columns: tuple[ColumnFact, ...]
    row_count: int
    sample: dict[str, Any]
    errors: tuple[RowFault, ...]
    rows: MergeCounts
    missing: tuple[MissingInRow, ...]
    more_rows: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the answer's JSON, all but ``request_id``."""
        return {
            "sheets": list(self.sheets),
            "columns": [each._asdict() for each in self.columns],
            "row_count": self.row_count,
            "sample": self.sample,
            "errors": [each.as_dict() for each in self.errors],
            "rows": self.rows._asdict(),
            "missing": [{"row": each.row, "fields": list(each.fields)} for each in self.missing],
            "more_rows": self.more_rows,
        }


def precheck_merge(job: Job, template: FilePath, folder: FilePath) -> MergePrecheck:
    """Do what a merge with ``format_mode=off`` does and keep no document.

    Faults of headers are told as ``errors`` too; then no row is looked at. Raises as ``merge`` does for
    the rest.
    """
    options = job.options._replace(name=None)
    if job.rows is None or not job.rows.all_artefacts:
        # A merge makes no copies for reviewers then.
        options = options._replace(review=None)
    job = job._replace(options=options.of_precheck())
    with closing(Merging(job, template, folder)) as merging:
        rows = merging.rows
        sheets = tuple(rows.sheets)
        columns = tuple(
            ColumnFact(each.header, None if each.field is None else each.field.name, each.suggestion)
            for each in rows.columns
        )
        if rows.faults:
            faults = tuple(rows.faults[:MAX_FAULTS])
            return MergePrecheck(sheets, columns, 0, {}, faults, MergeCounts(), ())
        outcomes: list[RowOutcome] = []
        errors: list[RowFault] = []
        sample: dict[str, Any] = {}
        for row in merging.payloads():
            sample = sample or _shortened(row.payload)
            outcome, _ = merging.outcome(row, _sink(job))
            outcomes.append(outcome)
            errors += _faults_of(outcome)
        errors += [*rows.lines_without_row(), *merging.unused_assets()]
        missing = [MissingInRow(each.row, tuple(each.missing)) for each in outcomes if each.missing]
        return MergePrecheck(
            sheets,
            columns,
            len(outcomes),
            sample,
            tuple(errors[:_MAX_LISTED]),
            counts_of(outcomes),
            tuple(missing[:_MAX_LISTED]),
            rows.is_cut,
        )


def _sink(job: Job) -> ArtefactSink:
    budget = OutputBudget(job.limits.output_bytes)
    if job.options.review is None:
        return NullSink(budget, keeps_reports=False)
    # The reviewer's copy is made of the written document.
    return MemorySink(budget)


def _faults_of(outcome: RowOutcome) -> list[RowFault]:
    if outcome.error is None:
        return []
    told = outcome.error["detail"].get("rows")
    if not told:
        return [RowFault(outcome.row, None, str(outcome.error["message"]))]
    return [RowFault(each["row"], each["column"], each["message"], each.get("sheet")) for each in told]


def _shortened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value[:10]]
    if isinstance(value, Decimal):
        return float(value)
    return value[:_SAMPLE_CHARACTERS] if isinstance(value, str) else value
