"""The format check of a job: observe before filling, check (and fix) after it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.checks.layout_warnings import layout_warnings
from docops_flask.engine.checks.observation import (
    Observation,
    TemplateSubject,
    copied_observation,
    take_observation,
    template_subject,
)
from docops_flask.engine.checks.report import (
    FormatReport,
    in_document_order,
    note_policy,
    structure_of,
)
from docops_flask.engine.document.document import Document, RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy

if TYPE_CHECKING:
    from docops_flask.engine.checks.issue import Issue

__all__ = ["Observation", "check_format", "observe", "skipped_report"]


def observe(
    document: Document,
    runs: Sequence[RunPlace],
    source_of: Callable[[RunPlace], RunPlace] | None = None,
    cascade: Cascade | None = None,
) -> Observation:
    """Return how ``runs``, those about to be filled, and their paragraphs look in the template.

    In an expanded template ``source_of`` returns the run of the template that a run is a copy of.
    ``cascade`` is the document's where it was used before.
    """
    cascade = cascade or Cascade(document.styles, document.related)
    if source_of is None:
        return take_observation(runs, cascade)
    seen = take_observation(list(map(source_of, runs)), cascade)
    return copied_observation(seen, runs)


def check_format(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    """Check the filled document, fix what may be fixed, and return the report.

    ``runs`` are those given to ``observe``, whose result ``template`` is. Fixes edit paragraphs and
    mark their parts as changed; they are made under baseline ``policy`` with fix mode ``safe`` only.
    """
    if options.format_baseline == "policy":
        # A third of the engine is needed for this baseline only; without it a renderer starts faster.
        from docops_flask.engine.checks.policy_check import check_against_policy

        return check_against_policy(document, runs, template, options, policy)
    return _check_against_template(document, runs, template, options, policy)


def skipped_report(options: Options, policy: Policy) -> FormatReport:
    """Return the report of ``format_mode=off``: nothing was checked, so nothing failed."""
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        skipped=True,
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline, skipped=True),
    )


def _check_against_template(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    is_same = _keep_looks(document, template)
    filled = template if is_same else take_observation(runs, template.cascade, template.weights)
    paragraphs, all_runs = filled.how_many()
    template_counts = template.counts()
    subject = template_subject(runs, template, filled, policy)
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        issues=in_document_order([*_issues_in(subject), *layout_warnings(document, filled)], document),
        template_observed=template_counts,
        rendered_observed=template_counts if filled is template else filled.counts(),
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline),
        diagnostics={
            "paragraphs_checked": paragraphs,
            "runs_checked": all_runs,
            "tables_skipped": 0,
        },
        structure=structure_of(document),
    )


def _keep_looks(document: Document, template: Observation) -> bool:
    """Say whether nothing but texts and marks between them differs from the template in all paragraphs."""
    return not template.is_of_sources and all(filled.keeps_look for filled in document.distinct_fillings())


def _issues_in(subject: TemplateSubject) -> "list[Issue]":
    """Return the issues about what changed; usually nothing did, and then no check is loaded."""
    if not subject.paragraphs and not subject.runs:
        return []
    from docops_flask.engine.checks.registry import REGISTRY

    return [issue for check in REGISTRY for issue in check.under_template(subject)]
