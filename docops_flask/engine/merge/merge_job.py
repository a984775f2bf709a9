"""The job of a merge, from the template and the rows to one ZIP."""

from collections.abc import Callable
from contextlib import closing

from docops_flask.engine.bilingual import Language
from docops_flask.engine.errors import RowsLimitExceeded
from docops_flask.engine.file_name import UniqueNames, storable_name
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Job
from docops_flask.engine.merge.members import CSV_NAME, JSON_NAME
from docops_flask.engine.merge.merging import Merging
from docops_flask.engine.merge.outcome import MergeResult, RowOutcome, counts_of, exit_code_of
from docops_flask.engine.merge.results import results_csv, results_jsonl
from docops_flask.engine.merge.row_files import RowFiles
from docops_flask.engine.merge.row_made import RowMade
from docops_flask.engine.opc.zip_writer import ZipWriter
from docops_flask.engine.rows.errors import RowFault

_NO_NAME = "document"
# LibreOffice keeps 2 MiB or more of each document that it has converted.
MOST_PDF_ROWS = 200


def merge(
    job: Job,
    template: FilePath,
    folder: FilePath,
    archive: FilePath,
    row_done: Callable[[RowOutcome], None] = lambda _outcome: None,
) -> MergeResult:
    """Fill the template for each row and write the ZIP ``archive``.

    It has ``docs/NAME.docx``, and ``docs/NAME.pdf`` where PDFs are asked for, for each row of which a
    document was made, ``results.csv`` and ``results.jsonl``, and with ``all_artefacts`` each row's logs and
    reports in ``rows/NUMBER/``. ``row_done`` is called after each row. Raises ``RowsInvalid`` and
    ``RowsLimitExceeded`` for the file of rows, ``TemplateLimitExceeded`` for a ZIP that becomes too large,
    and what opening the template raises; a fault of one row is that row's outcome.
    """
    outcomes: list[RowOutcome] = []
    names = UniqueNames()
    usual = usual_name(job)
    with closing(Merging(job, template, folder)) as merging, open(archive, "wb") as file:
        writer = ZipWriter(file)
        files = RowFiles(job, writer)
        for count, row in enumerate(merging.payloads(), 1):
            if job.options.pdf and count > MOST_PDF_ROWS:
                raise RowsLimitExceeded(
                    f"rows: more than {MOST_PDF_ROWS} rows with PDFs; use /v1/batches.",
                    limit="rows",
                    maximum=MOST_PDF_ROWS,
                )
            sink = files.sink()
            outcome, result = merging.outcome(row, sink)
            if result is not None:
                name = names.take(storable_name(result.file_name or "", ".docx") or usual)
                outcome = files.add(row, name, outcome, result, sink)
            outcomes.append(outcome)
            row_done(outcome)
        files.finish()
        faults = [*merging.rows.lines_without_row(), *merging.unused_assets()]
        language = job.options.lang or merging.template.language
        writer.add(CSV_NAME, results_csv(outcomes, language))
        writer.add(JSON_NAME, results_jsonl(outcomes))
        writer.finish()
        return _result(outcomes, faults, language, merging, files.made)


def usual_name(job: Job) -> str:
    """Return the name of documents without a pattern, without extension: that of the template."""
    return storable_name(job.template_name or "", ".docx") or _NO_NAME


def _result(
    outcomes: list[RowOutcome],
    faults: list[RowFault],
    language: Language,
    merging: Merging,
    made: list[RowMade],
) -> MergeResult:
    formats = {each.format for each in outcomes if each.outcome != "failed"}
    return MergeResult(
        exit_code_of(outcomes, faults),
        counts_of(outcomes),
        sum(each.left for each in outcomes),
        sum(len(each.missing) for each in outcomes),
        "failed" if "failed" in formats else "passed" if "passed" in formats else "skipped",
        tuple(faults),
        language,
        tuple(merging.inner[:20]),
        tuple(made),
    )
