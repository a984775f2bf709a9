"""Sub-documents of a run: put into the filled parts and entered in the log."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.document.open import reopen_document
from docops_flask.engine.job import Job
from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import recoded
from docops_flask.engine.reports.log_entry import LogEntry, SubdocumentEntry
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.run_warnings import RunWarning
from docops_flask.engine.template.open_task import refused
from docops_flask.engine.template.payload_check import PayloadError
from docops_flask.engine.template.subdocument.addresses import MovedBlocks
from docops_flask.engine.template.subdocument.given import given_documents
from docops_flask.engine.template.subdocument.insertion import (
    DocumentsRefused,
    FilledDocument,
    insert_subdocuments,
)
from docops_flask.engine.template.subdocument.markers import file_of, is_marker
from docops_flask.engine.template.subdocument.tags_inside import has_tags


class SubdocumentRun(NamedTuple):
    """A result with its sub-documents: changed and added parts, log, format report, warnings, document.

    ``moved`` maps addresses before they were put in to those in it. ``again`` puts the same documents into
    parts that differ from the filled ones in formatting alone.
    """

    changed: Mapping[str, bytes]
    added: Mapping[str, bytes]
    log: ReplaceLog
    report: FormatReport
    warnings: tuple[RunWarning, ...]
    document: Document
    moved: MovedBlocks
    again: Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


def with_subdocuments(  # noqa: PLR0917, called once
    job: Job,
    package: Package,
    document: Document,
    changed: Mapping[str, bytes],
    additions: Additions,
    told: tuple[ReplaceLog, FormatReport],
    moved: Callable[[str], str],
) -> SubdocumentRun:
    """Put sub-documents into the parts ``changed`` of ``document``, in which texts stand for them.

    ``told`` are the log and the format report of that document; ``moved`` maps the addresses in the log to
    those in it. ``additions`` are what is added to the package.

    Raises ``InvalidArgument`` for a file that is missing or cannot be put in, ``TemplateLimitExceeded`` where
    it or the result is too large.
    """
    log, report = told
    limits = job.limits
    texts: dict[EditedPart, bytes] = {
        part: recoded(changed[part.name], part.encoding) for part in document.parts if part.name in changed
    }
    filled = reopen_document(document, texts, limits)
    entries = [entry for entry in log.entries if entry.status == "replaced" and is_marker(entry.new_text)]
    tags = [
        FilledDocument(moved(_path(each)), each.new_text or "", each.payload_path, _path(each))
        for each in entries
    ]
    wanted = [(file_of(tag.text), f"$.payload{(tag.payload_path or '$')[1:]}") for tag in tags]
    namespace = filled.parts[0].w.namespace
    assets, errors = given_documents(wanted, job.assets, package, namespace, limits)
    if errors:
        raise refused(errors)
    try:
        inserted = insert_subdocuments(
            package,
            filled,
            changed,
            additions,
            tags,
            assets,
            limits,
            has_tags,
        )
    except DocumentsRefused as error:
        raise refused([PayloadError(*fault) for fault in error.faults]) from None
    done = additions.finish(inserted.changed)
    OutputBudget(limits.output_bytes).spend(sum(map(len, (*done.changed.values(), *done.added.values()))))
    values = iter(inserted.values)
    told_entries = [
        entry._replace(new_text=value.file, subdocument=SubdocumentEntry(*value))
        if entry.status == "replaced" and is_marker(entry.new_text) and (value := next(values))
        else entry
        for entry in log.entries
    ]
    members = {"subdocuments": list(inserted.told)} if inserted.told else {}
    log = log._replace(entries=told_entries, added={**log.added, **members})
    to_result = inserted.moved
    report = _without_paragraphs(report, {tag.path for tag in tags})
    paths = (place.path for part in document.parts for place in part.paragraphs)
    return SubdocumentRun(
        *done,
        log,
        report.moved(to_result.path, to_result.run, paths),
        tuple(inserted.warnings),
        inserted.document,
        to_result,
        inserted.again,
    )


def _without_paragraphs(report: FormatReport, gone: Collection[str]) -> FormatReport:
    """Return ``report`` without what it says of the paragraphs ``gone``, in whose place documents are."""
    return report._replace(
        issues=tuple([each for each in report.issues if each.paragraph_path not in gone]),
        roles=tuple([each for each in report.roles if each.paragraph_path not in gone]),
    )


def _path(entry: LogEntry) -> str:
    return entry.paragraph_path if entry.result_path is None else entry.result_path
