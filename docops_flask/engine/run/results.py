"""The results of a run: the document written and proved, the reports and copies that are asked for."""

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from docops_flask.engine.artefacts import (
    DOCUMENT,
    FORMAT_REPORT,
    FORMAT_REPORT_PAGE,
    INTEGRITY,
    MISSING_FIELDS,
    PDF,
    REPLACE_LOG,
    SUGGESTED_POLICY,
    ArtefactSink,
    WrittenItems,
    json_text,
)
from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.integrity.proof import prove_written
from docops_flask.engine.integrity.verdict import PartRecord, Proof
from docops_flask.engine.job import Job
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.package import Package
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.reports.missing_fields import MissingFields, missing_fields_json
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.run.preparation import Asked, Opened
from docops_flask.engine.run_result import Made, Review

if TYPE_CHECKING:
    from docops_flask.engine.reports.page.facts import PageFacts
    from docops_flask.engine.review.review_copy import ReviewBasis


def write_document(
    package: Package,
    sink: ArtefactSink,
    changed: Mapping[str, bytes],
    added: Mapping[str, bytes],
    left_out: Collection[str],
) -> None:
    """Write the document to ``sink``: ``package`` with parts ``changed``, ``added`` and ``left_out``."""
    sink.document(lambda stream: package.write(stream, changed, added, left_out))


def prove_document(
    job: Job,
    template: CompiledTemplate,
    asked: Asked,
    sink: ArtefactSink,
    claims: tuple[Mapping[str, Any], object],
) -> tuple[Proof | None, Made | None]:
    """Return the proof of the written document and, for a receipt, what was made; ``None`` if nothing was."""
    files = {each.name: each.file for each in job.assets}
    task = () if asked.open_task is None else (job.payload, asked.open_task.keys, files)
    with sink.written() as written:
        proof = prove_written(template.package, template.evidence, written, *claims, job.limits, *task)
        if proof is None or written is None or not job.receipt:
            return proof, None
        return proof, Made(proof.verdict, proof.exactness, {DOCUMENT: sha256(written)})


def add_review_copy(  # noqa: PLR0917, called once
    job: Job,
    sink: ArtefactSink,
    language: Language,
    opened: Opened,
    log: ReplaceLog,
    report: FormatReport,
    basis: "ReviewBasis | None",
) -> Review | None:
    """Add the reviewer's copy if there is a ``basis`` for it; return what is reported of it."""
    if basis is None:
        return None
    # Few jobs have a reviewer's copy.
    from docops_flask.engine.review.review_copy import add_review

    facts = _facts(job, language, opened, log, report)
    return add_review(job.options.review or "comments", job.limits, sink, basis, report, facts)


def add_reports(sink: ArtefactSink, log: ReplaceLog, missing: MissingFields, report: bytes) -> None:
    """Add the log, what is missing, and the format report, ``report`` in JSON."""
    sink.add(REPLACE_LOG, log.as_json())
    sink.add(MISSING_FIELDS, missing_fields_json(missing))
    sink.add(FORMAT_REPORT, report)


def add_page(  # noqa: PLR0917, called once
    job: Job,
    sink: ArtefactSink,
    language: Language,
    asked: Asked,
    opened: Opened,
    log: ReplaceLog,
    report: FormatReport,
) -> None:
    """Add the format report in the other forms that are asked for: as a page, SARIF, JUnit's XML."""
    wants_page, files = job.options.format_report in ("human", "both"), job.options.report_files
    if not wants_page and not files:
        return
    facts = _facts(job, language, opened, log, report)
    shown = report.as_dict()
    if asked.adds_later:
        shown = json.loads(as_read(asked, json.dumps(shown, ensure_ascii=False).encode()))
    if wants_page:
        # Most jobs make no page, and importing its template engine takes time.
        from docops_flask.engine.reports.page.html import render_report

        sink.add(FORMAT_REPORT_PAGE, render_report(shown, facts).encode())
    if files:
        from docops_flask.engine.review.report_files import add_report_files

        add_report_files(files, sink, shown, facts)


def as_read(asked: Asked, report: bytes) -> bytes:
    """Return a report without the signs that stand for rich values, whose text stays, and for documents."""
    # Few templates take such values, and a renderer starts the faster for what it does not load.
    if asked.has_documents:
        from docops_flask.engine.template.subdocument import markers as documents

        report = documents.without_signs(report)
    if asked.has_rich_values:
        from docops_flask.engine.template.rich.markers import without_signs

        report = without_signs(report)
    return report


def _facts(
    job: Job, language: Language, opened: Opened, log: ReplaceLog, report: FormatReport
) -> "PageFacts":
    # Most jobs have no page and no reviewer's copy.
    from docops_flask.engine.reports.page.facts import page_facts

    places = {issue.paragraph_path for issue in report.issues}
    places |= {note.paragraph_path for note in report.roles}
    run = opened.block_run
    path_of = None if run is None or not run.expanded.folds else run.path_in_result
    return page_facts(job, language, opened.document, log, places, path_of)


def add_proof(sink: ArtefactSink, proof: Proof | None, review: Review | None) -> None:
    """Add the proof of the document, with what is proved of the reviewer's copy ``review``."""
    if proof is not None:
        parts = WrittenItems(map(PartRecord.as_json, proof.parts))
        # The copy was proved byte by byte, or there would be no result.
        proved = {"verdict": "intact", "exactness": "bytes"}
        told = {} if review is None else {"review": {**review.as_dict(), **proved, "sha256": review.sha256}}
        sink.add(INTEGRITY, json_text({**proof.without_parts(), **told, "parts": parts}))


def add_pdf_file(job: Job, sink: ArtefactSink, report: FormatReport, made: Made | None) -> Made | None:
    """Add the PDF that is asked for; return what was made, with it."""
    if not job.options.pdf:
        return made
    # Few jobs make a PDF, and LibreOffice takes ten times as long as everything else.
    from docops_flask.engine.pdf.make_pdf import add_pdf

    content = add_pdf(job, sink, report.page_geometry)
    return made if made is None or content is None else made.with_file(PDF, content)


def add_policy(sink: ArtefactSink, suggested: Policy | None) -> None:
    """Add the policy that the document suggests, where it is asked for."""
    if suggested is not None and sink.keeps_reports:
        from docops_flask.engine.checks.suggested_policy import policy_to_yaml

        sink.add(SUGGESTED_POLICY, policy_to_yaml(suggested).encode())
