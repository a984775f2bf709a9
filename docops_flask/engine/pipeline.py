"""A job from the template's file to the artefacts, step by step.

``run_job`` is what a renderer process calls; the functions named after a kind of job do the same in the shell
and return typed results. What only some jobs need is imported where they need it: a renderer starts anew for
each job, and sooner without the rest.
"""

import os
from collections.abc import Collection, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.artefacts import (
    FORMAT_REPORT,
    FORMAT_REPORT_PAGE,
    INTEGRITY,
    MISSING_FIELDS,
    REPLACE_LOG,
    SUGGESTED_POLICY,
    ArtefactSink,
    FolderSink,
    NullSink,
    OutputBudget,
    ZipSink,
    json_text,
)
from docops_flask.engine.checks.format_check import (
    Observation,
    check_format,
    observe,
    skipped_report,
)
from docops_flask.engine.checks.report import Deviation, FormatReport
from docops_flask.engine.document.document import Document, RunPlace
from docops_flask.engine.document.edits import Edit, written_parts
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError, ExitCode, exit_code
from docops_flask.engine.files import FilePath
from docops_flask.engine.integrity.proof import prove_written
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import SIGNATURE_ORIGIN
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.reports.replace_log import (
    MissingFields,
    ReplaceLog,
    missing_fields,
    replace_log,
)
from docops_flask.engine.template.fill import build_values, fill
from docops_flask.engine.template.grammar import Suggestions
from docops_flask.engine.template.scan import Scan, scan_document

if TYPE_CHECKING:
    from docops_flask.engine.integrity.verification import Evidence, Verification
    from docops_flask.engine.reports.inspection import Inspection, Precheck
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.removal import Removal

ARCHIVE = "outputs.zip"


def run_job(job: Job, template: FilePath, folder: FilePath) -> dict[str, Any]:
    """Do ``job`` with the file ``template`` and return its result as the JSON of ``result.json``.

    A run writes ``outputs.zip`` into ``folder``; a verification reads its evidence there. Raises
    ``DocopsError`` subclasses for a template that cannot be used; ``folder`` then holds at most an unfinished
    ``outputs.zip``.
    """
    if job.kind is JobKind.INSPECT:
        return inspect(job, template).as_dict()
    if job.kind is JobKind.PRECHECK:
        return precheck(job, template).as_dict()
    if job.kind is JobKind.VERIFY:
        from pathlib import Path

        from docops_flask.engine.integrity.verification import evidence_in

        return verify_files(job, template, evidence_in(Path(folder))).as_dict()
    with closing(Package(template, job.limits)) as package:
        return run_to_zip(job, package, os.path.join(folder, ARCHIVE)).as_dict()


