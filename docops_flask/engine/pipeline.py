"""A job from the template's file to the artefacts, step by step.

``run_job`` is what a renderer process calls; ``run_to_folder`` is the same run for the shell. What only some
jobs need is imported where they need it: a renderer starts anew for each job, and sooner without the rest.
"""

import os
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
from docops_flask.engine.document.edits import written_parts
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError, ExitCode, exit_code
from docops_flask.engine.files import FilePath
from docops_flask.engine.integrity.proof import prove_written
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.reports.replace_log import missing_fields, replace_log, unsupported_places
from docops_flask.engine.template.fill import build_values, fill
from docops_flask.engine.template.grammar import Suggestions
from docops_flask.engine.template.scan import Scan, scan_document

if TYPE_CHECKING:
    from docops_flask.engine.integrity.verification import Evidence

ARCHIVE = "outputs.zip"


def run_job(job: Job, template: FilePath, folder: FilePath) -> dict[str, Any]:
    """Do ``job`` with the file ``template`` and return what came of it as plain data.

    A run writes ``outputs.zip`` into ``folder``. Raises ``DocopsError`` subclasses for a template that
    cannot be used; nothing is left in ``folder`` then but what was begun.
    """
    package = Package(template, job.limits)
    try:
        if job.kind is JobKind.INSPECT:
            return _inspect(job, package)
        if job.kind is JobKind.PRECHECK:
            return _precheck(job, package)
        if job.kind is JobKind.VERIFY:
            return _verify(job, package, folder)
        return run_to_zip(job, package, os.path.join(folder, ARCHIVE))
    finally:
        package.close()


def run_to_folder(job: Job, template: FilePath, folder: FilePath) -> dict[str, Any]:
    """Run ``job`` and write its artefacts as files into ``folder``, which must exist."""
    package = Package(template, job.limits)
    try:
        return _run(job, package, FolderSink(folder, OutputBudget(job.limits.output_bytes))).as_dict()
    finally:
        package.close()


def verify_files(job: Job, template: FilePath, evidence: "Evidence") -> dict[str, Any]:
    """Prove again what an earlier job made of ``template``; return what ``/v1/verify`` answers."""
    from docops_flask.engine.integrity.verification import verify

    package = Package(template, job.limits)
    try:
        return verify(package, evidence, job.limits)
    finally:
        package.close()


class _RunResult(NamedTuple):
    """What a run came to; the artefacts are in its sink."""

    exit_code: ExitCode
    summary: dict[str, Any]
    format_issue_codes: dict[str, int]
    template_fields: list[str]
    missing: dict[str, list[str]]
    unsupported: list[dict[str, Any]]
    zip_ms: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "exit_code": int(self.exit_code),
            "summary": self.summary,
            "format_issue_codes": self.format_issue_codes,
            "zip_ms": self.zip_ms,
        }


def _run(job: Job, package: Package, sink: ArtefactSink) -> _RunResult:
    if job.skill is None or job.payload is None:
        raise DocopsError("A run needs a skill and a payload.")
    document = open_document(package, job.limits)
    scan = scan_document(document)
    values = build_values(job.skill, job.payload)
    _refuse_growth(scan, values, job.limits.output_bytes)

    targets = scan.runs_to_fill(values)
    template_look = observe(document, targets)
    filling = fill(scan, values)
    touched = filling.touched
    suggested = _suggested_policy(job, document, scan)
    deviations = _deviations(job, document, targets, suggested)
    report = _format_report(job, document, targets, template_look)._replace(policy_deviations=deviations)

    suggestions = Suggestions(job.skill.placeholders())
    log = replace_log(scan, values, job.skill, suggestions, touched)
    fields = sorted(scan.field_counts())
    missing = missing_fields(fields, values, job.skill)

    changed = written_parts(filling.edits)
    sink.document(lambda stream: package.write(stream, changed))
    with sink.written() as written:
        integrity = prove_written(package, written, log, report.claims(), job.limits)
    sink.add(REPLACE_LOG, json_text(log))
    sink.add(MISSING_FIELDS, json_text(missing))
    _add_format_report(job, report, sink)
    if integrity is not None:
        sink.add(INTEGRITY, json_text(integrity))
    if suggested is not None:
        sink.add(SUGGESTED_POLICY, _as_yaml(suggested))
    return _RunResult(
        exit_code=_verdict(job, log, missing, report),
        summary=_summary(log, missing, report),
        format_issue_codes=report.issue_codes(),
        template_fields=fields,
        missing=missing,
        unsupported=unsupported_places(scan, suggestions),
    )


