"""Puts in what a run cannot fill as text: after filling, first rich values, then sub-documents."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.job import Job
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.run.edits import Fillings
from docops_flask.engine.run.later import PutIn
from docops_flask.engine.run.preparation import Asked
from docops_flask.engine.run_warnings import RunWarning

if TYPE_CHECKING:
    from docops_flask.engine.rich_run import RichRun


class Result(NamedTuple):
    """The changed and the added parts of a result by name, its log and format report, its document as read.

    ``later`` are the values that were put in after filling, in that order, ``warnings`` those about them.
    """

    changed: Mapping[str, bytes]
    added: Mapping[str, bytes]
    log: ReplaceLog
    report: FormatReport
    document: Document
    warnings: tuple[RunWarning, ...] = ()
    later: tuple[PutIn, ...] = ()


def with_values_put_in(
    job: Job, template: CompiledTemplate, asked: Asked, fillings: Fillings, filled: Result
) -> Result:
    """Return ``filled`` with its rich values and sub-documents put in.

    Raises ``InvalidArgument`` for one that cannot stand where its tag does.
    """
    if not asked.adds_later:
        return filled
    package, told = template.package, (filled.log, filled.report)
    rich: RichRun | None = None
    if asked.has_rich_values:
        # Few templates take rich values, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.rich_run import with_rich_values

        rich = with_rich_values(
            package,
            filled.document,
            filled.changed,
            fillings.pictures,
            told,
            job.limits,
            finishes=not asked.has_documents,
        )
        filled = Result(
            rich.changed, rich.added, rich.log, rich.report, rich.document, rich.warnings, (rich,)
        )
    if not asked.has_documents:
        return filled
    # As above.
    from docops_flask.engine.opc.additions import Additions
    from docops_flask.engine.subdocument_run import with_subdocuments

    additions = Additions(package, job.limits) if fillings.pictures is None else fillings.pictures.additions
    documents = with_subdocuments(
        job,
        package,
        filled.document,
        filled.changed,
        additions if rich is None else rich.additions,
        (filled.log, filled.report),
        _as_it_is if rich is None else rich.moved.path,
    )
    return Result(
        documents.changed,
        documents.added,
        documents.log,
        documents.report,
        documents.document,
        (*filled.warnings, *documents.warnings),
        (*filled.later, documents),
    )


def _as_it_is(path: str) -> str:
    return path
