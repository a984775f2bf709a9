"""Issues about the runs of paragraphs with a role: what is alike is judged once and told together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RoleRunLook
from docops_flask.engine.checks.role_issue import Mismatch, role_finding
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RoleRun

_Faults = Mapping[RoleRunLook, Sequence[Mismatch]]
Alike = tuple[Mismatch, list[RoleRun]]


def role_run_issues(
    code: str,
    subject: PolicySubject,
    judge: Callable[[RoleRunLook], Iterable[Mismatch]],
    is_fixable: Callable[[Mismatch, Sequence[RoleRun]], bool] | None = None,
) -> Iterator[Issue]:
    """Yield one issue for the runs of a paragraph that are wrong in the same way for the same reason.

    ``judge`` says what is wrong with a run, once for all that look alike, ``is_fixable`` whether runs that
    filling touched, in a paragraph that is safe to fix, can be repaired.
    """
    faults = _faults(subject, judge)
    findings: dict[tuple[int, RoleRunLook, bool], Finding] = {}
    for paragraph in subject.ruled if faults else ():
        for mismatch, runs in _alike(paragraph, faults):
            first = runs[0]
            may_fix = is_fixable is not None and paragraph.look.is_safe_to_fix_by_role and first.touched
            fixable = may_fix and is_fixable is not None and is_fixable(mismatch, runs)
            key = id(mismatch), first.look, fixable
            finding = findings.get(key)
            if finding is None:
                source = subject.source_in_run(mismatch.found, first.look.values, first.look.part)
                finding = role_finding(code, mismatch, subject.policy, source, fixable=fixable)
                findings[key] = finding
            ids = tuple([run.place.run_id for run in runs])
            yield Issue(finding, paragraph.place.path, ids[0], ids)


def _faults(subject: PolicySubject, judge: Callable[[RoleRunLook], Iterable[Mismatch]]) -> _Faults:
    """Return what is wrong with each kind of run; equal mismatches are one object."""
    same: dict[Mismatch, Mismatch] = {}
    faults = {}
    for look in dict.fromkeys(run.look for paragraph in subject.ruled for run in paragraph.runs):
        mismatches = [same.setdefault(each, each) for each in judge(look)]
        if mismatches:
            faults[look] = mismatches
    return faults


def _alike(paragraph: ParagraphSubject, faults: _Faults) -> Iterable[Alike]:
    """Return the mismatches of a paragraph's runs, those of touched runs apart: they alone are fixed."""
    groups: dict[tuple[int, bool], Alike] = {}
    for run in paragraph.runs:
        for mismatch in faults.get(run.look, ()):
            groups.setdefault((id(mismatch), run.touched), (mismatch, []))[1].append(run)
    return groups.values()