class RunResult(NamedTuple):
    """What came of a run, beside its artefacts.

    ``template_fields`` are the placeholder names of the template, sorted; ``zip_ms`` is how long the ZIP took
    to assemble, in whole milliseconds.
    """

    exit_code: ExitCode
    log: ReplaceLog
    missing: MissingFields
    report: FormatReport
    template_fields: list[str]
    zip_ms: int = 0

    def summary(self) -> dict[str, int]:
        """Return the counts of the log and of the missing fields, and whether the format check passed."""
        return {
            **self.log.summary(),
            "missing_required_count": len(self.missing.required),
            "missing_optional_count": len(self.missing.optional),
            "format_passed": self.report.passed,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return what the renderer tells the server of a run."""
        return {
            "exit_code": int(self.exit_code),
            "summary": self.summary(),
            "format_issue_codes": self.report.issue_codes(),
            "zip_ms": self.zip_ms,
        }


def run_to_folder(job: Job, template: FilePath, folder: FilePath) -> RunResult:
    """Run ``job`` and write its artefacts as files into ``folder``, which must exist."""
    with closing(Package(template, job.limits)) as package:
        return _run(job, package, FolderSink(folder, OutputBudget(job.limits.output_bytes)))


def run_to_zip(job: Job, package: Package, archive: FilePath) -> RunResult:
    """Run ``job`` and write its artefacts as one ZIP to ``archive``."""
    with ZipSink(archive, OutputBudget(job.limits.output_bytes)) as sink:
        result = _run(job, package, sink)
        return result._replace(zip_ms=sink.finish())


def precheck(job: Job, template: FilePath) -> "Precheck":
    """Do what a run with ``format_mode=off`` does, keep the outcome, write no document."""
    from docops_flask.engine.reports.inspection import precheck_of

    unchecked = job._replace(options=Options(format_mode="off"))
    with closing(Package(template, job.limits)) as package:
        result = _run(unchecked, package, NullSink(OutputBudget(job.limits.output_bytes)))
    return precheck_of(result.exit_code, result.template_fields, result.log, result.missing)


def inspect(job: Job, template: FilePath) -> "Inspection":
    """Return what ``template`` asks for and what is wrong with it."""
    from docops_flask.engine.reports.inspection import inspect_template
    from docops_flask.engine.reports.package_problems import package_problems

    with closing(Package(template, job.limits)) as package:
        document = open_document(package, job.limits)
        return inspect_template(scan_document(document), job.skills, package_problems(package, document))


def verify_files(job: Job, template: FilePath, evidence: "Evidence") -> "Verification":
    """Prove what an earlier job made of ``template``."""
    from docops_flask.engine.integrity.verification import verify

    with closing(Package(template, job.limits)) as package:
        return verify(package, evidence, job.limits)


def _run(job: Job, package: Package, sink: ArtefactSink) -> RunResult:
    if job.skill is None or job.payload is None:
        raise DocopsError("A run needs a skill and a payload.")
    document = open_document(package, job.limits)
    scan = scan_document(document)
    values = build_values(job.skill, job.payload)
    counts = scan.field_counts()
    _refuse_growth(counts, values, job.limits.output_bytes)

    targets = scan.runs_to_fill(values)
    template_look = observe(document, targets)
    filling = fill(scan, values)
    touched = filling.touched
    suggested = _suggested_policy(job, document, scan)
    deviations = _deviations(job, document, targets, suggested)
    report = _format_report(job, document, targets, template_look)._replace(policy_deviations=deviations)

    log = replace_log(scan, values, job.skill, Suggestions(job.skill.placeholders()), touched)
    fields = sorted(counts)
    missing = missing_fields(fields, values, job.skill)

    removal = _removal(job, package, document)
    edits = [*filling.edits, *_repair_edits(report), *(() if removal is None else removal.edits)]
    changed = written_parts(edits)
    if removal is not None:
        changed |= removal.changed
        log = log._replace(removed=removal.entries)
    left_out = frozenset[str]() if removal is None else removal.parts
    warnings = _warnings(package, changed, left_out)
    if warnings:
        log, report = log._replace(warnings=warnings), report._replace(warnings=warnings)
    sink.document(lambda stream: package.write(stream, changed, left_out=left_out))
    with sink.written() as written:
        proof = prove_written(package, written, log.claims(), report.claims(), job.limits)
    sink.add(REPLACE_LOG, log.as_json())
    sink.add(MISSING_FIELDS, json_text(missing.as_dict()))
    _add_format_report(job, report, sink)
    if proof is not None:
        sink.add(INTEGRITY, json_text(proof.as_dict()))
    if suggested is not None:
        sink.add(SUGGESTED_POLICY, _as_yaml(suggested))
    return RunResult(_exit_code(job, log, missing, report), log, missing, report, fields)


def _removal(job: Job, package: Package, document: Document) -> "Removal | None":
    if not (job.options.strip_comments or job.options.drop_signature):
        return None
    # Imported here to keep the renderer's start fast: most jobs leave nothing out.
    from docops_flask.engine.template.removal import plan_removal

    return plan_removal(package, document, job.options)


def _warnings(
    package: Package, changed: Mapping[str, bytes], left_out: Collection[str]
) -> "tuple[RunWarning, ...]":
    """Return what the log and the report warn of: a signature of the template that no longer holds."""
    origin = next((each for each in package.relationships("") if each.kind == SIGNATURE_ORIGIN), None)
    if origin is None or not changed or origin.target in left_out:
        return ()
    from docops_flask.engine.run_warnings import RunWarning

    return (RunWarning("SIGNATURE_VOID", origin.target),)


def _suggested_policy(job: Job, document: Document, scan: Scan) -> Policy | None:
    if not job.options.export_suggested_policy:
        return None
    # Most jobs export no policy, and importing this takes some milliseconds.
    from docops_flask.engine.checks.suggested_policy import suggest_policy

    return suggest_policy(document, scan.placeholder_runs())


def _as_yaml(policy: Policy) -> bytes:
    from docops_flask.engine.checks.suggested_policy import policy_to_yaml

    return policy_to_yaml(policy).encode()


def _deviations(
    job: Job, document: Document, targets: list[RunPlace], suggested: Policy | None
) -> tuple[Deviation, ...]:
    if suggested is None or job.options.format_mode == "off":
        return ()
    from docops_flask.engine.checks.suggested_policy import policy_deviations

    return policy_deviations(document, targets, job.policy, suggested)


def _format_report(
    job: Job, document: Document, targets: list[RunPlace], template_look: Observation
) -> FormatReport:
    if job.options.format_mode == "off":
        return skipped_report(job.options, job.policy)
    return check_format(document, targets, template_look, job.options, job.policy)


def _exit_code(job: Job, log: ReplaceLog, missing: MissingFields, report: FormatReport) -> ExitCode:
    return exit_code(
        missing_required=bool(missing.required),
        unsupported=log.unsupported_count > 0,
        format_failed=job.options.format_mode == "strict" and not report.passed,
    )


def _repair_edits(report: FormatReport) -> list[Edit]:
    if not report.fix_changes:
        return []
    # Imported here to keep the renderer's start fast: most jobs repair nothing.
    from docops_flask.engine.formatting.repair import repair_edits

    return repair_edits(
        [(change.owner, change.element, change.before, change.after) for change in report.fix_changes]
    )


def _refuse_growth(counts: Mapping[str, int], values: Mapping[str, str], maximum: int) -> None:
    """Raise ``TemplateLimitExceeded`` before filling when the values alone would exceed the output limit."""
    sizes = {name: len(value.encode()) for name, value in values.items()}
    grown = sum(sizes[name] * count for name, count in counts.items() if name in sizes)
    OutputBudget(maximum).spend(grown)


def _add_format_report(job: Job, report: FormatReport, sink: ArtefactSink) -> None:
    sink.add(FORMAT_REPORT, report.as_json())
    if job.options.format_report in ("human", "both"):
        # Most jobs make no page, and importing its template engine takes time.
        from docops_flask.engine.reports.page.html import render_report

        sink.add(FORMAT_REPORT_PAGE, render_report(report.as_dict()).encode())
