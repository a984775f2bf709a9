"""Issues about a value that is not the one asked for, by a policy's rule or by the rules of a role.

Severity, clause and message are made in one place; runs that are alike are judged once and told together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.checks.check import ParagraphSubject, PolicySubject, RoleRun
from docops_flask.engine.checks.issue import Finding, Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook, RoleRunLook
from docops_flask.engine.formatting.effective import DIRECT, UNSTATED, Effective
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.policy import ROLE_LABELS, Policy, Rule


def policy_mismatch(
    code: str,
    what: str,
    policy: Policy,
    *,
    expected: Shown,
    actual: Shown,
    found: Effective[Any],
    source: str | None,
    stated: bool,
    unit: str = "",
    tolerance: int | None = None,
    fixable: bool = False,
    slot: Slot | None = None,
    rule_key: str,
) -> Finding:
    """Return the finding that ``what`` is not as the policy says.

    ``found`` is the effective value with its origin, ``source`` the origin at length.
    ``stated`` is false where no value is known: nothing states it, or the theme does. That is a
    warning, unless the policy's ``treat_inherited_as_error``.
    """
    if stated:
        said = f"{what} is {actual}{unit} (from: {found.origin})"
        advice = "Change it there." if found.origin != DIRECT else "Change it or clear the direct formatting."
    elif actual is None:
        said, advice = f"{what} is stated nowhere in the document", "State it in the style."
    else:
        said, advice = f"{what} is given as {actual}, which has no known value", "State it in the style."
    return Finding(
        code=code,
        severity="error" if stated or policy.treat_inherited_as_error else "warn",
        message=f"{said}; the policy asks for {expected}{unit}. {advice}",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        fixable=fixable,
        slot=slot,
        rule_key=rule_key,
        origin=found.origin,
        source=source,
    )


def template_mismatch(
    code: str,
    what: str,
    paragraph_path: str,
    *,
    expected: Shown,
    actual: Shown,
    found: Effective[Any],
    source: str | None,
    run_id: str | None = None,
    tolerance: int | None = None,
    slot: Slot | None = None,
) -> Issue:
    """Return the issue that filling changed ``what``; ``None`` means that nothing stated or states it."""
    before = "not stated" if expected is None else expected
    after = "not stated any more" if actual is None else actual
    finding = Finding(
        code=code,
        severity="error",
        message=f"{what} was {before} in the template and is {after} after filling.",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        slot=slot,
        origin=found.origin,
        source=source,
    )
    return Issue(finding, paragraph_path, run_id)


class Mismatch(NamedTuple):
    """A rule of a role (``key``: its name in a policy) that does not hold, and what there is instead.

    ``found`` is the value with its origin; it is not ``known`` where nothing in the document tells it.
    """

    role: str
    key: str
    rule: Rule[Any]
    what: str
    expected: Shown
    actual: Shown
    found: Effective[Any] = UNSTATED
    known: bool = True
    unit: str = ""
    tolerance: int | None = None
    slot: Slot | None = None


def role_finding(
    code: str, mismatch: Mismatch, policy: Policy, source: str | None, *, fixable: bool = False
) -> Finding:
    """Return the finding about a mismatch; ``source`` is the origin of what there is at length.

    Where nothing in the document tells the value it is a warning, unless ``treat_inherited_as_error``.
    """
    rule = mismatch.rule
    counts = mismatch.known or policy.treat_inherited_as_error
    return Finding(
        code=code,
        severity=rule.severity if counts else "warn",
        message=_message(mismatch),
        expected=mismatch.expected,
        actual=mismatch.actual,
        tolerance=mismatch.tolerance,
        fixable=fixable,
        slot=mismatch.slot,
        origin=mismatch.found.origin,
        source=source,
        role=mismatch.role,
        rule_key=f"roles.{mismatch.role}.{mismatch.key}",
        rule_source=rule.source,
    )


def paragraph_finding(
    code: str, mismatch: Mismatch, look: ParagraphLook, subject: PolicySubject, *, fixable: bool = False
) -> Finding:
    """Return the finding about a mismatch of paragraphs with that look."""
    source = subject.source_in_paragraph(mismatch.found, look)
    return role_finding(code, mismatch, subject.policy, source, fixable=fixable)


def _message(mismatch: Mismatch) -> str:
    label = ROLE_LABELS[mismatch.role].en
    what, origin = mismatch.what, mismatch.found.origin
    if mismatch.known:
        place = f" (from: {origin})" if origin else ""
        said = f"{what} of the {label} is {mismatch.actual}{mismatch.unit}{place}"
    else:
        said = f"{what} of the {label} is stated nowhere in the document"
    clause = f" ({mismatch.rule.source})" if mismatch.rule.source else ""
    advice = "Change it or clear the direct formatting." if origin == DIRECT else "Change it in the style."
    return f"{said}; the policy asks for {mismatch.expected}{mismatch.unit}{clause}. {advice}"


def names_shown(names: Iterable[str]) -> str:
    """Return a font set as an issue shows it: its first name stands for all."""
    first, *others = names
    return f"{first} or the like" if others else first


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