def _suggested_policy(job: Job, document: Document, scan: Scan) -> Policy | None:
    if not job.options.export_suggested_policy:
        return None
    # Most jobs ask for no policy; loading what makes one would cost each renderer some milliseconds.
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


def _verdict(job: Job, log: dict[str, Any], missing: dict[str, list[str]], report: FormatReport) -> ExitCode:
    return exit_code(
        missing_required=bool(missing["missing_required"]),
        unsupported=log["summary"]["had_unsupported"],
        format_failed=job.options.format_mode == "strict" and not report.passed,
    )


def _summary(log: dict[str, Any], missing: dict[str, list[str]], report: FormatReport) -> dict[str, Any]:
    return {
        **log["summary"],
        "missing_required_count": len(missing["missing_required"]),
        "missing_optional_count": len(missing["missing_optional"]),
        "format_passed": report.passed,
    }


def run_to_zip(job: Job, package: Package, archive: FilePath) -> dict[str, Any]:
    """Run ``job`` and write its artefacts as one ZIP to ``archive``."""
    with ZipSink(archive, OutputBudget(job.limits.output_bytes)) as sink:
        result = _run(job, package, sink)
        return result._replace(zip_ms=sink.finish()).as_dict()


def _precheck(job: Job, package: Package) -> dict[str, Any]:
    """Do what a run with ``format_mode=off`` does, keep the verdict, make no document."""
    unchecked = job._replace(options=Options(format_mode="off"))
    result = _run(unchecked, package, NullSink(OutputBudget(job.limits.output_bytes)))
    required, optional = result.missing["missing_required"], result.missing["missing_optional"]
    return {
        "ok": result.exit_code is ExitCode.OK,
        "expected_exit_code": int(result.exit_code),
        "summary": {
            "template_field_count": len(result.template_fields),
            "unsupported_count": result.summary["unsupported_count"],
            "missing_required_count": len(required),
            "missing_optional_count": len(optional),
        },
        "template_fields": result.template_fields,
        "missing_required": required,
        "missing_optional": optional,
        "unsupported": result.unsupported,
    }


def _verify(job: Job, package: Package, folder: FilePath) -> dict[str, Any]:
    from pathlib import Path

    from docops_flask.engine.integrity.verification import evidence_in, verify

    return verify(package, evidence_in(Path(folder)), job.limits)


def _inspect(job: Job, package: Package) -> dict[str, Any]:
    from docops_flask.engine.reports.inspection import inspect_template

    return inspect_template(scan_document(open_document(package, job.limits)), job.skills)


def _refuse_growth(scan: Scan, values: dict[str, str], maximum: int) -> None:
    """Refuse values that would multiply beyond the output's limit before any of them is written."""
    sizes = {name: len(value.encode()) for name, value in values.items()}
    grown = sum(sizes[name] * count for name, count in scan.field_counts().items() if name in sizes)
    OutputBudget(maximum).spend(grown)


def _add_format_report(job: Job, report: FormatReport, sink: ArtefactSink) -> None:
    sink.add(FORMAT_REPORT, report.as_json())
    if job.options.format_report in ("human", "both"):
        # The page's template engine costs a renderer time that most jobs need not spend.
        from docops_flask.engine.reports.page.html import render_report

        sink.add(FORMAT_REPORT_PAGE, render_report(report.as_dict()).encode())
