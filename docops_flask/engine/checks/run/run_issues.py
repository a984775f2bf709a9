"""Issues about runs: those that are alike are checked once and reported together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from docops_flask.engine.checks.check import ParagraphSubject, PolicySubject, RunSubject
from docops_flask.engine.checks.issue import Finding, Issue
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import Mismatch, finding_of
from docops_flask.engine.checks.reasons import Reason
from docops_flask.engine.checks.safe_fix import (
    NEEDS_ROLES,
    NEIGHBOURS_ALIKE,
    NOT_BY_FORMATTING,
    NOT_FILLED,
    NOT_RUNNING_TEXT,
    obstacle_of_origin,
)

_Check = Callable[[RunLook], Iterable[Mismatch]]
_CanFix = Callable[[Mismatch, RunLook], bool]
_Mismatches = Mapping[RunLook, Sequence[Mismatch]]
_Alike = tuple[Mismatch, list[RunSubject]]
# What is wrong in the same way: the rule, which font, the value, and the paragraph's style.
_Likeness = tuple[str, str | None, object, str | None]


def run_issues(subject: PolicySubject, check: _Check, can_fix: _CanFix) -> Iterator[Issue]:
    """Yield the issues about filled runs under rules for the whole document, then those under roles' rules.

    ``check`` says what is wrong with a run, once for all that look alike; ``can_fix`` whether direct
    formatting of the run would repair it.
    """
    if subject.rules.has_document_rules:
        yield from _filled_run_issues(subject, check, can_fix)
    yield from role_run_issues(subject, check, can_fix)


def _filled_run_issues(subject: PolicySubject, check: _Check, can_fix: _CanFix) -> Iterator[Issue]:
    found: dict[RunLook, list[Finding]] = {}
    around: set[_Likeness] | None = None
    for look in dict.fromkeys(run.look for run in subject.filled_runs):
        for mismatch in check(look):
            reason = _obstacle(mismatch, [look], can_fix, subject)
            if reason is None:
                if around is None:
                    around = set(_around(subject, check))
                if _likeness(mismatch, look, subject) in around:
                    reason = NEIGHBOURS_ALIKE
            finding = _finding(mismatch, look, subject, reason, fixable=reason is None)
            found.setdefault(look, []).append(finding)
    for run in subject.filled_runs if found else ():
        for finding in found.get(run.look, ()):
            yield Issue(finding, run.place.paragraph.path, run.place.run_id)


def _around(subject: PolicySubject, check: _Check) -> Iterator[_Likeness]:
    """Yield what would be wrong with the runs that filling left alone."""
    for look in subject.untouched_runs:
        for mismatch in check(look):
            yield _likeness(mismatch, look, subject)


def _likeness(mismatch: Mismatch, look: RunLook, subject: PolicySubject) -> _Likeness:
    style = subject.cascade.styles.applied_id(look.values.paragraph_style_id, "paragraph")
    return mismatch.rule.key, mismatch.slot, mismatch.actual, style


def role_run_issues(subject: PolicySubject, check: _Check, can_fix: _CanFix | None = None) -> Iterator[Issue]:
    """Yield the issues about runs under the rules of roles; ``check`` and ``can_fix`` as in ``run_issues``.

    Runs of a paragraph that are wrong in the same way for the same reason are one issue. Without ``can_fix``
    issues of the kind are never fixed.
    """
    mismatches = _mismatches(subject, check)
    findings: dict[tuple[int, RunLook, Reason | None], Finding] = {}
    for paragraph in subject.with_role_rules if mismatches else ():
        for mismatch, runs in _alike(paragraph, mismatches):
            first, reason = runs[0].look, None
            if can_fix is not None:
                reason = _obstacle(mismatch, [run.look for run in runs], can_fix, subject)
            key = id(mismatch), first, reason
            finding = findings.get(key)
            if finding is None:
                fixable = can_fix is not None and reason is None
                finding = findings[key] = _finding(mismatch, first, subject, reason, fixable=fixable)
            ids = tuple([run.place.run_id for run in runs])
            yield Issue(finding, paragraph.place.path, ids[0], ids)


def _obstacle(
    mismatch: Mismatch, looks: Sequence[RunLook], can_fix: _CanFix, subject: PolicySubject
) -> Reason | None:
    """Return why runs with these looks are not repaired, ``None`` if they may be."""
    if (reason := obstacle_of_origin(mismatch.found)) is not None:
        return reason
    # Without rules for roles one font and size would be given to headings and text alike.
    if not subject.policy.house_style.roles:
        return NEEDS_ROLES
    if not all(look.is_safe_to_fix for look in looks):
        return NOT_FILLED if mismatch.rule.is_for_role else NOT_RUNNING_TEXT
    return None if all(can_fix(mismatch, look) for look in looks) else NOT_BY_FORMATTING


def _finding(
    mismatch: Mismatch, look: RunLook, subject: PolicySubject, reason: Reason | None, *, fixable: bool
) -> Finding:
    source = subject.source_in_run(mismatch.found, look.values, look.part)
    return finding_of(mismatch, source, fixable=fixable, reason=reason)


def _mismatches(subject: PolicySubject, check: _Check) -> _Mismatches:
    """Return what is wrong with each look; equal mismatches are one object."""
    same: dict[Mismatch, Mismatch] = {}
    found = {}
    for look in subject.run_looks_of_roles:
        mismatches = [same.setdefault(each, each) for each in check(look)]
        if mismatches:
            found[look] = mismatches
    return found


def _alike(paragraph: ParagraphSubject, mismatches: _Mismatches) -> Iterable[_Alike]:
    """Return the mismatches of a paragraph's runs, those of touched runs apart: they alone are fixed."""
    if mismatches.keys().isdisjoint(paragraph.run_looks):
        return ()
    groups: dict[tuple[int, bool], _Alike] = {}
    for run in paragraph.runs:
        for mismatch in mismatches.get(run.look, ()):
            groups.setdefault((id(mismatch), run.look.touched), (mismatch, []))[1].append(run)
    return groups.values()
