"""The format report of a run, and the policy that the document itself suggests."""

from typing import TYPE_CHECKING

from docops_flask.engine.checks.alike_check import AlikeLooks
from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.checks.report import Deviation, FormatReport
from docops_flask.engine.document.document import Document, RunPlace
from docops_flask.engine.job import Job
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.run.preparation import Opened
from docops_flask.engine.template.alike import runs_to_fill
from docops_flask.engine.template.scan import Scan

if TYPE_CHECKING:
    from docops_flask.engine.template.block_run import BlockRun
    from docops_flask.engine.template.expansion import Expansion
    from docops_flask.engine.template.folded_copies import FoldedCopies


def observed_runs(
    job: Job, template: CompiledTemplate, opened: Opened, folded: "FoldedCopies | None"
) -> tuple[list[RunPlace], Observation | AlikeLooks]:
    """Return the runs to fill and how they look in the template.

    Where it is enough to count how many paragraphs look alike (``AlikeLooks``), there are no runs.
    """
    document, alike, values = opened.document, opened.alike, opened.values
    repeated = opened.block_run or opened.expansion
    if alike is None:
        targets = opened.scan.runs_to_fill(values, values.of_copies)
    elif job.options.format_baseline == "template" and not job.options.export_suggested_policy:
        return [], template.looks.of(values)
    else:
        targets = runs_to_fill(alike, values)
    # Most jobs count looks, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.checks.format_check import observe

    source_of = None if repeated is None else repeated.source_of
    # Copies may count lists of their own.
    cascade = template.cascade if document.related is template.document.related else None
    look = observe(document, targets, source_of, cascade)
    return targets, look if folded is None else look._replace(weights=folded.weights(targets))


def format_report(
    job: Job,
    template: CompiledTemplate,
    opened: Opened,
    targets: list[RunPlace],
    look: Observation | AlikeLooks,
) -> FormatReport:
    """Return the report on the filled document; ``targets`` and ``look`` are those of ``observed_runs``."""
    document = opened.document
    is_off = job.options.format_mode == "off"
    if isinstance(look, AlikeLooks) and not is_off:
        report = template.looks.report(document, look, job.options, job.policy)
        if report is not None:
            return report
    # As above.
    from docops_flask.engine.checks.format_check import check_format, observe, skipped_report

    if is_off:
        return skipped_report(job.options, job.policy)
    if isinstance(look, AlikeLooks):
        assert opened.alike is not None
        targets = runs_to_fill(opened.alike, opened.values)
        with document.as_in_template():
            look = observe(document, targets, None, template.cascade)
    return check_format(document, targets, look, job.options, job.policy)


def concerns_copies(report: FormatReport, folded: "FoldedCopies") -> bool:
    """Say whether an issue of ``report`` may be about copies that were not read, or has another address.

    The address is another one than the result's where copies were left out before the paragraph, in its table
    or outside tables.
    """
    if not report.issues or not folded.are_in_tables:
        return bool(report.issues)
    return any("." in issue.paragraph_path.rpartition("/")[2] for issue in report.issues)


def with_paths(
    report: FormatReport, deviations: tuple[Deviation, ...], repeated: "BlockRun | Expansion | None"
) -> FormatReport:
    """Return ``report`` with ``deviations`` of the policy, and with addresses in the template."""
    if repeated is not None:
        return report._replace(policy_deviations=deviations, template_paths=repeated.template_paths())
    # Mostly there is nothing to add, and rows of a merge share a report.
    return report._replace(policy_deviations=deviations) if deviations else report


def suggested_policy(
    job: Job, document: Document, scan: Scan, targets: list[RunPlace]
) -> tuple[Policy | None, tuple[Deviation, ...]]:
    """Return the policy that the document itself suggests, if it is asked for, and how it deviates."""
    if not job.options.export_suggested_policy:
        return None, ()
    # Most jobs export no policy, and importing this takes some milliseconds.
    from docops_flask.engine.checks.role_subjects import TextRuns
    from docops_flask.engine.checks.suggested_policy import policy_deviations, suggest_policy
    from docops_flask.engine.formatting.cascade_by_value import CascadeByValue

    cascade, texts = CascadeByValue(document.styles, document.related), TextRuns()
    suggested = suggest_policy(document, scan.placeholder_runs(), cascade, texts)
    if job.options.format_mode == "off":
        return suggested, ()
    return suggested, policy_deviations(document, targets, job.policy, suggested, cascade, texts)
