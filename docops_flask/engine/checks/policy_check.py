"""The format check against a policy: the whole document, and what fix mode ``safe`` repairs of it."""

from collections.abc import Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.document_order import in_document_order
from docops_flask.engine.checks.fix_change import Changes, FixChange
from docops_flask.engine.checks.format_report import FormatReport
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.observation import Observation, take_observation
from docops_flask.engine.checks.policy_subject import PolicySubjects
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.checks.report_notes import note_policy, note_role
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.places import RunPlace
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy


def _numbers(edits_runs: bool | None) -> tuple[int, ...]:
    """Return the places in the registry of the checks that edit runs, edit paragraphs, or edit nothing."""
    kinds = [check.edits_runs if isinstance(check, FixableCheck) else None for check in REGISTRY]
    return tuple(index for index, kind in enumerate(kinds) if kind is edits_runs)


_FIXES_RUNS, _FIXES_PARAGRAPHS, _FIXES_NOTHING = _numbers(True), _numbers(False), _numbers(None)


def check_against_policy(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    """Check the filled document, fix what may be fixed, and return the report; see ``check_format``."""
    # Filling changes texts and nothing else, or the proof refuses its result: what was observed still holds.
    filled = template if template.places is runs else take_observation(runs, template.cascade)
    subjects = PolicySubjects(document, runs, filled, policy)
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
    before = template.counts()
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        issues=in_document_order([issue for each in found for issue in each], document),
        fix_changes=tuple(changes),
        template_observed=before,
        rendered_observed=before if subjects.now is template else subjects.now.counts(),
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
