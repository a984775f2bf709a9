"""The format check of a job: observe before filling, check (and fix) after it."""

from collections.abc import Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.fix_change import Changes, FixChange
from docops_flask.engine.checks.format_report import FormatReport
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.observation import Observation, take_observation
from docops_flask.engine.checks.policy_subject import PolicySubjects
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.checks.report_notes import note_policy, note_role
from docops_flask.engine.checks.subject import PolicySubject, template_subject
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.places import RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy

__all__ = ["Observation", "check_format", "observe", "skipped_report"]


def _numbers(edits_runs: bool | None) -> tuple[int, ...]:
    """Return the places in the registry of the checks that edit runs, edit paragraphs, or edit nothing."""
    kinds = [check.edits_runs if isinstance(check, FixableCheck) else None for check in REGISTRY]
    return tuple(index for index, kind in enumerate(kinds) if kind is edits_runs)


_FIXES_RUNS, _FIXES_PARAGRAPHS, _FIXES_NOTHING = _numbers(True), _numbers(False), _numbers(None)


def observe(document: Document, runs: Sequence[RunPlace]) -> Observation:
    """Return how ``runs``, those about to be filled, and their paragraphs look in the template."""
    return take_observation(runs, Cascade(document.styles, document.related))


def check_format(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    """Check the filled document, fix what may be fixed, and return the report.

    ``runs`` are those given to ``observe``, whose result ``template`` is. Fixes edit paragraphs and
    mark their parts as changed; they are made under baseline ``policy`` with fix mode ``safe`` only.
    """
    if options.format_baseline == "policy":
        return _check_against_policy(document, runs, template, options, policy)
    return _check_against_template(document, runs, template, options, policy)


def skipped_report(options: Options, policy: Policy) -> FormatReport:
    """Return the report of ``format_mode=off``: nothing was looked at, so nothing failed."""
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        skipped=True,
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline, skipped=True),
    )


def _check_against_policy(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    subjects = PolicySubjects(document, runs, take_observation(runs, template.cascade), policy)
    found: list[tuple[Issue, ...]] = [()] * len(REGISTRY)
    changes: list[FixChange] = []
    for phase in (_FIXES_RUNS, _FIXES_PARAGRAPHS, _FIXES_NOTHING):
        changed_before = len(changes)
        for index in phase:
            check = REGISTRY[index]
            found[index] = tuple(check.under_policy(subjects.subject))
            if options.format_fix_mode == "safe" and isinstance(check, FixableCheck):
                found[index] = _fix(check, found[index], subjects.subject, changes)
        if len(changes) > changed_before:
            # What comes later depends on it: an indent in characters on sizes, a page's lines on both.
            subjects.look_again(Changes(changes[changed_before:]))
    subject = subjects.subject
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        issues=_in_document_order([issue for each in found for issue in each], document),
        fix_changes=tuple(changes),
        template_observed=template.counts(),
        rendered_observed=subjects.now.counts(),
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline),
        diagnostics={
            "paragraphs_checked": len(subject.paragraphs),
            "runs_checked": len(subject.runs),
            "tables_skipped": len(subject.tables) if policy.forbid_tables else 0,
        },
        page_geometry=tuple(subject.geometry),
        roles=tuple(note_role(each.place.path, each.role) for each in subject.paragraphs if each.role),
    )


def _check_against_template(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    filled = take_observation(runs, template.cascade)
    subject = template_subject(runs, template, filled, policy)
    issues = [issue for check in REGISTRY for issue in check.under_template(subject)]
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        issues=_in_document_order(issues, document),
        template_observed=template.counts(),
        rendered_observed=filled.counts(),
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline),
        diagnostics={
            "paragraphs_checked": len(filled.paragraphs),
            "runs_checked": len(filled.runs),
            "tables_skipped": 0,
        },
    )


def _fix(
    check: FixableCheck, found: Sequence[Issue], subject: PolicySubject, changes: list[FixChange]
) -> tuple[Issue, ...]:
    """Fix the fixable issues of ``found``; append to ``changes``; return the issues, those fixed marked."""
    changes.extend(check.fix([issue for issue in found if issue.fixable], subject))
    return tuple(
        [
            Issue(issue.finding, issue.paragraph_path, issue.run_id, issue.run_ids, issue.finding.fixable)
            for issue in found
        ]
    )


def _in_document_order(issues: Sequence[Issue], document: Document) -> tuple[Issue, ...]:
    """Return the issues by place, tables first; at one place they keep the registry's order."""
    if not issues:
        return ()
    paths = [table.path for table in document.walk.tables]
    paths.extend(paragraph.path for paragraph in document.walk.paragraphs)
    position = {path: index for index, path in enumerate(paths)}
    after_all = len(position)
    return tuple(sorted(issues, key=lambda issue: position.get(issue.paragraph_path, after_all)))
