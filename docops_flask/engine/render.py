"""A template, read once and rendered: filled, checked, written and proved, with all reports.

The steps of a run are in ``engine.run``; what only some of them need is imported there, inside functions: a
renderer starts anew for each job, and sooner without the rest.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.artefacts import ArtefactSink, OutputBudget, ZipSink
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Job
from docops_flask.engine.opc.package import Package
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.run.edits import (
    all_edits,
    changed_parts,
    fill_document,
    removal_of,
    review_basis,
)
from docops_flask.engine.run.format_report import (
    concerns_copies,
    format_report,
    observed_runs,
    suggested_policy,
    with_paths,
)
from docops_flask.engine.run.log import log_of, warnings_of, with_missing
from docops_flask.engine.run.preparation import asked_of, folded_copies, opened_for, refuse_growth
from docops_flask.engine.run.results import (
    add_page,
    add_pdf_file,
    add_policy,
    add_proof,
    add_reports,
    add_review_copy,
    as_read,
    prove_document,
    write_document,
)
from docops_flask.engine.run_result import RunResult, exit_code_of

if TYPE_CHECKING:
    from docops_flask.engine.run.later import PutIn
    from docops_flask.engine.run_warnings import RunWarning


class Template(CompiledTemplate):
    """A template that is read once and rendered as often as wanted, one rendering after the other.

    Nothing of a rendering stays in it. ``package`` must stay open. Raises as ``open_document`` does.
    """

    def render(self, job: Job, sink: ArtefactSink) -> RunResult:
        """Do ``job``, a run, and write its artefacts to ``sink``: all reports, and the proof."""
        for folds in (True, False):
            self.document.begin_rendering()
            self.cascade.begin_rendering()
            result = _run(job, self, sink, folds=folds)
            if result is not None:
                return result
        raise AssertionError("without folds every run comes to a result")

    def file_name(self, job: Job) -> str | None:
        """Return what the pattern of the file's name comes to for ``job``, a run; ``None`` without one.

        Raises as ``render`` does for the payload.
        """
        return asked_of(job, self).file_name

    def render_to_zip(self, job: Job, archive: FilePath) -> RunResult:
        """Do ``job`` and write its artefacts as one ZIP to ``archive``."""
        with ZipSink(archive, OutputBudget(job.limits.output_bytes)) as sink:
            result = self.render(job, sink)
            return result._replace(zip_ms=sink.finish())


def template_for(job: Job, package: Package) -> Template:
    """Return the template of ``package`` as ``job`` reads it: in template language 1 or 2."""
    if job.grammar == 1:
        return Template(package, job.limits)
    # Imported here: most jobs have a document type.
    from docops_flask.engine.template.tag_scan import find_tags

    return Template(package, job.limits, find_tags)


def _run(job: Job, template: Template, sink: ArtefactSink, *, folds: bool) -> RunResult | None:
    """Do ``job``; with ``folds`` copies of blocks that are alike are read once, if that is possible.

    ``None`` says that they turned out not to be, before anything was written.
    """
    language = job.options.lang or template.language
    asked = asked_of(job, template)
    job = job._replace(skill=asked.skill)
    field_counts = asked.field_counts()
    refuse_growth(field_counts, asked.values, job.limits.output_bytes)
    opened = opened_for(job, asked, template, folds)
    folded = folded_copies(opened.block_run)

    targets, look = observed_runs(job, template, opened, folded)
    fillings = fill_document(job, template, asked, opened)
    suggested, deviations = suggested_policy(job, opened.document, opened.scan, targets)
    report = format_report(job, template, opened, targets, look)
    report = with_paths(report, deviations, opened.block_run or opened.expansion)
    if folded is not None and concerns_copies(report, folded):
        return None
    log, unread = log_of(template, asked, opened, fillings, folded)
    fields, log, missing = with_missing(job, template, asked, opened, sorted(field_counts), log)

    edits = None if folded is not None and log.nowhere else all_edits(fillings, report, folded)
    if edits is None:
        return None
    removal = removal_of(job, template.package, opened.document, fillings.places)
    if removal is not None:
        edits += removal.edits
        log = log._replace(removed=removal.entries)
    left_out = frozenset[str]() if removal is None else removal.parts
    changed, added = changed_parts(template, edits, fillings, opened, asked)
    warnings: tuple[RunWarning, ...] = ()
    later: Sequence[PutIn] = ()
    if asked.adds_later:
        # Few templates take such values.
        from docops_flask.engine.run.put_in import Result, with_values_put_in

        filled = Result(changed, added, log, report, opened.document)
        done = with_values_put_in(job, template, asked, fillings, filled)
        changed, added, log, report, document, warnings, later = done
        opened = opened._replace(document=document)
        del filled, done
    basis = review_basis(job, template, sink, report, edits, fillings, opened, later)
    if template.native is not None and template.native.limits:
        warnings += template.language_2.length_warnings(log, template.native)
    warnings += warnings_of(template.package, changed, left_out, unread)
    if warnings:
        log, report = log._replace(warnings=warnings), report._replace(warnings=warnings)

    write_document(template.package, sink, changed, added, left_out)
    # There may be hundreds of thousands of edits; the proof needs the memory.
    del changed, edits, fillings, removal
    proof, made = prove_document(job, template, asked, sink, (log.claims(), report.claims()))
    review = add_review_copy(job, sink, language, opened, log, report, basis)
    if sink.keeps_reports:
        add_reports(sink, log, missing, as_read(asked, template.report_as_json(report)))
        add_page(job, sink, language, asked, opened, log, report)
        add_proof(sink, proof, review)
    made = add_pdf_file(job, sink, report, made)
    add_policy(sink, suggested)
    return RunResult(
        exit_code_of(job.options, log, missing, report),
        log,
        missing,
        report,
        fields,
        language,
        document=opened.document,
        made=made,
        file_name=asked.file_name,
        review=review,
    )
